// The history of templates: numbers, the limit, and what a successor of the same name takes over.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { ControllerRevision, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const template = (image: string): object => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } });
const OWNERS = {
  StatefulSet: (image: string, more: object = {}): KubernetesObject =>
    ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { namespace: 'default', name: 'web' }, spec: { serviceName: 'web', replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template(image), ...more } }) as KubernetesObject,
  DaemonSet: (image: string, more: object = {}): KubernetesObject =>
    ({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { namespace: 'default', name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template: template(image), ...more } }) as KubernetesObject,
};

function settled(...objects: KubernetesObject[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } } as KubernetesObject);
  for (const object of objects) apply(cluster, object);
  return cluster;
}
function apply(cluster: Cluster, object: KubernetesObject): void {
  expect(cluster.apply(object).code).toBeLessThan(300);
  cluster.settle();
}
/** 'number image', with '!' for one without an owner, by number. */
const history = (cluster: Cluster): string[] =>
  (cluster.list({ apiVersion: 'apps/v1', kind: 'ControllerRevision' }) as ControllerRevision[])
    .sort((a, b) => a.revision - b.revision)
    .map(({ revision, data, metadata }) => `${revision} ${(data as { spec: { template: { spec: { containers: [{ image: string }] } } } }).spec.template.spec.containers[0].image}${metadata.ownerReferences === undefined ? '!' : ''}`);
const images = (cluster: Cluster): string[] => (cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[]).map(({ spec }) => spec?.containers[0]?.image ?? '');

describe.each(['StatefulSet', 'DaemonSet'] as const)('%s', (kind) => {
  const owner = OWNERS[kind];
  const ref: ObjectRef = { apiVersion: 'apps/v1', kind, namespace: 'default', name: 'web' };

  test('each template has a number, and an earlier one comes to the top again', () => {
    const cluster = settled(owner('a'), owner('b'), owner('c'));
    expect(history(cluster)).toEqual(['1 a', '2 b', '3 c']);
    apply(cluster, owner('a'));
    expect(history(cluster)).toEqual(['2 b', '3 c', '4 a']);
    expect(images(cluster)).toEqual(['a']);
  });

  test.each([
    [0, ['4 d']],
    [1, ['3 c', '4 d']],
    [10, ['1 a', '2 b', '3 c', '4 d']],
  ])('a limit of %i', (revisionHistoryLimit, expected) => {
    const cluster = settled(...['a', 'b', 'c', 'd'].map((image) => owner(image, { revisionHistoryLimit })));
    cluster.settle();
    expect(history(cluster)).toEqual(expected);
  });

  test('one that comes after another of its name takes over pods and history', () => {
    const cluster = settled(owner('a'), owner('b'));
    cluster.delete(ref, { propagationPolicy: 'Orphan' });
    cluster.settle();
    expect(history(cluster)).toEqual(['1 a!', '2 b!']);
    apply(cluster, owner('a'));
    expect(history(cluster)).toEqual(['2 b', '3 a']);
    expect(images(cluster)).toEqual(['a']);
  });
});
