// The Services of the settled cluster as clients meet them: where each port leads and which names are resolved.
import { serviceKeyOf } from '../api/endpointSlices.js';
import { objectKey } from '../api/meta.js';
import type { EndpointSlice } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { dnsNames, type DnsRecord } from '../network/dnsNames.js';
import { serviceBackends } from '../network/serviceBackends.js';
import type { PlannedService } from './model.js';

/** Every Service but the API server's own. */
export function plannedServices(read: Reader): PlannedService[] {
  const nodes = read.list('nodes');
  const slicesOf = new Map<string, EndpointSlice[]>();
  for (const slice of read.list('endpointslices.discovery.k8s.io')) {
    const key = serviceKeyOf(slice);
    slicesOf.set(key, [...(slicesOf.get(key) ?? []), slice]);
  }
  return read.list('services').filter((service) => objectKey(service) !== 'default/kubernetes').map((service): PlannedService => {
    const { metadata: { namespace = '', name = '' }, spec = {} } = service;
    const slices = slicesOf.get(`${namespace}/${name}`) ?? [];
    const isLocal = spec.internalTrafficPolicy === 'Local' || spec.externalTrafficPolicy === 'Local';
    const { ports, affinitySeconds } = serviceBackends(service, slices, isLocal ? nodes : []);
    return {
      namespace, name,
      type: spec.type ?? 'ClusterIP',
      clusterIPs: (spec.clusterIPs ?? []).filter((ip) => ip !== 'None'),
      ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
      ports: ports.map(({ port, anywhere, nodes: from }) => ({
        ...(port.name === undefined ? {} : { name: port.name }),
        port: port.port,
        protocol: port.protocol ?? 'TCP',
        ...(port.nodePort === undefined ? {} : { nodePort: port.nodePort }),
        backends: anywhere.backends,
        droppedInside: from.filter(({ internal }) => internal.outcome === 'drop').map((each) => each.name),
        droppedOutside: from.filter(({ external }) => external.outcome === 'drop').map((each) => each.name),
      })),
      dns: dnsNames([service], slices).map(({ name: record, type, values }: DnsRecord) => ({ name: record, type, values })),
    };
  });
}
