// Endpoints follow the pods of a Service, share subsets between ports, are cut to size, are not mirrored, and go with the Service.
import { describe, expect, test } from 'vitest';
import type { Endpoints } from '../../src/api/types.js';
import { Cluster, parseManifests, type KubernetesObject } from '../../src/index.js';

function clusterOf(text: string): Cluster {
  const cluster = new Cluster();
  cluster.settle();
  const nodes = [1, 2, 3].map((number) => `apiVersion: v1\nkind: Node\nmetadata: {name: node-${number}}\nstatus: {allocatable: {cpu: "64", memory: 256Gi, pods: "1000"}, conditions: [{type: Ready, status: "True"}]}`);
  for (const object of parseManifests([...nodes, text].join('\n---\n')).objects) expect(cluster.create(object as unknown as KubernetesObject).code).toBe(201);
  cluster.settle();
  return cluster;
}

const deployment = (replicas: number, ports: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example/web:1", ports: ${ports}}]}`;
const service = (spec: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {team: shop}}\nspec: ${spec}`;
const endpointsOf = (cluster: Cluster): Endpoints[] => cluster.list({ apiVersion: 'v1', kind: 'Endpoints' }).filter(({ metadata }) => metadata.name === 'web') as unknown as Endpoints[];
const shapeOf = ({ metadata, subsets = [] }: Endpoints): unknown => ({
  labels: metadata.labels,
  annotations: metadata.annotations,
  subsets: subsets.map(({ addresses = [], notReadyAddresses = [], ports }) => [addresses.length, notReadyAddresses.length, ports?.map(({ name = '', port }) => `${name}:${port}`)]),
});
const LABELS = { team: 'shop', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };

describe('Endpoints', () => {
  test.each([
    ['one port', '{selector: {app: web}, ports: [{port: 80}]}', { labels: LABELS, annotations: undefined, subsets: [[2, 0, [':80']]] }],
    ['ports of the same pods share a subset', '{selector: {app: web}, ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 81}]}', { labels: LABELS, annotations: undefined, subsets: [[2, 0, ['a:8080', 'b:81']]] }],
    ['a port that no pod names leads nowhere', '{selector: {app: web}, ports: [{port: 80, targetPort: none}]}', { labels: LABELS, annotations: undefined, subsets: [] }],
    ['headless without ports', '{clusterIP: None, selector: {app: web}}', { labels: { ...LABELS, 'service.kubernetes.io/headless': '' }, annotations: undefined, subsets: [[2, 0, undefined]] }],
    ['a selector of nobody', '{selector: {app: other}, ports: [{port: 80}]}', { labels: LABELS, annotations: undefined, subsets: [] }],
  ])('%s', (_, spec, expected) => {
    const shape = shapeOf(endpointsOf(clusterOf(`${deployment(2, '[{name: http, containerPort: 8080}]')}\n---\n${service(spec)}`))[0] as Endpoints) as Record<string, unknown>;
    expect(Object.keys((shape['annotations'] ?? {}) as object)).toEqual([]);
    expect({ ...shape, annotations: undefined }).toEqual(expected);
  });

  test('no Endpoints without a selector or for an external name', () => {
    expect(endpointsOf(clusterOf(service('{ports: [{port: 80}]}')))).toEqual([]);
    expect(endpointsOf(clusterOf(service('{type: ExternalName, externalName: example.com, selector: {app: web}}')))).toEqual([]);
  });

  test('addresses are sorted; nothing is mirrored; deleted ones come again; they go with the Service', () => {
    const cluster = clusterOf(`${deployment(12, '[]')}\n---\n${service('{selector: {app: web}, ports: [{port: 80}]}')}`);
    const ips = endpointsOf(cluster)[0]?.subsets?.[0]?.addresses?.map(({ ip }) => ip) ?? [];
    expect(ips).toHaveLength(12);
    expect(ips).toEqual([...ips].sort());
    const slices = cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }).map(({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by']);
    expect(slices).not.toContain('endpointslicemirroring-controller.k8s.io');
    expect(slices).toContain('endpointslice-controller.k8s.io');
    const ref = { apiVersion: 'v1', namespace: 'default', name: 'web' };
    cluster.delete({ ...ref, kind: 'Endpoints' });
    cluster.settle();
    expect(endpointsOf(cluster)[0]?.subsets?.[0]?.addresses).toHaveLength(12);
    cluster.delete({ ...ref, kind: 'Service' });
    cluster.settle();
    expect(endpointsOf(cluster)).toEqual([]);
  });

  test('more than a thousand addresses are cut', () => {
    const cluster = clusterOf(`${deployment(1100, '[]')}\n---\n${service('{selector: {app: web}, ports: [{port: 80}]}')}`);
    expect(shapeOf(endpointsOf(cluster)[0] as Endpoints)).toEqual({ labels: LABELS, annotations: { 'endpoints.kubernetes.io/over-capacity': 'truncated' }, subsets: [[1000, 0, [':80']]] });
  });
});

test('of a subset with more than a thousand addresses a thousand are mirrored, and that is told', () => {
  const addresses = Array.from({ length: 1100 }, (_, index) => ({ ip: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}` }));
  const cluster = new Cluster();
  cluster.settle();
  expect(cluster.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { ports: [{ port: 80 }] } } as KubernetesObject).code).toBe(201);
  expect(cluster.create({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web', namespace: 'default' }, subsets: [{ addresses, ports: [{ port: 80 }] }] } as KubernetesObject).code).toBe(201);
  cluster.settle();
  const slices = cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'default' }) as unknown as { metadata: { labels?: Record<string, string> }; endpoints?: unknown[] }[];
  expect(slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web').map(({ endpoints = [] }) => endpoints.length)).toEqual([1000]);
  const events = cluster.list({ apiVersion: 'v1', kind: 'Event' }) as unknown as { reason: string; message: string; involvedObject: { kind: string } }[];
  expect(events.filter(({ involvedObject }) => involvedObject.kind === 'Endpoints').map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
    'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 100 addresses were skipped',
  ]);
});
