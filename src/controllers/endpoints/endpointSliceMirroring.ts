// Endpoints that people write for a Service without a selector, mirrored into EndpointSlices.
// Source: pkg/controller/endpointslicemirroring/{endpointslicemirroring_controller,reconciler,utils}.go
import { LABEL_SERVICE_NAME } from '../../api/endpointSlices.js';
import { LAST_APPLIED, objectKey, splitKey, succeeded } from '../../api/meta.js';
import { controllerReference } from '../../api/ownerReference.js';
import type { DiscoveryEndpointPort, Endpoint, EndpointAddress, EndpointPort, Endpoints, EndpointSlice } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createOwnSlices, LABEL_MANAGED_BY } from './ownSlices.js';

const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const LABEL_SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
const NOT_COPIED: ReadonlySet<string> = new Set(['endpoints.kubernetes.io/last-change-trigger-time', LAST_APPLIED]);
const MAX_ADDRESSES = 1000;

/** A slice as it should be: one for each address family and set of ports. */
interface WantedSlice {
  addressType: string;
  ports: DiscoveryEndpointPort[];
  endpoints: Endpoint[];
}

/** Keeps the mirrored slices of Endpoints. */
export const endpointSliceMirroring: ControllerDescription = {
  name: 'endpoint-slice-mirroring-controller',
  retries: { firstSeconds: 1, longestSeconds: 100, times: 15 },
  create({ client, queue }) {
    const { read } = client;
    const own = createOwnSlices(MANAGED_BY, queue.add);

    /** The Endpoints to mirror, if these are. */
    function mirrored(namespace: string, name: string): Endpoints | undefined {
      const endpoints = read.get('endpoints', namespace, name);
      const service = read.get('services', namespace, name);
      if (endpoints === undefined || service === undefined || service.spec?.selector !== undefined) return undefined;
      return endpoints.metadata.labels?.[LABEL_SKIP] === 'true' || endpoints.metadata.annotations?.[LEADER_ANNOTATION] !== undefined ? undefined : endpoints;
    }

    return {
      handlers: {
        endpoints: ({ object }) => queue.add(objectKey(object)),
        services: ({ type, object, old }) => {
          if (type !== 'MODIFIED' || (old?.spec?.selector === undefined) !== (object.spec?.selector === undefined)) queue.add(objectKey(object));
        },
        'endpointslices.discovery.k8s.io': own.onSlice,
      },
      reconcile(key) {
        const [namespace, name] = splitKey(key);
        const names = own.namesOf(key);
        const endpoints = mirrored(namespace, name);
        if (endpoints === undefined && names.length === 0) return 'done';
        const unused = names.flatMap((each) => read.get('endpointslices.discovery.k8s.io', namespace, each) ?? []);
        let isDone = true;
        const skipped = endpoints === undefined ? 0 : countSkipped(endpoints);
        if (endpoints !== undefined && skipped > 0) {
          client.event(endpoints, 'Warning', 'TooManyAddressesToMirror', `A max of ${MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`);
        }
        for (const wanted of endpoints === undefined ? [] : wantedSlices(endpoints)) {
          const same = unused.findIndex((slice) => slice.addressType === wanted.addressType && deepEqual(slice.ports ?? [], wanted.ports));
          // A slice of other ports is written anew rather than deleted.
          const [slice] = unused.splice(same >= 0 ? same : Math.max(0, unused.findIndex(({ addressType }) => addressType === wanted.addressType)), 1);
          const metadata = sliceMetadata(endpoints as Endpoints);
          if (slice === undefined || slice.addressType !== wanted.addressType) {
            if (slice !== undefined) unused.push(slice);
            isDone &&= succeeded(own.write(() => client.create({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { ...metadata, generateName: `${name}-`, namespace }, ...wanted } as EndpointSlice)));
          } else if (!deepEqual(slice.endpoints ?? [], wanted.endpoints) || !deepEqual(slice.ports ?? [], wanted.ports) || !deepEqual(slice.metadata.labels, metadata.labels) || !deepEqual(slice.metadata.annotations ?? {}, metadata.annotations ?? {})) {
            const { annotations: _, ...kept } = slice.metadata;
            isDone &&= succeeded(own.write(() => client.update<EndpointSlice>({ ...slice, metadata: { ...kept, ...metadata }, endpoints: wanted.endpoints, ports: wanted.ports })));
          }
        }
        for (const slice of unused) isDone &&= client.delete(slice).code < 300;
        return isDone ? 'done' : 'retry';
      },
    };
  },
};

function sliceMetadata({ apiVersion, kind, metadata }: Endpoints): EndpointSlice['metadata'] {
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => !NOT_COPIED.has(name)));
  return {
    labels: { ...metadata.labels, [LABEL_SERVICE_NAME]: metadata.name ?? '', [LABEL_MANAGED_BY]: MANAGED_BY },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ownerReferences: [controllerReference({ apiVersion, kind, metadata })],
  };
}

/** Addresses beyond what a subset may give. */
function countSkipped({ subsets = [] }: Endpoints): number {
  return subsets.reduce((sum, { addresses = [], notReadyAddresses = [] }) => sum + Math.max(0, addresses.length + notReadyAddresses.length - MAX_ADDRESSES), 0);
}

/** Subsets of the same ports share a slice; each subset gives a limited number of addresses, the ready ones first. */
function wantedSlices(endpoints: Endpoints): WantedSlice[] {
  const slices = new Map<string, WantedSlice>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of endpoints.subsets ?? []) {
    const slicePorts = ports.map(portOf);
    const all = [...addresses.map((address) => ({ address, ready: true })), ...notReadyAddresses.map((address) => ({ address, ready: false }))];
    for (const { address, ready } of all.slice(0, MAX_ADDRESSES)) {
      const addressType = address.ip.includes(':') ? 'IPv6' : 'IPv4';
      const key = `${addressType} ${JSON.stringify(slicePorts)}`;
      const slice = slices.get(key) ?? { addressType, ports: slicePorts, endpoints: [] };
      slices.set(key, slice);
      if (slice.endpoints.length < MAX_ADDRESSES) slice.endpoints.push(endpointOf(address, ready));
    }
  }
  return [...slices.values()];
}

function portOf({ name = '', port, protocol = 'TCP', appProtocol }: EndpointPort): DiscoveryEndpointPort {
  return { name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
