// Advice for pending pods: each change that is named would place one of them, and nothing else is named.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import { buildPlan } from '../../src/plan/buildPlan.js';
import type { PendingGroup } from '../../src/plan/model.js';
import type { InputObject } from '../../src/plan/appliedObject.js';
import { simulate } from '../../src/plan/simulate.js';

const source = () => ({ file: 'test.yaml', line: 1, column: 1 });
const input = (object: object): InputObject => ({ object: object as KubernetesObject, source });

function node(name: string, { labels = {}, ...spec }: { labels?: Record<string, string>; taints?: object[]; unschedulable?: boolean } = {}): object {
  const resources = { cpu: '2', memory: '4Gi', pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec, status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True' }] } };
}

function template(name: string, requests: object, spec: object = {}): object {
  return { metadata: { labels: { app: name } }, spec: { ...spec, containers: [{ name: 'main', image: 'registry.example/app:1', resources: { requests } }] } };
}

function deployment(name: string, replicas: number, requests: object, spec: object = {}): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, requests, spec) } };
}

function daemonSet(name: string, requests: object): object {
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name }, spec: { selector: { matchLabels: { app: name } }, template: template(name, requests) } };
}

function pendingOf(cluster: object[], applied: object[]): PendingGroup[] {
  const simulation = simulate({ cluster: cluster.map(input), steps: [applied.map(input)], namespace: 'default', kubernetesVersion: '1.36' });
  return buildPlan(simulation, { kubernetesVersion: '1.36', notes: [] }).pending;
}

const spread = (topologyKey: string) => ({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }] });
const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }] } } };

test.each<[string, object[], object[], string[]]>([
  ['a smaller request, another node, fewer replicas', [node('a')], [deployment('web', 2, { cpu: '1200m' })],
    ['there is one more node like a', 'web requests at most 800m cpu (instead of 1200m)', 'web has 1 replica']],
  ['pods of DaemonSets stand on the new node too', [node('a')], [daemonSet('agent', { cpu: '500m' }), deployment('web', 1, { cpu: '1600m' })],
    ['web requests at most 1500m cpu (instead of 1600m)']],
  ['one more node takes some of the pods', [node('a')], [deployment('web', 7, { cpu: '900m' })],
    ['there is one more node like a (it takes 2 of the 5 pods)', 'web requests at most 200m cpu (instead of 900m)', 'web has 2 replicas']],
  ['as much as all the pods can have, not the first alone', [node('a')], [deployment('web', 12, { cpu: '900m' })],
    ['there is one more node like a (it takes 2 of the 10 pods)', 'web requests at most 166m cpu (instead of 900m)', 'web has 2 replicas']],
  ['a toleration that is enough for some', [node('a', { taints: [{ key: 'team', effect: 'NoSchedule' }] })], [deployment('web', 4, { cpu: '900m' })],
    ['web tolerates team:NoSchedule (then 2 of the 4 pods fit)']],
  ['a cordoned node that takes some', [node('a', { unschedulable: true })], [deployment('web', 3, { cpu: '900m' })],
    ['there is one more node like a (it takes 2 of the 3 pods)', 'a is uncordoned (then 2 of the 3 pods fit)']],
  ['two requests at once, where no part of them is enough for all', [node('a')], [deployment('web', 120, { cpu: '4', memory: '8Gi' })],
    ['web requests at most 2 cpu and 4Gi memory (instead of 4 and 8Gi; then 1 of the 120 pods fits)']],
  ['no request below what the LimitRange asks for', [node('a')], [{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'least' }, spec: { limits: [{ type: 'Container', min: { cpu: '900m' } }] } }, deployment('web', 2, { cpu: '1200m' })],
    ['there is one more node like a', 'web has 1 replica']],
  ['two requests at once, where one alone does not help', [node('a')], [deployment('web', 1, { cpu: '4', memory: '8Gi' })],
    ['web requests at most 2 cpu and 4Gi memory (instead of 4 and 8Gi)']],
  ['a toleration, which a node of another shape needs not', [node('a', { taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] })], [deployment('web', 1, { cpu: '1' })],
    ['web tolerates team=x:NoSchedule']],
  ['a cordoned node', [node('a', { unschedulable: true })], [deployment('web', 1, { cpu: '1' })], ['there is one more node like a', 'a is uncordoned']],
  ['a label of the selector', [node('a', { labels: { disk: 'hdd' } })], [deployment('web', 1, { cpu: '1' }, { nodeSelector: { disk: 'ssd', 'kubernetes.io/hostname': 'a' } })],
    ['web drops the node selector disk=ssd', 'web drops its node selector']],
  ['anti-affinity, which the placed pod demands as well', [node('a')], [deployment('web', 2, { cpu: '100m' }, apart)], ['there is one more node like a', 'web has 1 replica']],
  ['spreading', [node('a'), node('b', { taints: [{ key: 'full', effect: 'NoSchedule' }] })], [deployment('web', 2, { cpu: '100m' }, spread('kubernetes.io/hostname'))],
    ['there is one more node like a', 'web has 1 replica', 'web tolerates full:NoSchedule', 'web only prefers to spread over kubernetes.io/hostname']],
  ['nothing, where no single change helps', [node('a')], [deployment('web', 1, { cpu: '4' }, { nodeSelector: { disk: 'ssd' } })], []],
])('%s', (_name, cluster, applied, advice) => {
  const [group, ...others] = pendingOf(cluster, applied);
  expect(others).toEqual([]);
  expect(group?.advice).toEqual(advice);
});

test('free in all, but in pieces', () => {
  const [group] = pendingOf([node('a'), node('b')], [deployment('web', 3, { memory: '2560Mi' })]);
  expect(group?.fragmented).toEqual(['free memory adds up to 3Gi, but no node has more than 1536Mi']);
});

test('gated pods wait for their gates alone', () => {
  const [group] = pendingOf([node('a')], [deployment('web', 1, { cpu: '4' }, { schedulingGates: [{ name: 'example.com/gate' }] })]);
  expect(group?.advice).toEqual([]);
});

test('pods of DaemonSets that wait themselves would stand on the new node too', () => {
  const groups = pendingOf([node('a')], [deployment('web', 2, { cpu: '900m' }), daemonSet('agent', { cpu: '500m' }), deployment('late', 1, { cpu: '1600m' })]);
  expect(groups.map(({ owner, advice }) => [owner, advice[0]])).toEqual([
    ['DaemonSet/agent', 'agent requests at most 200m cpu (instead of 500m)'],
    ['Deployment/late', 'late requests at most 200m cpu (instead of 1600m)'],
  ]);
});
