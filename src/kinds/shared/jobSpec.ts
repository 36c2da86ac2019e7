// The spec of a job, in jobs and in the templates of cron jobs.
// Source: pkg/apis/batch/validation/validation.go (validateJobSpec, validatePodFailurePolicy, validateSuccessPolicy)
import { asJson, duplicate, invalid, notSupported, required, tooLong, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JobSpec, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule, SuccessPolicyRule } from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { validateNonnegative } from './checks.js';
import { validateEnum } from './enums.js';
import { qualifiedNameMessages } from './formats.js';
import { asInternal, type GoLayout } from './internalForm.js';
import { invalidEach, validateDomainPrefixedPath } from './names.js';
import { validatePodTemplateSpec } from './podTemplate.js';
import type { PodSpecOptions } from './podSpec.js';

const MAX_INDEXED_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const COMPLETIONS_SOFT_LIMIT = 100_000;
const MAX_LARGE_PARALLELISM = 10_000;
const MAX_MANAGER = 63;
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;
const MAX_INDEXES_BYTES = 64 * 1024;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const STATUSES = ['False', 'True', 'Unknown'];
const EXIT_CODES: GoLayout = [['ContainerName', 'containerName', 'nullable'], ['Operator', 'operator', 'string'], ['Values', 'values', 'nullable']];
const CONDITION: GoLayout = [['Type', 'type', 'string'], ['Status', 'status', 'string']];
const RULE: GoLayout = [['Action', 'action', 'string'], ['OnExitCodes', 'onExitCodes', { pointer: EXIT_CODES }], ['OnPodConditions', 'onPodConditions', { list: CONDITION }]];
/** A pod failure policy as a bad value. */
export const POD_FAILURE_POLICY_LAYOUT: GoLayout = [['Rules', 'rules', { list: RULE }]];
/** A success policy as a bad value. */
export const SUCCESS_POLICY_LAYOUT: GoLayout = [['Rules', 'rules', { list: [['SucceededIndexes', 'succeededIndexes', 'nullable'], ['SucceededCount', 'succeededCount', 'nullable']] }]];

/** A condition that names no status means that it is true, in jobs and in the templates of cron jobs alike. Source: pkg/apis/batch/v1/defaults.go (SetDefaults_PodFailurePolicyOnPodConditionsPattern) */
export function setFailurePolicyDefaults({ podFailurePolicy }: JobSpec): void {
  for (const rule of podFailurePolicy?.rules ?? []) for (const condition of rule.onPodConditions ?? []) condition.status ||= 'True';
}

/** Checks everything but the selector, which a cron job leaves to be made. */
export function validateJobSpecWithoutSelector(spec: JobSpec, path: FieldPath, podSpec: PodSpecOptions, errors: FieldErrors): void {
  for (const field of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex'] as const) {
    validateNonnegative(spec[field], child(path, field), errors);
  }
  if (spec.maxFailedIndexes !== undefined) {
    validateNonnegative(spec.maxFailedIndexes, child(path, 'maxFailedIndexes'), errors);
    if (spec.backoffLimitPerIndex === undefined) required(errors, child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) {
    validateDomainPrefixedPath(spec.managedBy, child(path, 'managedBy'), errors);
    if (byteLength(spec.managedBy) > MAX_MANAGER) tooLong(errors, child(path, 'managedBy'), MAX_MANAGER);
  }
  validateCompletionMode(spec, path, errors);
  if (spec.podFailurePolicy !== undefined) validatePodFailurePolicy(spec, child(path, 'podFailurePolicy'), errors);
  if (spec.successPolicy !== undefined) {
    const at = child(path, 'successPolicy');
    if (spec.completionMode !== 'Indexed') invalid(errors, at, asInternal(SUCCESS_POLICY_LAYOUT, spec.successPolicy), 'requires indexed completion mode');
    else validateSuccessPolicy(spec, at, errors);
  }
  if (spec.podReplacementPolicy !== undefined) {
    const at = child(path, 'podReplacementPolicy');
    if (spec.podFailurePolicy !== undefined) validateEnum(spec.podReplacementPolicy, ['Failed'], at, errors);
    else validateEnum(spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed'], at, errors);
  }
  validatePodTemplateSpec(spec.template ?? {}, child(path, 'template'), errors, podSpec);
  const restartPolicy = spec.template?.spec?.restartPolicy ?? '';
  const restartPath = child(child(child(path, 'template'), 'spec'), 'restartPolicy');
  if (restartPolicy === 'Always') required(errors, restartPath, 'valid values: "OnFailure", "Never"');
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') notSupported(errors, restartPath, asJson(restartPolicy), ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never') invalid(errors, restartPath, asJson(restartPolicy), 'only "Never" is supported when podFailurePolicy is specified');
}

function validateCompletionMode(spec: JobSpec, path: FieldPath, errors: FieldErrors): void {
  const { completionMode: mode, completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const failedPath = child(path, 'maxFailedIndexes');
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') notSupported(errors, child(path, 'completionMode'), asJson(mode), ['NonIndexed', 'Indexed']);
  if (mode === 'Indexed') {
    if (completions === undefined) required(errors, child(path, 'completions'), 'when completion mode is Indexed');
    if (parallelism !== undefined && parallelism > MAX_INDEXED_PARALLELISM) {
      invalid(errors, child(path, 'parallelism'), parallelism, `must be less than or equal to ${MAX_INDEXED_PARALLELISM} when completion mode is Indexed`);
    }
    if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) invalid(errors, failedPath, maxFailedIndexes, 'must be less than or equal to completions');
    if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_FAILED_INDEXES) invalid(errors, failedPath, maxFailedIndexes, `must be less than or equal to ${MAX_FAILED_INDEXES}`);
    if (completions !== undefined && completions > COMPLETIONS_SOFT_LIMIT && backoffLimitPerIndex !== undefined) {
      const detail = `must be less than or equal to ${MAX_LARGE_PARALLELISM} when completions are above ${COMPLETIONS_SOFT_LIMIT} and used with backoff limit per index`;
      if (maxFailedIndexes === undefined) required(errors, failedPath, `must be specified when completions is above ${COMPLETIONS_SOFT_LIMIT}`);
      if (parallelism !== undefined && parallelism > MAX_LARGE_PARALLELISM) invalid(errors, child(path, 'parallelism'), parallelism, detail);
      if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_LARGE_PARALLELISM) invalid(errors, failedPath, maxFailedIndexes, detail);
    }
  }
  if (mode === undefined || mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] !== undefined) invalid(errors, child(path, field), spec[field], 'requires indexed completion mode');
    }
  }
}

function validatePodFailurePolicy(spec: JobSpec, path: FieldPath, errors: FieldErrors): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const rulesPath = child(path, 'rules');
  if (rules.length > MAX_RULES) tooMany(errors, rulesPath, rules.length, MAX_RULES);
  const names = new Set([...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])].map((container) => container.name ?? ''));
  rules.forEach((rule, index) => validateFailureRule(rule, { spec, names }, indexed(rulesPath, index), errors));
}

const quoted = (values: readonly string[]): string => `valid values: [${values.map((value) => `"${value}"`).join(' ')}]`;

function validateFailureRule(rule: PodFailurePolicyRule, { spec, names }: { spec: JobSpec; names: ReadonlySet<string> }, path: FieldPath, errors: FieldErrors): void {
  const action = rule.action ?? '';
  const actionPath = child(path, 'action');
  if (action === '') required(errors, actionPath, quoted(ACTIONS));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) invalid(errors, actionPath, asJson(action), 'requires the backoffLimitPerIndex to be set');
  } else if (!ACTIONS.includes(action)) notSupported(errors, actionPath, asJson(action), ACTIONS);
  const conditions = rule.onPodConditions ?? [];
  if (rule.onExitCodes !== undefined) validateExitCodes(rule.onExitCodes, names, child(path, 'onExitCodes'), errors);
  if (conditions.length > 0) validateConditions(conditions, child(path, 'onPodConditions'), errors);
  const omitted = (detail: string): void => void errors.push({ reason: 'FieldValueInvalid', field: pathText(path), body: `Invalid value: ${detail}` });
  if (rule.onExitCodes !== undefined && conditions.length > 0) omitted('specifying both OnExitCodes and OnPodConditions is not supported');
  if (rule.onExitCodes === undefined && conditions.length === 0) omitted('specifying one of OnExitCodes and OnPodConditions is required');
}

function validateExitCodes(codes: PodFailurePolicyOnExitCodesRequirement, names: ReadonlySet<string>, path: FieldPath, errors: FieldErrors): void {
  const operatorPath = child(path, 'operator');
  if (!codes.operator) required(errors, operatorPath, quoted(['In', 'NotIn']));
  else validateEnum(codes.operator, ['In', 'NotIn'], operatorPath, errors);
  if (codes.containerName !== undefined && !names.has(codes.containerName)) {
    invalid(errors, child(path, 'containerName'), codes.containerName, 'must be one of the container or initContainer names in the pod template');
  }
  const values = codes.values ?? [];
  const valuesPath = child(path, 'values');
  if (values.length === 0) invalid(errors, valuesPath, asJson(codes.values ?? null), 'at least one value is required');
  if (values.length > MAX_EXIT_CODES) tooMany(errors, valuesPath, values.length, MAX_EXIT_CODES);
  const seen = new Set<number>();
  let isOrdered = true;
  values.forEach((value, index) => {
    if (codes.operator === 'In' && value === 0) invalid(errors, indexed(valuesPath, index), value, 'must not be 0 for the In operator');
    if (seen.has(value)) duplicate(errors, indexed(valuesPath, index), value);
    seen.add(value);
    if (index > 0 && (values[index - 1] as number) > value) isOrdered = false;
  });
  if (!isOrdered) invalid(errors, valuesPath, asJson(values), 'must be ordered');
}

function validateConditions(conditions: readonly PodFailurePolicyOnPodConditionsPattern[], path: FieldPath, errors: FieldErrors): void {
  if (conditions.length > MAX_CONDITIONS) tooMany(errors, path, conditions.length, MAX_CONDITIONS);
  conditions.forEach((condition, index) => {
    const at = indexed(path, index);
    invalidEach(errors, child(at, 'type'), condition.type ?? '', qualifiedNameMessages(condition.type ?? ''));
    if (!condition.status) required(errors, child(at, 'status'), quoted(STATUSES));
    else validateEnum(condition.status, STATUSES, child(at, 'status'), errors);
  });
}

function validateSuccessPolicy(spec: JobSpec, path: FieldPath, errors: FieldErrors): void {
  const rules = spec.successPolicy?.rules ?? [];
  const rulesPath = child(path, 'rules');
  if (rules.length === 0) required(errors, rulesPath, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > MAX_RULES) tooMany(errors, rulesPath, rules.length, MAX_RULES);
  rules.forEach((rule, index) => validateSuccessRule(rule, spec.completions ?? 0, indexed(rulesPath, index), errors));
}

function validateSuccessRule(rule: SuccessPolicyRule, completions: number, path: FieldPath, errors: FieldErrors): void {
  const { succeededIndexes: indexes, succeededCount: count } = rule;
  if (indexes === undefined && count === undefined) required(errors, path, 'at least one of succeededCount or succeededIndexes must be specified');
  // Indexes that cannot be read count as none.
  let total = 0;
  if (indexes !== undefined) {
    const at = child(path, 'succeededIndexes');
    if (byteLength(indexes) > MAX_INDEXES_BYTES) tooLong(errors, at, MAX_INDEXES_BYTES);
    const counted = countIndexes(indexes, completions);
    if (typeof counted === 'string') invalid(errors, at, indexes, `error parsing succeededIndexes: ${counted}`);
    else total = counted;
  }
  if (count === undefined) return;
  const at = child(path, 'succeededCount');
  validateNonnegative(count, at, errors);
  if (count > completions) invalid(errors, at, count, `must be less than or equal to ${completions} (the number of specified completions)`);
  if (indexes !== undefined && count > total) invalid(errors, at, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`);
}

/** The number of indexes in '1,3-5,7', or what is wrong with it. Source: validateIndexesFormat */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let previous: number | undefined;
  let total = 0;
  for (const interval of text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2) return `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    const numbers: number[] = [];
    for (const limit of limits) {
      if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      const value = Number(limit);
      if (value >= completions) return `too large index: ${JSON.stringify(limit)}`;
      if (previous !== undefined && previous >= value) return `non-increasing order, previous: ${previous}, current: ${value}`;
      previous = value;
      numbers.push(value);
    }
    total += numbers.length === 2 ? (numbers[1] as number) - (numbers[0] as number) + 1 : 1;
  }
  return total;
}

/** The warning about jobs that are too large to be tracked. Source: pkg/api/job/warnings.go */
export function jobTemplateWarnings(spec: JobSpec | undefined, path: string): string[] {
  const isLarge = spec?.completionMode === 'Indexed' && (spec.completions ?? 0) > COMPLETIONS_SOFT_LIMIT && (spec.parallelism ?? 0) > MAX_LARGE_PARALLELISM;
  if (!isLarge) return [];
  return [`${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`];
}
