// PodDisruptionBudget: how many pods must stay or may go. Source: pkg/apis/policy/validation/validation.go (ValidatePodDisruptionBudgetSpec)
import { invalid, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { PodDisruptionBudget } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateOneOf } from './shared/checks.js';
import { percentMessages } from './shared/formats.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { hasInvalidSelectorValue, validateLabelSelector } from './shared/labelSelector.js';
import { invalidEach, pathSegment } from './shared/names.js';

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
  if (minAvailable !== undefined) validateShare(minAvailable, child(SPEC, 'minAvailable'), errors);
  if (maxUnavailable !== undefined) validateShare(maxUnavailable, child(SPEC, 'maxUnavailable'), errors);
  validateLabelSelector(selector, child(SPEC, 'selector'), errors, { allowInvalidValues });
  if (unhealthyPodEvictionPolicy !== undefined) validateOneOf(unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], child(SPEC, 'unhealthyPodEvictionPolicy'), errors);
}

/** A number, or a percentage of at most a hundred. Source: ValidatePositiveIntOrPercent, IsNotMoreThan100Percent */
function validateShare(share: number | string, path: FieldPath, errors: FieldErrors): void {
  if (typeof share === 'number') {
    if (share < 0) invalid(errors, path, share, 'must be greater than or equal to 0');
    return;
  }
  const messages = percentMessages(share);
  invalidEach(errors, path, share, messages);
  if (messages.length === 0 && Number(share.slice(0, -1)) > 100) invalid(errors, path, share, 'must not be greater than 100%');
}
