// Pods leave nodes whose NoExecute taints they do not tolerate, or no longer tolerate.
// Source: pkg/controller/tainteviction/taint_eviction.go
import { objectKey } from '../api/meta.js';
import { tolerates } from '../api/tolerations.js';
import type { Node, Pod, Taint } from '../api/types.js';
import { deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import type { ControllerDescription } from './controller.js';
import { withDisruptionTarget } from './shared/disruptionTarget.js';

/** Deletes pods when their toleration of a node's taints ends. Disruption budgets are not asked. */
export const taintEviction: ControllerDescription = {
  name: 'taint-eviction-controller',
  create({ client, queue, nowMs }) {
    /** Pod → the moment at which it is to go. */
    const dueOf = new Map<string, number>();
    /** Pods whose moment has come: they are not scheduled again while their taints last. */
    const marked = new Set<string>();

    function cancel(pod: Pod, key: string): void {
      marked.delete(key);
      if (dueOf.delete(key)) client.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
    }

    function onPod(pod: Pod, taints: readonly Taint[]): void {
      const key = objectKey(pod);
      const seconds = taints.length === 0 ? Infinity : toleratedSeconds(pod, taints);
      if (seconds === Infinity || seconds === undefined) cancel(pod, key);
      // The clock runs from when the first taint was seen; a shorter toleration of a later one changes nothing.
      if (seconds === Infinity || dueOf.has(key) || marked.has(key)) return;
      dueOf.set(key, nowMs() + (seconds ?? 0) * 1000);
      queue.addAfter(key, seconds ?? 0);
    }

    return {
      handlers: {
        pods({ type, key, object, old }) {
          if (type === 'DELETED') {
            cancel(object, key);
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
          const before = noExecute(old);
          if (taints.length === 0 && before.length === 0) return;
          // Taints that stay as they are wake nobody, whatever else the node gets.
          if (taints.length === before.length && deepEqual(taints, before)) return;
          for (const pod of client.read.podsOnNode(object.metadata.name ?? '')) onPod(pod, taints);
        },
      },
      reconcile(key) {
        const dueMs = dueOf.get(key);
        const pod = client.read.byKey('pods', key);
        if (dueMs === undefined || pod === undefined) return 'done';
        if (dueMs > nowMs()) {
          queue.addAfter(key, (dueMs - nowMs()) / 1000);
          return 'done';
        }
        dueOf.delete(key);
        marked.add(key);
        client.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
        const status = withDisruptionTarget(pod, 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint', formatTime(nowMs()));
        const target = client.updateStatus<Pod>({ ...pod, status }).object ?? pod;
        return client.delete(target).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

function noExecute(node: Node | undefined): readonly Taint[] {
  const taints = node?.spec?.taints;
  return taints === undefined ? [] : taints.filter(({ effect }) => effect === 'NoExecute');
}

/** How long the pod tolerates the taints: undefined when one of them is not tolerated, Infinity when none sets an end. */
function toleratedSeconds({ spec }: Pod, taints: readonly Taint[]): number | undefined {
  let least = Infinity;
  for (const taint of taints) {
    const used = spec?.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return undefined;
    if (used.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, used.tolerationSeconds));
  }
  return least;
}
