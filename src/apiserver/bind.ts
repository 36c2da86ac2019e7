// The binding subresource of a pod: the scheduler's decision. Source: pkg/registry/core/pod/storage/storage.go (BindingREST, setPodNodeAndMetadata)
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import type { Pod, PodCondition, PodStatus } from '../api/types.js';
import type { StoreKey } from '../store/store.js';
import { deepFreeze } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import { topologyLabelsOf, withTopology } from './admission/podTopologyLabels.js';
import { conflict, notFoundRefusal, refused } from './refusal.js';
import type { RequestContext } from './requestContext.js';

/** Puts the pod on the node. */
export function bindPod(context: RequestContext, ref: ObjectRef, nodeName: string): Response {
  const key: StoreKey = { table: 'pods', namespace: ref.namespace ?? 'default', name: ref.name };
  const old = context.store.get(key) as Pod | undefined;
  if (old === undefined) return refused(notFoundRefusal('pods', ref.name));
  const why = whyNot(old);
  if (why !== undefined) return refused(conflict('pods/binding', ref.name, why));
  const topology = topologyLabelsOf(context.read, nodeName);
  const status: PodStatus = { ...old.status, conditions: withScheduled(old.status?.conditions ?? [], formatTime(context.nowMs())) };
  // A nomination ends with the binding.
  if (status.nominatedNodeName !== undefined) delete status.nominatedNodeName;
  const bound: Pod = {
    ...old,
    metadata: topology === undefined ? old.metadata : { ...old.metadata, labels: withTopology(old.metadata.labels, topology) },
    spec: { ...old.spec, nodeName } as NonNullable<Pod['spec']>,
    status,
  };
  return { code: 201, warnings: [], object: context.store.update(key, bound as KubernetesObject, old as KubernetesObject) as KubernetesObject };
}

function whyNot({ metadata, spec }: Pod): string | undefined {
  const name = metadata.name ?? '';
  if (metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (spec?.nodeName) return `pod ${name} is already assigned to node "${spec.nodeName}"`;
  if ((spec?.schedulingGates?.length ?? 0) > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

/** The only condition of a pod that was bound at once; pods that were bound in one second share it. */
let lastScheduled: { time: string; conditions: PodCondition[] } | undefined;

function withScheduled(conditions: readonly PodCondition[], time: string): PodCondition[] {
  // Kubernetes writes an empty time as null, which the types of decoded objects do not know.
  if (lastScheduled?.time !== time) lastScheduled = { time, conditions: deepFreeze([{ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time } as unknown as PodCondition]) };
  if (conditions.length === 0) return lastScheduled.conditions;
  const scheduled = lastScheduled.conditions[0] as PodCondition;
  const before = conditions.findIndex((condition) => condition.type === 'PodScheduled');
  if (before < 0) return [...conditions, scheduled];
  return conditions.map((condition, index) => (index === before ? scheduled : condition));
}
