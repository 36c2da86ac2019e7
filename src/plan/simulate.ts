// Applies the input to a control plane as kubectl would, object by object in the order of files and documents, and lets it settle.
import type { WatchEvent } from '../api/meta.js';
import type { Pod } from '../api/types.js';
import type { WebhookCall } from '../apiserver/admission/admission.js';
import { LAST_APPLIED, succeeded } from '../api/meta.js';
import type { RequestRecord } from '../apiserver/apiServer.js';
import { bootstrap } from '../cluster/bootstrap.js';
import { builtInNodes } from '../cluster/builtInNodes.js';
import { minorVersionOf } from '../kinds/schema/versions.js';
import { createInvariantChecker } from '../cluster/invariants.js';
import { createControlPlane, type ControlPlane, type RunResult } from '../cluster/controlPlane.js';
import type { SchedulingOptions } from '../scheduler/scheduler.js';
import { assert } from '../util/assert.js';
import { parseTime } from '../util/time.js';
import type { AppliedObject, InputObject } from './appliedObject.js';
import { beingDeletedWarning, notDeclaredWarning } from './kubectl.js';
import { recordRollouts } from './rollouts.js';
import type { PlannedRollout } from './model.js';

/** What is simulated. */
export interface SimulationInput {
  /** What stands in the cluster already, in any order. */
  cluster: readonly InputObject[];
  /** What is applied, step by step; the control plane settles after each step. */
  steps: readonly (readonly InputObject[])[];
  /** The namespace of objects that name none. */
  namespace: string;
  kubernetesVersion: string;
  scheduling?: SchedulingOptions;
  /** Virtual seconds that pass after the last step has settled. */
  secondsAfter?: number;
}

/** Who hears of the run while it goes on. */
export interface SimulationListeners {
  /** Right before a pod's scheduling cycle. */
  beforeCycle?: (pod: Pod, plane: ControlPlane) => void;
  /** After each request to the API server, from the first step on: what it wrote, and the event that had woken the controller that asked. */
  onRequest?: (request: RequestRecord, writes: readonly WatchEvent[], cause: WatchEvent | undefined) => void;
}

/** The settled cluster and how it came there. */
export interface Simulation {
  readonly plane: ControlPlane;
  /** The namespace of objects that name none. */
  readonly namespace: string;
  readonly applied: readonly AppliedObject[];
  /** Objects of the cluster that could not be taken over. */
  readonly notTakenOver: readonly { input: InputObject; message: string }[];
  /** Webhooks that a real server would have asked, each with the objects it would have seen. */
  readonly webhooks: readonly SkippedWebhook[];
  readonly isBuiltInCluster: boolean;
  /** uid → the object of the input that declares it. */
  readonly declared: ReadonlyMap<string, InputObject>;
  /** uids of the pods that stood in the cluster before the first step. */
  readonly existingPods: ReadonlySet<string>;
  readonly rollouts: readonly PlannedRollout[];
  /** Pods that were given one of several equally good nodes since the first step. */
  readonly tiedChoices: number;
  readonly run: RunResult;
}

/** A webhook that cannot be called here. */
export interface SkippedWebhook {
  call: WebhookCall;
  /** 'Kind namespace/name', in the order of the requests. */
  objects: string[];
}

/** The virtual moment at which every simulation begins. */
const START = '2026-01-01T00:00:00Z';
const SEED = 36;

/** Runs the whole simulation. */
export function simulate(input: SimulationInput, { beforeCycle, onRequest }: SimulationListeners = {}): Simulation {
  const scheduling: SchedulingOptions = { ...input.scheduling, ...(beforeCycle === undefined ? {} : { beforeCycle: (pod) => beforeCycle(pod, plane) }) };
  const plane: ControlPlane = createControlPlane({ startMs: parseTime(START) ?? 0, seed: SEED, minor: minorVersionOf(input.kubernetesVersion), scheduling, followsCauses: onRequest !== undefined, writesEventsLater: onRequest === undefined });
  bootstrap(plane.server);
  plane.run();
  const recorder = recordRollouts(plane.server);
  const declared = new Map<string, InputObject>();
  const notTakenOver: { input: InputObject; message: string }[] = [];
  for (const each of input.cluster) {
    const restored = plane.server.restore(each.object, input.namespace);
    if (!succeeded(restored)) notTakenOver.push({ input: each, message: restored.message ?? '' });
    else if (restored.object?.metadata.uid !== undefined) declared.set(restored.object.metadata.uid, each);
  }
  const declaresNode = [...input.cluster, ...input.steps.flat()].some(({ object }) => object.kind === 'Node' && object.apiVersion === 'v1');
  if (!declaresNode) for (const node of builtInNodes()) plane.server.restore(node, input.namespace);
  plane.run();
  const existingPods = new Set(plane.server.read.list('pods').map((pod) => pod.metadata.uid ?? ''));

  if (onRequest !== undefined) listenToRequests(plane, onRequest);
  const webhooks = collectWebhooks(plane);
  const invariants = createInvariantChecker(plane.server);
  const applied: AppliedObject[] = [];
  const rollouts: PlannedRollout[] = [];
  recorder.endStep(0);
  const tiedBefore = plane.scheduler.tiedChoices();
  const total: RunResult = { seconds: 0, steps: 0, isStepLimitReached: false };
  for (const [index, step] of input.steps.entries()) {
    // kubectl looks up every kind before it applies anything.
    const unknown = new Map(step.filter(({ object }) => plane.server.kindOf(String(object.apiVersion), String(object.kind)) === undefined).map((each) => [each, applyOne(plane, each, { namespace: input.namespace, step: index + 1 })]));
    for (const each of step) {
      const answer = unknown.get(each) ?? applyOne(plane, each, { namespace: input.namespace, step: index + 1 });
      const { response } = answer;
      applied.push(answer);
      if (response.object?.metadata.uid !== undefined) declared.set(response.object.metadata.uid, each);
      plane.drain();
    }
    const run = plane.run();
    total.seconds += run.seconds;
    total.steps += run.steps;
    total.isStepLimitReached ||= run.isStepLimitReached;
    if (index < input.steps.length - 1) rollouts.push(...recorder.endStep(index + 1));
  }
  if (input.secondsAfter !== undefined) {
    const run = plane.run({ seconds: input.secondsAfter });
    total.seconds += run.seconds;
    total.steps += run.steps;
    total.isStepLimitReached ||= run.isStepLimitReached;
  }
  rollouts.push(...recorder.endStep(input.steps.length));
  if (!total.isStepLimitReached) {
    const broken = invariants.broken(plane.nowMs());
    assert(broken.length === 0, `the cluster is not as it must be at rest: ${broken.slice(0, 5).join('; ')}`);
  }
  const tiedChoices = plane.scheduler.tiedChoices() - tiedBefore;
  return { plane, namespace: input.namespace, applied, notTakenOver, webhooks, isBuiltInCluster: !declaresNode, declared, existingPods, rollouts, tiedChoices, run: total };
}

/** One object as kubectl applies it. */
function applyOne({ server }: ControlPlane, input: InputObject, { namespace, step }: { namespace: string; step: number }): AppliedObject {
  const { object } = input;
  const kind = server.kindOf(String(object.apiVersion), String(object.kind));
  const name = object.metadata?.name;
  const standing = kind === undefined || typeof name !== 'string' ? undefined : server.read.getObject(kind.resource, kind.namespaced ? (object.metadata.namespace ?? namespace) : '', name);
  const { revision } = server.store;
  const response = server.apply(object, { namespace, fieldValidation: 'Strict' });
  const isWritten = server.store.revision !== revision;
  const verdict = !succeeded(response) ? 'refused' : response.code === 201 ? 'created' : isWritten ? 'configured' : 'unchanged';
  const isUndeclared = standing !== undefined && kind !== undefined && standing.metadata.annotations?.[LAST_APPLIED] === undefined;
  const isGoing = standing?.metadata.deletionTimestamp !== undefined && verdict !== 'refused';
  const warnings = !isUndeclared && !isGoing ? response.warnings : [...(isUndeclared ? [notDeclaredWarning(kind, standing)] : []), ...response.warnings, ...(isGoing ? [beingDeletedWarning(standing)] : [])];
  return { object, source: input.source, step, response, verdict, warnings, standing };
}

function listenToRequests(plane: ControlPlane, onRequest: NonNullable<SimulationListeners['onRequest']>): void {
  let writes: { event: WatchEvent; resource: string }[] = [];
  plane.server.watch((event, resource) => void writes.push({ event, resource }));
  plane.server.onRequest((record) => {
    // Quotas are charged and Services numbered on the way; the story is about what was asked for.
    onRequest(record, writes.filter(({ resource }) => resource === record.resource).map(({ event }) => event), plane.cause());
    writes = [];
  });
}

function collectWebhooks({ server }: ControlPlane): SkippedWebhook[] {
  const skipped: SkippedWebhook[] = [];
  const byName = new Map<string, SkippedWebhook>();
  server.onWebhook((call, { kind, namespace, name, object }) => {
    const key = `${call.configuration}\u0000${call.webhook}`;
    let entry = byName.get(key);
    if (entry === undefined) {
      entry = { call, objects: [] };
      byName.set(key, entry);
      skipped.push(entry);
    }
    entry.objects.push(`${kind.kind} ${namespace === '' ? '' : `${namespace}/`}${name || (object.metadata.generateName ?? '')}`);
  });
  return skipped;
}
