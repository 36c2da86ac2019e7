// The cluster that is planned against when none is declared: three equal nodes.
import type { Node } from '../api/types.js';

const RESOURCES = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };
/** As a kubelet registers with them: operating system and architecture stand under their old names too. */
const LABELS = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64' };

/** Three nodes of 4 CPU and 16Gi. */
export function builtInNodes(): Node[] {
  return ['node-1', 'node-2', 'node-3'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...LABELS, 'kubernetes.io/hostname': name } },
    spec: {},
    status: {
      capacity: RESOURCES,
      allocatable: RESOURCES,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
    },
  }));
}
