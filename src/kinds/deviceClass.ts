// DeviceClass: which devices a name stands for. Source: pkg/apis/resource/validation/validation.go (ValidateDeviceClass)
import { invalid, tooMany, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { DeviceClass } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateDeviceSelectors, validateOpaqueConfiguration } from './shared/deviceRules.js';
import { dns1123SubdomainBytes } from './shared/names.js';
import { isExtendedResourceName } from './shared/resourceNames.js';

const SPEC = rootPath('spec');
const MAX_CONFIG = 32;

/** The kind DeviceClass. */
export const deviceClass = defineKind<DeviceClass>('resource.k8s.io/v1', 'DeviceClass', {
  nameRule: dns1123SubdomainBytes,
  hasGeneration: true,
  metadataOnUpdate: 'both',
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ spec }: DeviceClass, errors: FieldErrors): void {
  validateDeviceSelectors(spec?.selectors, child(SPEC, 'selectors'), errors);
  const config = spec?.config ?? [];
  const path = child(SPEC, 'config');
  if (config.length > MAX_CONFIG) tooMany(errors, path, config.length, MAX_CONFIG);
  else config.forEach(({ opaque }, index) => validateOpaqueConfiguration(opaque, child(indexed(path, index), 'opaque'), errors));
  const name = spec?.extendedResourceName;
  if (name !== undefined && !isExtendedResourceName(name)) invalid(errors, child(SPEC, 'extendedResourceName'), name, 'must be a valid extended resource name');
}
