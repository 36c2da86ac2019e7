// What has to be asked of a single pod, as pods of its class may differ in it.
import type { CycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';

/** What a single pod adds to its class. */
export interface PodCheck {
  /** What the plugins with a word before the binding have found out. */
  readonly cycle: CycleState | undefined;
  /** The node that the pod gets without a look at others. */
  readonly chosen: NodeInfo | undefined;
  /** True for nodes that take this pod of the class; undefined when all do. */
  readonly filter: ((node: NodeInfo) => boolean) | undefined;
  /** True once a plugin could not answer: the cycle is one for the plain algorithm. */
  readonly hasFailed: boolean;
}

/** Nothing to be asked. */
export const NO_CHECK: PodCheck = { cycle: undefined, chosen: undefined, filter: undefined, hasFailed: false };
