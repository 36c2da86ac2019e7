// What a check is: a named function that rules call when a relation between objects is at stake.
import type { Node } from '../nodes.js';
import type { LintObject, World } from '../world.js';

/** What a check found at one node. */
export interface CheckFinding {
  /** The field, as the API server prints paths. */
  path: string;
  /** Values for the placeholders of the rule's message. */
  args: Record<string, string>;
  /** Other places that belong to it. */
  related?: { object: LintObject; path: string; message: string }[];
  /** A sentence that goes behind the message: the nearest thing that does exist, for example. */
  hint?: string;
}

/** Looks at one node of one object. `parameters` are the rule's `with`. */
export type Check = (node: Node, context: { object: LintObject; world: World; parameters: Record<string, unknown> }) => CheckFinding[];
