// VolumeAttributesClass: a driver and its parameters, immutable. Source: pkg/apis/storage/validation/validation.go (ValidateVolumeAttributesClass)
import { forbidden, type FieldErrors } from '../api/fieldError.js';
import { rootPath } from '../api/fieldPath.js';
import type { VolumeAttributesClass } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual } from './shared/checks.js';
import { validateParameters, validateProvisioner } from './shared/storageParameters.js';

/** The kind VolumeAttributesClass. */
export const volumeAttributesClass = defineKind<VolumeAttributesClass>('storage.k8s.io/v1', 'VolumeAttributesClass', {
  metadataOnUpdate: 'both',
  validate,
  validateUpdate(object, old, errors) {
    validate(object, errors);
    if (object.driverName !== old.driverName) forbidden(errors, rootPath('driverName'), 'updates to driverName are forbidden.');
    if (!semanticEqual(object.parameters ?? {}, old.parameters ?? {})) forbidden(errors, rootPath('parameters'), 'updates to parameters are forbidden.');
    // The server's check of an update ends with that of a whole object; repetitions show among the causes.
    validate(object, errors);
  },
});

function validate(object: VolumeAttributesClass, errors: FieldErrors): void {
  validateProvisioner(object.driverName ?? '', rootPath('driverName'), errors);
  validateParameters(object.parameters, rootPath('parameters'), errors, { allowEmpty: false });
}
