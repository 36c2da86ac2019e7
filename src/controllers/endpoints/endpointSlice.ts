// EndpointSlices: where the traffic of a Service goes, at most a hundred endpoints a slice.
// Source: staging/src/k8s.io/endpointslice/{reconciler,utils}.go, pkg/controller/endpointslice/endpointslice_controller.go
import { objectKey, splitKey } from '../../api/meta.js';
import { controllerReference } from '../../api/ownerReference.js';
import { isPodReady } from '../../api/pods.js';
import type { DiscoveryEndpointPort, Endpoint, EndpointSlice, Node, Pod, Service } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createSelectorIndex } from '../shared/selectorIndex.js';
import { affectsBackends, backendSelector, hasSelectedBackends, isCandidate, isHeadless, targetPortOf } from './servicePorts.js';

const MANAGED_BY = 'endpointslice-controller.k8s.io';
const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const LABEL_SERVICE = 'kubernetes.io/service-name';
const LABEL_HEADLESS = 'service.kubernetes.io/headless';
const MAX_ENDPOINTS = 100;

/** Endpoints that share their ports. */
interface PortGroup {
  ports: DiscoveryEndpointPort[];
  endpoints: Map<string, Endpoint>;
}

/** What a pod gives a Service, kept while pod, Service and node are the same objects. */
interface KnownEndpoint {
  service: Service;
  node: Node | undefined;
  endpoint: Endpoint | undefined;
  ports: DiscoveryEndpointPort[];
  /** The ports as a key. */
  identity: string;
}

/** Keeps the slices of every Service with a selector. */
export const endpointSlice: ControllerDescription = {
  name: 'endpoint-slice-controller',
  create({ client, queue }) {
    const index = createSelectorIndex(client.read);
    /** Service key → keys of its slices that this controller made. */
    const slicesOf = new Map<string, Set<string>>();

    const onSlice = (slice: EndpointSlice, isDeleted: boolean): void => {
      const service = slice.metadata.labels?.[LABEL_SERVICE];
      if (service === undefined || slice.metadata.labels?.[LABEL_MANAGED_BY] !== MANAGED_BY) return;
      const key = `${slice.metadata.namespace}/${service}`;
      const slices = slicesOf.get(key) ?? new Set();
      if (isDeleted) slices.delete(slice.metadata.name ?? '');
      else slices.add(slice.metadata.name ?? '');
      slicesOf.set(key, slices);
      if (isDeleted) queue.addAfter(key, 1);
    };

    /** Service key and address type → endpoints by pod. Most pods are as they were at the last sync. */
    const known = new Map<string, WeakMap<Pod, KnownEndpoint>>();

    function lookUp(pod: Pod, service: Service, { addressType, byPod }: { addressType: string; byPod: WeakMap<Pod, KnownEndpoint> }): KnownEndpoint {
      const node = client.read.get('nodes', '', pod.spec?.nodeName ?? '');
      const before = byPod.get(pod);
      if (before !== undefined && before.service === service && before.node === node) return before;
      const ports = portsOf(pod, service);
      const found = { service, node, endpoint: endpointOf(pod, service, { addressType, node }), ports, identity: JSON.stringify(ports) };
      byPod.set(pod, found);
      return found;
    }

    function endpointOf(pod: Pod, service: Service, { addressType, node }: { addressType: string; node: Node | undefined }): Endpoint | undefined {
      const addresses = (pod.status?.podIPs ?? [{ ip: pod.status?.podIP ?? '' }]).map(({ ip }) => ip).filter((ip) => ip !== '' && ip.includes(':') === (addressType === 'IPv6'));
      if (addresses.length === 0) return undefined;
      const serving = isPodReady(pod);
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      if (node === undefined && service.spec?.publishNotReadyAddresses !== true) return undefined;
      const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
      const { hostname, subdomain, nodeName } = pod.spec ?? { hostname: undefined, subdomain: undefined, nodeName: undefined };
      return {
        addresses,
        conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
        ...(hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
        ...(nodeName === undefined ? {} : { nodeName }),
        targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
        ...(zone === undefined ? {} : { zone }),
        ...hintsFor(service, zone, nodeName, serving && !terminating),
      };
    }

    function groupsOf(service: Service, key: string, addressType: string): PortGroup[] {
      const groups = new Map<string, PortGroup>();
      const knownKey = `${key} ${addressType}`;
      const byPod = known.get(knownKey) ?? new WeakMap<Pod, KnownEndpoint>();
      known.set(knownKey, byPod);
      for (const pod of index.podsOf(key)) {
        if (!isCandidate(pod)) continue;
        const { endpoint, ports, identity } = lookUp(pod, service, { addressType, byPod });
        if (endpoint === undefined) continue;
        let group = groups.get(identity);
        if (group === undefined) {
          group = { ports, endpoints: new Map() };
          groups.set(identity, group);
        }
        group.endpoints.set(pod.metadata.uid ?? '', endpoint);
      }
      return [...groups.values()];
    }

    function reconcileFamily(service: Service, key: string, addressType: string): boolean {
      const namespace = service.metadata.namespace ?? '';
      const existing = [...(slicesOf.get(key) ?? [])]
        .sort()
        .map((name) => client.read.get('endpointslices.discovery.k8s.io', namespace, name))
        .filter((slice): slice is EndpointSlice => slice?.addressType === addressType);
      const groups = groupsOf(service, key, addressType);
      const labels = sliceLabels(service);
      const unused = new Set(existing);
      let isDone = true;
      const save = (slice: EndpointSlice | undefined, ports: DiscoveryEndpointPort[], endpoints: Endpoint[]): void => {
        if (slice === undefined) {
          const made: EndpointSlice = {
            apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
            metadata: { generateName: `${service.metadata.name}-`, namespace, labels, ownerReferences: [controllerReference(service)] },
            addressType, endpoints, ports,
          };
          isDone &&= client.create(made).code < 300;
        } else if (!deepEqual(slice.endpoints ?? [], endpoints) || !deepEqual(slice.ports ?? [], ports) || !deepEqual(slice.metadata.labels, labels)) {
          isDone &&= client.update({ ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports }).code < 300;
        }
      };
      for (const { ports, endpoints } of groups) {
        const own = existing.filter((slice) => unused.has(slice) && deepEqual(slice.ports ?? [], ports));
        const left = new Map(endpoints);
        const kept = own.map((slice) => {
          unused.delete(slice);
          const still: Endpoint[] = [];
          for (const { targetRef } of slice.endpoints ?? []) {
            const uid = targetRef?.uid ?? '';
            const endpoint = left.get(uid);
            if (endpoint !== undefined) still.push(endpoint);
            left.delete(uid);
          }
          return { slice: slice as EndpointSlice | undefined, endpoints: still };
        });
        for (const place of [...kept].sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(place.endpoints, left);
        while (left.size > 0) {
          // A slice that is no longer needed is filled again before a new one is made.
          const [free] = unused;
          if (free !== undefined) unused.delete(free);
          const fresh = { slice: free, endpoints: [] as Endpoint[] };
          fill(fresh.endpoints, left);
          kept.push(fresh);
        }
        for (const place of kept) {
          if (place.endpoints.length === 0 && place.slice !== undefined) unused.add(place.slice);
          else save(place.slice, ports, place.endpoints);
        }
      }
      if (groups.length === 0) {
        // A Service without endpoints keeps one empty slice.
        const [placeholder] = unused;
        if (placeholder !== undefined) unused.delete(placeholder);
        save(placeholder, [], []);
      }
      for (const slice of unused) isDone &&= client.delete(slice).code < 300;
      return isDone;
    }

    return {
      handlers: {
        services: ({ type, object }) => {
          const key = objectKey(object);
          index.set(key, object.metadata.namespace ?? '', type === 'DELETED' ? undefined : backendSelector(object));
          if (type === 'DELETED') for (const addressType of ['IPv4', 'IPv6']) known.delete(`${key} ${addressType}`);
          queue.add(key);
        },
        pods: (event) => {
          const keys = index.keysOf(event);
          if (keys.length === 0 || !affectsBackends(event)) return;
          for (const key of keys) queue.add(key);
        },
        'endpointslices.discovery.k8s.io': ({ type, object }) => onSlice(object, type === 'DELETED'),
      },
      reconcile(key) {
        const [namespace, name] = splitKey(key);
        const service = client.read.get('services', namespace, name);
        if (service === undefined || service.metadata.deletionTimestamp !== undefined || !hasSelectedBackends(service)) return 'done';
        const families = service.spec?.ipFamilies ?? ['IPv4'];
        let isDone = true;
        for (const family of families) isDone = reconcileFamily(service, key, family) && isDone;
        return isDone ? 'done' : 'retry';
      },
    };
  },
};

/** Moves endpoints over until the slice is full. */
function fill(endpoints: Endpoint[], left: Map<string, Endpoint>): void {
  for (const [uid, endpoint] of left) {
    if (endpoints.length >= MAX_ENDPOINTS) return;
    endpoints.push(endpoint);
    left.delete(uid);
  }
}

function portsOf(pod: Pod, service: Service): DiscoveryEndpointPort[] {
  const ports: DiscoveryEndpointPort[] = [];
  for (const each of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, each);
    if (port !== undefined) ports.push({ name: each.name ?? '', port, protocol: each.protocol ?? 'TCP', ...(each.appProtocol === undefined ? {} : { appProtocol: each.appProtocol }) });
  }
  return ports;
}

function sliceLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels, [LABEL_SERVICE]: service.metadata.name ?? '', [LABEL_MANAGED_BY]: MANAGED_BY };
  if (isHeadless(service)) labels[LABEL_HEADLESS] = '';
  else delete labels[LABEL_HEADLESS];
  return labels;
}

/** Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go */
function hintsFor(service: Service, zone: string | undefined, nodeName: string | undefined, isReady: boolean): { hints?: NonNullable<Endpoint['hints']> } {
  const distribution = service.spec?.trafficDistribution;
  if (distribution === undefined || !isReady || zone === undefined) return {};
  if (distribution === 'PreferSameNode') return nodeName === undefined ? {} : { hints: { forZones: [{ name: zone }], forNodes: [{ name: nodeName }] } };
  return { hints: { forZones: [{ name: zone }] } };
}
