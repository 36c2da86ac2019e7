// Puts the parts together and advances them on one virtual clock, in a fixed order, until nothing is left to do.
// The parts meet at the API server only: this file hands them its events and its time and knows nothing of what they do.
import type { KubernetesObject, WatchEvent } from '../api/meta.js';
import { createApiServer, type ApiServer } from '../apiserver/apiServer.js';
import { createClient } from '../apiserver/client.js';
import { createEventRecorder } from '../apiserver/eventRecorder.js';
import type { Controller } from '../controllers/controller.js';
import { CONTROLLERS } from '../controllers/index.js';
import { createKubelet, type Kubelet } from '../kubelet/kubelet.js';
import { createScheduler, type Scheduler, type SchedulingOptions } from '../scheduler/scheduler.js';
import { createCauseTracker } from './causes.js';
import { createWorkQueue, type LoopQueue } from './workQueue.js';

/** What lies further ahead than this is waited for only on request. */
const REST_MS = 3000;
/** Kubelets act when nothing is due within this time: long enough for work that is batched by the second, shorter than the back-off of what fails again and again. */
const KUBELET_REST_MS = 1200;
/** Steps of one call of `run`. Reaching it is reported. */
export const MAX_STEPS = 20_000_000;
/** Steps of a run that is to come to rest by itself, and objects that it makes: what needs more goes round in a circle, as pods do that are evicted and made again. */
const STEPS_TO_REST = 20_000;
const OBJECTS_TO_REST = 500;
/** So many more for every object that was asked for, not for those that controllers made of them: a circle may make ever more. */
const STEPS_TO_REST_PER_OBJECT = 200;
const OBJECTS_TO_REST_PER_OBJECT = 20;

/** How the clock stopped. */
export interface RunResult {
  /** Virtual seconds that passed. */
  seconds: number;
  steps: number;
  /** True when the run was stopped with work left, after as many steps, or with as many objects made, as no run needs that comes to rest. */
  isStepLimitReached: boolean;
}

/** The running control plane with its kubelets. */
export interface ControlPlane {
  readonly server: ApiServer;
  readonly scheduler: Scheduler;
  nowMs(): number;
  /** Lets controllers and scheduler do what is ready now: no time passes and no kubelet acts, as between two requests of kubectl. */
  drain(): void;
  /** Runs until nothing is due within three virtual seconds, or for so many virtual seconds. */
  run(options?: { seconds?: number }): RunResult;
  /** The event that woke the controller at work; undefined when nothing is known, as always without `followsCauses`. */
  cause(): WatchEvent | undefined;
}

interface RunningController {
  readonly queue: LoopQueue;
  readonly controller: Controller;
}

/** What a control plane is started with. */
export interface ControlPlaneOptions {
  /** Where its clock stands at first. */
  startMs: number;
  seed: number;
  /** The minor version of Kubernetes. */
  minor?: number | undefined;
  scheduling?: SchedulingOptions | undefined;
  /** Remembers what woke the controllers. */
  followsCauses?: boolean;
  /** Puts together events that are no warnings when somebody reads them; nobody can watch them then. */
  writesEventsLater?: boolean;
}

/** A control plane with an empty store whose clock stands at the given moment. */
export function createControlPlane({ startMs, seed, minor, scheduling = {}, followsCauses = false, writesEventsLater = false }: ControlPlaneOptions): ControlPlane {
  let clockMs = startMs;
  const nowMs = (): number => clockMs;
  const server = createApiServer({ nowMs, seed, ...(minor === undefined ? {} : { minor }) });
  const recorder = createEventRecorder(server, nowMs, { writesLater: writesEventsLater });
  const causes = followsCauses ? createCauseTracker() : undefined;
  /** For each controller the moment before which none of its keys is ready. The loop looks here again and again, and most queues are empty. */
  const restsUntilMs = new Float64Array(CONTROLLERS.length).fill(Infinity);
  /** Controllers by their numbers: those whose keys come before the scheduler's next pod. */
  const preceding: number[] = [];
  const controllers = CONTROLLERS.map(({ name, precedesScheduling, retries, create }, at): RunningController => {
    const own = createWorkQueue(nowMs, (untilMs) => void (restsUntilMs[at] = untilMs), retries);
    const queue = causes === undefined ? own : causes.follow(own);
    if (precedesScheduling === true) preceding.push(at);
    return { queue, controller: create({ client: createClient(server, recorder, name), queue, nowMs }) };
  });
  const scheduler = createScheduler({ client: createClient(server, recorder, 'default-scheduler'), nowMs, ...scheduling });
  const kubelet: Kubelet = createKubelet({ client: createClient(server, recorder, 'kubelet'), nowMs });

  /** Resource → who hears of it, in the order of the controllers, the scheduler and the kubelets last. */
  const listeners = new Map<string, ((event: WatchEvent) => void)[]>();
  const listenersOf = (resource: string): ((event: WatchEvent) => void)[] => {
    const found: ((event: WatchEvent) => void)[] = [];
    for (const { controller } of controllers) {
      // A handler is keyed by the resource whose objects it takes.
      const handler = (controller.handlers as Record<string, ((event: WatchEvent) => void) | undefined>)[resource];
      if (handler !== undefined) found.push(handler);
      if (controller.onAnyEvent !== undefined) found.push((event) => controller.onAnyEvent?.(event, resource));
    }
    // Events are for people to read.
    if (resource !== 'events') found.push((event) => scheduler.onEvent(event, resource), (event) => kubelet.onEvent(event, resource));
    listeners.set(resource, found);
    return found;
  };
  /** Objects that stand, events left out. */
  let objects = 0;
  /** Those among them that were asked for, with the pods of workloads; those of DaemonSets apart. */
  let asked = 0;
  server.watch((event, resource) => {
    if (resource !== 'events') {
      const { type, object, old } = event;
      if (type !== 'MODIFIED') objects += type === 'ADDED' ? 1 : -1;
      if (type !== 'MODIFIED' || asksElse(object, old)) asked += (type === 'DELETED' ? 0 : askedBy(object)) - (old === undefined ? 0 : askedBy(old));
    }
    causes?.begin(event);
    const told = listeners.get(resource) ?? listenersOf(resource);
    for (let index = 0; index < told.length; index++) (told[index] as (event: WatchEvent) => void)(event);
    causes?.end();
  });

  /** One key of a controller that does not rest. False when it has none after all. */
  function reconcileOne(at: number): boolean {
    const { queue, controller } = controllers[at] as RunningController;
    const key = queue.take();
    if (key === undefined) return false;
    if (controller.reconcile(key) === 'retry') queue.addRateLimited(key);
    else queue.forget(key);
    return true;
  }

  /** True when a run that is to come to rest goes round in a circle. */
  function isEndless(steps: number, objectsBefore: number): boolean {
    if (steps < STEPS_TO_REST && objects - objectsBefore <= OBJECTS_TO_REST) return false;
    const size = asked + server.store.count('daemonsets.apps') * server.store.count('nodes');
    return steps >= Math.min(MAX_STEPS, STEPS_TO_REST + STEPS_TO_REST_PER_OBJECT * size) || objects - objectsBefore > OBJECTS_TO_REST + OBJECTS_TO_REST_PER_OBJECT * size;
  }
  /** True once `drain` came to no end: whoever runs the plane hereafter is told. */
  let isCircling = false;

  let turn = 0;
  /** One key of the next controller that has one. They take turns, as they do when each runs by itself: what one writes the others see before it goes on. */
  function controllerStep(): boolean {
    for (let passed = 0; passed < controllers.length; passed++) {
      const next = turn;
      turn = turn + 1 < controllers.length ? turn + 1 : 0;
      if ((restsUntilMs[next] as number) <= clockMs && reconcileOne(next)) return true;
    }
    return false;
  }

  /**
   * What needs no time. Nodes come first: in a cluster they were judged long before, and a pod placed between two of them would see only the first.
   * The scheduler is quicker than any other controller.
   */
  function immediateStep(): boolean {
    for (let index = 0; index < preceding.length; index++) {
      const first = preceding[index] as number;
      if ((restsUntilMs[first] as number) <= clockMs && reconcileOne(first)) return true;
    }
    return scheduler.scheduleOne() || controllerStep();
  }

  /** The next moment at which something is to be done; Infinity when there is none. */
  function nextDueMs(): number {
    let next = Math.min(scheduler.nextDueMs() ?? Infinity, kubelet.nextDueMs() ?? Infinity);
    for (let at = 0; at < restsUntilMs.length; at++) if ((restsUntilMs[at] as number) < next) next = restsUntilMs[at] as number;
    return next;
  }

  /** Scheduler and controllers come before time passes, kubelets only when all else rests for a while. False when nothing is left to do before `untilMs`. */
  function step(untilMs: number | undefined): boolean {
    if (immediateStep()) return true;
    const dueMs = nextDueMs();
    if (dueMs <= Math.min(clockMs + KUBELET_REST_MS, untilMs ?? Infinity)) clockMs = Math.max(clockMs, dueMs);
    else if (kubelet.act()) return true;
    else if (dueMs <= (untilMs ?? clockMs + REST_MS)) clockMs = Math.max(clockMs, dueMs);
    else return false;
    return true;
  }

  return {
    server,
    scheduler,
    nowMs,
    cause: () => causes?.current(),
    drain() {
      let steps = 0;
      const objectsBefore = objects;
      while (!isCircling && immediateStep()) isCircling = isEndless(++steps, objectsBefore);
    },
    run({ seconds } = {}) {
      const beganMs = clockMs;
      const untilMs = seconds === undefined ? undefined : clockMs + seconds * 1000;
      const objectsBefore = objects;
      const isStopped = (): boolean => (untilMs === undefined ? isEndless(steps, objectsBefore) : steps >= MAX_STEPS);
      let steps = 0;
      while (!isStopped() && step(untilMs)) steps++;
      if (untilMs !== undefined) clockMs = Math.max(clockMs, untilMs);
      const result = { seconds: (clockMs - beganMs) / 1000, steps, isStepLimitReached: isStopped() };
      // Rest is seen only after nothing was due for a while. So what one run makes is older than what the next one makes.
      if (untilMs === undefined && steps > 0) clockMs += REST_MS;
      return result;
    },
  };
}

/** True when an update may have changed how many pods the object asks for. */
function asksElse(object: KubernetesObject & { spec?: unknown }, old: (KubernetesObject & { spec?: unknown }) | undefined): boolean {
  return object.spec !== old?.spec || object.metadata.ownerReferences !== old?.metadata.ownerReferences;
}

/** The object and the pods that it asks for; nothing for what is made for another object. */
function askedBy({ metadata, spec }: KubernetesObject & { spec?: { replicas?: number; completions?: number; parallelism?: number } }): number {
  if (metadata.ownerReferences !== undefined) return 0;
  return 1 + Math.max(0, spec?.replicas ?? 0, spec?.completions ?? 0, spec?.parallelism ?? 0);
}
