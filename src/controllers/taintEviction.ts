// Pods leave nodes whose NoExecute taints they do not tolerate, or no longer tolerate.
// Source: pkg/controller/tainteviction/taint_eviction.go
import { objectKey } from '../api/meta.js';
import { tolerates } from '../api/tolerations.js';
import type { Node, Pod, Taint } from '../api/types.js';
import { formatTime } from '../util/time.js';
import type { ControllerDescription } from './controller.js';
import { withDisruptionTarget } from './shared/disruptionTarget.js';

/** Deletes pods when their toleration of a node's taints ends. Disruption budgets are not asked. */
export const taintEviction: ControllerDescription = {
  name: 'taint-eviction-controller',
  create({ client, queue, nowMs }) {
    /** Pod → the moment at which it is to go. */
    const dueOf = new Map<string, number>();

    function cancel(pod: Pod, key: string): void {
      if (dueOf.delete(key)) client.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
    }

    function onPod(pod: Pod, taints: readonly Taint[]): void {
      const key = objectKey(pod);
      const seconds = taints.length === 0 ? Infinity : toleratedSeconds(pod, taints);
      if (seconds === Infinity) {
        if (dueOf.has(key)) queue.add(key);
        return;
      }
      const dueMs = nowMs() + seconds * 1000;
      // The clock runs from when the taint was first seen.
      if ((dueOf.get(key) ?? Infinity) <= dueMs) return;
      dueOf.set(key, dueMs);
      queue.addAfter(key, seconds);
    }

    return {
      handlers: {
        pods({ type, key, object, old }) {
          if (type === 'DELETED') {
            dueOf.delete(key);
            return;
          }
          const { nodeName } = object.spec ?? { nodeName: undefined };
          if (!nodeName || (old !== undefined && old.spec?.nodeName === nodeName && old.spec.tolerations === object.spec?.tolerations)) return;
          const node = client.read.get('nodes', '', nodeName);
          const taints = noExecute(node);
          if (taints.length > 0) onPod(object, taints);
        },
        nodes({ type, object, old }) {
          if (type === 'DELETED' || (old !== undefined && old.spec?.taints === object.spec?.taints)) return;
          const taints = noExecute(object);
          if (taints.length === 0 && noExecute(old).length === 0) return;
          for (const pod of client.read.podsOnNode(object.metadata.name ?? '')) onPod(pod, taints);
        },
      },
      reconcile(key) {
        const dueMs = dueOf.get(key);
        const pod = client.read.byKey('pods', key);
        if (dueMs === undefined || pod === undefined) return 'done';
        const taints = noExecute(client.read.get('nodes', '', pod.spec?.nodeName ?? ''));
        if (taints.length === 0 || toleratedSeconds(pod, taints) === Infinity) {
          cancel(pod, key);
          return 'done';
        }
        if (dueMs > nowMs()) {
          queue.addAfter(key, (dueMs - nowMs()) / 1000);
          return 'done';
        }
        dueOf.delete(key);
        if (pod.metadata.deletionTimestamp !== undefined) return 'done';
        client.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
        const status = withDisruptionTarget(pod, 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint', formatTime(nowMs()));
        const marked = client.updateStatus<Pod>({ ...pod, status }).object ?? pod;
        return client.delete(marked).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

function noExecute(node: Node | undefined): readonly Taint[] {
  const taints = node?.spec?.taints;
  return taints === undefined ? [] : taints.filter(({ effect }) => effect === 'NoExecute');
}

/** How long the pod tolerates the taints: 0 when one of them is not tolerated, Infinity when none sets an end. */
function toleratedSeconds({ spec }: Pod, taints: readonly Taint[]): number {
  let least = Infinity;
  for (const taint of taints) {
    const used = spec?.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return 0;
    if (used.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, used.tolerationSeconds));
  }
  return least;
}
