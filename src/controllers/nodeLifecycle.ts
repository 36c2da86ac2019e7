// What a node's conditions mean for pods: NoSchedule taints that follow the conditions and spec.unschedulable at once.
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass)
import type { Node, Taint } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import type { ControllerDescription } from './controller.js';
import { formatTime } from '../util/time.js';

/** 'Type=Status' of a condition → taint key. */
const TAINTS_OF_CONDITIONS: ReadonlyMap<string, string> = new Map([
  ['Ready=False', 'node.kubernetes.io/not-ready'],
  ['Ready=Unknown', 'node.kubernetes.io/unreachable'],
  ['MemoryPressure=True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure=True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable=True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure=True', 'node.kubernetes.io/pid-pressure'],
]);
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const OWN_KEYS: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...TAINTS_OF_CONDITIONS.values()]);

/**
 * Keeps the NoSchedule taints of every node equal to its conditions.
 * Differs: a node without heartbeats stays as its manifest says; conditions change only when an update says so.
 */
export const nodeLifecycle: ControllerDescription = {
  name: 'node-controller',
  precedesScheduling: true,
  create: ({ client, queue, nowMs }) => ({
    handlers: {
      nodes: ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name ?? '');
      },
    },
    reconcile(name) {
      const node = client.read.get('nodes', '', name);
      if (node === undefined) return 'done';
      const current = node.spec?.taints ?? [];
      const wanted = wantedKeys(node);
      if (wanted.length === 0 && current.length === 0) return 'done';
      const kept = current.filter(({ key, effect }) => effect !== 'NoSchedule' || !OWN_KEYS.has(key) || wanted.includes(key));
      const missing = wanted.filter((key) => !current.some((taint) => taint.key === key && taint.effect === 'NoSchedule'));
      if (missing.length === 0 && kept.length === current.length) return 'done';
      const added: Taint[] = missing.sort(compareStrings).map((key) => ({ key, effect: 'NoSchedule', timeAdded: formatTime(nowMs()) }));
      const taints = [...kept, ...added];
      const spec = { ...node.spec };
      if (taints.length === 0) delete spec.taints;
      else spec.taints = taints;
      return client.update({ ...node, spec }).code < 300 ? 'done' : 'retry';
    },
  }),
};

function wantedKeys({ spec, status }: Node): string[] {
  const keys: string[] = [];
  for (const condition of status?.conditions ?? []) {
    const key = TAINTS_OF_CONDITIONS.get(`${condition.type}=${condition.status}`);
    if (key !== undefined) keys.push(key);
  }
  if (spec?.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys;
}
