// Nodes and pods with little typing.

/** A node with a name, labels and amounts. */
export function node(name: string, { labels = {}, taints, unschedulable, cpu = '4', memory = '16Gi', pods = '110', more = {}, images }: {
  labels?: Record<string, string>; taints?: object[]; unschedulable?: boolean; cpu?: string; memory?: string; pods?: string; more?: Record<string, string>; images?: object[];
} = {}): object {
  return {
    apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === undefined ? {} : { unschedulable }) },
    status: { allocatable: { cpu, memory, pods, 'ephemeral-storage': '100Gi', ...more }, ...(images === undefined ? {} : { images }) },
  };
}

/** A pod with one container; `spec` is merged over it. */
export function pod(name: string, { namespace = 'default', labels, requests, spec = {}, status, owner, ports }: {
  namespace?: string; labels?: Record<string, string>; requests?: Record<string, string>; spec?: object; status?: object; owner?: object; ports?: object[];
} = {}): object {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), ...(owner === undefined ? {} : { ownerReferences: [owner] }) },
    spec: { containers: [{ name: 'c', image: 'app', ...(requests === undefined ? {} : { resources: { requests } }), ...(ports === undefined ? {} : { ports }) }], ...spec },
    ...(status === undefined ? {} : { status }),
  };
}
