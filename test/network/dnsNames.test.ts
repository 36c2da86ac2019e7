// The names cluster DNS answers.
import { expect, test } from 'vitest';
import type { EndpointSlice, Pod, Service, ServiceSpec } from '../../src/api/types.js';
import { dnsNames } from '../../src/network/dnsNames.js';

const serviceOf = (spec: ServiceSpec): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'shop' }, spec });
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'db-x', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'db' } }, addressType: 'IPv4',
  ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }, { name: '', port: 9, protocol: 'UDP' }],
  endpoints: [
    { addresses: ['10.1.0.1'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.1.0.2'], conditions: {} },
    { addresses: ['10.1.0.3'], hostname: 'db-2', conditions: { ready: false } },
  ],
};
const BASE = 'db.shop.svc.cluster.local';

test.each<[about: string, spec: ServiceSpec, lines: string[]]>([
  ['cluster IPs of both families', { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9', 'fd00::9'], ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }, { name: 'dns', port: 53, protocol: 'UDP' }] }, [
    `_dns._udp.${BASE} SRV 0 100 53 ${BASE}`,
    `_sql._tcp.${BASE} SRV 0 100 5432 ${BASE}`,
    `${BASE} A 10.0.0.9`,
    `${BASE} AAAA fd00::9`,
  ]],
  ['unnamed ports have no SRV record', { clusterIP: '10.0.0.9', ports: [{ port: 5432 }] }, [`${BASE} A 10.0.0.9`]],
  ['headless: ready endpoints, by host name or by address', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'sql', port: 5432 }] }, [
    `10-1-0-2.${BASE} A 10.1.0.2`,
    `_sql._tcp.${BASE} SRV 0 50 5432 10-1-0-2.${BASE}, 0 50 5432 db-0.${BASE}`,
    `db-0.${BASE} A 10.1.0.1`,
    `${BASE} A 10.1.0.1, 10.1.0.2`,
  ]],
  ['external name', { type: 'ExternalName', externalName: 'db.example.com' }, [`${BASE} CNAME db.example.com`]],
])('%s', (_, spec, lines) => {
  expect(dnsNames([serviceOf(spec)], [slice]).map(({ name, type, values }) => `${name} ${type} ${values.join(', ')}`)).toEqual(lines);
});

test('pods by address, in a domain of its own', () => {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' }, status: { podIPs: [{ ip: '10.1.0.7' }, { ip: 'fd00::7' }] } };
  expect(dnsNames([], [], [pod], 'example.org')).toEqual([
    { name: '10-1-0-7.shop.pod.example.org', type: 'A', values: ['10.1.0.7'] },
    { name: 'fd00--7.shop.pod.example.org', type: 'AAAA', values: ['fd00::7'] },
  ]);
});
