// A PodDisruptionBudget must leave at least one pod of what it covers free to be evicted. The node is its spec.
// In the message: {field}, {value}, {replicas}.
import { compileLabelSelector } from '../../api/labelSelector.js';
import type { LabelSelector } from '../../api/types.js';
import { isRecord } from '../../util/objects.js';
import { valueAt, type LintObject, type World } from '../world.js';
import type { Check } from './check.js';

/** One finding when the budget, worked out on the replicas of the input, allows no disruption. */
export const budgetAllowsDisruption: Check = ({ value, path }, { object, world }) => {
  if (!isRecord(value) || !isRecord(value['selector'])) return [];
  const covered = world.selected(object.namespace, compileLabelSelector(value['selector'] as LabelSelector));
  let replicas = 0;
  for (const { owner } of covered) {
    const count = replicasOf(owner, world);
    if (count === undefined) return [];
    replicas += count;
  }
  if (replicas === 0) return [];
  const { minAvailable, maxUnavailable } = value;
  const allowed = maxUnavailable !== undefined ? amount(maxUnavailable, replicas) : minAvailable !== undefined ? replicas - (amount(minAvailable, replicas) ?? 0) : 1;
  if (allowed === undefined || allowed > 0) return [];
  const field = maxUnavailable !== undefined ? 'maxUnavailable' : 'minAvailable';
  return [{ path: `${path}.${field}`, args: { replicas: String(replicas), field, value: String(value[field]) }, related: covered.slice(0, 1).map(({ owner }) => ({ object: owner, path: 'spec.replicas', message: 'the replicas it covers' })) }];
};

const SCALED: readonly string[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];

/** The pods of a workload, at least as many as its autoscaler keeps; undefined when that cannot be told. */
function replicasOf({ object, namespace }: LintObject, world: World): number | undefined {
  if (object.kind === 'Pod') return 1;
  if (!SCALED.includes(object.kind)) return undefined;
  const stated = valueAt(object, 'spec.replicas') ?? 1;
  const scaler = world.ofKind('HorizontalPodAutoscaler', namespace).find((each) => {
    const target = valueAt(each.object, 'spec.scaleTargetRef');
    return isRecord(target) && target['kind'] === object.kind && target['name'] === object.metadata.name;
  });
  // An autoscaler leaves alone what is scaled to zero.
  const least = scaler === undefined || stated === 0 ? 0 : (valueAt(scaler.object, 'spec.minReplicas') ?? 1);
  return typeof stated === 'number' && typeof least === 'number' ? Math.max(stated, least) : undefined;
}

/** A number, or a share of the replicas rounded up. */
function amount(value: unknown, replicas: number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : Math.ceil((Number(percent) * replicas) / 100);
}
