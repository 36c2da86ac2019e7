// Endpoints: the older list of where the traffic of a Service goes, one object a Service, at most a thousand addresses.
// Source: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go (RepackSubsets)
import { objectKey, splitKey, succeeded } from '../../api/meta.js';
import { isPodReady } from '../../api/pods.js';
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset, Pod, Service } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { isNamespaceTerminating } from '../shared/podControl.js';
import { createSelectorIndex } from '../shared/selectorIndex.js';
import { affectsBackends, backendSelector, hasSelectedBackends, isCandidate, isHeadless, targetPortOf } from './servicePorts.js';

const LABEL_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const LABEL_HEADLESS = 'service.kubernetes.io/headless';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const NAME = 'endpoint-controller';
const MAX_ADDRESSES = 1000;
/** From so many addresses on, changes of pods are gathered: the whole list is written each time. */
const LARGE = 50;
/** Longer than the kubelets wait for the controllers, so that pods that start together are written together. */
const GATHER_SECONDS = 2;

/** One address of one pod and whether traffic may go there. */
interface Backend {
  address: EndpointAddress;
  isReady: boolean;
}

/** Ports with the same backends. */
interface PortSet {
  ports: EndpointPort[];
  backends: Backend[];
}

/** Keeps the Endpoints of every Service with a selector. */
export const endpoints: ControllerDescription = {
  name: NAME,
  retries: { times: 15 },
  create({ client, queue }) {
    const { read } = client;
    const index = createSelectorIndex(read);
    const isLarge = (key: string): boolean => {
      const [namespace, name] = splitKey(key);
      const { subsets = [] } = read.get('endpoints', namespace, name) ?? {};
      return subsets.some(({ addresses, notReadyAddresses }) => (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0) >= LARGE);
    };
    return {
      handlers: {
        services: ({ type, object }) => {
          const key = objectKey(object);
          index.set(key, type === 'DELETED' ? undefined : backendSelector(object));
          queue.add(key);
        },
        pods: (event) => {
          const keys = index.keysOf(event);
          if (keys.length === 0 || !affectsBackends(event)) return;
          for (const key of keys) {
            if (isLarge(key)) queue.addAfter(key, GATHER_SECONDS);
            else queue.add(key);
          }
        },
        endpoints: ({ type, object }) => {
          if (type === 'DELETED') queue.add(objectKey(object));
        },
      },
      reconcile(key) {
        const [namespace, name] = splitKey(key);
        const service = read.get('services', namespace, name);
        const current = read.get('endpoints', namespace, name);
        if (service === undefined) return current === undefined || client.delete(current).code < 300 ? 'done' : 'retry';
        if (!hasSelectedBackends(service)) return 'done';
        const { subsets, isTruncated } = truncated(packed(index.podsOf(key), service));
        const labels = labelsOf(service);
        const { [OVER_CAPACITY]: _, ...others } = current?.metadata.annotations ?? {};
        const annotations: Record<string, string> = isTruncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others;
        if (current === undefined) {
          const made: Endpoints = {
            apiVersion: 'v1', kind: 'Endpoints',
            metadata: { name, namespace, labels, ...(isTruncated ? { annotations } : {}) },
            ...(subsets.length === 0 ? {} : { subsets }),
          };
          const response = client.create(made);
          if (succeeded(response) || isNamespaceTerminating(response)) return 'done';
          client.event(made, 'Warning', 'FailedToCreateEndpoint', `Failed to create endpoint for service ${key}: ${response.message ?? ''}`);
          return 'retry';
        }
        if (deepEqual(current.subsets ?? [], subsets) && deepEqual(current.metadata.labels, labels) && deepEqual(current.metadata.annotations ?? {}, annotations)) return 'done';
        const { subsets: _before, ...rest } = current;
        const updated: Endpoints = { ...rest, metadata: { ...current.metadata, labels, annotations }, ...(subsets.length === 0 ? {} : { subsets }) };
        const response = client.update(updated);
        if (succeeded(response)) return 'done';
        client.event(current, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${response.message ?? ''}`);
        return 'retry';
      },
    };
  },
};

function labelsOf(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels, [LABEL_MANAGED_BY]: NAME };
  if (isHeadless(service)) labels[LABEL_HEADLESS] = '';
  else delete labels[LABEL_HEADLESS];
  return labels;
}

/** The address of the pod in the Service's first family. */
function addressOf({ metadata, spec, status }: Pod, service: Service): EndpointAddress | undefined {
  const isWide = (service.spec?.ipFamilies?.[0] ?? 'IPv4') === 'IPv6';
  const ips = status?.podIPs ?? [{ ip: status?.podIP ?? '' }];
  const ip = ips.find((each) => each.ip !== '' && each.ip.includes(':') === isWide)?.ip;
  if (ip === undefined) return undefined;
  const { hostname = '', subdomain, nodeName } = spec ?? {};
  return {
    ip,
    ...(hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace: metadata.namespace ?? '', name: metadata.name ?? '', uid: metadata.uid ?? '' },
  };
}

/** Ports that have the same backends share a subset; subsets and ports stand in the order in which the Service names its ports. */
function packed(pods: readonly Pod[], service: Service): EndpointSubset[] {
  const backends: { pod: Pod; backend: Backend }[] = [];
  const takesAll = service.spec?.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (!isCandidate(pod) || (pod.metadata.deletionTimestamp !== undefined && !takesAll)) continue;
    const address = addressOf(pod, service);
    if (address !== undefined) backends.push({ pod, backend: { address, isReady: takesAll || isPodReady(pod) } });
  }
  backends.sort((a, b) => compareStrings(a.backend.address.ip, b.backend.address.ip) || compareStrings(a.pod.metadata.uid ?? '', b.pod.metadata.uid ?? ''));

  const declared = service.spec?.ports ?? [];
  // Only a headless Service may do without ports.
  if (declared.length === 0) return isHeadless(service) && backends.length > 0 ? [subsetOf({ ports: [], backends: backends.map(({ backend }) => backend) })] : [];
  const byPort = new Map<string, { port: EndpointPort; backends: Backend[] }>();
  for (const each of declared) {
    for (const { pod, backend } of backends) {
      const number = targetPortOf(pod, each);
      if (number === undefined) continue;
      const port: EndpointPort = { ...(each.name === undefined || each.name === '' ? {} : { name: each.name }), port: number, protocol: each.protocol ?? 'TCP', ...(each.appProtocol === undefined ? {} : { appProtocol: each.appProtocol }) };
      const identity = `${port.name ?? ''}/${number}/${port.protocol}`;
      const entry = byPort.get(identity);
      if (entry === undefined) byPort.set(identity, { port, backends: [backend] });
      else entry.backends.push(backend);
    }
  }
  const sets = new Map<string, PortSet>();
  for (const { port, backends: list } of byPort.values()) {
    // Every port takes its backends from one list, so a whole list needs no closer look.
    const identity = list.length === backends.length ? 'all' : list.map(({ address }) => `${address.ip}/${address.targetRef?.uid ?? ''}`).join();
    const set = sets.get(identity);
    if (set === undefined) sets.set(identity, { ports: [port], backends: list });
    else set.ports.push(port);
  }
  return [...sets.values()].map(subsetOf);
}

function subsetOf({ ports, backends }: PortSet): EndpointSubset {
  const addresses = backends.filter(({ isReady }) => isReady).map(({ address }) => address);
  const notReadyAddresses = backends.filter(({ isReady }) => !isReady).map(({ address }) => address);
  return { ...(addresses.length === 0 ? {} : { addresses }), ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }), ...(ports.length === 0 ? {} : { ports }) };
}

/** Cuts to what one object may hold: not-ready addresses go first, every subset keeps its share. */
function truncated(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; isTruncated: boolean } {
  const count = (list: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
  const ready = count('addresses');
  const notReady = count('notReadyAddresses');
  if (ready + notReady <= MAX_ADDRESSES) return { subsets, isTruncated: false };
  const cutsReady = ready > MAX_ADDRESSES;
  const room = cutsReady ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  const total = cutsReady ? ready : notReady;
  let left = room;
  const cut = subsets.map(({ addresses = [], notReadyAddresses = [], ports }): EndpointSubset => {
    const list = cutsReady ? addresses : notReadyAddresses;
    const kept = list.slice(0, Math.min(left, Math.ceil((list.length / total) * room)));
    left -= kept.length;
    const [taken, waiting] = cutsReady ? [kept, []] : [addresses, kept];
    return { ...(taken.length === 0 ? {} : { addresses: taken }), ...(waiting.length === 0 ? {} : { notReadyAddresses: waiting }), ...(ports === undefined ? {} : { ports }) };
  });
  return { subsets: cut, isTruncated: true };
}
