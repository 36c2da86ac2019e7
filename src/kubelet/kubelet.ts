// The kubelets of all nodes: they start, complete and terminate the pods bound to their node, one pod an action.
import type { WatchEvent } from '../api/meta.js';
import type { Client } from '../apiserver/client.js';

/** What the kubelets are made with. */
export interface KubeletContext {
  readonly client: Client;
  nowMs(): number;
}

/** The running kubelets. */
export interface Kubelet {
  onEvent(event: WatchEvent, resource: string): void;
  /** Carries out one action on one pod: terminations first, then starts, then completions, in the order of the pods' creation. False when there is none. */
  act(): boolean;
  nextDueMs(): number | undefined;
}

/** The kubelets of every node. */
export function createKubelet(_context: KubeletContext): Kubelet {
  return { onEvent: () => undefined, act: () => false, nextDueMs: () => undefined };
}
