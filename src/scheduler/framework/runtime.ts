// Runs the plugins of one profile at their extension points. Source: pkg/scheduler/framework/runtime/framework.go
import { createCycleState, type CycleState } from './cycleState.js';
import { addPodToNode, copyNodeInfo, type NodeInfo } from './nodeInfo.js';
import type { Nominator } from './nominator.js';
import type { PodInfo } from './podInfo.js';
import type { Status } from './status.js';
import { MAX_SCORE, type SchedulerPlugin } from './types.js';
import { assert } from '../../util/assert.js';

/** A profile's plugins, in running order at each extension point. */
export interface Profile {
  readonly schedulerName: string;
  readonly preEnqueue: readonly SchedulerPlugin[];
  readonly preFilter: readonly SchedulerPlugin[];
  readonly filter: readonly SchedulerPlugin[];
  /** Names; what these plugins do after a failure is decided in one place. */
  readonly postFilter: readonly string[];
  readonly preScore: readonly SchedulerPlugin[];
  /** `unprepared`: why the plugin cannot score without its PreScore, which is switched off. */
  readonly score: readonly { plugin: SchedulerPlugin; weight: number; unprepared?: string }[];
  readonly reserve: readonly SchedulerPlugin[];
  readonly preBind: readonly SchedulerPlugin[];
  /** Every plugin once, by name. */
  readonly byName: ReadonlyMap<string, SchedulerPlugin>;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  /** Arguments of the plugins by name, for the fast path. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** A refusal and who made it. */
export interface PluginStatus {
  readonly plugin: string;
  readonly status: Status;
}

/** What the PreFilter plugins found. */
export interface PreFilterOutcome {
  cycle: CycleState;
  refusal?: PluginStatus;
  /** Only these nodes are looked at; the plugins that said so. */
  nodeNames?: ReadonlySet<string>;
  narrowedBy: string[];
}

/** Scores of the nodes, one entry a node. */
export interface NodeScores {
  totals: number[];
  /** Weighted, by plugin; skipped plugins are absent. */
  byPlugin: Map<string, number[]>;
}

/** Why nodes could not be scored; it ends the cycle. */
export interface ScoreError {
  error: string;
}

/** Runs the PreFilter plugins. */
export function runPreFilter(profile: Profile, pod: PodInfo): PreFilterOutcome {
  const cycle = createCycleState(pod);
  const outcome: PreFilterOutcome = { cycle, narrowedBy: [] };
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter?.(cycle);
    if (result === undefined) continue;
    const { status, nodeNames } = result;
    if (status?.code === 'Skip') cycle.skippedFilters.add(plugin.name);
    else if (status !== undefined) {
      outcome.refusal ??= { plugin: plugin.name, status };
      if (status.code !== 'Unschedulable') return { ...outcome, refusal: { plugin: plugin.name, status } };
    }
    if (nodeNames === undefined) continue;
    outcome.narrowedBy.push(plugin.name);
    const known = outcome.nodeNames;
    outcome.nodeNames = known === undefined ? nodeNames : new Set([...known].filter((name) => nodeNames.has(name)));
  }
  return outcome;
}

/** The first refusal of the node, without regard to nominated pods. */
function runFilters(profile: Profile, cycle: CycleState, node: NodeInfo): PluginStatus | undefined {
  for (const plugin of profile.filter) {
    if (cycle.skippedFilters.has(plugin.name)) continue;
    const status = plugin.filter?.(cycle, node);
    if (status !== undefined) return { plugin: plugin.name, status };
  }
  return undefined;
}

/** The first refusal of the node; pods that are nominated to it and not less important count as being there, and also as not being there. */
export function runFiltersWithNominated(profile: Profile, { cycle, nominator }: { cycle: CycleState; nominator: Nominator }, node: NodeInfo): PluginStatus | undefined {
  const nominated = nominatedBesides(cycle.pod, node.name, nominator);
  if (nominated.length > 0) {
    const crowded = copyNodeInfo(node);
    for (const other of nominated) {
      addPodToNode(crowded, other);
      runAddPod(profile, cycle, { pod: other, node: crowded });
    }
    const refusal = runFilters(profile, cycle, crowded);
    for (const other of nominated) runRemovePod(profile, cycle, { pod: other, node: crowded });
    if (refusal !== undefined) return refusal;
  }
  return runFilters(profile, cycle, node);
}

/** Pods nominated to the node that are not less important than this one. */
export function nominatedBesides(pod: PodInfo, nodeName: string, nominator: Nominator): readonly PodInfo[] {
  const nominated = nominator.podsFor(nodeName);
  return nominated.length === 0 ? nominated : nominated.filter((other) => other.key !== pod.key && other.facts.priority >= pod.facts.priority);
}

/** Tells the plugins that the pod is on the node. */
export function runAddPod(profile: Profile, cycle: CycleState, { pod, node }: { pod: PodInfo; node: NodeInfo }): void {
  for (const plugin of profile.preFilter) if (plugin.addPod !== undefined && !cycle.skippedFilters.has(plugin.name)) plugin.addPod(cycle, pod, node);
}

/** Tells the plugins that the pod is no longer on the node. */
export function runRemovePod(profile: Profile, cycle: CycleState, { pod, node }: { pod: PodInfo; node: NodeInfo }): void {
  for (const plugin of profile.preFilter) if (plugin.removePod !== undefined && !cycle.skippedFilters.has(plugin.name)) plugin.removePod(cycle, pod, node);
}

/** Scores the nodes, normalizes, weighs and adds up. */
export function runScores(profile: Profile, cycle: CycleState, nodes: readonly NodeInfo[]): NodeScores | ScoreError {
  for (const plugin of profile.preScore) {
    const status = plugin.preScore?.(cycle, nodes);
    if (status?.code === 'Skip') cycle.skippedScores.add(plugin.name);
    else if (status !== undefined) return { error: `running PreScore plugin "${plugin.name}": ${status.reasons.join(', ')}` };
  }
  const totals = nodes.map(() => 0);
  const byPlugin = new Map<string, number[]>();
  for (const { plugin, weight, unprepared } of profile.score) {
    if (plugin.score === undefined || cycle.skippedScores.has(plugin.name)) continue;
    if (unprepared !== undefined) return { error: `running Score plugins: plugin "${plugin.name}" failed with: ${unprepared}` };
    const scores = nodes.map((node) => plugin.score?.(cycle, node) ?? 0);
    plugin.normalizeScores?.(cycle, scores, nodes);
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index] as number;
      assert(score >= 0 && score <= MAX_SCORE, `score ${score} of plugin ${plugin.name} is not within 0…${MAX_SCORE}`);
      scores[index] = score * weight;
      totals[index] = (totals[index] as number) + score * weight;
    }
    byPlugin.set(plugin.name, scores);
  }
  return { totals, byPlugin };
}
