// The end of a namespace: its pods go first, then everything else, then its finalizer.
// Source: pkg/controller/namespace/deletion/{namespaced_resources_deleter,status_condition_utils}.go
import { findCondition } from '../api/conditions.js';
import type { KubernetesObject } from '../api/meta.js';
import type { Namespace, NamespaceCondition } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import { formatTime } from '../util/time.js';
import type { Client } from '../apiserver/client.js';
import type { ControllerDescription } from './controller.js';

/** Differs: the real controller lets 5 s pass; here it is short enough for a cluster that is coming to rest. */
const GRACE_SECONDS = 2;
const FINALIZER = 'kubernetes';

/** Empties terminating namespaces. */
export const namespace: ControllerDescription = {
  name: 'namespace-controller',
  retries: { longestSeconds: 60 },
  create({ client, queue, nowMs }) {
    const terminating = new Set<string>();
    return {
      handlers: {
        namespaces: ({ type, object, old }) => {
          const name = object.metadata.name ?? '';
          if (type === 'DELETED' || object.metadata.deletionTimestamp === undefined) terminating.delete(name);
          else if (old === undefined || old.metadata.deletionTimestamp === undefined || !terminating.has(name)) {
            terminating.add(name);
            queue.addAfter(name, GRACE_SECONDS);
          }
        },
      },
      onAnyEvent({ type, object }) {
        if (type === 'DELETED' && terminating.has(object.metadata.namespace ?? '')) queue.add(object.metadata.namespace ?? '');
      },
      reconcile(name) {
        const found = client.read.get('namespaces', '', name);
        if (found === undefined || found.metadata.deletionTimestamp === undefined || found.spec?.finalizers?.includes(FINALIZER) !== true) return 'done';
        const left = empty(client, name);
        const written = writeConditions(client, found, left, formatTime(nowMs()));
        if (written === undefined) return 'retry';
        if (left.size > 0) return 'done';
        const finalizers = (written.spec?.finalizers ?? []).filter((each) => each !== FINALIZER);
        return client.finalize({ ...written, spec: { ...written.spec, finalizers } }).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

/** Deletes what is in the namespace; pods alone as long as there are some. Gives what is left, by resource. */
function empty(client: Client, name: string): Map<string, readonly KubernetesObject[]> {
  const left = new Map<string, readonly KubernetesObject[]>();
  const deleteAll = (resource: string): void => {
    for (const object of client.read.listObjects(resource, name)) {
      if (object.metadata.deletionTimestamp === undefined) client.delete(object, { propagationPolicy: 'Background' });
    }
    const remaining = client.read.listObjects(resource, name);
    if (remaining.length > 0) left.set(resource, remaining);
  };
  deleteAll('pods');
  if (left.size === 0) for (const resource of client.read.resources()) deleteAll(resource);
  return left;
}

function writeConditions(client: Client, found: Namespace, left: ReadonlyMap<string, readonly KubernetesObject[]>, time: string): Namespace | undefined {
  const before = found.status?.conditions ?? [];
  const conditions = conditionsFor(left).map((condition): NamespaceCondition => {
    const old = findCondition(before, condition.type);
    return { ...condition, lastTransitionTime: old?.status === condition.status && old.lastTransitionTime !== undefined ? old.lastTransitionTime : time };
  });
  const isSame = conditions.every(({ type, status, message }) => {
    const old = findCondition(before, type);
    return old !== undefined && old.status === status && old.message === message;
  });
  return isSame ? found : client.updateStatus<Namespace>({ ...found, status: { ...found.status, conditions } }).object;
}

type Verdict = Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>;

function conditionsFor(left: ReadonlyMap<string, readonly KubernetesObject[]>): Verdict[] {
  const resources: string[] = [];
  const holders = new Map<string, number>();
  for (const [resource, objects] of left) {
    const dot = resource.indexOf('.');
    resources.push(`${dot < 0 ? `${resource}.` : resource} has ${objects.length} resource instances`);
    for (const { metadata } of objects) for (const finalizer of metadata.finalizers ?? []) holders.set(finalizer, (holders.get(finalizer) ?? 0) + 1);
  }
  const finalizers = [...holders].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const fine = (type: string, reason: string, message: string): Verdict => ({ type, status: 'False', reason, message });
  const wrong = (type: string, reason: string, message: string): Verdict => ({ type, status: 'True', reason, message });
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    fine('NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    resources.length === 0
      ? fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : wrong('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${resources.sort(compareStrings).join(', ')}`),
    finalizers.length === 0
      ? fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : wrong('NamespaceFinalizersRemaining', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${finalizers.sort(compareStrings).join(', ')}`),
  ];
}
