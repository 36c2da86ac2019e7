// HorizontalPodAutoscalers in a cluster without metrics: the bounds act, the rest is told as not to be had.
// Differs: a change of the autoscaler or of its target is looked at after three seconds, not on a timer of fifteen, which would find nothing new.
// Source: pkg/controller/podautoscaler/{horizontal,replica_calculator}.go
import { findCondition } from '../api/conditions.js';
import { compileLabelMap, compileLabelSelector, type CompiledSelector } from '../api/labelSelector.js';
import { splitKey, type KubernetesObject } from '../api/meta.js';
import type { Deployment, HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus, LabelSelector, MetricSpec, PodTemplateSpec } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { createFiledSelectors, type FiledSelectors } from './shared/filedSelectors.js';
import { printSelector, printSelectorQuery } from './shared/printSelector.js';

const LOOK_SECONDS = 3;
const NO_RESOURCE_METRICS = 'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
const NO_CUSTOM_METRICS = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

/** Runs HorizontalPodAutoscalers. */
export const horizontalPodAutoscaler: ControllerDescription = { name: 'horizontal-pod-autoscaler', create: createAutoscaler };

type Scalable = KubernetesObject & { spec?: { replicas?: number; selector?: LabelSelector | Record<string, string>; template?: PodTemplateSpec } };
const SCALABLE = { 'apps/Deployment': 'deployments.apps', 'apps/ReplicaSet': 'replicasets.apps', 'apps/StatefulSet': 'statefulsets.apps', '/ReplicationController': 'replicationcontrollers' } as const;
/** Kinds that are served but have no size. */
const WITHOUT_SCALE: Readonly<Record<string, string>> = { 'apps/DaemonSet': 'daemonsets', 'batch/Job': 'jobs', 'batch/CronJob': 'cronjobs', '/Pod': 'pods' };

function createAutoscaler({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  /** Namespace → the selector of the target of each autoscaler: known from the first time that its metrics are asked for. */
  const selectors = new Map<string, FiledSelectors>();
  /** Target as 'namespace/kind/name' → keys of its autoscalers. */
  const keysByTarget = new Map<string, Set<string>>();

  /** The autoscalers of the namespace whose targets select the pods of this target, this one included. One that is new to the rest wakes them. */
  function rivalsOf(key: string, target: Scalable): string[] {
    const [namespace] = splitKey(key);
    const known = selectors.get(namespace) ?? createFiledSelectors();
    selectors.set(namespace, known);
    const selector = selectorOf(target);
    const isNew = !deepEqual(known.get(key), selector);
    known.set(key, selector);
    if (known.size === 1) return [key];
    const labels = target.spec?.template?.metadata?.labels;
    const rivals = known.selecting(labels).sort(compareStrings);
    if (isNew) for (const rival of rivals) if (rival !== key) queue.addAfter(rival, LOOK_SECONDS);
    return rivals;
  }

  /** A change of a size wakes the autoscalers of the object. */
  function onTarget({ object, old }: { object: Scalable; old?: Scalable }): void {
    if (old !== undefined && old.spec?.replicas === object.spec?.replicas) return;
    const { namespace = '', name = '' } = object.metadata;
    for (const key of [...(keysByTarget.get(`${namespace}/${object.kind}/${name}`) ?? [])].sort(compareStrings)) queue.addAfter(key, LOOK_SECONDS);
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
    const current = target.spec?.replicas ?? 1;
    const min = spec.minReplicas ?? 1;
    let desired = current;
    let reason = '';
    if (current === 0 && min !== 0) set('ScalingActive', false, ['ScalingDisabled', 'scaling is disabled since the replica count of the target is zero']);
    else if (current > spec.maxReplicas) [desired, reason] = [spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas'];
    else if (current < min) [desired, reason] = [min, 'Current number of replicas below Spec.MinReplicas'];
    else {
      const failure = metricsFailure(autoscaler, target, rivalsOf(key, target));
      set('ScalingActive', false, [failure.reason, failure.condition]);
      for (const { reason, message } of failure.events) client.event(autoscaler, 'Warning', reason, message);
      client.event(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', failure.computed);
      status.currentReplicas = current;
      return writeStatus(autoscaler, status);
    }
    if (desired !== current) {
      const response = client.update({ ...target, spec: { ...target.spec, replicas: desired } } as Deployment);
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
    reconcile,
  };
}

function targetKey({ metadata, spec }: HorizontalPodAutoscaler): string {
  const { kind, name } = spec?.scaleTargetRef ?? { kind: '', name: '' };
  return `${metadata.namespace ?? ''}/${kind}/${name}`;
}

/** The object to scale, or the server's words for why there is none. */
function findTarget(read: Reader, autoscaler: HorizontalPodAutoscaler): Scalable | string {
  const { apiVersion = 'v1', kind, name } = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' };
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const resource = (SCALABLE as Record<string, (typeof SCALABLE)[keyof typeof SCALABLE] | undefined>)[`${group}/${kind}`];
  const withoutScale = WITHOUT_SCALE[`${group}/${kind}`];
  if (withoutScale !== undefined) return `the server could not find the requested resource (get ${withoutScale} ${name})`;
  if (resource === undefined) return `no matches for kind "${kind}" in group "${group}"`;
  const target = read.get(resource, autoscaler.metadata.namespace ?? '', name);
  return target === undefined ? `${resource} "${name}" not found` : target;
}

function selectorOf(target: Scalable): CompiledSelector {
  const selector = target.spec?.selector ?? {};
  return target.kind === 'ReplicationController' ? compileLabelMap(selector as Record<string, string>) : compileLabelSelector(selector as LabelSelector);
}

/** Why no number of replicas can be computed: reason and text of the condition, one event for every metric that failed, and the error of the whole. */
function metricsFailure(autoscaler: HorizontalPodAutoscaler, target: Scalable, rivals: readonly string[]): { reason: string; condition: string; events: { reason: string; message: string }[]; computed: string } {
  if (rivals.length > 1) {
    const selector = target.spec?.selector ?? {};
    const query = printSelectorQuery(target.kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : selector);
    const message = `pods by selector ${query} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
    return { reason: 'AmbiguousSelector', condition: message, events: [{ reason: 'AmbiguousSelector', message }], computed: message };
  }
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
      const { name = '', target } = metric.containerResource ?? {};
      const error = resourceError(name, target?.averageValue !== undefined);
      return { reason: 'FailedGetContainerResourceMetric', error, wrapped: `failed to get ${name} container metric value: ${error}` };
    }
    case 'Pods': {
      const error = `unable to get metric ${metric.pods?.metric.name ?? ''}: ${NO_CUSTOM_METRICS}`;
      return { reason: 'FailedGetPodsMetric', error, wrapped: `failed to get pods metric value: ${error}` };
    }
    case 'Object': {
      const { describedObject, metric: identifier } = metric.object ?? {};
      const error = `unable to get metric ${identifier?.name ?? ''}: ${describedObject?.kind ?? ''} on ${autoscaler.metadata.namespace ?? ''} ${describedObject?.name ?? ''}/${NO_CUSTOM_METRICS}`;
      return { reason: 'FailedGetObjectMetric', error, wrapped: `failed to get object metric value: ${error}` };
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

function setCondition(status: HorizontalPodAutoscalerStatus, wanted: { type: string; status: string; reason: string; message: string }, nowMs: number): void {
  const known = findCondition(status.conditions, wanted.type);
  const lastTransitionTime = known?.status === wanted.status ? (known.lastTransitionTime ?? formatTime(nowMs)) : formatTime(nowMs);
  const next = { ...wanted, lastTransitionTime };
  status.conditions = known === undefined ? [...(status.conditions ?? []), next] : (status.conditions ?? []).map((each) => (each === known ? next : each));
}
