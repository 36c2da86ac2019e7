// What every controller is: it hears of writes, queues keys, and reconciles one key at a time against what it can read.
import type { WatchEvent } from '../api/meta.js';
import type { ResourceName, ResourceTypes } from '../api/resources.js';
import type { Client } from '../apiserver/client.js';

/** A work queue: a key queued twice before it is taken is worked on once. */
export interface WorkQueue {
  add(key: string): void;
  /** Queues the key in so many virtual seconds; an earlier moment wins. */
  addAfter(key: string, delaySeconds: number): void;
}

/** What a controller is made with. */
export interface ControllerContext {
  readonly client: Client;
  readonly queue: WorkQueue;
  /** Virtual time. */
  nowMs(): number;
}

/** What is left to do about the key; 'retry' queues it again after the back-off of failed syncs. */
export type ReconcileResult = 'done' | 'retry';

/** What a controller hears: one function a resource, keyed by its name. */
export type EventHandlers = { readonly [R in ResourceName]?: (event: WatchEvent<ResourceTypes[R]>) => void };

/** A running controller. Reconciling the same state twice writes nothing the second time. */
export interface Controller {
  readonly handlers: EventHandlers;
  /** Hears of every write of any resource, custom ones included; for those who must hear of custom resources. */
  onAnyEvent?(event: WatchEvent, resource: string): void;
  reconcile(key: string): ReconcileResult;
}

/** How a key whose sync fails comes again: after a first pause, doubled each time up to the longest one. */
export interface RetryPolicy {
  /** Default: 0.005. */
  readonly firstSeconds?: number;
  /** Default: 1000. */
  readonly longestSeconds?: number;
  /** After so many retries in a row the key is given up until something queues it. Default: never. */
  readonly times?: number;
}

/** An entry of the list of controllers. */
export interface ControllerDescription {
  /** The component's name as its events and requests carry it: 'replicaset-controller'. */
  readonly name: string;
  /** True when its keys come before the scheduler's next pod: the scheduler must never see a node between a write and what that write means for pods. */
  readonly precedesScheduling?: boolean;
  readonly retries?: RetryPolicy;
  create(context: ControllerContext): Controller;
}
