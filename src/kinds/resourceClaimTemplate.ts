// ResourceClaimTemplate: the claim that each pod gets, immutable. Source: pkg/apis/resource/validation/validation.go (ValidateResourceClaimTemplate)
import { child, rootPath } from '../api/fieldPath.js';
import type { ResourceClaimTemplate } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { CLAIM_LAYOUT, setClaimDefaults, validateAdminAccess, validateDeviceClaim } from './shared/deviceRules.js';
import { asInternal } from './shared/internalForm.js';
import { validateAnnotations, validateLabels } from './shared/objectMeta.js';

const SPEC = rootPath('spec');

/** The kind ResourceClaimTemplate. */
export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>('resource.k8s.io/v1', 'ResourceClaimTemplate', {
  setDefaults: ({ spec }) => setClaimDefaults(spec?.spec?.devices),
  validate({ metadata: { namespace = '' }, spec }, errors, { labelsOfNamespace }) {
    const metadata = child(SPEC, 'metadata');
    validateAnnotations(spec?.metadata?.annotations, child(metadata, 'annotations'), errors);
    validateLabels(spec?.metadata?.labels, child(metadata, 'labels'), errors);
    validateDeviceClaim(spec?.spec?.devices ?? {}, child(child(SPEC, 'spec'), 'devices'), errors);
    validateAdminAccess(spec?.spec?.devices?.requests, labelsOfNamespace(namespace), errors);
  },
  validateUpdate(object, old, errors, { labelsOfNamespace }) {
    validateImmutable(object.spec, old.spec, SPEC, errors, asInternal([['Spec', 'spec', { struct: CLAIM_LAYOUT }]], object.spec ?? {}));
    validateAdminAccess(object.spec?.spec?.devices?.requests, labelsOfNamespace(object.metadata.namespace ?? ''), errors);
  },
});
