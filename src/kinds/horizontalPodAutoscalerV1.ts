// HorizontalPodAutoscaler of autoscaling/v1: what it cannot say stands in annotations. Source: pkg/apis/autoscaling/v1/conversion.go
import type { KubernetesObject } from '../api/meta.js';
import type {
  HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerStatus, HorizontalPodAutoscalerV1, MetricSpec, MetricTarget, ObjectMeta,
} from '../api/types.js';
import { goJson } from '../util/goText.js';
import { deepCopy } from '../util/objects.js';
import { autoscalerStrategy, setAutoscalerDefaults } from './horizontalPodAutoscaler.js';
import { defineKind } from './kind.js';

const METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR_ANNOTATION = 'autoscaling.alpha.kubernetes.io/behavior';

/** The kind HorizontalPodAutoscaler of autoscaling/v1, stored as autoscaling/v2. */
export const horizontalPodAutoscalerV1 = defineKind<HorizontalPodAutoscalerV1>('autoscaling/v1', 'HorizontalPodAutoscaler', {
  ...(autoscalerStrategy as object),
  storage: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', toStorage, fromStorage },
  setDefaults(object) {
    if (object.spec !== undefined) object.spec.minReplicas ??= 1;
  },
});

/** A metric as the annotation holds it: the targets of v1 are named apart instead of typed. */
interface FlatMetric {
  type: string;
  object?: { target: unknown; metricName: string; targetValue: string; selector?: unknown; averageValue?: string };
  pods?: { metricName: string; targetAverageValue: string; selector?: unknown };
  resource?: { name: string; targetAverageUtilization?: number; targetAverageValue?: string };
  containerResource?: { name: string; targetAverageUtilization?: number; targetAverageValue?: string; container: string };
  external?: { metricName: string; metricSelector?: unknown; targetValue?: string; targetAverageValue?: string };
}

function toStorage(object: KubernetesObject): KubernetesObject {
  const { spec, status, metadata } = deepCopy(object) as HorizontalPodAutoscalerV1;
  const { targetCPUUtilizationPercentage: cpu, ...rest } = spec ?? ({} as HorizontalPodAutoscalerV1['spec']);
  const metrics: MetricSpec[] = [...((readAnnotation(metadata, METRICS_ANNOTATION) as FlatMetric[] | undefined) ?? []).map(fromFlat)];
  if (cpu !== undefined) metrics.push({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } });
  const behavior = readAnnotation(metadata, BEHAVIOR_ANNOTATION) as HorizontalPodAutoscalerBehavior | undefined;
  const stored: HorizontalPodAutoscaler = {
    ...object, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata,
    spec: { ...rest, metrics, ...(behavior === undefined ? {} : { behavior }) },
  };
  delete stored.status;
  if (status !== undefined) {
    const { currentCPUUtilizationPercentage: _usage, ...common } = status;
    stored.status = common as HorizontalPodAutoscalerStatus;
  }
  setAutoscalerDefaults(stored);
  return stored;
}

function fromStorage(object: KubernetesObject): KubernetesObject {
  const { spec, status, metadata } = deepCopy(object) as HorizontalPodAutoscaler;
  const { metrics = [], behavior, ...rest } = spec;
  const cpuIndex = metrics.findIndex(({ resource }) => resource?.name === 'cpu' && resource.target.averageUtilization !== undefined);
  const others = metrics.filter((_metric, index) => index !== cpuIndex).map(toFlat);
  const annotations = { ...metadata.annotations };
  if (others.length > 0) annotations[METRICS_ANNOTATION] = goJson(others, false);
  if (behavior !== undefined) annotations[BEHAVIOR_ANNOTATION] = goJson(behaviorForm(behavior), false);
  if (Object.keys(annotations).length > 0) metadata.annotations = annotations;
  const cpu = metrics[cpuIndex]?.resource?.target.averageUtilization;
  const { currentMetrics: _metrics, conditions: _conditions, ...common } = status ?? ({} as HorizontalPodAutoscalerStatus);
  return {
    ...object, apiVersion: 'autoscaling/v1', metadata,
    spec: { ...rest, ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }) },
    status: { ...common, currentReplicas: common.currentReplicas ?? 0, desiredReplicas: common.desiredReplicas ?? 0 },
  } as KubernetesObject;
}

function readAnnotation({ annotations }: ObjectMeta, name: string): unknown {
  const text = annotations?.[name];
  if (text === undefined) return undefined;
  delete annotations?.[name];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function flatTarget({ averageUtilization, averageValue }: MetricTarget): { targetAverageUtilization?: number; targetAverageValue?: string } {
  return { ...(averageUtilization === undefined ? {} : { targetAverageUtilization: averageUtilization }), ...(averageValue === undefined ? {} : { targetAverageValue: averageValue }) };
}

function toFlat({ type, object, pods, resource, containerResource, external }: MetricSpec): FlatMetric {
  const flat: FlatMetric = { type };
  if (object !== undefined) {
    const { kind, name, apiVersion } = object.describedObject;
    flat.object = {
      target: { kind, name, ...(apiVersion ? { apiVersion } : {}) }, metricName: object.metric.name, targetValue: object.target.value ?? '0',
      ...(object.metric.selector === undefined ? {} : { selector: object.metric.selector }), ...(object.target.averageValue === undefined ? {} : { averageValue: object.target.averageValue }),
    };
  }
  if (pods !== undefined) flat.pods = { metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? '0', ...(pods.metric.selector === undefined ? {} : { selector: pods.metric.selector }) };
  if (resource !== undefined) flat.resource = { name: resource.name, ...flatTarget(resource.target) };
  if (containerResource !== undefined) flat.containerResource = { name: containerResource.name, ...flatTarget(containerResource.target), container: containerResource.container };
  if (external !== undefined) {
    flat.external = {
      metricName: external.metric.name, ...(external.metric.selector === undefined ? {} : { metricSelector: external.metric.selector }),
      ...(external.target.value === undefined ? {} : { targetValue: external.target.value }), ...(external.target.averageValue === undefined ? {} : { targetAverageValue: external.target.averageValue }),
    };
  }
  return flat;
}

function fromFlat({ type, object, pods, resource, containerResource, external }: FlatMetric): MetricSpec {
  const metric: Record<string, unknown> = { type };
  const identifier = (name: string, selector: unknown): object => ({ name, ...(selector === undefined ? {} : { selector }) });
  const usage = ({ targetAverageUtilization: share, targetAverageValue: value }: { targetAverageUtilization?: number; targetAverageValue?: string }): object =>
    share === undefined ? { type: 'AverageValue', ...(value === undefined ? {} : { averageValue: value }) } : { type: 'Utilization', averageUtilization: share };
  if (object !== undefined) {
    const target = object.averageValue === undefined ? { type: 'Value', value: object.targetValue } : { type: 'AverageValue', averageValue: object.averageValue };
    metric['object'] = { describedObject: object.target, metric: identifier(object.metricName, object.selector), target };
  }
  if (pods !== undefined) metric['pods'] = { metric: identifier(pods.metricName, pods.selector), target: { type: 'AverageValue', averageValue: pods.targetAverageValue } };
  if (resource !== undefined) metric['resource'] = { name: resource.name, target: usage(resource) };
  if (containerResource !== undefined) metric['containerResource'] = { name: containerResource.name, container: containerResource.container, target: usage(containerResource) };
  if (external !== undefined) {
    const target = external.targetValue === undefined ? { type: 'AverageValue', averageValue: external.targetAverageValue } : { type: 'Value', value: external.targetValue };
    metric['external'] = { metric: identifier(external.metricName, external.metricSelector), target };
  }
  return metric as unknown as MetricSpec;
}

/** The behavior with Go's field names, as the annotation has it. */
function behaviorForm({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object {
  const rulesForm = (rules: HorizontalPodAutoscalerBehavior['scaleUp']): unknown =>
    rules === undefined ? null : {
      StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
      SelectPolicy: rules.selectPolicy ?? null,
      Policies: (rules.policies ?? []).map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })),
      Tolerance: rules.tolerance ?? null,
    };
  return { ScaleUp: rulesForm(scaleUp), ScaleDown: rulesForm(scaleDown) };
}
