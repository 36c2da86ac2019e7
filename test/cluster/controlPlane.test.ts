// The order in which the parts of a cluster act, seen through what a caller finds after rest.
import { expect, it } from 'vitest';
import { bootstrap } from '../../src/cluster/bootstrap.js';
import { createControlPlane } from '../../src/cluster/controlPlane.js';
import { Cluster } from '../../src/index.js';
import type { Event, Node, Pod } from '../../src/api/types.js';
import { parseSchedulerConfiguration } from '../../src/scheduler/profile/parseConfiguration.js';

const node = (name: string, status: object = {}): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }], ...status } });
const podSpec = { containers: [{ name: 'c', image: 'app', resources: { requests: { cpu: '1', memory: '1Gi' } } }] };
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: podSpec } } };
const nodesOfPods = (cluster: Cluster): (string | undefined)[] => (cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[]).map(({ spec }) => spec?.nodeName).sort();

it('judges every node before the first pod is placed, when all are written before anything runs', () => {
  for (const objects of [[node('a'), node('b'), node('c'), deployment], [deployment, node('a'), node('b'), node('c')]]) {
    const cluster = new Cluster({ checksInvariants: true });
    for (const object of objects) expect(cluster.create(object).code).toBe(201);
    cluster.settle();
    expect(nodesOfPods(cluster)).toEqual(['a', 'b', 'c']);
    expect((cluster.list({ apiVersion: 'v1', kind: 'Node' }) as Node[]).flatMap(({ spec }) => spec?.taints ?? [])).toEqual([]);
  }
});

it('places no pod on a node whose condition turned bad in the same moment', () => {
  const cluster = new Cluster({ checksInvariants: true });
  for (const name of ['a', 'b']) cluster.create(node(name));
  cluster.settle();
  cluster.create(deployment);
  const stored = cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'a' }) as Node;
  cluster.update({ ...stored, status: { ...stored.status, conditions: [{ type: 'Ready', status: 'True' }, { type: 'DiskPressure', status: 'True' }] } }, { subresource: 'status' } as never);
  cluster.settle();
  expect(nodesOfPods(cluster)).toEqual(['b', 'b', 'b']);
});

it('tells of pods under the name of the scheduler profile that they ask for', () => {
  const parsed = parseSchedulerConfiguration({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'packing' }] });
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  const cluster = new Cluster({ scheduling: { configuration: parsed.configuration } });
  const pod = (name: string, schedulerName: string, more: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'app', resources: { requests: { cpu: '3' } } }], schedulerName, ...more } });
  for (const object of [node('a'), pod('plain', 'default-scheduler'), pod('big', 'packing', { priorityClassName: 'system-node-critical' }), pod('late', 'packing')]) {
    expect(cluster.create(object).code).toBe(201);
    cluster.settle();
  }
  const told = (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ action }) => action !== undefined);
  expect(told.map(({ involvedObject, reason, reportingComponent, reportingInstance }) => `${involvedObject.name} ${reason} ${reportingComponent} ${reportingInstance}`).sort()).toEqual([
    'big FailedScheduling packing packing-0', 'big Scheduled packing packing-0', 'late FailedScheduling packing packing-0', 'plain Preempted packing packing-0', 'plain Scheduled default-scheduler default-scheduler-0',
  ]);
});

it('leaves what create wrote as it was until something runs', () => {
  const cluster = new Cluster();
  const revision = (object: object): number => Number(cluster.create(object).object?.metadata.resourceVersion);
  const first = revision(node('a'));
  expect([revision(node('b')), revision(node('c')), revision(deployment)]).toEqual([first + 1, first + 2, first + 3]);
});

/** A policy that changes every ReplicaSet, so that none ever has the template of its Deployment. */
const misfit = [
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicy', metadata: { name: 'misfit' }, spec: {
    matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['replicasets'] }] }, reinvocationPolicy: 'Never',
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: "other"}]' } }],
  } },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'misfit' }, spec: { policyName: 'misfit' } },
];

it('stops a circle that makes ever more objects, and says so', () => {
  const cluster = new Cluster();
  for (const object of [node('a'), ...misfit, deployment]) expect(cluster.create(object).code).toBe(201);
  expect(cluster.settle()).toMatchObject({ isStepLimitReached: true });
});

it('stops it between two requests too', () => {
  const plane = createControlPlane({ startMs: 0, seed: 1 });
  bootstrap(plane.server);
  for (const object of [node('a'), ...misfit, deployment, { ...deployment, metadata: { name: 'next' } }]) {
    expect(plane.server.apply(object).code).toBe(201);
    plane.drain();
  }
  expect(plane.run().isStepLimitReached).toBe(true);
});
