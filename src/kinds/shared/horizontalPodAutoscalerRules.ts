// The rules of an autoscaler, whatever version it came in. Source: pkg/apis/autoscaling/validation/validation.go
import { forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type {
  CrossVersionObjectReference, ExternalMetricSource, HorizontalPodAutoscaler, HPAScalingRules, MetricIdentifier, MetricSpec, MetricTarget, ObjectMetricSource,
  PodsMetricSource,
} from '../../api/types.js';
import { pathSegmentMessages } from './formats.js';
import { invalidEach } from './names.js';

const SPEC = rootPath('spec');
const SOURCE_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
/** Field → type, in the order in which the server looks at them. */
const SOURCES = [['object', 'Object'], ['external', 'External'], ['pods', 'Pods'], ['resource', 'Resource'], ['containerResource', 'ContainerResource']] as const;
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];
const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

/** Checks the spec of an autoscaler; an update may keep an API version that was wrong before. */
export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, errors: FieldErrors, old?: HorizontalPodAutoscaler): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [], behavior } = spec;
  if (minReplicas !== undefined && minReplicas < 1) invalid(errors, child(SPEC, 'minReplicas'), minReplicas, 'must be greater than or equal to 1');
  const max = child(SPEC, 'maxReplicas');
  if (maxReplicas === 0) required(errors, max, 'must be set and greater than 0');
  else if (maxReplicas < 0) invalid(errors, max, maxReplicas, 'must be greater than or equal to 1');
  if (minReplicas !== undefined && maxReplicas < minReplicas) invalid(errors, max, maxReplicas, 'must be greater than or equal to `minReplicas`');
  const keepsVersion = old !== undefined && apiVersionProblem(old.spec.scaleTargetRef ?? {}, false) !== undefined;
  validateReference(scaleTargetRef ?? {}, child(SPEC, 'scaleTargetRef'), errors, { allowEmptyGroup: false, allowAnyVersion: keepsVersion });
  const list = child(SPEC, 'metrics');
  metrics.forEach((metric, index) => validateMetric(metric, indexed(list, index), errors));
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    forbidden(errors, list, 'must specify at least one Object or External metric to support scaling to zero replicas');
  }
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[direction];
    if (rules !== undefined) validateScalingRules(rules, child(child(SPEC, 'behavior'), direction), errors);
  }
}

function apiVersionProblem({ apiVersion = '', kind }: Partial<CrossVersionObjectReference>, allowEmptyGroup: boolean): string | undefined {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = parts.length === 2 ? parts[0] : '';
  if (group !== '' || allowEmptyGroup || (kind === 'ReplicationController' && apiVersion === 'v1')) return undefined;
  return 'apiVersion must specify API group';
}

function validateReference(ref: Partial<CrossVersionObjectReference>, path: FieldPath, errors: FieldErrors, options: { allowEmptyGroup: boolean; allowAnyVersion: boolean }): void {
  for (const field of ['kind', 'name'] as const) {
    const value = ref[field] ?? '';
    if (value === '') required(errors, child(path, field));
    else invalidEach(errors, child(path, field), value, pathSegmentMessages(value, false));
  }
  const problem = options.allowAnyVersion ? undefined : apiVersionProblem(ref, options.allowEmptyGroup);
  if (problem !== undefined) invalid(errors, child(path, 'apiVersion'), ref.apiVersion ?? '', problem);
}

function validateMetric(metric: MetricSpec, path: FieldPath, errors: FieldErrors): void {
  const { type = '' } = metric;
  if (type === '') required(errors, child(path, 'type'), 'must specify a metric source type');
  if (!SOURCE_TYPES.includes(type)) notSupported(errors, child(path, 'type'), type, SOURCE_TYPES);
  const present = SOURCES.filter(([field]) => metric[field] !== undefined);
  const first = present[0]?.[0];
  if (first !== undefined) validateSource(metric, first, child(path, first), errors);
  const expected = SOURCES.find(([, name]) => name === type)?.[0];
  if (expected === undefined) notSupported(errors, child(path, 'type'), type, SOURCE_TYPES);
  else if (metric[expected] === undefined) required(errors, child(path, expected), 'must populate information for the given metric source');
  if (present.length === 1) return;
  for (const [field] of present) if (field !== expected) forbidden(errors, child(path, field), 'must populate the given metric source only');
}

function validateSource(metric: MetricSpec, field: (typeof SOURCES)[number][0], path: FieldPath, errors: FieldErrors): void {
  if (field === 'object') validateObjectSource(metric.object as ObjectMetricSource, path, errors);
  else if (field === 'external') validateExternalSource(metric.external as ExternalMetricSource, path, errors);
  else if (field === 'pods') validatePodsSource(metric.pods as PodsMetricSource, path, errors);
  else {
    const { name = '', target = {} as MetricTarget } = metric[field] ?? ({} as { name?: string; target?: MetricTarget });
    if (name === '') required(errors, child(path, 'name'), 'must specify a resource name');
    if (field === 'containerResource' && !metric.containerResource?.container) required(errors, child(path, 'container'), 'must specify a container');
    validateTarget(target, child(path, 'target'), errors);
    const at = child(path, 'target');
    if (target.averageUtilization === undefined && target.averageValue === undefined) required(errors, child(at, 'averageUtilization'), 'must set either a target raw value or a target utilization');
    if (target.averageUtilization !== undefined && target.averageValue !== undefined) forbidden(errors, child(at, 'averageValue'), 'may not set both a target raw value and a target utilization');
  }
}

function validateObjectSource({ describedObject, metric, target = {} as MetricTarget }: ObjectMetricSource, path: FieldPath, errors: FieldErrors): void {
  validateReference(describedObject ?? {}, child(path, 'describedObject'), errors, { allowEmptyGroup: true, allowAnyVersion: false });
  validateIdentifier(metric, child(path, 'metric'), errors);
  validateTarget(target, child(path, 'target'), errors);
  if (target.value === undefined && target.averageValue === undefined) required(errors, child(child(path, 'target'), 'averageValue'), 'must set either a target value or averageValue');
}

function validateExternalSource({ metric, target = {} as MetricTarget }: ExternalMetricSource, path: FieldPath, errors: FieldErrors): void {
  validateIdentifier(metric, child(path, 'metric'), errors);
  const at = child(path, 'target');
  validateTarget(target, at, errors);
  if (target.value === undefined && target.averageValue === undefined) required(errors, child(at, 'averageValue'), 'must set either a target value for metric or a per-pod target');
  if (target.value !== undefined && target.averageValue !== undefined) forbidden(errors, child(at, 'value'), 'may not set both a target value for metric and a per-pod target');
}

function validatePodsSource({ metric, target = {} as MetricTarget }: PodsMetricSource, path: FieldPath, errors: FieldErrors): void {
  validateIdentifier(metric, child(path, 'metric'), errors);
  validateTarget(target, child(path, 'target'), errors);
  if (target.averageValue === undefined || quantityNano(target.averageValue) <= 0n) required(errors, child(child(path, 'target'), 'averageValue'), 'must specify a positive target averageValue');
}

function validateIdentifier(metric: MetricIdentifier | undefined, path: FieldPath, errors: FieldErrors): void {
  const name = metric?.name ?? '';
  if (name === '') required(errors, child(path, 'name'), 'must specify a metric name');
  else invalidEach(errors, child(path, 'name'), name, pathSegmentMessages(name, false));
}

function validateTarget({ type = '', value, averageValue, averageUtilization }: MetricTarget, path: FieldPath, errors: FieldErrors): void {
  if (type === '') required(errors, child(path, 'type'), 'must specify a metric target type');
  if (!TARGET_TYPES.includes(type)) invalid(errors, child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue');
  if (value !== undefined && quantityNano(value) <= 0n) invalid(errors, child(path, 'value'), value, 'must be positive');
  if (averageValue !== undefined && quantityNano(averageValue) <= 0n) invalid(errors, child(path, 'averageValue'), averageValue, 'must be positive');
  if (averageUtilization !== undefined && averageUtilization < 1) invalid(errors, child(path, 'averageUtilization'), averageUtilization, 'must be greater than 0');
}

function validateScalingRules(rules: HPAScalingRules, path: FieldPath, errors: FieldErrors): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window !== undefined && window < 0) invalid(errors, child(path, 'stabilizationWindowSeconds'), window, 'must be greater than or equal to zero');
  if (window !== undefined && window > MAX_WINDOW_SECONDS) invalid(errors, child(path, 'stabilizationWindowSeconds'), window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`);
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) notSupported(errors, child(path, 'selectPolicy'), selectPolicy, SELECT_POLICIES);
  const list = child(path, 'policies');
  if (policies.length === 0) required(errors, list, 'must specify at least one Policy');
  policies.forEach(({ type = '', value = 0, periodSeconds = 0 }, index) => {
    const at = indexed(list, index);
    if (!POLICY_TYPES.includes(type)) notSupported(errors, child(at, 'type'), type, POLICY_TYPES);
    if (value <= 0) invalid(errors, child(at, 'value'), value, 'must be greater than zero');
    if (periodSeconds <= 0) invalid(errors, child(at, 'periodSeconds'), periodSeconds, 'must be greater than zero');
    if (periodSeconds > MAX_PERIOD_SECONDS) invalid(errors, child(at, 'periodSeconds'), periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`);
  });
  if (tolerance !== undefined && quantityNano(tolerance) < 0n) invalid(errors, child(path, 'tolerance'), tolerance, 'must be greater than or equal to 0');
}
