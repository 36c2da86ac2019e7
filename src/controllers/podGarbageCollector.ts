// Pods that nobody will end: those of nodes that are gone or out of service, those that go before they have a node, and finished ones when there are too many.
// Source: pkg/controller/podgc/gc_controller.go
import { findCondition } from '../api/conditions.js';
import { isPodTerminal } from '../api/pods.js';
import type { Node, Pod, PodStatus } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import { formatTime } from '../util/time.js';
import type { ControllerDescription } from './controller.js';
import { withDisruptionTarget } from './shared/disruptionTarget.js';

const PERIOD_SECONDS = 20;
/** A node that is missing is waited for so long. */
const QUARANTINE_SECONDS = 40;
const MAX_TERMINATED = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const NODE = 'node:';
const UNSCHEDULED = 'pod:';
const TERMINATED = 'terminated';

/** Removes pods that are left over. */
export const podGarbageCollector: ControllerDescription = {
  name: 'pod-garbage-collector-controller',
  create({ client, queue, nowMs }) {
    const terminated = new Set<string>();
    const { read } = client;

    const queueNode = (name: string): void => queue.addAfter(NODE + name, PERIOD_SECONDS + QUARANTINE_SECONDS);

    /** Ends the pod for good: what has no end yet fails, with this status otherwise. */
    function force(pod: Pod, status: PodStatus | undefined = pod.status): void {
      const current = isPodTerminal(pod) ? pod : (client.updateStatus<Pod>({ ...pod, status: { ...status, phase: 'Failed' } }).object ?? pod);
      client.delete(current, { gracePeriodSeconds: 0 });
    }

    function collectTerminated(): void {
      const excess = terminated.size - MAX_TERMINATED;
      if (excess <= 0) return;
      const pods = [...terminated].flatMap((key) => read.byKey('pods', key) ?? []);
      const evictedFirst = ({ status }: Pod): number => (status?.reason === 'Evicted' ? 0 : 1);
      pods.sort((a, b) => evictedFirst(a) - evictedFirst(b) || compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
      for (const pod of pods.slice(0, excess)) force(pod);
    }

    return {
      handlers: {
        pods({ type, key, object, old }) {
          if (type === 'DELETED') {
            terminated.delete(key);
            return;
          }
          if (isPodTerminal(object)) {
            terminated.add(key);
            if (terminated.size > MAX_TERMINATED) queue.addAfter(TERMINATED, PERIOD_SECONDS);
          }
          const { nodeName } = object.spec ?? { nodeName: undefined };
          if (!nodeName) {
            if (object.metadata.deletionTimestamp !== undefined) queue.addAfter(UNSCHEDULED + key, PERIOD_SECONDS);
            return;
          }
          const isPlaced = old?.spec?.nodeName === nodeName;
          if (isPlaced && object.metadata.deletionTimestamp === undefined) return;
          const node = read.get('nodes', '', nodeName);
          if (node === undefined && !isPlaced) queueNode(nodeName);
          else if (node !== undefined && object.metadata.deletionTimestamp !== undefined && isOutOfService(node)) queue.addAfter(NODE + nodeName, PERIOD_SECONDS);
        },
        nodes({ type, object }) {
          const name = object.metadata.name ?? '';
          if (type === 'DELETED') queueNode(name);
          else if (isOutOfService(object)) queue.addAfter(NODE + name, PERIOD_SECONDS);
        },
      },
      reconcile(key) {
        if (key === TERMINATED) {
          collectTerminated();
          return 'done';
        }
        if (key.startsWith(UNSCHEDULED)) {
          const pod = read.byKey('pods', key.slice(UNSCHEDULED.length));
          if (pod?.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName) force(pod);
          return 'done';
        }
        const name = key.slice(NODE.length);
        const node = read.get('nodes', '', name);
        if (node === undefined) {
          for (const pod of [...read.podsOnNode(name)]) force(pod, withDisruptionTarget(pod, 'DeletionByPodGC', 'PodGC: node no longer exists', formatTime(nowMs())));
        } else if (isOutOfService(node)) {
          for (const pod of [...read.podsOnNode(name)]) {
            if (pod.metadata.deletionTimestamp !== undefined) force(pod);
          }
        }
        return 'done';
      },
    };
  },
};

function isOutOfService({ spec, status }: Node): boolean {
  return findCondition(status?.conditions, 'Ready')?.status !== 'True' && spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
}
