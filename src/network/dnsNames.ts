// The names that cluster DNS answers for Services and pods.
// Source: the Kubernetes DNS specification 1.1.0; CoreDNS plugin/kubernetes with `pods insecure`
import { serviceKeyOf } from '../api/endpointSlices.js';
import type { Endpoint, EndpointSlice, Pod, Service } from '../api/types.js';
import { compareStrings } from '../util/compare.js';

/** One name and what it resolves to. */
export interface DnsRecord {
  name: string;
  type: 'A' | 'AAAA' | 'CNAME' | 'SRV';
  /** Addresses, a name, or 'priority weight port target'; sorted. */
  values: string[];
}

/** The records, by name and type. */
export function dnsNames(services: readonly Service[], slices: readonly EndpointSlice[], pods: readonly Pod[] = [], domain = 'cluster.local'): DnsRecord[] {
  const records = new Map<string, { record: DnsRecord; targets: Set<string> }>();
  const add = (name: string, type: DnsRecord['type'], value: string): void => {
    const key = `${name} ${type}`;
    const entry = records.get(key) ?? { record: { name, type, values: [] }, targets: new Set() };
    entry.targets.add(value);
    records.set(key, entry);
  };
  const addAddress = (name: string, ip: string): void => add(name, ip.includes(':') ? 'AAAA' : 'A', ip);

  const slicesOf = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceKeyOf(slice);
    const list = slicesOf.get(key);
    if (list === undefined) slicesOf.set(key, [slice]);
    else list.push(slice);
  }
  for (const { metadata: { name = '', namespace = '' }, spec = {} } of services) {
    const base = `${name}.${namespace}.svc.${domain}`;
    if (spec.type === 'ExternalName') add(base, 'CNAME', spec.externalName ?? '');
    else if (spec.clusterIP !== 'None') {
      const ips = (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '');
      for (const ip of ips) addAddress(base, ip);
      if (ips.length > 0) for (const { name: port = '', protocol = 'TCP', port: number } of spec.ports ?? []) if (port !== '') add(serviceName(port, protocol, base), 'SRV', `${number} ${base}`);
    } else {
      for (const { endpoints, ports } of slicesOf.get(`${namespace}/${name}`) ?? []) {
        // The server writes an empty list as null.
        for (const endpoint of endpoints ?? []) {
          if (endpoint.conditions?.ready === false) continue;
          for (const ip of endpoint.addresses) {
            const own = `${labelOf(endpoint, ip)}.${base}`;
            addAddress(base, ip);
            addAddress(own, ip);
            for (const { name: port = '', protocol = 'TCP', port: number } of ports ?? []) if (port !== '') add(serviceName(port, protocol, base), 'SRV', `${number} ${own}`);
          }
        }
      }
    }
  }
  for (const { metadata: { namespace = '' }, status } of pods) {
    for (const { ip } of status?.podIPs ?? []) if (ip !== '') addAddress(`${dashed(ip)}.${namespace}.pod.${domain}`, ip);
  }
  return [...records.values()]
    .map(({ record, targets }) => {
      const values = [...targets].sort(compareStrings);
      // All have one priority and share the weight of a hundred.
      const weight = Math.max(1, Math.floor(100 / values.length));
      return { ...record, values: record.type === 'SRV' ? values.map((value) => `0 ${weight} ${value}`) : values };
    })
    .sort((a, b) => compareStrings(a.name, b.name) || compareStrings(a.type, b.type));
}

function serviceName(port: string, protocol: string, base: string): string {
  return `_${port}._${protocol.toLowerCase()}.${base}`;
}

function labelOf({ hostname }: Endpoint, ip: string): string {
  return hostname !== undefined && hostname !== '' ? hostname : dashed(ip);
}

function dashed(ip: string): string {
  return ip.replace(/[.:]/g, '-');
}
