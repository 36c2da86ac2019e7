// Pods as they would be with one thing changed; the given ones stay as they are.
import { isSidecar, type ResourceList } from '../api/podRequests.js';
import { compareQuantities, subtractQuantities } from '../api/quantity.js';
import type { Affinity, Container, NodeSelectorRequirement, Pod, PodSpec, Taint, Toleration } from '../api/types.js';

/** The pod with these fields of its spec. */
export function withSpec(pod: Pod, change: Partial<PodSpec>): Pod {
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), ...change } };
}

/** The pod as it was before it had a node. */
export function unbound(pod: Pod): Pod {
  if (!pod.spec?.nodeName) return pod;
  const { nodeName: _nodeName, ...spec } = pod.spec;
  return { ...pod, spec };
}

/** A copy of the pod as it would stand on the node. */
export function standingOn(pod: Pod, nodeName: string, suffix: string): Pod {
  const name = `${pod.metadata.name ?? ''}-${suffix}`;
  return { ...pod, metadata: { ...pod.metadata, name, uid: `${nodeName}/${name}` }, spec: { ...(pod.spec ?? { containers: [] }), nodeName } };
}

/** The affinity, for this node alone. */
export function onlyOn(name: string, affinity: Affinity | undefined): Affinity {
  const field: NodeSelectorRequirement = { key: 'metadata.name', operator: 'In', values: [name] };
  const { nodeAffinity, ...others } = affinity ?? {};
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  return { ...others, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map((term) => ({ ...term, matchFields: [...(term.matchFields ?? []), field] })) } } };
}

/** What tolerates the taint and nothing else. */
export function tolerationOf({ key, value, effect }: Taint): Toleration {
  return value ? { key, operator: 'Equal', value, effect } : { key, operator: 'Exists', effect };
}

/** The pod with other requests in all: the first container has them, the others none. */
export function withRequests(pod: Pod, requests: ResourceList): Pod {
  const { containers = [], initContainers, overhead = {}, resources, ...spec } = pod.spec ?? { containers: [] };
  const own = Object.fromEntries(Object.entries(requests).map(([resource, total]) => {
    const left = overhead[resource] === undefined ? total : subtractQuantities(total, overhead[resource]);
    return [resource, compareQuantities(left, '0') < 0 ? '0' : left];
  }));
  const nothing = Object.fromEntries(Object.keys(requests).map((resource) => [resource, '0']));
  const change = (container: Container, list: ResourceList): Container => ({ ...container, resources: { ...container.resources, requests: { ...container.resources?.requests, ...list } } });
  const isPodLevel = resources?.requests !== undefined;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(pod.spec?.overhead === undefined ? {} : { overhead }),
      ...(resources === undefined ? {} : { resources: isPodLevel ? { ...resources, requests: { ...resources.requests, ...own } } : resources }),
      containers: containers.map((container, index) => change(container, index === 0 ? own : nothing)),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map((container) => change(container, isSidecar(container) ? nothing : capped(container, own))) }),
    },
  };
}

/** The container's own requests, none above the limit. */
function capped(container: Container, limit: ResourceList): ResourceList {
  const list = container.resources?.requests ?? {};
  return Object.fromEntries(Object.entries(limit).map(([resource, most]) => [resource, list[resource] === undefined || compareQuantities(list[resource], most) > 0 ? most : list[resource]]));
}
