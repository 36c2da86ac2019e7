// Volumes and claims in use are not removed: a finalizer keeps them. Source: plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go
import type { AdmissionPlugin } from './admission.js';

const FINALIZERS: Record<string, string> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};

/** Adds the finalizer of the kind. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: Object.keys(FINALIZERS),
  admit({ operation, subresource, kind, object }) {
    const finalizer = FINALIZERS[kind.resource];
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined) return undefined;
    const { metadata } = object;
    if (metadata.finalizers?.includes(finalizer) !== true) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
    return undefined;
  },
};
