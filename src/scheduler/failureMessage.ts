// Why a pod finds no node, in the words of the condition PodScheduled. Source: pkg/scheduler/framework/types.go (FitError.Error)
import { compareStrings } from '../util/compare.js';
import type { Status } from './framework/status.js';

/** What the message is made of. */
export interface FailureFacts {
  /** Number of all nodes. */
  nodeCount: number;
  /** The refusal of the pod as a whole. */
  preFilterMessage?: string;
  /** The statuses of the nodes that have one of their own. */
  statuses: Iterable<Status>;
  /** Reasons of the nodes that have none. */
  absentReasons: readonly string[];
  /** What was tried after the filters. */
  postFilterMessage: string;
}

/** '0/3 nodes are available: 3 Insufficient cpu. …'; reasons sorted as plain text, number first. */
export function failureMessage({ nodeCount, preFilterMessage, statuses, absentReasons, postFilterMessage }: FailureFacts): string {
  let message = `0/${nodeCount} nodes are available:`;
  if (preFilterMessage !== undefined) message += ` ${preFilterMessage}.`;
  else {
    const counts = new Map<string, number>();
    const add = (reason: string, count: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + count);
    let explicit = 0;
    for (const status of statuses) {
      explicit++;
      for (const reason of status.reasons) add(reason, 1);
    }
    if (explicit < nodeCount) for (const reason of absentReasons) add(reason, nodeCount - explicit);
    const lines = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compareStrings);
    if (lines.length > 0) message += ` ${lines.join(', ')}.`;
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`;
}

const MAX_NOTE_BYTES = 1024;

/** The message as an event carries it: no longer than 1024 bytes. */
export function eventNote(message: string): string {
  if (message.length <= MAX_NOTE_BYTES) return message;
  return `${message.slice(0, MAX_NOTE_BYTES - 4)} ...`;
}
