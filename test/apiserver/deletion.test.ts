import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import { createApiServer, type ApiServer } from '../../src/apiserver/apiServer.js';

const NOW = Date.UTC(2026, 0, 1);
const podRef = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' };

function server(): ApiServer {
  const made = createApiServer({ nowMs: () => NOW, seed: 1 });
  for (const name of ['default', 'team']) made.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return made;
}

function withPod(metadata: object = {}): ApiServer {
  const made = server();
  expect(made.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec: { containers: [{ name: 'c', image: 'a:1' }], terminationGracePeriodSeconds: 20 } }).code).toBe(201);
  return made;
}

const stored = (made: ApiServer): KubernetesObject | undefined => made.read.getObject('pods', 'default', 'p');

describe('deleting a pod', () => {
  it('goes at once while it has no node', () => {
    const made = withPod();
    expect(made.delete(podRef).code).toBe(200);
    expect(stored(made)).toBeUndefined();
  });
  it('is given its time on a node, which a second request can shorten', () => {
    const made = withPod();
    made.bind(podRef, 'n1');
    expect(made.delete(podRef).object?.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:20Z', deletionGracePeriodSeconds: 20 });
    made.delete(podRef);
    expect(stored(made)?.metadata.deletionGracePeriodSeconds).toBe(20);
    made.delete(podRef, { gracePeriodSeconds: 5 });
    expect(stored(made)?.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z', deletionGracePeriodSeconds: 5 });
    made.delete(podRef, { gracePeriodSeconds: 0 });
    expect(stored(made)).toBeUndefined();
  });
  it('a pod that came to its end while it is given its time is not removed by a second request', () => {
    const made = withPod();
    made.bind(podRef, 'n1');
    made.delete(podRef);
    const dying = stored(made) as KubernetesObject;
    expect(made.update({ ...dying, status: { phase: 'Succeeded' } } as KubernetesObject, { subresource: 'status' }, 'kubelet').code).toBe(200);
    const before = stored(made);
    made.delete(podRef);
    made.delete(podRef, { propagationPolicy: 'Foreground' });
    expect(stored(made)).toBe(before);
  });
  it('a finalizer keeps it past its time, which ends with the request that says so', () => {
    let nowMs = NOW;
    const made = createApiServer({ nowMs: () => nowMs, seed: 1 });
    made.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
    made.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', finalizers: ['example.com/hold'] }, spec: { containers: [{ name: 'c', image: 'a:1' }], terminationGracePeriodSeconds: 20 } });
    made.bind(podRef, 'n1');
    made.delete(podRef);
    expect(stored(made)?.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:20Z', deletionGracePeriodSeconds: 20 });
    nowMs += 3000;
    made.delete(podRef, { gracePeriodSeconds: 0 });
    expect(stored(made)?.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:03Z', deletionGracePeriodSeconds: 0 });
    const before = stored(made);
    made.delete(podRef, { gracePeriodSeconds: 0 });
    expect(stored(made)).toBe(before);
  });
  it('waits for its finalizers; the update that takes the last one removes it', () => {
    const made = withPod({ finalizers: ['example.com/hold'] });
    made.delete(podRef);
    const waiting = stored(made);
    expect(waiting?.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/hold'] });
    const { finalizers: _finalizers, ...metadata } = waiting?.metadata ?? {};
    expect(made.update({ ...waiting, metadata }, {}, 'a-controller').code).toBe(200);
    expect(stored(made)).toBeUndefined();
  });
  it('a further request for what waits already writes nothing', () => {
    const made = withPod({ finalizers: ['example.com/hold'] });
    made.delete(podRef);
    const waiting = stored(made);
    expect(made.delete(podRef).code).toBe(200);
    expect(stored(made)).toBe(waiting);
    made.delete(podRef, { propagationPolicy: 'Foreground' });
    expect(stored(made)?.metadata.finalizers).toEqual(['example.com/hold', 'foregroundDeletion']);
  });
  it('foreground and orphan put their finalizers', () => {
    const made = withPod();
    made.delete(podRef, { propagationPolicy: 'Foreground' });
    expect(stored(made)?.metadata.finalizers).toEqual(['foregroundDeletion']);
  });
  it('another uid is a conflict', () => {
    expect(withPod().delete(podRef, { uid: 'other' })).toMatchObject({ code: 409, reason: 'Conflict' });
  });
});

describe('deleting a Job', () => {
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'j' };
  const ORPHANED = ['child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'];

  it.each([
    [undefined, ORPHANED, ['orphan']],
    ['Orphan', [], ['orphan']],
    ['Background', [], undefined],
    ['Foreground', [], ['foregroundDeletion']],
  ] as const)('with the policy %s', (propagationPolicy, warnings, finalizers) => {
    const made = server();
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'a:1' }] } } } };
    expect(made.create(job as KubernetesObject).code).toBe(201);
    expect(made.delete(ref, propagationPolicy === undefined ? {} : { propagationPolicy })).toMatchObject({ code: 200, warnings });
    expect(made.read.get('jobs.batch', 'default', 'j')?.metadata.finalizers).toEqual(finalizers);
  });

  it('warns even when there is none', () => {
    expect(server().delete(ref)).toMatchObject({ code: 404, warnings: ORPHANED });
  });
});

describe('deleting a namespace', () => {
  it('terminates, takes in nothing new, goes when it is finalized', () => {
    const made = server();
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'team' };
    expect(made.delete(ref).object).toMatchObject({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Terminating' } });
    expect(made.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'team' } })).toMatchObject({
      code: 403, message: 'configmaps "c" is forbidden: unable to create new content in namespace team because it is being terminated', causes: [{ reason: 'NamespaceTerminating' }],
    });
    const standing = made.read.get('namespaces', '', 'team');
    made.update({ ...standing, spec: { finalizers: [] } }, { subresource: 'finalize' }, 'namespace-controller');
    expect(made.read.get('namespaces', '', 'team')).toBeUndefined();
  });
});

describe('evicting a pod', () => {
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } } };
  const running = (made: ApiServer): void => {
    made.bind(podRef, 'n1');
    const pod = stored(made) as KubernetesObject & { status?: object };
    made.update({ ...pod, status: { ...pod.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' }, 'kubelet');
  };
  it('is refused while the budget allows none', () => {
    const made = withPod({ labels: { app: 'a' } });
    made.create(budget);
    running(made);
    expect(made.evict(podRef)).toMatchObject({ code: 429, reason: 'TooManyRequests' });
    const standing = made.read.get('poddisruptionbudgets.policy', 'default', 'b');
    made.update({ ...standing, status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 } }, { subresource: 'status' }, 'disruption-controller');
    expect(made.evict(podRef)).toMatchObject({ message: "Cannot evict pod as it would violate the pod's disruption budget.", causes: [{ message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }] });
  });
  it('takes from the budget and says why the pod goes', () => {
    const made = withPod({ labels: { app: 'a' } });
    made.create(budget);
    running(made);
    const standing = made.read.get('poddisruptionbudgets.policy', 'default', 'b');
    made.update({ ...standing, status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 } }, { subresource: 'status' }, 'disruption-controller');
    expect(made.evict(podRef).code).toBe(201);
    expect(made.read.get('poddisruptionbudgets.policy', 'default', 'b')?.status?.disruptionsAllowed).toBe(0);
    expect(stored(made)).toMatchObject({ metadata: { deletionGracePeriodSeconds: 20 }, status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' })]) } });
  });
});

describe('Services hold their addresses', () => {
  const service = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { a: 'b' }, ports: [{ port: 80 }], ...spec } });
  it('each gets its own, the next one what was given back', () => {
    const made = server();
    const specOf = (name: string, spec: object = {}): { clusterIP?: string; ports?: { nodePort?: number }[] } => (made.create(service(name, spec)).object as { spec?: object })?.spec ?? {};
    expect(specOf('a').clusterIP).toBe('10.96.1.1');
    expect(specOf('b', { type: 'NodePort' })).toMatchObject({ clusterIP: '10.96.1.2', ports: [{ nodePort: 30086 }] });
    made.delete({ apiVersion: 'v1', kind: 'Service', name: 'a' });
    expect(specOf('c', { type: 'NodePort' })).toMatchObject({ clusterIP: '10.96.1.1', ports: [{ nodePort: 30087 }] });
    expect(made.create(service('d', { clusterIP: '10.96.1.1' })).message).toBe('Service "d" is invalid: spec.clusterIPs: Invalid value: ["10.96.1.1"]: failed to allocate IP 10.96.1.1: provided IP is already allocated');
    expect(made.create(service('e', { clusterIP: '1.2.3.4' })).message).toBe('Service "e" is invalid: spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range');
    expect(made.create(service('f', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })).message).toBe('Service "f" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767');
  });
});

describe('kinds that are asked, not kept', () => {
  it('a Binding puts the pod on its node', () => {
    const made = withPod();
    expect(made.create({ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { apiVersion: 'v1', kind: 'Node', name: 'n1' } }).code).toBe(201);
    expect(stored(made)).toMatchObject({ spec: { nodeName: 'n1' } });
  });
  it('a review is answered', () => {
    expect(server().create({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } })).toMatchObject({ code: 201, object: { status: { allowed: true } } });
  });
  it('what cannot be created is refused', () => {
    expect(server().create({ apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name: 'a' } })).toMatchObject({ code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' });
  });
});
