// ResourceClaim: what devices are asked for, immutable. Source: pkg/apis/resource/validation/validation.go (ValidateResourceClaim, ValidateResourceClaimUpdate)
import { child, rootPath } from '../api/fieldPath.js';
import type { ResourceResourceClaim } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { CLAIM_LAYOUT, setClaimDefaults, validateAdminAccess, validateDeviceClaim } from './shared/deviceRules.js';
import { asInternal } from './shared/internalForm.js';

const SPEC = rootPath('spec');

/** The kind ResourceClaim. */
export const resourceClaim = defineKind<ResourceResourceClaim>('resource.k8s.io/v1', 'ResourceClaim', {
  metadataOnUpdate: 'both',
  setDefaults: ({ spec }) => setClaimDefaults(spec?.devices),
  validate({ metadata, spec }, errors, { labelsOfNamespace }) {
    validateDeviceClaim(spec?.devices ?? {}, child(SPEC, 'devices'), errors);
    validateAdminAccess(spec?.devices?.requests, labelsOfNamespace(metadata.namespace ?? ''), errors);
  },
  validateUpdate(object, old, errors, { labelsOfNamespace }) {
    validateImmutable(object.spec, old.spec, SPEC, errors, asInternal(CLAIM_LAYOUT, object.spec ?? {}));
    validateAdminAccess(object.spec?.devices?.requests, labelsOfNamespace(object.metadata.namespace ?? ''), errors);
  },
});
