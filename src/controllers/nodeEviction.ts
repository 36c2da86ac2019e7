// What follows when a node stops being ready: zone by zone nodes get NoExecute taints, slower the more of a zone is down; pods of a node that is silent are not ready either.
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (monitorNodeHealth, handleDisruption, doNoExecuteTaintingPass)
import { findCondition, isConditionTrue } from '../api/conditions.js';
import type { Node, Pod, Taint } from '../api/types.js';
import { formatTime } from '../util/time.js';
import type { Client } from '../apiserver/client.js';
import type { ControllerDescription } from './controller.js';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const EXCLUDE = ['node.kubernetes.io/exclude-disruption'];
/** Seconds from one node of a zone to the next. */
const INTERVAL_SECONDS = 10;
const SLOW_INTERVAL_SECONDS = 100;
const LARGE_ZONE = 50;
const UNHEALTHY_SHARE = 0.55;

type Disruption = 'Normal' | 'PartialDisruption' | 'FullDisruption';

interface Zone {
  ready: Set<string>;
  notReady: Set<string>;
  /** Nodes to be tainted, in the order in which they failed. */
  waiting: Set<string>;
  nextMs: number;
}

/** Taints nodes that are not ready and marks the pods of silent ones. Differs: it never decides by itself that a node is not ready. */
export const nodeEviction: ControllerDescription = {
  name: 'node-controller',
  create({ client, queue, nowMs }) {
    const zones = new Map<string, Zone>();
    const zoneOf = (node: Node): Zone => {
      const key = zoneKey(node);
      let zone = zones.get(key);
      if (zone === undefined) {
        zone = { ready: new Set(), notReady: new Set(), waiting: new Set(), nextMs: 0 };
        zones.set(key, zone);
      }
      return zone;
    };
    const leave = (node: Node): void => {
      const zone = zoneOf(node);
      const name = node.metadata.name ?? '';
      for (const set of [zone.ready, zone.notReady, zone.waiting]) set.delete(name);
    };
    const isEverythingDown = (): boolean => {
      let isAnyDown = false;
      for (const zone of zones.values()) {
        const state = disruptionOf(zone);
        if (state === 'FullDisruption') isAnyDown = true;
        else if (zone.ready.size + zone.notReady.size > 0) return false;
      }
      return isAnyDown;
    };
    let wasEverythingDown = false;

    /** Taints the next nodes of the zone as far as its limit allows. */
    function work(zoneName: string): void {
      const zone = zones.get(zoneName);
      if (zone === undefined || zone.waiting.size === 0 || wasEverythingDown) return;
      const interval = intervalSeconds(zone);
      if (interval === undefined) return;
      for (const name of zone.waiting) {
        if (zone.nextMs > nowMs()) {
          queue.addAfter(`zone:${zoneName}`, (zone.nextMs - nowMs()) / 1000);
          return;
        }
        zone.waiting.delete(name);
        const node = client.read.get('nodes', '', name);
        const key = node === undefined ? undefined : noExecuteKey(node);
        if (node === undefined || key === undefined) continue;
        if (setNoExecute(client, node, key, nowMs())) zone.nextMs = nowMs() + interval * 1000;
      }
    }

    function checkDisruption(): void {
      const isDown = isEverythingDown();
      if (isDown !== wasEverythingDown) {
        wasEverythingDown = isDown;
        for (const zone of zones.values()) {
          zone.nextMs = nowMs();
          for (const name of zone.notReady) {
            const node = client.read.get('nodes', '', name);
            if (node === undefined) continue;
            if (isDown) setNoExecute(client, node, undefined, nowMs());
            else if (noExecuteKey(node) !== undefined) zone.waiting.add(name);
          }
        }
      }
      for (const name of zones.keys()) work(name);
    }

    return {
      handlers: {
        nodes({ type, object, old }) {
          const name = object.metadata.name ?? '';
          if (old !== undefined && zoneKey(old) !== zoneKey(object)) leave(old);
          if (type === 'DELETED') {
            leave(object);
            queue.add('disruption');
            return;
          }
          const before = old === undefined ? undefined : readyStatus(old);
          const now = readyStatus(object);
          const zone = zoneOf(object);
          if (now !== undefined && !EXCLUDE.some((label) => object.metadata.labels?.[label] !== undefined)) {
            (now === 'True' ? zone.ready : zone.notReady).add(name);
            (now === 'True' ? zone.notReady : zone.ready).delete(name);
          }
          if (before === now && object.spec?.taints === old?.spec?.taints) return;
          if (now === 'True' && before === undefined && noExecuteTaints(object).length === 0) return;
          queue.add(`node:${name}`);
          // A kubelet that still speaks, if only to say that it is not ready, speaks for its pods too.
          if (before === 'True' && now === 'Unknown') queue.add(`pods:${name}`);
        },
      },
      reconcile(key) {
        const colon = key.indexOf(':');
        const name = key.slice(colon + 1);
        switch (colon < 0 ? key : key.slice(0, colon)) {
          case 'zone':
            work(name);
            return 'done';
          case 'pods':
            markPodsNotReady(client, name, nowMs());
            return 'done';
          case 'node': {
            const node = client.read.get('nodes', '', name);
            if (node === undefined) return 'done';
            const wanted = noExecuteKey(node);
            const held = noExecuteTaints(node);
            const zone = zoneOf(node);
            if (wanted === undefined) {
              zone.waiting.delete(name);
              setNoExecute(client, node, undefined, nowMs());
            } else if (held.some((taint) => taint.key !== wanted)) setNoExecute(client, node, wanted, nowMs());
            else if (held.length === 0) zone.waiting.add(name);
            checkDisruption();
            return 'done';
          }
          default:
            checkDisruption();
            return 'done';
        }
      },
    };
  },
};

function readyStatus(node: Node): string | undefined {
  return findCondition(node.status?.conditions, 'Ready')?.status;
}

function zoneKey({ metadata }: Node): string {
  const { labels } = metadata;
  const part = (stable: string, beta: string): string => labels?.[stable] ?? labels?.[beta] ?? '';
  return `${part('topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region')}\u0000${part('topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone')}`;
}

/** The taint that the node's condition asks for. */
function noExecuteKey(node: Node): string | undefined {
  const status = readyStatus(node);
  return status === 'False' ? NOT_READY : status === 'Unknown' ? UNREACHABLE : undefined;
}

function noExecuteTaints({ spec }: Node): Taint[] {
  return (spec?.taints ?? []).filter(({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE));
}

function disruptionOf({ ready, notReady }: Zone): Disruption {
  if (ready.size === 0 && notReady.size > 0) return 'FullDisruption';
  return notReady.size > 2 && notReady.size / (notReady.size + ready.size) >= UNHEALTHY_SHARE ? 'PartialDisruption' : 'Normal';
}

/** Undefined when no node of the zone may be tainted. */
function intervalSeconds(zone: Zone): number | undefined {
  if (disruptionOf(zone) !== 'PartialDisruption') return INTERVAL_SECONDS;
  return zone.ready.size + zone.notReady.size > LARGE_ZONE ? SLOW_INTERVAL_SECONDS : undefined;
}

/** Makes the taint of this key the only one of the two; undefined takes both off. False when nothing was to be done. */
function setNoExecute(client: Client, node: Node, key: string | undefined, nowMs: number): boolean {
  const held = noExecuteTaints(node);
  if (key === undefined ? held.length === 0 : held.length === 1 && held[0]?.key === key) return false;
  const taints = (node.spec?.taints ?? []).filter((taint) => !held.includes(taint) || taint.key === key);
  if (key !== undefined && !taints.some((taint) => taint.key === key && taint.effect === 'NoExecute')) taints.push({ key, effect: 'NoExecute', timeAdded: formatTime(nowMs) });
  const { taints: _, ...spec } = node.spec ?? {};
  client.update({ ...node, spec: taints.length === 0 ? spec : { ...spec, taints } });
  return true;
}

function markPodsNotReady(client: Client, nodeName: string, nowMs: number): void {
  const node = client.read.get('nodes', '', nodeName);
  if (node === undefined || isConditionTrue(node.status?.conditions, 'Ready')) return;
  client.event(node, 'Normal', 'NodeNotReady', `Node ${nodeName} status is now: NodeNotReady`);
  for (const pod of [...client.read.podsOnNode(nodeName)]) {
    const ready = findCondition(pod.status?.conditions, 'Ready');
    if (ready?.status !== 'True') continue;
    const conditions = (pod.status?.conditions ?? []).map((condition) => (condition === ready ? { ...condition, status: 'False', lastTransitionTime: formatTime(nowMs) } : condition));
    if (client.updateStatus<Pod>({ ...pod, status: { ...pod.status, conditions } }).code < 300) client.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}
