// Whose traffic an endpoint is meant for: hints by trafficDistribution and by topology-mode, and how endpoints share slices.
import { describe, expect, test } from 'vitest';
import { createPortGroup, type PortGroup } from '../../src/controllers/endpoints/portGroup.js';
import { planSlices } from '../../src/controllers/endpoints/slicePlan.js';
import type { Endpoint, EndpointSlice, Event, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';
import { createRandom } from '../../src/util/random.js';

interface NodeShape {
  name: string;
  zone?: string;
  cpu?: string;
  ready?: string;
  labels?: Record<string, string>;
}
const node = ({ name, zone, cpu = '4', ready = 'True', labels = {} }: NodeShape): object => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...labels, ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }) } },
  status: { allocatable: { cpu, memory: '64Gi', pods: '110' }, conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (name: string, nodeName: string, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: { nodeName, containers: [{ name: 'c', image: 'app' }], ...spec } });
const service = (spec: object, annotations: Record<string, string> = {}): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', annotations }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });

/** A cluster with the nodes, pods (name → node), and the Service written last. */
function clusterOf(nodes: NodeShape[], pods: Record<string, string>, web: object): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  for (const each of nodes) expect(cluster.create(node(each)).code).toBe(201);
  cluster.settle();
  for (const [name, nodeName] of Object.entries(pods)) expect(cluster.create(pod(name, nodeName)).code).toBe(201);
  cluster.settle();
  expect(cluster.create(web).code).toBe(201);
  cluster.settle();
  return cluster;
}
const endpoints = (cluster: Cluster): Endpoint[] =>
  (cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', labelSelector: { 'kubernetes.io/service-name': 'web' } }) as EndpointSlice[]).flatMap((slice) => slice.endpoints ?? []);
/** 'pod: zones/nodes' */
const hints = (cluster: Cluster): string[] =>
  endpoints(cluster).map(({ targetRef, hints: given }) => `${targetRef?.name ?? ''}: ${(given?.forZones ?? []).map(({ name }) => name).join()}/${(given?.forNodes ?? []).map(({ name }) => name).join()}`).sort();
const events = (cluster: Cluster): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ involvedObject }) => involvedObject.name === 'web').map(({ type = '', reason = '', message = '', source }) => `${type} ${reason} ${source?.component ?? ''}: ${message}`);
const AUTO = { 'service.kubernetes.io/topology-mode': 'Auto' };
const TWO_ZONES: NodeShape[] = [{ name: 'a1', zone: 'a' }, { name: 'b1', zone: 'b' }];

describe('trafficDistribution', () => {
  const nodes: NodeShape[] = [{ name: 'a1', zone: 'a' }, { name: 'none' }];
  const pods = { p: 'a1', q: 'none' };
  test.each([
    ['PreferClose', ['p: a/', 'q: /']],
    ['PreferSameZone', ['p: a/', 'q: /']],
    ['PreferSameNode', ['p: a/a1', 'q: /none']],
  ])('%s', (trafficDistribution, expected) => expect(hints(clusterOf(nodes, pods, service({ trafficDistribution })))).toEqual(expected));

  test('an endpoint that is not ready gets none', () => {
    const cluster = clusterOf(nodes, {}, service({ trafficDistribution: 'PreferClose' }));
    cluster.create(pod('p', 'a1', { readinessGates: [{ conditionType: 'example.com/open' }] }));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: /']);
  });

  test('hints follow the field when it changes and go with it', () => {
    const cluster = clusterOf(nodes, pods, service({ trafficDistribution: 'PreferSameNode' }));
    cluster.update(service({ trafficDistribution: 'PreferClose' }));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: a/', 'q: /']);
    cluster.update(service({}));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: /', 'q: /']);
    expect(endpoints(cluster).every((each) => !('hints' in each))).toBe(true);
  });
});

describe('topology-mode Auto', () => {
  const ENABLED = 'Normal TopologyAwareHintsEnabled endpoint-slice-controller: Topology Aware Hints has been enabled, addressType: IPv4';
  test('gives every endpoint to its own zone where that is in proportion', () => {
    const cluster = clusterOf(TWO_ZONES, { p: 'a1', q: 'b1' }, service({}, AUTO));
    expect(hints(cluster)).toEqual(['p: a/', 'q: b/']);
    expect(events(cluster)).toEqual([ENABLED]);
  });

  test('hands endpoints over to a zone that has too few', () => {
    const cluster = clusterOf(TWO_ZONES, { p: 'a1', q: 'a1', r: 'a1', s: 'a1' }, service({}, AUTO));
    expect(hints(cluster).map((text) => text.slice(3)).sort()).toEqual(['a/', 'a/', 'b/', 'b/']);
  });

  test('shares by CPU', () => {
    const cluster = clusterOf([{ name: 'a1', zone: 'a', cpu: '6' }, { name: 'b1', zone: 'b', cpu: '2' }], { p: 'b1', q: 'b1', r: 'b1', s: 'b1' }, service({}, AUTO));
    expect(hints(cluster).map((text) => text.slice(3)).sort()).toEqual(['a/', 'a/', 'a/', 'b/']);
  });

  test('wins over trafficDistribution, under its older name too', () => {
    expect(hints(clusterOf(TWO_ZONES, { p: 'a1', q: 'a1' }, service({ trafficDistribution: 'PreferSameNode' }, AUTO))).map((text) => text.slice(3)).sort()).toEqual(['a/', 'b/']);
    expect(hints(clusterOf(TWO_ZONES, { p: 'a1', q: 'a1' }, service({}, { 'service.kubernetes.io/topology-aware-hints': 'auto' }))).map((text) => text.slice(3)).sort()).toEqual(['a/', 'b/']);
  });

  test.each<[string, NodeShape[], Record<string, string>, string]>([
    ['too few endpoints', TWO_ZONES, { p: 'a1' }, 'Insufficient number of endpoints (1 endpoints, 2 zones)'],
    ['a node without a zone', [...TWO_ZONES, { name: 'c' }], { p: 'a1', q: 'b1' }, 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'],
    ['one zone', [{ name: 'a1', zone: 'a' }], { p: 'a1' }, 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'],
    ['a share that cannot be had', [{ name: 'a1', zone: 'a', cpu: '4' }, { name: 'b1', zone: 'b' }, { name: 'c1', zone: 'c' }], { p: 'a1', q: 'b1', r: 'c1', s: 'c1' }, 'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (4 endpoints, 3 zones)'],
  ])('%s', (_, nodes, pods, why) => {
    const cluster = clusterOf(nodes, pods, service({}, AUTO));
    expect(hints(cluster).every((text) => text.endsWith(': /'))).toBe(true);
    expect(events(cluster)).toEqual([`Warning TopologyAwareHintsDisabled endpoint-slice-controller: ${why}, addressType: IPv4`]);
  });

  test('control-plane nodes and nodes that are not ready do not count', () => {
    const cluster = clusterOf([...TWO_ZONES, { name: 'master', labels: { 'node-role.kubernetes.io/control-plane': '' } }, { name: 'down', ready: 'False' }], { p: 'a1', q: 'b1' }, service({}, AUTO));
    expect(hints(cluster)).toEqual(['p: a/', 'q: b/']);
  });

  test('hints go with the annotation, and when a change of nodes leaves a zone short', () => {
    const cluster = clusterOf(TWO_ZONES, { p: 'a1', q: 'b1' }, service({}, AUTO));
    cluster.create(node({ name: 'c1', zone: 'c' }));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: /', 'q: /']);
    cluster.delete({ apiVersion: 'v1', kind: 'Node', name: 'c1' });
    cluster.create(pod('r', 'a1'));
    cluster.create(pod('s', 'b1'));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: a/', 'q: b/', 'r: a/', 's: b/']);
    cluster.update(service({}));
    cluster.settle();
    expect(hints(cluster)).toEqual(['p: /', 'q: /', 'r: /', 's: /']);
    expect(events(cluster)).toContain('Warning TopologyAwareHintsDisabled endpoint-slice-controller: Topology Aware Hints has been disabled, addressType: IPv4');
  });
});

describe('slices', () => {
  const ports = [{ name: '', port: 80, protocol: 'TCP' }];
  const endpoint = (index: number): Endpoint => ({ addresses: [`10.0.0.${index}`], targetRef: { kind: 'Pod', uid: `u${index}` } });
  const range = (from: number, count: number): Endpoint[] => Array.from({ length: count }, (_, index) => endpoint(from + index));
  const slice = (name: string, list: Endpoint[]): EndpointSlice => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name }, addressType: 'IPv4', endpoints: list, ports });
  const groupOf = (list: Endpoint[]): PortGroup => {
    const group = createPortGroup(ports);
    for (const each of list) group.set(each.targetRef?.uid ?? '', each);
    return group;
  };
  const shapeOf = (list: Endpoint[], existing: EndpointSlice[]): unknown => {
    const plan = planSlices([groupOf(list)], existing, { labels: undefined as never, isPlaceholder: () => false });
    return {
      created: plan.created.map((each) => each.endpoints.length),
      updated: plan.updated.map((each) => `${each.slice?.metadata.name ?? ''} ${each.endpoints.length}`),
      unchanged: plan.unchanged.map(({ metadata }) => metadata.name),
      deleted: plan.deleted.map(({ metadata }) => metadata.name),
    };
  };
  test.each<[string, Endpoint[], EndpointSlice[], unknown]>([
    ['many make several', range(0, 250), [], { created: [100, 100, 50], updated: [], unchanged: [], deleted: [] }],
    ['new ones go together into the slice with the least room that takes them all', range(0, 130), [slice('a', range(0, 30)), slice('b', range(30, 80))], { created: [], updated: ['b 100'], unchanged: ['a'], deleted: [] }],
    ['or into a slice of their own', range(0, 170), [slice('a', range(0, 60)), slice('b', range(60, 60))], { created: [50], updated: [], unchanged: ['a', 'b'], deleted: [] }],
    ['a slice that changes anyway is filled first', range(1, 150), [slice('a', range(0, 60)), slice('b', range(60, 60))], { created: [], updated: ['a 90'], unchanged: ['b'], deleted: [] }],
    ['slices are not balanced when endpoints go', range(0, 10), [slice('a', range(0, 10)), slice('b', range(10, 90))], { created: [], updated: [], unchanged: ['a'], deleted: ['b'] }],
  ])('%s', (_, wanted, existing, expected) => expect(shapeOf(wanted, existing)).toEqual(expected));
});

test('pods of a Service know their node', () => {
  const cluster = clusterOf(TWO_ZONES, { p: 'a1' }, service({}));
  expect((cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' }) as Pod).spec?.nodeName).toBe('a1');
  expect(endpoints(cluster)[0]).toMatchObject({ nodeName: 'a1', zone: 'a' });
});

test('what is kept from sync to sync equals what a new look gives', () => {
  const random = createRandom(11);
  const cluster = clusterOf([{ name: 'a1', zone: 'a' }, { name: 'b1', zone: 'b' }], {}, service({ ports: [{ port: 80, targetPort: 'http' }] }));
  const portedPod = (name: string, port: number): object => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: { nodeName: random.nextInt(2) === 0 ? 'a1' : 'b1', containers: [{ name: 'c', image: 'app', ports: [{ name: 'http', containerPort: port }] }] },
  });
  for (let step = 0; step < 120; step++) {
    const name = `p${random.nextInt(12)}`;
    const stored = cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name }) as Pod | undefined;
    if (stored === undefined) cluster.create(portedPod(name, 8080 + random.nextInt(3)));
    else if (random.nextInt(2) === 0) cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
    else cluster.update({ ...stored, metadata: { ...stored.metadata, labels: random.nextInt(2) === 0 ? { app: 'web' } : { app: 'other' } } });
    if (random.nextInt(10) === 0) cluster.update({ ...service({ ports: [{ port: 80, targetPort: 'http' }], publishNotReadyAddresses: random.nextInt(2) === 0 }) });
    if (random.nextInt(3) > 0) continue;
    cluster.settle();
    const expected = (cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[]).filter(({ metadata }) => metadata.labels?.['app'] === 'web')
      .map(({ metadata, spec, status }) => `${metadata.uid ?? ''} ${status?.podIP ?? ''} ${spec?.nodeName ?? ''} ${spec?.containers[0]?.ports?.[0]?.containerPort ?? 0}`).sort();
    const slices = cluster.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', labelSelector: { 'kubernetes.io/service-name': 'web' } }) as EndpointSlice[];
    expect(slices.flatMap(({ endpoints: list, ports }) => (list ?? []).map((each) => `${each.targetRef?.uid ?? ''} ${each.addresses[0] ?? ''} ${each.nodeName ?? ''} ${ports?.[0]?.port ?? 0}`)).sort()).toEqual(expected);
  }
});
