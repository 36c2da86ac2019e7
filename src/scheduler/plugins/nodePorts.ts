// Host ports are taken once a node. Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go, kube-scheduler/framework/types.go (HostPortInfo)
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { HostPort } from '../framework/podInfo.js';
import { SKIP, unschedulable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const REFUSED = unschedulable("node(s) didn't have free ports for the requested pod ports");
const ANY_IP = '0.0.0.0';

/** NodePorts. */
export function createNodePorts(): SchedulerPlugin {
  return {
    name: 'NodePorts',
    preFilter: ({ pod }) => (pod.facts.hostPorts.length === 0 ? { status: SKIP } : undefined),
    filter: ({ pod }, node) => (portsFit(pod.facts.hostPorts, node) ? undefined : REFUSED),
    isHelpedBy(pod, event) {
      if (event.kind === 'nodeAdded') return true;
      if (event.kind !== 'assignedPodDeleted') return false;
      return event.pod.facts.hostPorts.some((used) => pod.facts.hostPorts.some((wanted) => conflicts(wanted, used)));
    },
  };
}

/** True when none of the wanted ports is in use on the node. */
export function portsFit(wanted: readonly HostPort[], node: NodeInfo): boolean {
  if (node.usedPorts.size === 0) return true;
  for (const port of wanted) {
    const tail = `/${port.protocol}/${port.port}`;
    if (port.ip !== ANY_IP) {
      if (node.usedPorts.has(ANY_IP + tail) || node.usedPorts.has(port.ip + tail)) return false;
    } else for (const used of node.usedPorts) if (used.endsWith(tail)) return false;
  }
  return true;
}

function conflicts(wanted: HostPort, used: HostPort): boolean {
  return wanted.protocol === used.protocol && wanted.port === used.port && (wanted.ip === ANY_IP || used.ip === ANY_IP || wanted.ip === used.ip);
}
