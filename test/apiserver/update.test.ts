import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Response } from '../../src/api/meta.js';
import { createApiServer } from '../../src/apiserver/apiServer.js';
import { Cluster } from '../../src/cluster/cluster.js';

type Json = Record<string, unknown>;

/** As charts render them: every optional list and map is there and empty. */
const template = (image: string, restartPolicy: string): Json => ({
  metadata: { labels: { a: 'b' }, annotations: {} },
  spec: { restartPolicy, nodeSelector: {}, tolerations: [], affinity: {}, volumes: [], imagePullSecrets: [], containers: [{ name: 'c', image, env: [], ports: [], resources: { limits: {} } }] },
});
const workload = (apiVersion: string, kind: string, image = 'nginx'): Json => ({
  apiVersion, kind, metadata: { name: 'w', namespace: 'default', labels: {}, annotations: {} },
  spec: kind === 'Job' ? { template: template(image, 'Never') } : { selector: { matchLabels: { a: 'b' }, matchExpressions: [] }, template: template(image, 'Always') },
});
const ref = (apiVersion: string, kind: string): { apiVersion: string; kind: string; namespace: string; name: string } => ({ apiVersion, kind, namespace: 'default', name: 'w' });
const cluster = (...objects: Json[]): Cluster => {
  const made = new Cluster();
  made.settle();
  for (const object of objects) expect(made.apply(object, { fieldValidation: 'Strict' }).code).toBe(201);
  made.settle();
  return made;
};

describe('empty lists and maps', () => {
  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'])('are the same as absent ones when a %s is applied again', (kind) => {
    const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1';
    const standing = cluster(workload(apiVersion, kind));
    const before = standing.get(ref(apiVersion, kind));
    const { code, object } = standing.apply(workload(apiVersion, kind), { fieldValidation: 'Strict' });
    expect([code, object?.metadata.resourceVersion, object?.metadata.generation]).toEqual([200, before?.metadata.resourceVersion, before?.metadata.generation]);
  });
  it('show in messages all the same', () => {
    const { code, message = '' } = cluster(workload('batch/v1', 'Job')).update(workload('batch/v1', 'Job', 'redis'));
    expect(code).toBe(422);
    expect(message).toContain('spec.template: Invalid value: {"labels":');
    expect(message).toContain('"Tolerations":[],"HostAliases":null');
    expect(message).toContain('"NodeSelector":{}');
  });
});

describe('metadata of an update', () => {
  const config = (metadata: Json): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'w', namespace: 'default', ...metadata } });
  const answer = (metadata: Json, options = {}): { code: number; message?: string; object?: KubernetesObject } => cluster(config({})).update(config(metadata), options);
  it('changes of creationTimestamp are ignored', () => {
    const standing = cluster(config({}));
    const before = standing.get(ref('v1', 'ConfigMap'));
    expect(standing.update(config({ creationTimestamp: '2020-01-01T00:00:00Z', labels: { a: 'b' } })).object?.metadata.creationTimestamp).toBe(before?.metadata.creationTimestamp);
  });
  it('nobody marks an object as deleted by writing so', () => {
    expect(answer({ deletionTimestamp: '2020-01-01T00:00:00Z' })).toMatchObject({ code: 422, message: 'ConfigMap "w" is invalid: metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable' });
  });
  it('a uid is a precondition', () => {
    const { code, reason, message = '' } = cluster(config({})).update(config({ uid: 'x' }));
    expect([code, reason]).toEqual([409, 'Conflict']);
    expect(message).toMatch(/^Operation cannot be fulfilled on configmaps "w": StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/default\/w, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: [-0-9a-f]{36}$/);
    expect(answer({ uid: 'x' }, { dryRun: true }).message).toContain('Key: /configmaps/default/w,');
  });
  it('a resourceVersion of zero says nothing, one that is no number cannot be read', () => {
    expect(answer({ resourceVersion: '0' }).code).toBe(200);
    expect(answer({ resourceVersion: 'new' })).toMatchObject({ code: 500, message: 'strconv.ParseUint: parsing "new": invalid syntax' });
  });
  it('another resourceVersion is a conflict', () => {
    expect(answer({ resourceVersion: '1' })).toMatchObject({ code: 409, message: 'Operation cannot be fulfilled on configmaps "w": the object has been modified; please apply your changes to the latest version and try again' });
  });
});

describe('labels and annotations that a component writes', () => {
  const node = (spec: Json): Json => ({
    apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { a: 'b' } }, spec,
    status: { capacity: { cpu: '1500u', memory: '1Gi' }, addresses: [{ type: 'Hostname', address: 'n' }] },
  });
  const taint = { key: 'a', effect: 'NoSchedule' };
  const answer = (spec: Json, written: Json, actor?: string): Response => {
    const server = createApiServer({ nowMs: () => 0, seed: 1 });
    const { object } = server.restore(node(spec), 'default');
    return server.update({ ...object, metadata: { ...object?.metadata, ...written } }, {}, actor);
  };
  it.each([
    ['right', {}, { annotations: { 'x/y': '1' } }, 200],
    ['empty', {}, { annotations: {} }, 200],
    ['wrong', {}, { annotations: { 'x y': '1' } }, 422],
    ['right, on a node that was taken over with a wrong spec', { taints: [taint, taint] }, { annotations: { 'x/y': '1' } }, 422],
    ['wrong, on a node with a range', { podCIDR: '10.0.0.0/24', taints: [taint] }, { annotations: { 'scheduler.alpha.kubernetes.io/taints': '[{' } }, 422],
    ['another label', {}, { labels: { a: 'c' } }, 200],
    ['the same label', {}, { labels: { a: 'b' } }, 200],
    ['no label', {}, { labels: {} }, 200],
    ['a wrong label', {}, { labels: { 'x y': '1' } }, 422],
    ['both', {}, { labels: { a: 'c' }, annotations: { 'x/y': '1' } }, 200],
    ['labels that are taken away', {}, { labels: undefined, annotations: { 'x/y': '1' } }, 200],
  ])('%s: as when anybody else writes them', (_, spec, annotations, code) => {
    const response = answer(spec, annotations, 'ttl-controller');
    expect(response.code).toBe(code);
    expect(response).toEqual(answer(spec, annotations));
  });
});
