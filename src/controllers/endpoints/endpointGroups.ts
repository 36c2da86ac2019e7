// The endpoints of every Service by the ports they share, kept from one sync to the next: only pods that changed are looked at again.
// Source: staging/src/k8s.io/endpointslice/{reconciler,utils}.go (reconcileByAddressType, podToEndpoint, getEndpointPorts)
import { selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import { objectKey } from '../../api/meta.js';
import { isPodReady } from '../../api/pods.js';
import type { DiscoveryEndpointPort, Endpoint, Node, Pod, Service } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';
import { backendSelector, isCandidate, targetPortOf } from './servicePorts.js';
import { createPortGroup, type PortGroup } from './portGroup.js';

const ZONE = 'topology.kubernetes.io/zone';
const FAMILIES = ['IPv4', 'IPv6'];

/** Groups of endpoints. */
export interface EndpointGroups {
  /** Says that the pod may be another backend of the Service than it was, or none. */
  onPod(serviceKey: string, podKey: string): void;
  /** Says that a node came, went or changed its zone. */
  onNode(): void;
  /** Says that the Service changed or is gone. */
  forget(serviceKey: string): void;
  /** The endpoints of one address family as they should be; valid until the next call. */
  of(service: Service, serviceKey: string, addressType: string): readonly PortGroup[];
  /** Keys of pods that are left out of the endpoints of one address family as their node is not there. */
  withoutNode(serviceKey: string, addressType: string): Iterable<string>;
}

/** What is kept of one Service and address family. */
interface State {
  selector: CompiledSelector;
  /** Number of changes of nodes that it has seen. */
  nodes: number;
  /** Key of a pod → where its endpoint is. */
  members: Map<string, { uid: string; identity: string }>;
  /** Ports as a text → the endpoints that have them. */
  groups: Map<string, PortGroup>;
  /** Pods to be looked at again. */
  changed: Set<string>;
  /** Pods whose node is not there; undefined while there are none. */
  withoutNode?: Set<string>;
}

/** Nothing is kept before a Service is asked for; `podsOf` gives the pods that it selects. */
export function createEndpointGroups(read: Reader, podsOf: (serviceKey: string) => readonly Pod[]): EndpointGroups {
  const states = new Map<string, State>();
  let nodeChanges = 0;

  function remove({ members, groups, withoutNode }: State, podKey: string): void {
    withoutNode?.delete(podKey);
    const member = members.get(podKey);
    if (member === undefined) return;
    members.delete(podKey);
    const group = groups.get(member.identity);
    group?.delete(member.uid);
    if (group?.size === 0) groups.delete(member.identity);
  }

  /** Puts the pod's endpoint in its place; an endpoint that stays in its group keeps its place there. */
  function put(state: State, pod: Pod, service: Service, addressType: string): void {
    const podKey = objectKey(pod);
    const node = read.get('nodes', '', pod.spec?.nodeName ?? '');
    const isWithoutNode = node === undefined && service.spec?.publishNotReadyAddresses !== true;
    const endpoint = isWithoutNode ? undefined : endpointOf(pod, service, { addressType, node });
    if (endpoint === undefined) {
      remove(state, podKey);
      if (isWithoutNode) (state.withoutNode ??= new Set()).add(podKey);
      return;
    }
    state.withoutNode?.delete(podKey);
    const ports = portsOf(pod, service);
    const identity = JSON.stringify(ports);
    const { uid = '' } = pod.metadata;
    const before = state.members.get(podKey);
    if (before !== undefined && (before.uid !== uid || before.identity !== identity)) remove(state, podKey);
    let group = state.groups.get(identity);
    if (group === undefined) state.groups.set(identity, (group = createPortGroup(ports)));
    group.set(uid, endpoint);
    state.members.set(podKey, { uid, identity });
  }

  function catchUp(state: State, service: Service, addressType: string): void {
    for (const podKey of [...state.changed].sort(compareStrings)) {
      const pod = read.byKey('pods', podKey);
      if (pod !== undefined && isCandidate(pod) && selectorMatches(state.selector, pod.metadata.labels)) put(state, pod, service, addressType);
      else remove(state, podKey);
    }
    state.changed.clear();
  }

  return {
    onPod(serviceKey, podKey) {
      for (const family of FAMILIES) states.get(`${serviceKey} ${family}`)?.changed.add(podKey);
    },
    onNode: () => void nodeChanges++,
    forget(serviceKey) {
      for (const family of FAMILIES) states.delete(`${serviceKey} ${family}`);
    },
    of(service, serviceKey, addressType) {
      const stateKey = `${serviceKey} ${addressType}`;
      let state = states.get(stateKey);
      if (state?.nodes === nodeChanges) catchUp(state, service, addressType);
      else {
        state = { selector: backendSelector(service) ?? [], nodes: nodeChanges, members: new Map(), groups: new Map(), changed: new Set() };
        states.set(stateKey, state);
        for (const pod of podsOf(serviceKey)) if (isCandidate(pod)) put(state, pod, service, addressType);
      }
      return [...state.groups.values()];
    },
    withoutNode: (serviceKey, addressType) => states.get(`${serviceKey} ${addressType}`)?.withoutNode ?? [],
  };
}

function endpointOf(pod: Pod, service: Service, { addressType, node }: { addressType: string; node: Node | undefined }): Endpoint | undefined {
  const addresses = (pod.status?.podIPs ?? [{ ip: pod.status?.podIP ?? '' }]).map(({ ip }) => ip).filter((ip) => ip !== '' && ip.includes(':') === (addressType === 'IPv6'));
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const zone = node?.metadata.labels?.[ZONE];
  const { hostname, subdomain, nodeName } = pod.spec ?? { hostname: undefined, subdomain: undefined, nodeName: undefined };
  return {
    addresses,
    conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
    ...(zone === undefined || zone === '' ? {} : { zone }),
  };
}

function portsOf(pod: Pod, service: Service): DiscoveryEndpointPort[] {
  const ports: DiscoveryEndpointPort[] = [];
  for (const each of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, each);
    if (port !== undefined) ports.push({ name: each.name ?? '', port, protocol: each.protocol ?? 'TCP', ...(each.appProtocol === undefined ? {} : { appProtocol: each.appProtocol }) });
  }
  return ports;
}
