// What others write into slices that a controller keeps is put right; what keeps a controller from it is told.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { EndpointSlice, Event } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

type Fields = Record<string, unknown>;
const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLERS = { selector: 'endpointslice-controller.k8s.io', mirroring: 'endpointslicemirroring-controller.k8s.io' };
const node = (name: string): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } });
const pod = (name: string, nodeName = 'n1'): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name, labels: { app: 'web' } }, spec: { nodeName, containers: [{ name: 'c', image: 'web:1' }] } });
const service = (spec: Fields = {}, metadata: Fields = {}): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name: 'web', ...metadata }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });
const endpoints = (metadata: Fields = {}): object => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { namespace: 'default', name: 'web', ...metadata }, subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ port: 80 }] }] });
const foreign = (managedBy: string): object => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { namespace: 'default', name: 'copied', labels: { [SERVICE_NAME]: 'web', [MANAGED_BY]: managedBy } },
  addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.9'] }], ports: [{ name: '', port: 80, protocol: 'TCP' }],
});

function settled(...objects: object[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  add(cluster, ...objects);
  return cluster;
}
function add(cluster: Cluster, ...objects: object[]): void {
  for (const object of objects) expect(cluster.create(object as KubernetesObject).code).toBe(201);
  cluster.settle();
}
function write(cluster: Cluster, object: object): void {
  expect(cluster.update(object as KubernetesObject).code).toBe(200);
  cluster.settle({ seconds: 5 });
}
const slicesOf = (cluster: Cluster): EndpointSlice[] => cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'default', labelSelector: { [SERVICE_NAME]: 'web' } }) as EndpointSlice[];
const shapeOf = (cluster: Cluster): string[] => slicesOf(cluster).map(({ metadata, endpoints: own, ports }) => `${metadata.labels?.[MANAGED_BY]?.replace(/-controller.*/, '')}: ${(own ?? []).length} at ${(ports ?? []).map(({ port }) => port).join()}`).sort();
const told = (cluster: Cluster, kind: string, reason: string): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter((event) => event.involvedObject.kind === kind && event.reason === reason).map(({ type, message }) => `${type} ${message}`);

describe.each([
  ['endpointslice', CONTROLLERS.selector, [node('n1'), pod('a'), pod('b'), service()]],
  ['endpointslicemirroring', CONTROLLERS.mirroring, [service({ selector: undefined }), endpoints()]],
])('a slice of %s', (name, managedBy, objects) => {
  const whole = [`${name}: 2 at 80`];
  test.each<[string, (slice: EndpointSlice) => object, string[]]>([
    ['that loses an endpoint gets it back', (slice) => ({ ...slice, endpoints: (slice.endpoints ?? []).slice(1) }), whole],
    ['that is given one more loses it', (slice) => ({ ...slice, endpoints: [...(slice.endpoints ?? []), { addresses: ['192.0.2.7'] }] }), whole],
    ['whose port is changed leads to the right one again', (slice) => ({ ...slice, ports: [{ name: '', port: 81, protocol: 'TCP' }] }), whole],
    ['that is taken from its controller stays as it is beside a new one', (slice) => ({ ...slice, metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, [MANAGED_BY]: 'me' } } }), [...whole, 'me: 2 at 80']],
    ['that is given to another Service is replaced', (slice) => ({ ...slice, metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, [SERVICE_NAME]: 'other' } } }), whole],
  ])('%s', (_, change, expected) => {
    const cluster = settled(...objects);
    expect(shapeOf(cluster)).toEqual(whole);
    write(cluster, change(slicesOf(cluster)[0] as EndpointSlice));
    expect(shapeOf(cluster)).toEqual(expected);
  });

  test('that somebody made by hand is not left as it is', () => {
    expect(shapeOf(settled(...objects, foreign(managedBy)))).toEqual(whole);
    const cluster = settled(...objects);
    add(cluster, foreign(managedBy));
    expect(shapeOf(cluster)).toEqual(whole);
  });

  test('of nobody stays', () => {
    const cluster = settled(...objects, foreign('me'));
    expect(shapeOf(cluster)).toEqual([...whole, 'me: 1 at 80']);
  });
});

test('annotations of Endpoints are mirrored, and taken off again', () => {
  const cluster = settled(service({ selector: undefined }), endpoints({ annotations: { team: 'shop' } }));
  const annotations = (): unknown => slicesOf(cluster).map(({ metadata }) => metadata.annotations);
  expect(annotations()).toEqual([{ team: 'shop' }]);
  write(cluster, endpoints({ annotations: { team: 'stock' } }));
  expect(annotations()).toEqual([{ team: 'stock' }]);
  write(cluster, endpoints());
  expect(annotations()).toEqual([undefined]);
});

test('a Service that waits for its end keeps its slices right', () => {
  const cluster = settled(node('n1'), pod('a'), pod('b'), service({}, { finalizers: ['example.com/hold'] }));
  cluster.delete({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' });
  cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'b' });
  cluster.settle();
  expect(shapeOf(cluster)).toEqual(['endpointslice: 1 at 80']);
  cluster.delete({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'default', name: slicesOf(cluster)[0]?.metadata.name ?? '' });
  cluster.settle();
  expect(shapeOf(cluster)).toEqual([]);
});

describe('what cannot be done is told', () => {
  test('of a pod whose node is gone, until the node is there again', () => {
    const cluster = settled(node('n1'), node('n2'), pod('a'), pod('b', 'n2'), service());
    cluster.delete({ apiVersion: 'v1', kind: 'Node', name: 'n2' });
    write(cluster, { ...(cluster.get({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' }) as object), metadata: { ...cluster.get({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' })?.metadata, labels: { team: 'shop' } } });
    expect(shapeOf(cluster)).toEqual(['endpointslice: 1 at 80']);
    expect(told(cluster, 'Service', 'FailedToUpdateEndpointSlices')).toEqual(['Warning Error updating Endpoint Slices for Service default/web: skipping Pod b for Service default/web: Node n2 Not Found']);
    add(cluster, node('n2'));
    cluster.settle({ seconds: 30 });
    expect(shapeOf(cluster)).toEqual(['endpointslice: 2 at 80']);
  });

  test('where a quota takes no more', () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { namespace: 'default', name: 'none' }, spec: { hard: { 'count/endpoints': '0', 'count/endpointslices.discovery.k8s.io': '0' } } };
    const cluster = settled(quota, service());
    const refusal = (resource: string): RegExp => new RegExp(`${resource} "web.*" is forbidden: exceeded quota: none, requested: count/${resource}=1, used: count/${resource}=\\d+, limited: count/${resource}=0$`);
    expect(shapeOf(cluster)).toEqual([]);
    expect(told(cluster, 'Service', 'FailedToUpdateEndpointSlices')[0]).toMatch(refusal('endpointslices.discovery.k8s.io'));
    expect(told(cluster, 'Endpoints', 'FailedToCreateEndpoint')[0]).toMatch(refusal('endpoints'));
  });
});
