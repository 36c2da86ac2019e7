// The fields of a pod spec that say where it may run: affinity, tolerations, topology spread.
// Source: pkg/apis/core/validation/validation.go (validateAffinity, ValidateTolerations, validateTopologySpreadConstraints)
import { asJson, duplicate, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { Affinity, LabelSelector, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint } from '../../api/types.js';
import { validateEnum } from './enums.js';
import { dns1123LabelMessages, labelValueMessages, qualifiedNameMessages } from './formats.js';
import { validateLabelSelector, type LabelSelectorOptions } from './labelSelector.js';
import { invalidEach } from './names.js';
import { validateNodeSelector, validateNodeSelectorTerm } from './nodeSelector.js';
import { isKnownSound, rememberIfSound } from './sound.js';

const WEIGHT_MESSAGE = 'must be in the range 1-100';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** What an update may keep of an invalid stored object. */
export interface SchedulingOptions {
  readonly selectorOptions?: LabelSelectorOptions;
  /** True when the stored object's required node affinity already had a value that is no label value. */
  readonly allowInvalidNodeAffinityValues?: boolean;
  /** True when a topology spread constraint of the stored object already had an invalid selector. */
  readonly allowInvalidSpreadSelector?: boolean;
}

/** Checks all three kinds of affinity. */
export function validateAffinity(affinity: Affinity, path: FieldPath, errors: FieldErrors, options: SchedulingOptions): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) {
    const at = child(path, 'nodeAffinity');
    const needed = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    if (needed !== undefined) validateNodeSelector(needed, child(at, REQUIRED), errors, { allowInvalidValues: options.allowInvalidNodeAffinityValues === true });
    nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
      const termPath = indexed(child(at, PREFERRED), index);
      validateWeight(term.weight, termPath, errors);
      validateNodeSelectorTerm(term.preference ?? {}, child(termPath, 'preference'), errors, { allowInvalidValues: true });
    });
  }
  if (podAffinity !== undefined) validatePodAffinity(podAffinity, child(path, 'podAffinity'), errors, options);
  if (podAntiAffinity !== undefined) validatePodAffinity(podAntiAffinity, child(path, 'podAntiAffinity'), errors, options);
}

function validateWeight(weight: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (weight === undefined || weight <= 0 || weight > 100) invalid(errors, child(path, 'weight'), weight ?? 0, WEIGHT_MESSAGE);
}

function validatePodAffinity(affinity: PodAffinity, path: FieldPath, errors: FieldErrors, options: SchedulingOptions): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => validatePodAffinityTerm(term, indexed(child(path, REQUIRED), index), errors, options));
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((weighted, index) => {
    const at = indexed(child(path, PREFERRED), index);
    validateWeight(weighted.weight, at, errors);
    validatePodAffinityTerm(weighted.podAffinityTerm ?? { topologyKey: '' }, child(at, 'podAffinityTerm'), errors, options);
  });
}

function validatePodAffinityTerm(term: PodAffinityTerm, path: FieldPath, errors: FieldErrors, options: SchedulingOptions): void {
  validateLabelSelector(term.labelSelector, child(path, 'labelSelector'), errors, options.selectorOptions);
  validateLabelSelector(term.namespaceSelector, child(path, 'namespaceSelector'), errors, options.selectorOptions);
  for (const namespace of term.namespaces ?? []) invalidEach(errors, child(path, 'namespace'), namespace, dns1123LabelMessages(namespace));
  validateLabelKeys(term.matchLabelKeys, term.labelSelector, child(path, 'matchLabelKeys'), errors);
  validateLabelKeys(term.mismatchLabelKeys, term.labelSelector, child(path, 'mismatchLabelKeys'), errors);
  validateKeysNotInSelector(term, path, errors);
  if (!term.topologyKey) required(errors, child(path, 'topologyKey'), 'can not be empty');
  invalidEach(errors, child(path, 'topologyKey'), term.topologyKey ?? '', qualifiedNameMessages(term.topologyKey ?? ''));
}

function validateLabelKeys(keys: readonly string[] | undefined, selector: LabelSelector | undefined, path: FieldPath, errors: FieldErrors): void {
  if (keys === undefined || keys.length === 0) return;
  if (selector === undefined) return forbidden(errors, path, 'must not be specified when labelSelector is not set');
  keys.forEach((key, index) => invalidEach(errors, indexed(path, index), key, qualifiedNameMessages(key)));
}

/** A key that the server has merged into the selector must not stand there a second time. Source: validateMatchLabelKeysAndMismatchLabelKeys */
function validateKeysNotInSelector(term: Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>, path: FieldPath, errors: FieldErrors): void {
  const keys = term.matchLabelKeys ?? [];
  if (keys.length === 0) return;
  if (term.labelSelector !== undefined) {
    const seen = new Set(Object.keys(term.labelSelector.matchLabels ?? {}));
    for (const { key } of term.labelSelector.matchExpressions ?? []) {
      if (keys.includes(key) && seen.has(key)) invalid(errors, indexed(path, keys.lastIndexOf(key)), key, 'exists in both matchLabelKeys and labelSelector');
      seen.add(key);
    }
  }
  const mismatch = term.mismatchLabelKeys ?? [];
  keys.forEach((key, index) => {
    if (mismatch.includes(key)) invalid(errors, indexed(child(path, 'matchLabelKeys'), index), key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  });
}

/** Checks tolerations one by one. */
export function validateTolerations(tolerations: readonly Toleration[] | undefined, path: FieldPath, errors: FieldErrors): void {
  if (tolerations === undefined || isKnownSound(tolerations)) return;
  const before = errors.length;
  tolerations.forEach((toleration, index) => validateToleration(toleration, indexed(path, index), errors));
  rememberIfSound(tolerations, before, errors);
}

function validateToleration(toleration: Toleration, path: FieldPath, errors: FieldErrors): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const operatorPath = child(path, 'operator');
  if (key !== '') invalidEach(errors, child(path, 'key'), key, qualifiedNameMessages(key));
  if (key === '' && operator !== 'Exists') invalid(errors, operatorPath, asJson(operator), 'operator must be Exists when `key` is empty, which means "match all values and all keys"');
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') invalid(errors, child(path, 'effect'), asJson(effect), "effect must be 'NoExecute' when `tolerationSeconds` is set");
  switch (operator) {
    case '':
    case 'Equal': {
      const messages = labelValueMessages(value);
      if (messages.length > 0) invalid(errors, operatorPath, value, messages.join(';'));
      break;
    }
    case 'Exists':
      if (value !== '') invalid(errors, operatorPath, value, "value must be empty when `operator` is 'Exists'");
      break;
    case 'Lt':
    case 'Gt':
      notSupported(errors, operatorPath, asJson(operator), ['Equal', 'Exists', 'Lt', 'Gt']);
      break;
    default:
      notSupported(errors, operatorPath, asJson(operator), ['Equal', 'Exists']);
  }
  if (effect !== '') validateEnum(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], child(path, 'effect'), errors);
}

/** Checks the constraints on how pods spread over a topology. */
export function validateTopologySpread(constraints: readonly TopologySpreadConstraint[] | undefined, path: FieldPath, errors: FieldErrors, options: SchedulingOptions): void {
  constraints?.forEach((constraint, index) => {
    const at = indexed(path, index);
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    if (maxSkew <= 0) invalid(errors, child(at, 'maxSkew'), maxSkew, 'must be greater than zero');
    if (topologyKey === '') required(errors, child(at, 'topologyKey'), 'can not be empty');
    validateEnum(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], child(at, 'whenUnsatisfiable'), errors);
    if (constraints.slice(index + 1).some((later) => later.topologyKey === topologyKey && later.whenUnsatisfiable === whenUnsatisfiable)) {
      duplicate(errors, child(at, '{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`);
    }
    if (minDomains !== undefined) {
      if (minDomains <= 0) invalid(errors, child(at, 'minDomains'), minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        invalid(errors, child(at, 'minDomains'), minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`);
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      if (constraint[field] !== undefined) validateEnum(constraint[field], ['Honor', 'Ignore'], child(at, field), errors);
    }
    validateLabelKeys(constraint.matchLabelKeys, constraint.labelSelector, child(at, 'matchLabelKeys'), errors);
    validateKeysNotInSelector(constraint, at, errors);
    if (options.allowInvalidSpreadSelector !== true) validateLabelSelector(constraint.labelSelector, child(at, 'labelSelector'), errors);
  });
}
