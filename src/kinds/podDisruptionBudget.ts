// PodDisruptionBudget: how many pods must stay or may go. Source: pkg/apis/policy/validation/validation.go (ValidatePodDisruptionBudgetSpec)
import { invalid, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { PodDisruptionBudget } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateOneOf } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { validateAtMost100Percent, validatePercentOrInt } from './shared/intOrString.js';
import { hasInvalidSelectorValue, validateLabelSelector } from './shared/labelSelector.js';
import { pathSegment } from './shared/names.js';

const SPEC = rootPath('spec');
const SPEC_LAYOUT: GoLayout = [
  ['MinAvailable', 'minAvailable', 'nullable'], ['Selector', 'selector', 'labelSelector'], ['MaxUnavailable', 'maxUnavailable', 'nullable'],
  ['UnhealthyPodEvictionPolicy', 'unhealthyPodEvictionPolicy', 'nullable'],
];

/** The kind PodDisruptionBudget. */
export const podDisruptionBudget = defineKind<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget', {
  nameRule: pathSegment,
  checksMetadataLast: true,
  metadataOnUpdate: 'none',
  allowUnconditionalUpdate: false,
  hasGeneration: true,
  setDefaults(object) {
    const status = (object.status ??= {} as NonNullable<PodDisruptionBudget['status']>);
    status.disruptionsAllowed ??= 0;
    status.currentHealthy ??= 0;
    status.desiredHealthy ??= 0;
    status.expectedPods ??= 0;
  },
  validate: (object, errors) => validate(object, errors, false),
  validateUpdate: (object, old, errors) => validate(object, errors, hasInvalidSelectorValue(old.spec?.selector)),
});

function validate({ spec = {} }: PodDisruptionBudget, errors: FieldErrors, allowInvalidValues: boolean): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    invalid(errors, SPEC, asInternal(SPEC_LAYOUT, spec), 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const [field, share] of [['minAvailable', minAvailable], ['maxUnavailable', maxUnavailable]] as const) {
    if (share === undefined) continue;
    validatePercentOrInt(share, child(SPEC, field), errors);
    validateAtMost100Percent(share, child(SPEC, field), errors);
  }
  validateLabelSelector(selector, child(SPEC, 'selector'), errors, { allowInvalidValues });
  if (unhealthyPodEvictionPolicy !== undefined) validateOneOf(unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], child(SPEC, 'unhealthyPodEvictionPolicy'), errors);
}
