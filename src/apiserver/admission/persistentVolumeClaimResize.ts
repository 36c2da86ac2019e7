// Claims grow only when they are bound and their class allows it. Source: plugin/pkg/admission/storage/persistentvolume/resize/admission.go
import { compareQuantities } from '../../api/quantity.js';
import type { PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim } from '../../api/volumeClaims.js';
import { forbiddenByAdmission, type AdmissionPlugin } from './admission.js';

/** Refuses the growth of claims that cannot grow. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  validate(attributes, { read }) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== '') return undefined;
    const claim = attributes.object as PersistentVolumeClaim;
    const old = attributes.old as PersistentVolumeClaim;
    const [size, oldSize] = [claim.spec?.resources?.requests?.['storage'], old.spec?.resources?.requests?.['storage']];
    if (size === undefined || compareQuantities(size, oldSize ?? '0') <= 0) return undefined;
    if (old.status?.phase !== 'Bound') return forbiddenByAdmission(attributes, 'Only bound persistent volume claims can be expanded');
    const className = classOfClaim(claim);
    if (className !== '' && read.get('storageclasses.storage.k8s.io', '', className)?.allowVolumeExpansion === true) return undefined;
    return forbiddenByAdmission(attributes, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  },
};
