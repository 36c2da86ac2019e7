// What the volume plugins say of one pod: claims and disks are no matter of a template, so each pod is checked by itself.
import { createCycleState, type CycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import type { Profile } from '../framework/runtime.js';
import type { SchedulerPlugin } from '../framework/types.js';

/** Plugins that look at volumes, and at nothing else. */
const VOLUME_PLUGINS: readonly string[] = ['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone'];

/** The volume plugins after their PreFilter. */
export interface VolumeCheck {
  readonly cycle: CycleState;
  /** Those that do not let the pod on every node. */
  readonly filters: readonly SchedulerPlugin[];
  /** True once a filter could not answer: the cycle is one for the plain algorithm. */
  hasFailed: boolean;
}

/** Prepares the check; undefined when a plugin refuses the pod as a whole. */
export function checkVolumes(pod: PodInfo, profile: Profile): VolumeCheck | undefined {
  const cycle = createCycleState(pod);
  const filters: SchedulerPlugin[] = [];
  for (const plugin of profile.filter) {
    if (!VOLUME_PLUGINS.includes(plugin.name)) continue;
    const result = plugin.preFilter?.(cycle);
    if (result?.nodeNames !== undefined) return undefined;
    if (result?.status === undefined) filters.push(plugin);
    else if (result.status.code === 'Skip') cycle.skippedFilters.add(plugin.name);
    else return undefined;
  }
  return { cycle, filters, hasFailed: false };
}

/** True when all of them let the pod on the node. */
export function volumesFit(check: VolumeCheck, node: NodeInfo): boolean {
  const { cycle, filters } = check;
  for (let at = 0; at < filters.length; at++) {
    const status = filters[at]?.filter?.(cycle, node);
    if (status === undefined) continue;
    if (status.code === 'Error') check.hasFailed = true;
    return false;
  }
  return true;
}
