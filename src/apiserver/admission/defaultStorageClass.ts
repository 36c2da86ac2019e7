// A claim that names no class gets the default one. Source: plugin/pkg/admission/storage/storageclass/setdefault/admission.go
import type { PersistentVolumeClaim } from '../../api/types.js';
import { BETA_STORAGE_CLASS } from '../../api/volumeClaims.js';
import type { AdmissionPlugin } from './admission.js';
import { newestDefault } from './defaultClasses.js';

const DEFAULT_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Sets spec.storageClassName. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  admit({ operation, subresource, object }, { read }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined) return undefined;
    const chosen = newestDefault(read.list('storageclasses.storage.k8s.io'), DEFAULT_ANNOTATIONS);
    if (chosen !== undefined) claim.spec = { ...claim.spec, storageClassName: chosen.metadata.name ?? '' };
    return undefined;
  },
};
