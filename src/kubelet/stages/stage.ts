// What a stage of a pod's life is: when it is due and what it makes of the pod. One file a stage; the list is index.ts.
import type { Node, Pod, PodStatus } from '../../api/types.js';

/** What a stage may know beyond the pod. */
export interface StageContext {
  /** Virtual time. */
  readonly nowMs: number;
  /** The node the pod is bound to. */
  readonly node: Node;
  /** The addresses of the node, or one made up when it names none. */
  readonly hostIPs: readonly string[];
  /** Draws the address of a new pod. */
  drawPodIP(): string;
  /** Pods bound to the node, the pod itself included. */
  podsOnNode(): readonly Pod[];
  /** True when the pod was created with its node already named, so that no scheduler looked at it. */
  readonly bypassedScheduler: boolean;
}

/** What a stage does: write this status, or remove the object. */
export type StageResult = { readonly status: PodStatus; readonly warning?: StageWarning } | 'remove';

/** An event that is told with the new status. */
export interface StageWarning {
  readonly reason: string;
  readonly message: string;
}

/** A stage. Invariant: after its result is written it is no longer due. */
export interface Stage {
  readonly name: string;
  /** True when the stage waits for a node that is Ready. */
  readonly needsReadyNode?: boolean;
  /** True when the pod, which is bound to a node, is at the point where the stage acts. */
  isDue(pod: Pod, nowMs: number): boolean;
  run(pod: Pod, context: StageContext): StageResult;
}
