// Questions that are put to the scheduler: what it would do with a pod as the cluster stands, with one node more or with some pods less.
// The answers come from its own cycles, and nothing changes.
import { objectKey, type ObjectRef } from '../api/meta.js';
import type { Node, Pod } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { failedCycleOf } from './failedCycle.js';
import { explainFailure, explainPlacement, type Explanation } from './explain.js';
import type { PodInfo, PodInfoFactory } from './framework/podInfo.js';
import type { Profile } from './framework/runtime.js';
import type { SchedulerCache } from './framework/schedulerCache.js';
import { postFilter } from './postFilter.js';
import { schedulePod, type CycleInput, type CycleOutcome } from './schedulePod.js';

/** What is said where there is no node at all. */
export const NO_NODES = 'no nodes available to schedule pods';

/** The questions. */
export interface WhatIf {
  /** Schedules the pod against the cluster as it stands and changes nothing; undefined when there is no such pod. */
  explain(ref: ObjectRef): Explanation | undefined;
  /** Names of all nodes that would take such a pod as the cluster stands, or with one node more; nobody is preempted and nothing changes. */
  nodesFor(pod: Pod, extra?: ExtraNode): string[];
  /** How many of the pods find a node, placed one after the other; `without` those that stand or wait now. Nobody is preempted and nothing changes. */
  placeable(pods: readonly Pod[], without: readonly Pod[]): number;
}

/** A node that does not exist, with the pods that would stand on it. */
export interface ExtraNode {
  readonly node: Node;
  readonly pods: readonly Pod[];
}

/** What the answers are made from. */
interface WhatIfContext {
  readonly read: Reader;
  readonly cache: SchedulerCache;
  readonly factory: PodInfoFactory;
  profileOf(holder: { pod: Pod }): Profile | undefined;
  /** What the next cycle would be given. */
  inputFor(profile: Profile): CycleInput;
}

/** The questions to a scheduler with this cache. */
export function createWhatIf({ read, cache, factory, profileOf, inputFor }: WhatIfContext): WhatIf {
  function explainPod(pod: Pod): Explanation {
    const profile = profileOf({ pod });
    const nothing = { tied: [], victims: [], nodes: {} };
    if (profile === undefined) return { ...nothing, message: `no scheduler named "${pod.spec?.schedulerName ?? ''}" is planned: the pod waits for it` };
    const { nodeName: _nodeName, ...unboundSpec } = pod.spec ?? { containers: [] };
    const info = factory.of({ ...pod, spec: unboundSpec });
    for (const plugin of profile.preEnqueue) {
      if (plugin.preEnqueue?.(info) !== undefined) return { ...nothing, message: 'Scheduling is blocked due to non-empty scheduling gates' };
    }
    if (cache.nodes().length === 0) return { ...nothing, message: NO_NODES };
    const input = { ...inputFor(profile), alwaysScore: true };
    const outcome = schedulePod(info, input);
    if (outcome.error !== undefined) return { ...nothing, message: outcome.error };
    if (outcome.choice >= 0) return explainPlacement(outcome);
    const { message, nominatedNode, victims } = postFilter(failedCycleOf(outcome), input, read);
    return explainFailure(outcome, { message, nominatedNode, victims, nodeNames: input.nodes.map(({ name }) => name) });
  }

  /** A cycle of the pod that begins at the first node; undefined for a pod that comes to none. */
  function tryCycle(info: PodInfo, options: Partial<CycleInput> = {}): CycleOutcome | undefined {
    const profile = profileOf(info);
    if (profile === undefined || cache.nodes().length === 0 || profile.preEnqueue.some((plugin) => plugin.preEnqueue?.(info) !== undefined)) return undefined;
    return schedulePod(info, { ...inputFor(profile), startIndex: 0, ...options });
  }

  function feasibleFor(pod: Pod): string[] {
    return tryCycle(factory.of(pod), { exhaustive: true })?.feasible.map(({ name }) => name) ?? [];
  }

  /** Runs with the pods taken off their nodes; afterwards all is as it was, the order of the pods on each node included. */
  function withoutPods<Result>(keys: readonly string[], run: () => Result): Result {
    const taken = keys.flatMap((key) => cache.pod(key) ?? []);
    const orders = new Map<PodInfo[], PodInfo[]>();
    for (const { node } of taken) for (const list of [node.pods, node.podsWithAffinity, node.podsWithRequiredAntiAffinity]) orders.set(list, [...list]);
    for (const { info } of taken) cache.removePod(info.key);
    const result = run();
    for (const { info, node } of taken) cache.addPod(info, node.name);
    for (const [list, copy] of orders) list.splice(0, list.length, ...copy);
    return result;
  }

  function countPlaceable(pods: readonly Pod[]): number {
    const placed: string[] = [];
    for (const pod of pods) {
      const info = factory.of(pod);
      const outcome = tryCycle(info);
      const node = outcome?.feasible[outcome.choice];
      if (node === undefined) continue;
      cache.addPod(info, node.name);
      placed.push(info.key);
    }
    for (const key of placed) cache.removePod(key);
    return placed.length;
  }

  return {
    nodesFor(pod, extra) {
      if (extra === undefined) return feasibleFor(pod);
      const infos = extra.pods.map((each) => factory.of(each));
      cache.addNode(extra.node);
      for (const info of infos) cache.addPod(info, extra.node.metadata.name ?? '');
      const names = feasibleFor(pod);
      for (const info of infos) cache.removePod(info.key);
      cache.removeNode(extra.node);
      return names;
    },
    placeable: (pods, without) => withoutPods(without.map(objectKey), () => countPlaceable(pods)),
    explain(ref) {
      const pod = read.get('pods', ref.namespace ?? 'default', ref.name);
      if (pod === undefined) return undefined;
      const placed = cache.pod(objectKey(pod));
      if (placed === undefined) return explainPod(pod);
      // A pod that has its node already is asked as if it had none.
      return withoutPods([placed.info.key], () => explainPod(pod));
    },
  };
}
