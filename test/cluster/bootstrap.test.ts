// What a new cluster holds before anyone writes to it, and the address objects that follow Services.
import { expect, it } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject } from '../../src/api/meta.js';

const service = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
const addresses = (cluster: Cluster): string[] => cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress' }).map((object) => {
  const { parentRef } = (object as KubernetesObject & { spec: { parentRef: Record<string, string> } }).spec;
  return `${object.metadata.name ?? ''} ${parentRef['resource'] ?? ''} ${parentRef['namespace'] ?? ''}/${parentRef['name'] ?? ''}`;
});

it('holds where the kubernetes Service leads, and the range of cluster IPs', () => {
  const cluster = new Cluster();
  cluster.settle();
  const ofServer = { namespace: 'default', name: 'kubernetes' };
  expect(cluster.get({ apiVersion: 'v1', kind: 'Endpoints', ...ofServer })).toMatchObject({
    metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, subsets: [{ addresses: [{ ip: '172.16.0.1' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
  const slices = cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' });
  expect(slices.map(({ metadata }) => [metadata.name, metadata.labels])).toEqual([['kubernetes', { 'kubernetes.io/service-name': 'kubernetes' }]]);
  expect(slices[0]).toMatchObject({ addressType: 'IPv4', endpoints: [{ addresses: ['172.16.0.1'], conditions: { ready: true } }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] });
  expect(cluster.get({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', name: 'kubernetes' })).toMatchObject({
    metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] }, spec: { cidrs: ['10.96.0.0/12'] },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  });
  expect(addresses(cluster)).toEqual(['10.96.0.1 services default/kubernetes']);
});

it('leaves out what an older version does not serve', () => {
  const cluster = new Cluster({ kubernetesVersion: '1.32' });
  expect(cluster.list({ apiVersion: 'v1', kind: 'Endpoints' })).toHaveLength(1);
  expect(cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' })).toEqual([]);
  expect(cluster.create(service('web', {})).code).toBe(201);
});

it('keeps one IPAddress for every cluster IP', () => {
  const cluster = new Cluster();
  cluster.create(service('web', {}));
  cluster.create(service('headless', { clusterIP: 'None' }));
  cluster.create(service('outside', { type: 'ExternalName', externalName: 'example.com' }));
  cluster.create(service('dry', {}), { dryRun: true });
  expect(addresses(cluster)).toEqual(['10.96.0.1 services default/kubernetes', '10.96.1.1 services default/web']);
  cluster.update(service('outside', {}));
  expect(addresses(cluster)).toContain('10.96.1.2 services default/outside');
  cluster.delete({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' });
  expect(addresses(cluster)).toEqual(['10.96.0.1 services default/kubernetes', '10.96.1.2 services default/outside']);
});

it('gives no address that an IPAddress says is taken', () => {
  const cluster = new Cluster();
  const taken = { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: '10.96.1.1' }, spec: { parentRef: { group: 'gateway.networking.k8s.io', resource: 'gateways', name: 'g', namespace: 'default' } } };
  expect(cluster.create(taken).code).toBe(201);
  expect(cluster.create(service('asks', { clusterIP: '10.96.1.1' })).message).toBe(
    'Service "asks" is invalid: spec.clusterIPs: Invalid value: ["10.96.1.1"]: failed to allocate IP 10.96.1.1: provided IP is already allocated');
  expect(cluster.create(service('web', {})).object).toMatchObject({ spec: { clusterIP: '10.96.1.2' } });
});
