// Events of the core group and of events.k8s.io are the same objects in two forms.
import { expect, it } from 'vitest';
import { Cluster } from '../../src/index.js';

const ofCore = { apiVersion: 'v1', kind: 'Event', namespace: 'default', name: 'e' };
const ofEvents = { ...ofCore, apiVersion: 'events.k8s.io/v1' };
const eventsForm = {
  apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'example.com/c', reportingInstance: 'c-1',
  action: 'Look', reason: 'Seen', regarding: { kind: 'Pod', namespace: 'default', name: 'p' }, note: 'text', type: 'Normal',
};
const coreForm = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' }, reason: 'Seen', message: 'text', type: 'Normal', count: 3, source: { component: 'c' } };

it('reads what was written through events.k8s.io as a core Event', () => {
  const cluster = new Cluster();
  expect(cluster.create(eventsForm).code).toBe(201);
  expect(cluster.get(ofCore)).toMatchObject({ apiVersion: 'v1', message: 'text', involvedObject: { name: 'p' }, reportingComponent: 'example.com/c' });
  expect(cluster.create(coreForm)).toMatchObject({ code: 409, message: 'events "e" already exists' });
  expect(cluster.list({ apiVersion: 'v1', kind: 'Event' })).toHaveLength(1);
});

it('reads, changes and deletes a core Event through events.k8s.io', () => {
  const cluster = new Cluster();
  expect(cluster.create(coreForm).code).toBe(201);
  expect(cluster.get(ofEvents)).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'text', regarding: { name: 'p' }, deprecatedCount: 3, deprecatedSource: { component: 'c' } });
  expect(cluster.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }).map(({ apiVersion, metadata }) => [apiVersion, metadata.name])).toEqual([['events.k8s.io/v1', 'e']]);
  expect(cluster.update({ ...coreForm, count: 4 }).code).toBe(200);
  expect(cluster.get(ofEvents)).toMatchObject({ deprecatedCount: 4 });
  expect(cluster.delete(ofEvents)).toMatchObject({ code: 200, object: { apiVersion: 'events.k8s.io/v1', note: 'text' } });
  expect(cluster.get(ofCore)).toBeUndefined();
  expect(cluster.delete(ofEvents)).toMatchObject({ code: 404, message: 'events "e" not found' });
});

it('merges what is applied in the form it is applied in', () => {
  const cluster = new Cluster();
  expect(cluster.apply(eventsForm).code).toBe(201);
  expect(cluster.apply({ ...eventsForm, metadata: { ...eventsForm.metadata, labels: { a: 'b' } } }).code).toBe(200);
  expect(cluster.get(ofCore)).toMatchObject({ apiVersion: 'v1', message: 'text', metadata: { labels: { a: 'b' } } });
});

it('shows the events of the scheduler in both forms', () => {
  const cluster = new Cluster();
  cluster.settle();
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'app' }] } });
  cluster.settle();
  const [core] = cluster.list({ apiVersion: 'v1', kind: 'Event' });
  const [newer] = cluster.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
  expect(core).toMatchObject({ reason: 'FailedScheduling', reportingComponent: 'default-scheduler', involvedObject: { name: 'p' } });
  expect(newer).toMatchObject({ metadata: core?.metadata, reason: 'FailedScheduling', reportingController: 'default-scheduler', regarding: { name: 'p' } });
});

it('deletes an autoscaler in the version that was asked for', () => {
  const cluster = new Cluster();
  const autoscaler = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } } };
  expect(cluster.create(autoscaler).code).toBe(201);
  expect(cluster.delete({ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', namespace: 'default', name: 'h' }).object).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 50 } });
});

it('refuses in the name of the stored kind', () => {
  const { action: _, ...withoutAction } = eventsForm;
  expect(new Cluster().create(withoutAction).message).toBe('Event "e" is invalid: action: Required value');
});
