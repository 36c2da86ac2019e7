// Which of the nodes that preemption could clear is taken, ties included.
// Source: pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption, DryRunPreemption), pkg/scheduler/util/utils.go (GetEarliestPodStartTime)
import { parseTime } from '../util/time.js';
import type { PodInfo } from './framework/podInfo.js';

/** A node that victims would make room on. */
export interface PreemptionCandidate {
  /** Among the nodes that preemption was tried on, in visiting order. */
  readonly position: number;
  /** Most important first. */
  readonly victims: readonly PodInfo[];
  /** How many of them a disruption budget would have spared. */
  readonly violations: number;
}

/** Shifts priorities so that sums are not negative. */
const PRIORITY_SHIFT = 2 ** 31;
/** Entries of the original's map that are kept in one group, which is walked from a random place on. */
const GROUP_SIZE = 8;

/** When the pod started; undefined before that. */
export function startTimeOf({ pod }: PodInfo): number | undefined {
  return parseTime(pod.status?.startTime ?? '');
}

/**
 * Fewest violated budgets, least important first victim, smallest sum of priorities, fewest victims, latest start. `tried`: number of
 * nodes that preemption was tried on. Candidates are in the order of their positions. `tied`: how many are as good as the choice.
 */
export function pickOneNode<T extends PreemptionCandidate>(candidates: readonly T[], tried: number): { choice: T | undefined; tied: number } {
  const measures: ((candidate: T) => number)[] = [
    ({ violations }) => violations,
    ({ victims }) => victims[0]?.facts.priority ?? -PRIORITY_SHIFT,
    ({ victims }) => victims.reduce((sum, { facts }) => sum + facts.priority + PRIORITY_SHIFT, 0),
    ({ victims }) => victims.length,
    (candidate) => -earliestStart(candidate),
  ];
  let left: readonly T[] = candidates;
  for (const measure of measures) {
    if (left.length <= 1) break;
    const least = left.reduce((least, candidate) => Math.min(least, measure(candidate)), Infinity);
    left = left.filter((candidate) => measure(candidate) === least);
  }
  return { choice: left.length > 1 ? likeliest(left, candidates, tried) : left[0], tied: left.length };
}

/** Of the victims with the highest priority; Infinity while none of them has started, which is later than any start. */
function earliestStart({ victims }: PreemptionCandidate): number {
  const highest = victims[0]?.facts.priority;
  let earliest = Infinity;
  for (const victim of victims) if (victim.facts.priority === highest) earliest = Math.min(earliest, startTimeOf(victim) ?? Infinity);
  return earliest;
}

/**
 * Among equals the original's choice is a matter of chance, but not of even chance: it tries the nodes in visiting order from a random one
 * on, keeps the candidates in a map in the order of finding and walks that from a random entry on. Of candidates with equal start times it
 * takes the first it comes by; of candidates whose victims have not started the last, since "now" is later at every look.
 * The one that most of these walks end in is taken, the first in visiting order if several are.
 */
function likeliest<T extends PreemptionCandidate>(tied: readonly T[], candidates: readonly T[], tried: number): T | undefined {
  // In a map of several groups every order is equally likely.
  if (candidates.length > GROUP_SIZE) return tied[0];
  const takesLast = tied[0] !== undefined && earliestStart(tied[0]) === Infinity;
  const chances = new Map<T, number>();
  for (const [at, first] of candidates.entries()) {
    const before = candidates[at - 1]?.position ?? (candidates[candidates.length - 1] as T).position - tried;
    const found = [...candidates.slice(at), ...candidates.slice(0, at)];
    const entries = [...found.filter(({ violations }) => violations === 0), ...found.filter(({ violations }) => violations > 0)];
    for (let from = 0; from < GROUP_SIZE; from++) {
      const walk = [...entries.slice(from), ...entries.slice(0, from)].filter((candidate) => tied.includes(candidate));
      const taken = walk[takesLast ? walk.length - 1 : 0] as T;
      chances.set(taken, (chances.get(taken) ?? 0) + first.position - before);
    }
  }
  let best = tied[0];
  for (const candidate of tied) if ((chances.get(candidate) ?? 0) > (chances.get(best as T) ?? 0)) best = candidate;
  return best;
}
