// Pods that wait for their kubelet, in the order of their creation.
import { createHeap } from '../util/heap.js';

/** A pod that waits. */
export interface WaitingPod {
  readonly key: string;
  /** Order of creation. */
  readonly order: number;
}

/** Gives the pod first that was created first; one that was pushed twice comes twice. */
export interface PodQueue {
  push(pod: WaitingPod): void;
  pop(): WaitingPod | undefined;
}

/** An empty queue. */
export function createPodQueue(): PodQueue {
  // Pods are bound in much the same order: those that come in it wait in a list, from `first` on, and need not be compared.
  let inOrder: WaitingPod[] = [];
  let first = 0;
  const late = createHeap<WaitingPod>((a, b) => a.order - b.order);
  return {
    push(pod) {
      const last = inOrder.at(-1);
      if (last === undefined || last.order <= pod.order) inOrder.push(pod);
      else late.push(pod);
    },
    pop() {
      const next = inOrder[first];
      const latecomer = late.peek();
      if (next === undefined || (latecomer !== undefined && latecomer.order < next.order)) return late.pop();
      first++;
      if (first === inOrder.length) {
        inOrder = [];
        first = 0;
      }
      return next;
    },
  };
}
