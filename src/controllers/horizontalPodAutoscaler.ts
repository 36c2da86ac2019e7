// HorizontalPodAutoscalers in a cluster without metrics: the bounds act, the rest is told as not to be had.
// Differs: a change of the autoscaler or of its target is looked at after three seconds, not on a timer of fifteen, which would find nothing new.
// Source: pkg/controller/podautoscaler/{horizontal,replica_calculator}.go
import { findCondition } from '../api/conditions.js';
import { compileLabelMap, compileLabelSelector, selectorMatches, type CompiledSelector } from '../api/labelSelector.js';
import { splitKey, type KubernetesObject } from '../api/meta.js';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus, LabelSelector, MetricSpec, PodTemplateSpec } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { builtInKinds } from '../kinds/index.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { findCustomKind, parseSelectorQuery, podSelectorOf, specReplicasOf, withSpecReplicas } from './shared/customScale.js';
import { createFiledSelectors, type FiledSelectors } from './shared/filedSelectors.js';
import { printSelector, printSelectorQuery } from './shared/printSelector.js';

const LOOK_SECONDS = 3;
const NO_RESOURCE_METRICS = 'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
const NO_CUSTOM_METRICS = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

/** Runs HorizontalPodAutoscalers. */
export const horizontalPodAutoscaler: ControllerDescription = { name: 'horizontal-pod-autoscaler', create: createAutoscaler };

type Scalable = KubernetesObject & { spec?: { replicas?: number; selector?: LabelSelector | Record<string, string>; template?: PodTemplateSpec } };
const SCALABLE = { 'apps/Deployment': 'deployments.apps', 'apps/ReplicaSet': 'replicasets.apps', 'apps/StatefulSet': 'statefulsets.apps', '/ReplicationController': 'replicationcontrollers' } as const;
const SCALABLE_KINDS: ReadonlySet<string> = new Set(Object.keys(SCALABLE).map((name) => name.slice(name.indexOf('/') + 1)));

/** What is to be scaled, as its scale subresource tells it. */
interface Target {
  replicas: number;
  /** In the form of a query; '' when nothing is known of its pods. */
  selector: string;
  compiled: CompiledSelector | undefined;
  /** The labels of its pods, each set of them once. */
  podLabels(): readonly (Record<string, string> | undefined)[];
  resized(replicas: number): KubernetesObject;
}

/** Why no number of replicas can be computed: reason and text of the condition, the events that tell it, and the error of the whole. */
interface Failure {
  reason: string;
  condition: string;
  events: { reason: string; message: string }[];
  computed: string;
}

function createAutoscaler({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  /** Namespace → the selector of the target of each autoscaler: known from the first time that its metrics are asked for. */
  const selectors = new Map<string, FiledSelectors>();
  /** Target as 'namespace/kind/name' → keys of its autoscalers. */
  const keysByTarget = new Map<string, Set<string>>();
  /** Kinds of targets beyond those of workloads. */
  const customKinds = new Set<string>();

  /** The autoscalers of the namespace whose targets select the pods of this target, this one included. One that is new to the rest wakes them. */
  function rivalsOf(key: string, selector: CompiledSelector, target: Target): string[] {
    const [namespace] = splitKey(key);
    const known = selectors.get(namespace) ?? createFiledSelectors();
    selectors.set(namespace, known);
    const isNew = !deepEqual(known.get(key), selector);
    known.set(key, selector);
    if (known.size === 1) return [key];
    const rivals = [...new Set(target.podLabels().flatMap((labels) => known.selecting(labels)))].sort(compareStrings);
    if (isNew) for (const rival of rivals) if (rival !== key) queue.addAfter(rival, LOOK_SECONDS);
    return rivals;
  }

  /** A change of a size wakes the autoscalers of the object. */
  function onTarget({ object, old }: { object: Scalable; old?: Scalable }): void {
    if (old === undefined || old.spec?.replicas !== object.spec?.replicas) wake(object);
  }

  function wake({ kind, metadata: { namespace = '', name = '' } }: KubernetesObject): void {
    for (const key of [...(keysByTarget.get(`${namespace}/${kind}/${name}`) ?? [])].sort(compareStrings)) queue.addAfter(key, LOOK_SECONDS);
  }

  /** Why no number of replicas can be computed. Source: computeReplicasForMetrics, validateAndParseSelector */
  function failureOf(key: string, autoscaler: HorizontalPodAutoscaler, target: Target, status: HorizontalPodAutoscalerStatus): Failure {
    clearMetrics(status);
    if (target.selector === '') {
      return { reason: 'InvalidSelector', condition: "the HPA target's scale is missing a selector", events: [{ reason: 'SelectorRequired', message: 'selector is required' }], computed: 'selector is required' };
    }
    const rivals = target.compiled === undefined ? [] : rivalsOf(key, target.compiled, target);
    if (rivals.length > 1) {
      const message = `pods by selector ${target.selector} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
      return { reason: 'AmbiguousSelector', condition: message, events: [{ reason: 'AmbiguousSelector', message }], computed: message };
    }
    // There is an entry for every metric, and what fails leaves it empty.
    status.currentMetrics = (autoscaler.spec?.metrics ?? []).map(() => ({ type: '' }));
    return metricsFailure(autoscaler);
  }

  function reconcile(key: string): ReconcileResult {
    const autoscaler = read.byKey('horizontalpodautoscalers.autoscaling', key);
    if (autoscaler?.spec === undefined) return 'done';
    const { spec } = autoscaler;
    const status: HorizontalPodAutoscalerStatus = { ...autoscaler.status, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0 };
    const set = (type: string, isTrue: boolean, [reason, message]: readonly [string, string]): void => setCondition(status, { type, status: isTrue ? 'True' : 'False', reason, message }, nowMs());
    const target = findTarget(read, autoscaler);
    if (typeof target === 'string') {
      client.event(autoscaler, 'Warning', 'FailedGetScale', target);
      set('AbleToScale', false, ['FailedGetScale', `the HPA controller was unable to get the target's current scale: ${target}`]);
      return writeStatus(autoscaler, status);
    }
    set('AbleToScale', true, ['SucceededGetScale', "the HPA controller was able to get the target's current scale"]);
    const current = target.replicas;
    const min = spec.minReplicas ?? 1;
    let desired = current;
    let reason = '';
    if (current === 0 && min !== 0) set('ScalingActive', false, ['ScalingDisabled', 'scaling is disabled since the replica count of the target is zero']);
    else if (current > spec.maxReplicas) [desired, reason] = [spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas'];
    else if (current < min) [desired, reason] = [min, 'Current number of replicas below Spec.MinReplicas'];
    else {
      const failure = failureOf(key, autoscaler, target, status);
      set('ScalingActive', false, [failure.reason, failure.condition]);
      for (const { reason, message } of failure.events) client.event(autoscaler, 'Warning', reason, message);
      client.event(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', failure.computed);
      status.currentReplicas = current;
      return writeStatus(autoscaler, status);
    }
    clearMetrics(status);
    if (desired !== current) {
      const response = client.update(target.resized(desired));
      if (response.object === undefined) {
        client.event(autoscaler, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${response.message ?? ''}`);
        set('AbleToScale', false, ['FailedUpdateScale', `the HPA controller was unable to update the target scale: ${response.message ?? ''}`]);
        status.currentReplicas = current;
        return writeStatus(autoscaler, status);
      }
      set('AbleToScale', true, ['SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`]);
      client.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
      status.lastScaleTime = formatTime(nowMs());
    }
    status.currentReplicas = current;
    status.desiredReplicas = desired;
    return writeStatus(autoscaler, status);
  }

  function writeStatus(autoscaler: HorizontalPodAutoscaler, status: HorizontalPodAutoscalerStatus): ReconcileResult {
    if (!deepEqual(status, autoscaler.status)) client.updateStatus({ ...autoscaler, status });
    return 'done';
  }

  return {
    handlers: {
      'horizontalpodautoscalers.autoscaling': ({ type, key, object, old }) => {
        if (old !== undefined) keysByTarget.get(targetKey(old))?.delete(key);
        if (type !== 'DELETED') {
          const target = targetKey(object);
          keysByTarget.set(target, (keysByTarget.get(target) ?? new Set()).add(key));
          const { kind } = object.spec?.scaleTargetRef ?? { kind: '' };
          if (!SCALABLE_KINDS.has(kind)) customKinds.add(kind);
          queue.addAfter(key, LOOK_SECONDS);
          return;
        }
        const known = selectors.get(splitKey(key)[0]);
        if (known?.get(key) === undefined) return;
        known.set(key, undefined);
        for (const other of known.keys()) queue.addAfter(other, LOOK_SECONDS);
      },
      'deployments.apps': onTarget,
      'replicasets.apps': onTarget,
      'statefulsets.apps': onTarget,
      replicationcontrollers: onTarget,
    },
    onAnyEvent({ object }) {
      if (customKinds.size > 0 && customKinds.has(object.kind)) wake(object);
    },
    reconcile,
  };
}

function targetKey({ metadata, spec }: HorizontalPodAutoscaler): string {
  const { kind, name } = spec?.scaleTargetRef ?? { kind: '', name: '' };
  return `${metadata.namespace ?? ''}/${kind}/${name}`;
}

/** The object to scale, or the server's words for why there is none. */
function findTarget(read: Reader, autoscaler: HorizontalPodAutoscaler): Target | string {
  const { apiVersion = 'v1', kind, name } = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' };
  const { namespace = '' } = autoscaler.metadata;
  const slash = apiVersion.indexOf('/');
  if (slash >= 0 && apiVersion.includes('/', slash + 1)) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = apiVersion.slice(0, Math.max(slash, 0));
  const resource = (SCALABLE as Record<string, (typeof SCALABLE)[keyof typeof SCALABLE] | undefined>)[`${group}/${kind}`];
  if (resource !== undefined) {
    const target = read.get(resource, namespace, name);
    return target === undefined ? `${resource} "${name}" not found` : workloadTarget(target);
  }
  for (const builtIn of builtInKinds().values()) if (builtIn.group === group && builtIn.kind === kind) return `the server could not find the requested resource (get ${builtIn.plural} ${name})`;
  const custom = findCustomKind(read, { group, kind });
  if (custom === undefined) return `no matches for kind "${kind}" in group "${group}"`;
  const { scale } = custom;
  const object = scale === undefined || !custom.namespaced ? undefined : read.getObject(custom.resource, namespace, name);
  if (scale === undefined || object === undefined) return `${custom.resource} "${name}" not found`;
  const replicas = specReplicasOf(object, scale);
  if (typeof replicas === 'string') return replicas;
  const selector = podSelectorOf(object, scale);
  const compiled = parseSelectorQuery(selector);
  return {
    replicas, selector, compiled,
    podLabels: () => (compiled === undefined ? [] : read.list('pods', namespace).flatMap(({ metadata: { labels } }) => (selectorMatches(compiled, labels) ? [labels] : []))),
    resized: (wanted) => withSpecReplicas(object, scale, wanted),
  };
}

function workloadTarget(target: Scalable): Target {
  const { replicas = 1, selector = {}, template } = target.spec ?? {};
  const isMap = target.kind === 'ReplicationController';
  return {
    replicas,
    selector: printSelectorQuery(isMap ? { matchLabels: selector as Record<string, string> } : selector),
    compiled: isMap ? compileLabelMap(selector as Record<string, string>) : compileLabelSelector(selector),
    podLabels: () => [template?.metadata?.labels],
    resized: (wanted) => ({ ...target, spec: { ...target.spec, replicas: wanted } }) as KubernetesObject,
  };
}

/** The failure of every metric: there are none to be had. */
function metricsFailure(autoscaler: HorizontalPodAutoscaler): Failure {
  const metrics = autoscaler.spec?.metrics ?? [];
  const errors = (metrics.length === 0 ? [undefined] : metrics).map((metric) => metricError(metric, autoscaler));
  const [first] = errors as [MetricFailure];
  return {
    reason: first.reason,
    condition: `the HPA was unable to compute the replica count: ${first.error}`,
    events: errors.map(({ reason, error }) => ({ reason, message: error })),
    computed: `invalid metrics (${metrics.length} invalid out of ${metrics.length}), first error is: ${first.wrapped}`,
  };
}

interface MetricFailure {
  reason: string;
  error: string;
  /** The error as the failure of the whole quotes it. */
  wrapped: string;
}

function metricError(metric: MetricSpec | undefined, autoscaler: HorizontalPodAutoscaler): MetricFailure {
  const resourceError = (name: string, isAverage: boolean): string => `failed to get ${name} ${isAverage ? 'usage' : 'utilization'}: unable to get metrics for resource ${name}: ${NO_RESOURCE_METRICS}`;
  switch (metric?.type) {
    case 'ContainerResource': {
      const { name = '', container = '', target } = metric.containerResource ?? {};
      const error = resourceError(name, target?.averageValue !== undefined);
      return { reason: 'FailedGetContainerResourceMetric', error, wrapped: `failed to get ${container} container metric value: ${error}` };
    }
    case 'Pods': {
      const error = `unable to get metric ${metric.pods?.metric.name ?? ''}: ${NO_CUSTOM_METRICS}`;
      return { reason: 'FailedGetPodsMetric', error, wrapped: `failed to get pods metric value: ${error}` };
    }
    case 'Object': {
      const { describedObject, metric: identifier, target } = metric.object ?? {};
      const error = `unable to get metric ${identifier?.name ?? ''}: ${describedObject?.kind ?? ''} on ${autoscaler.metadata.namespace ?? ''} ${describedObject?.name ?? ''}/${NO_CUSTOM_METRICS}`;
      const failed = target?.type === 'AverageValue' ? `failed to get ${identifier?.name ?? ''} object metric: ` : '';
      return { reason: 'FailedGetObjectMetric', error, wrapped: `failed to get object metric value: ${failed}${error}` };
    }
    case 'External': {
      const { name = '', selector } = metric.external?.metric ?? {};
      const error = `unable to get external metric ${autoscaler.metadata.namespace ?? ''}/${name}/${printSelector(selector)}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
      const failed = metric.external?.target.averageValue === undefined ? `failed to get external metric ${name}` : `failed to get ${name} external metric`;
      return { reason: 'FailedGetExternalMetric', error, wrapped: `failed to get ${name} external metric value: ${failed}: ${error}` };
    }
    default: {
      const { name = 'cpu', target } = metric?.resource ?? {};
      const error = resourceError(name, target?.averageValue !== undefined);
      return { reason: 'FailedGetResourceMetric', error, wrapped: `failed to get ${name} resource metric value: ${error}` };
    }
  }
}

/** The server writes an empty list as null. */
function clearMetrics(status: HorizontalPodAutoscalerStatus): void {
  if ((status.currentMetrics ?? []).length > 0) delete status.currentMetrics;
}

function setCondition(status: HorizontalPodAutoscalerStatus, wanted: { type: string; status: string; reason: string; message: string }, nowMs: number): void {
  const known = findCondition(status.conditions, wanted.type);
  const lastTransitionTime = known?.status === wanted.status ? (known.lastTransitionTime ?? formatTime(nowMs)) : formatTime(nowMs);
  const next = { ...wanted, lastTransitionTime };
  status.conditions = known === undefined ? [...(status.conditions ?? []), next] : (status.conditions ?? []).map((each) => (each === known ? next : each));
}
