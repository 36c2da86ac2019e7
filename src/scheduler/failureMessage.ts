// Why a pod finds no node, in the words of the condition PodScheduled. Source: pkg/scheduler/framework/types.go (FitError.Error)
import { compareStrings } from '../util/compare.js';
import type { Status } from './framework/status.js';

/** How many nodes have a status of their own, and how many give each reason. */
export interface ReasonCounts {
  nodes: number;
  readonly byReason: Map<string, number>;
}

/** What the message is made of. */
export interface FailureFacts {
  /** Number of all nodes. */
  nodeCount: number;
  /** The refusal of the pod as a whole. */
  preFilterMessage?: string | undefined;
  /** What the nodes say that have a status of their own. */
  reasons: ReasonCounts;
  /** Reasons of the nodes that have none. */
  absentReasons: readonly string[];
  /** What was tried after the filters. */
  postFilterMessage: string;
}

/** Counts of nothing. */
export function noReasons(): ReasonCounts {
  return { nodes: 0, byReason: new Map() };
}

/** Counts that so many nodes have the status. */
export function countStatus(counts: ReasonCounts, { reasons }: Status, nodes = 1): void {
  counts.nodes += nodes;
  for (const reason of reasons) countReason(counts.byReason, reason, nodes);
}

/** '0/3 nodes are available: 3 Insufficient cpu. …'; reasons sorted as plain text, number first. */
export function failureMessage({ nodeCount, preFilterMessage, reasons, absentReasons, postFilterMessage }: FailureFacts): string {
  let message = `0/${nodeCount} nodes are available:`;
  if (preFilterMessage !== undefined) message += ` ${preFilterMessage}.`;
  else {
    const counts = new Map(reasons.byReason);
    if (reasons.nodes < nodeCount) for (const reason of absentReasons) countReason(counts, reason, nodeCount - reasons.nodes);
    const lines = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compareStrings);
    if (lines.length > 0) message += ` ${lines.join(', ')}.`;
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`;
}

function countReason(counts: Map<string, number>, reason: string, nodes: number): void {
  counts.set(reason, (counts.get(reason) ?? 0) + nodes);
}

const MAX_NOTE_BYTES = 1024;

/** The message as an event carries it: no longer than 1024 bytes. */
export function eventNote(message: string): string {
  if (message.length <= MAX_NOTE_BYTES) return message;
  return `${message.slice(0, MAX_NOTE_BYTES - 4)} ...`;
}
