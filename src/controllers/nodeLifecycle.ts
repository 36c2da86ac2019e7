// What a node's conditions mean for pods: NoSchedule taints that follow the conditions and spec.unschedulable at once; labels under their old names.
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass, reconcileNodeLabels)
import type { Node, NodeSpec, Taint } from '../api/types.js';
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
/** Old names of labels, which many selectors still use, by today's. */
const OLD_LABELS = [['kubernetes.io/os', 'beta.kubernetes.io/os'], ['kubernetes.io/arch', 'beta.kubernetes.io/arch']] as const;

/**
 * Keeps the NoSchedule taints of every node equal to its conditions, and labels under their old names equal to those of today.
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
      const taints = wantedTaints(node, nowMs);
      const labels = wantedLabels(node.metadata.labels);
      if (taints === undefined && labels === undefined) return 'done';
      const metadata = labels === undefined ? node.metadata : { ...node.metadata, labels };
      return client.update({ ...node, metadata, ...(taints === undefined ? {} : { spec: withTaints(node, taints) }) }).code < 300 ? 'done' : 'retry';
    },
  }),
};

/** The node's taints, then those that follow its conditions, in their order; undefined when it has just these. */
function wantedTaints(node: Node, nowMs: () => number): Taint[] | undefined {
  const current = node.spec?.taints ?? [];
  const wanted = wantedKeys(node);
  if (wanted.length === 0 && current.length === 0) return undefined;
  const kept = current.filter(({ key, effect }) => effect !== 'NoSchedule' || !OWN_KEYS.has(key) || wanted.includes(key));
  const missing = wanted.filter((key) => !current.some((taint) => taint.key === key && taint.effect === 'NoSchedule'));
  if (missing.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...missing.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: formatTime(nowMs()) }))];
}

function withTaints({ spec }: Node, taints: Taint[]): NodeSpec {
  const { taints: _before, ...rest } = { ...spec };
  return taints.length === 0 ? rest : { ...rest, taints };
}

/** The labels with those under old names; undefined when they are there. */
function wantedLabels(labels: Record<string, string> | undefined): Record<string, string> | undefined {
  if (labels === undefined) return undefined;
  let wanted: Record<string, string> | undefined;
  for (const [name, oldName] of OLD_LABELS) {
    const value = labels[name];
    if (value !== undefined && labels[oldName] !== value) (wanted ??= { ...labels })[oldName] = value;
  }
  return wanted;
}

function wantedKeys({ spec, status }: Node): string[] {
  const keys: string[] = [];
  for (const condition of status?.conditions ?? []) {
    const key = TAINTS_OF_CONDITIONS.get(`${condition.type}=${condition.status}`);
    if (key !== undefined) keys.push(key);
  }
  if (spec?.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys;
}
