// A pod that names its node goes nowhere else. Source: pkg/scheduler/framework/plugins/nodename/node_name.go
import { unresolvable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const REFUSED = unresolvable("node(s) didn't match the requested node name");

/** NodeName. A pod that waits in the queue names none, so this hardly ever refuses. */
export function createNodeName(): SchedulerPlugin {
  return {
    name: 'NodeName',
    filter({ pod }, { name }) {
      const wanted = pod.pod.spec?.nodeName;
      return wanted && wanted !== name ? REFUSED : undefined;
    },
    isHelpedBy: (_pod, event) => event.kind === 'nodeAdded',
  };
}
