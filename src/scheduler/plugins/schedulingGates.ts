// Pods with scheduling gates wait. Source: pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go
import type { SchedulerPlugin } from '../framework/types.js';

/** SchedulingGates. */
export function createSchedulingGates(): SchedulerPlugin {
  return {
    name: 'SchedulingGates',
    preEnqueue({ pod }) {
      const gates = pod.spec?.schedulingGates ?? [];
      return gates.length === 0 ? undefined : `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`;
    },
  };
}
