// Which pods of a Job go when there are too many, in the order of their worth.
// Source: pkg/controller/job/job_controller.go (manageJob, activePodsForRemoval), indexed_job_utils.go (appendDuplicatedIndexPodsForRemoval)
import type { Job, Pod } from '../../api/types.js';
import { rankActivePods } from '../shared/podRanking.js';
import { indexOf, isIndexedJob, validIndexOf } from './indexes.js';
import type { PodsOfJob } from './podIndex.js';

/** At least so many of the active pods to delete; of an Indexed Job, first those whose index is taken twice or makes no sense. */
export function podsToRemove(job: Job, pods: PodsOfJob, atLeast: number): Pod[] {
  const { active } = pods;
  if (!isIndexedJob(job)) return atLeast === 0 ? [] : rankActivePods([...active.values()]).slice(0, atLeast);
  if (atLeast === 0 && haveIndexesOfTheirOwn(job, pods)) return [];
  const byIndex = new Map<number, Pod[]>();
  const remove: Pod[] = [];
  for (const pod of active.values()) {
    const index = indexOf(pod);
    if (index === undefined || index >= (job.spec?.completions ?? 0)) remove.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const [, pods] of [...byIndex].sort(([a], [b]) => a - b)) {
    const ranked = pods.length === 1 ? pods : rankActivePods(pods);
    remove.push(...ranked.slice(0, -1));
    left.push(...ranked.slice(-1));
  }
  return remove.length >= atLeast ? remove : [...remove, ...rankActivePods(left).slice(0, atLeast - remove.length)];
}

/** Pods → what was true when their indexes were last found in order. */
const inOrder = new WeakMap<PodsOfJob, { arrivals: number; completions: number }>();

function haveIndexesOfTheirOwn(job: Job, pods: PodsOfJob): boolean {
  const completions = job.spec?.completions ?? 0;
  const known = inOrder.get(pods);
  if (known?.arrivals === pods.arrivals && known.completions === completions) return true;
  const indexes = new Set<number>();
  for (const pod of pods.active.values()) {
    const index = validIndexOf(job, pod);
    if (index === undefined) return false;
    indexes.add(index);
  }
  if (indexes.size < pods.active.size) return false;
  inOrder.set(pods, { arrivals: pods.arrivals, completions });
  return true;
}
