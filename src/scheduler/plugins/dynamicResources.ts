// Resource claims are not planned: a pod that has some is refused and told so. What stays is what this plugin adds to messages.
// Source: pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go
import { stateKey, type CycleState } from '../framework/cycleState.js';
import { errorStatus, SKIP, unresolvable, unschedulable, type Status } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const key = stateKey<{ isSeen: true }>('DynamicResources');

/** DynamicResources. Differs: the allocation of devices is not reproduced. */
export function createDynamicResources(): SchedulerPlugin {
  return {
    name: 'DynamicResources',
    preFilter(cycle) {
      key.write(cycle, { isSeen: true });
      const claims = cycle.pod.facts.spec.resourceClaims ?? [];
      if (claims.length === 0) return { status: SKIP };
      return { status: unresolvable(`resource claims are not planned yet: the pod asks for ${claims.map(({ name }) => `"${name}"`).join(', ')}`) };
    },
    score: () => 0,
  };
}

/** What the plugin says after no node was found: nothing to free, or that it was never reached. */
export function dynamicResourcesPostFilter(cycle: CycleState): Status {
  return key.isSet(cycle) ? unschedulable('no new claims to deallocate') : errorStatus('not found');
}
