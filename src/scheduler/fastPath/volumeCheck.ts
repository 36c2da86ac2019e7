// What the volume plugins say of one pod: claims and disks are no matter of a template, so each pod is checked by itself.
import { createCycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import type { Profile } from '../framework/runtime.js';
import type { SchedulerPlugin } from '../framework/types.js';
import type { PodCheck } from './podCheck.js';

/** Plugins that look at volumes, and at nothing else. */
const VOLUME_PLUGINS: readonly string[] = ['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone'];

/** Runs their PreFilter and, node by node, the filters of those that do not let the pod on every node; undefined when one refuses the pod as a whole. */
export function checkVolumes(pod: PodInfo, profile: Profile): PodCheck | undefined {
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
  let hasFailed = false;
  const letsOn = (node: NodeInfo): boolean => {
    for (const plugin of filters) {
      const status = plugin.filter?.(cycle, node);
      if (status === undefined) continue;
      if (status.code === 'Error') hasFailed = true;
      return false;
    }
    return true;
  };
  return {
    cycle, chosen: undefined, filter: filters.length === 0 ? undefined : letsOn,
    get hasFailed() {
      return hasFailed;
    },
  };
}
