// Which pods a Job counts: those that name it and match, also when labels and owners change; and what a sync of a large Job costs.
import { describe, expect, it } from 'vitest';
import { createJobPodIndex } from '../../src/controllers/job/podIndex.js';
import { controllerOf } from '../../src/api/ownerReference.js';
import type { Job, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const nodes = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable: { cpu: '900', memory: '900Gi', pods: '5000' }, conditions: [{ type: 'Ready', status: 'True' }] } }));
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app' }] } };
const jobRef = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'load' };

function clusterOf(spec: object): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  for (const node of nodes) cluster.create(node);
  cluster.settle();
  expect(cluster.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' }, spec: { template, ...spec } }).code).toBe(201);
  return cluster;
}
const statusOf = (cluster: Cluster): Job['status'] => (cluster.get(jobRef) as Job).status;
const pods = (cluster: Cluster): Pod[] => cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[];

describe('a Job and its pods', () => {
  it.each(['NonIndexed', 'Indexed'])('%s: every completion is counted once and every pod let go of', (completionMode) => {
    const cluster = clusterOf({ completions: 60, parallelism: 7, completionMode });
    cluster.settle();
    expect(statusOf(cluster)).toMatchObject({ succeeded: 60, ready: 0, terminating: 0, uncountedTerminatedPods: {}, ...(completionMode === 'Indexed' ? { completedIndexes: '0-59' } : {}) });
    expect(pods(cluster)).toHaveLength(60);
    expect(pods(cluster).every(({ metadata }) => metadata.finalizers === undefined)).toBe(true);
  });

  it('of two pods with one index the Job deletes one, also when a pod got its index later', () => {
    const waiting = { ...template.spec, schedulingGates: [{ name: 'example.com/wait' }] };
    const cluster = clusterOf({ completions: 4, parallelism: 2, completionMode: 'Indexed', template: { spec: waiting } });
    cluster.settle();
    const index = 'batch.kubernetes.io/job-completion-index';
    const indexes = (): unknown[] => pods(cluster).map(({ metadata }) => metadata.annotations?.[index]).sort();
    expect(indexes()).toEqual(['0', '1']);
    const second = pods(cluster).find(({ metadata }) => metadata.annotations?.[index] === '1') as Pod;
    cluster.update({ ...second, metadata: { ...second.metadata, annotations: { [index]: '0' } } });
    expect(indexes()).toEqual(['0', '0']);
    cluster.settle();
    expect(indexes()).toEqual(['0', '1']);
  });

  it('a pod whose labels change is released and replaced; one that gets them back is adopted', () => {
    const gated = { ...template.spec, schedulingGates: [{ name: 'example.com/wait' }] };
    const cluster = clusterOf({ completions: 2, parallelism: 2, template: { spec: gated } });
    cluster.settle();
    const [pod] = pods(cluster) as [Pod];
    cluster.update({ ...pod, metadata: { ...pod.metadata, labels: { other: 'yes' } } });
    cluster.settle();
    const released = cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: pod.metadata.name ?? '' }) as Pod;
    expect(controllerOf(released)).toBeUndefined();
    expect(statusOf(cluster)?.active).toBe(2);
    cluster.update({ ...released, metadata: { ...released.metadata, labels: pod.metadata.labels } });
    cluster.settle();
    // There are three now; the Job deletes one.
    expect(pods(cluster).filter((each) => controllerOf(each)?.name === 'load')).toHaveLength(2);
    expect(statusOf(cluster)?.active).toBe(2);
  });
});

describe('a Job that is over', () => {
  const waiting = { spec: { ...template.spec, schedulingGates: [{ name: 'example.com/wait' }] } };
  const setStatus = (cluster: Cluster, pod: Pod, status: object): void => {
    expect(cluster.update({ ...pod, status: { ...pod.status, ...status } }, { subresource: 'status' } as never).code).toBe(200);
  };

  it.each([['Ignore', 1], ['Count', 2]])('a pod that still runs when it fails is counted as its policy says: %s', (action, failed) => {
    const cluster = clusterOf({ completions: 2, parallelism: 2, backoffLimit: 0, podFailurePolicy: { rules: [{ action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] }, template: waiting });
    cluster.settle();
    const [first, second] = pods(cluster) as [Pod, Pod];
    setStatus(cluster, second, { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] });
    setStatus(cluster, first, { phase: 'Failed' });
    cluster.settle();
    expect(statusOf(cluster)).toMatchObject({ failed, uncountedTerminatedPods: {} });
    expect(statusOf(cluster)?.conditions?.map(({ type, reason }) => `${type} ${reason ?? ''}`)).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  });

  it('lets go of a pod that is deleted with the finalizer still on it', () => {
    const cluster = clusterOf({ completions: 1 });
    cluster.settle();
    const [pod] = pods(cluster) as [Pod];
    expect(pod.metadata.finalizers).toBeUndefined();
    cluster.update({ ...pod, metadata: { ...pod.metadata, finalizers: ['batch.kubernetes.io/job-tracking'] } });
    cluster.settle();
    expect(pods(cluster)[0]?.metadata.finalizers).toHaveLength(1);
    cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: pod.metadata.name ?? '' });
    cluster.settle();
    expect(pods(cluster)).toEqual([]);
  });
});

describe('the index of pods', () => {
  const pod = (phase: string, metadata: object = {}): Pod => ({
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'p', labels: { app: 'x' }, finalizers: ['batch.kubernetes.io/job-tracking'], ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'load', uid: 'j', controller: true }], ...metadata },
    status: { phase, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }], containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 2 }] },
  });
  const shapeOf = (index: ReturnType<typeof createJobPodIndex>): unknown => {
    const { active, ended, unclaimed, ready, restarts } = index.of('j');
    return [active.size, ended.size, unclaimed.size, ready, restarts];
  };

  it('follows a pod from its beginning to its end', () => {
    const index = createJobPodIndex();
    const [pending, running, succeeded, counted] = [pod('Pending'), pod('Running'), pod('Succeeded'), pod('Succeeded', { finalizers: [] })];
    index.onPod({ key: 'default/p', type: 'ADDED', object: pending });
    expect(shapeOf(index)).toEqual([0, 0, 1, 0, 0]);
    index.admit('j', pending);
    expect(shapeOf(index)).toEqual([1, 0, 0, 0, 2]);
    index.onPod({ key: 'default/p', type: 'MODIFIED', object: running, old: pending });
    expect(shapeOf(index)).toEqual([1, 0, 0, 1, 2]);
    index.onPod({ key: 'default/p', type: 'MODIFIED', object: succeeded, old: running });
    expect(shapeOf(index)).toEqual([0, 1, 0, 0, 0]);
    index.onPod({ key: 'default/p', type: 'MODIFIED', object: counted, old: succeeded });
    expect(shapeOf(index)).toEqual([0, 0, 0, 0, 0]);
    index.onPod({ key: 'default/p', type: 'DELETED', object: counted, old: counted });
    expect(shapeOf(index)).toEqual([0, 0, 0, 0, 0]);
  });

  it('asks again about a pod whose labels change, and forgets one that has another owner', () => {
    const index = createJobPodIndex();
    const running = pod('Running');
    index.onPod({ key: 'default/p', type: 'ADDED', object: running });
    index.admit('j', running);
    const relabelled = pod('Running', { labels: {} });
    index.onPod({ key: 'default/p', type: 'MODIFIED', object: relabelled, old: running });
    expect(shapeOf(index)).toEqual([0, 0, 1, 0, 0]);
    index.onPod({ key: 'default/p', type: 'MODIFIED', object: pod('Running', { labels: {}, ownerReferences: [] }), old: relabelled });
    expect(shapeOf(index)).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps a pod that is being deleted until it is gone', () => {
    const index = createJobPodIndex();
    const leaving = pod('Running', { deletionTimestamp: '2026-01-01T00:00:30Z', finalizers: [] });
    index.onPod({ key: 'default/p', type: 'ADDED', object: leaving });
    index.admit('j', leaving);
    expect(shapeOf(index)).toEqual([0, 1, 0, 0, 2]);
    index.onPod({ key: 'default/p', type: 'DELETED', object: leaving, old: leaving });
    expect(shapeOf(index)).toEqual([0, 0, 0, 0, 0]);
  });
});
