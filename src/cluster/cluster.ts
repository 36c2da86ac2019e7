// The library's door: an in-process control plane behind synchronous calls that take and give plain JSON values.
import type { KubernetesObject, ObjectRef, Response, WatchEvent } from '../api/meta.js';
import { compileLabelSelector, selectorMatches } from '../api/labelSelector.js';
import type { Job, LabelSelector } from '../api/types.js';
import type { DeleteOptions, WriteOptions } from '../apiserver/apiServer.js';
import type { Explanation, SchedulingOptions } from '../scheduler/scheduler.js';
import { formatTime, parseTime } from '../util/time.js';
import { assert } from '../util/assert.js';
import { bootstrap } from './bootstrap.js';
import { minorVersionOf } from '../kinds/schema/versions.js';
import { createInvariantChecker, type InvariantChecker } from './invariants.js';
import { createControlPlane, type ControlPlane, type RunResult } from './controlPlane.js';

/** What a cluster is made with. */
export interface ClusterOptions {
  /** The API version to judge by. Default: '1.36'. */
  kubernetesVersion?: string;
  /** The virtual time at the start. Default: '2026-01-01T00:00:00Z'. */
  now?: string;
  /** How pods are scheduled. Default: as the default profile does. */
  scheduling?: SchedulingOptions;
  /** Checks after every settling what must be true of a cluster at rest, and throws when it is not: for tests. Default: false. */
  checksInvariants?: boolean;
}

/** What a list is asked for. Without a namespace it reads all of them. */
export interface ListOptions {
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: LabelSelector | Record<string, string>;
}

const START = '2026-01-01T00:00:00Z';
const SEED = 36;
const JOB_UID_LABEL = 'batch.kubernetes.io/controller-uid';

/** An in-process control plane. A new one holds what a new cluster holds; call `settle` to let it come to rest. */
export class Cluster {
  readonly #plane: ControlPlane;
  readonly #invariants: InvariantChecker | undefined;

  constructor(options: ClusterOptions = {}) {
    this.#plane = createControlPlane({ startMs: parseTime(options.now ?? START) ?? 0, seed: SEED, minor: options.kubernetesVersion === undefined ? undefined : minorVersionOf(options.kubernetesVersion), scheduling: options.scheduling });
    bootstrap(this.#plane.server);
    this.#invariants = options.checksInvariants === true ? createInvariantChecker(this.#plane.server) : undefined;
  }

  /** The virtual time. */
  get now(): string {
    return formatTime(this.#plane.nowMs());
  }

  /**
   * POST. Differs: a Job that carries the selector and labels which a server once made from its uid gets that uid back, so that the state of a
   * cluster can be written as it was read; a real server refuses it, and so do dry runs and `apply`.
   */
  create(object: unknown, options: WriteOptions = {}): Response {
    const uid = options.dryRun === true ? undefined : generatedUid(object);
    return this.#plane.server.create(object, uid === undefined ? options : { uid, ...options });
  }

  /** PUT. */
  update(object: unknown, options: WriteOptions = {}): Response {
    return this.#plane.server.update(object, options);
  }

  /** What `kubectl apply` does: create, or the three-way merge against the last applied one. Controllers and scheduler are done with what was written before, as they are between two requests of kubectl. */
  apply(object: unknown, options: WriteOptions = {}): Response {
    this.#plane.drain();
    return this.#plane.server.apply(object, options);
  }

  /** DELETE. */
  delete(ref: ObjectRef, options: DeleteOptions = {}): Response {
    return this.#plane.server.delete(ref, options);
  }

  /** The object, or undefined. */
  get(ref: ObjectRef): KubernetesObject | undefined {
    const kind = this.#plane.server.kindOf(ref.apiVersion, ref.kind);
    if (kind === undefined) return undefined;
    const object = this.#plane.server.read.getObject(kind.resource, kind.namespaced ? (ref.namespace ?? 'default') : '', ref.name);
    return object === undefined || kind.storage === undefined ? object : kind.storage.fromStorage(object);
  }

  /** Objects ordered by namespace and name. */
  list({ apiVersion, kind: kindName, namespace, labelSelector }: ListOptions): KubernetesObject[] {
    const kind = this.#plane.server.kindOf(apiVersion, kindName);
    if (kind === undefined) return [];
    const stored = this.#plane.server.read.listObjects(kind.resource, namespace);
    const { storage } = kind;
    const objects = storage === undefined ? stored : stored.map((object) => storage.fromStorage(object));
    if (labelSelector === undefined) return [...objects];
    const isSelector = 'matchLabels' in labelSelector || 'matchExpressions' in labelSelector;
    const selector = compileLabelSelector(isSelector ? (labelSelector as LabelSelector) : { matchLabels: labelSelector as Record<string, string> });
    return objects.filter((object) => selectorMatches(selector, object.metadata.labels));
  }

  /** Runs controllers, scheduler and kubelets until nothing is left to do, or for so many virtual seconds. */
  settle(options: { seconds?: number } = {}): RunResult {
    const result = this.#plane.run(options);
    if (this.#invariants !== undefined && !result.isStepLimitReached) {
      const broken = this.#invariants.broken(this.#plane.nowMs());
      assert(broken.length === 0, `the cluster is not as it must be at rest: ${broken.slice(0, 5).join('; ')}`);
    }
    return result;
  }

  /** Calls back within every later write; returns what ends it. */
  watch(callback: (event: WatchEvent) => void): () => void {
    return this.#plane.server.watch(({ type, key, object, old }) => callback(old === undefined ? { type, key, object } : { type, key, object, old }));
  }

  /** Schedules the pod against the cluster as it stands and changes nothing. */
  explain(ref: ObjectRef): Explanation {
    return this.#plane.scheduler.explain(ref) ?? { tied: [], message: `pods "${ref.name}" not found`, victims: [], nodes: {} };
  }

  /** The Binding subresource. */
  bind(ref: ObjectRef, nodeName: string): Response {
    return this.#plane.server.bind(ref, nodeName);
  }
}

/** The uid in the generated selector of a Job, when the labels of its template agree with it. */
function generatedUid(object: unknown): string | undefined {
  const { apiVersion, kind, spec } = (object ?? {}) as Partial<Job>;
  if (apiVersion !== 'batch/v1' || kind !== 'Job' || spec?.manualSelector === true) return undefined;
  const uid = spec?.selector?.matchLabels?.[JOB_UID_LABEL];
  return uid !== undefined && spec?.template?.metadata?.labels?.[JOB_UID_LABEL] === uid ? uid : undefined;
}
