// Who owns the claims of a StatefulSet's pods: by retention policy, and beside owners that somebody else has put there.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { Event, OwnerReference, PersistentVolumeClaim } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const claimRef = (ordinal: number) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: `data-db-${ordinal}` });
const accessModes = ['ReadWriteOnce'];
const claimSpec = { accessModes, resources: { requests: { storage: '1Gi' } } };
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } };
const volumes = ['v0', 'v1'].map((name) => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { capacity: { storage: '1Gi' }, accessModes, storageClassName: '', hostPath: { path: '/x' } } }));
const setOf = (persistentVolumeClaimRetentionPolicy: object, replicas = 1): object => ({
  apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' },
  spec: {
    replicas, serviceName: 'db', persistentVolumeClaimRetentionPolicy, selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'postgres:17', volumeMounts: [{ name: 'data', mountPath: '/d' }] }] } },
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { ...claimSpec, storageClassName: '' } }],
  },
});
const retain = { whenDeleted: 'Retain', whenScaled: 'Retain' };
const withSet = { whenDeleted: 'Delete', whenScaled: 'Retain' };

function clusterOf(...objects: object[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  for (const object of [node, ...volumes, ...objects]) expect(cluster.create(object).code).toBe(201);
  cluster.settle();
  return cluster;
}
const ownersOf = (cluster: Cluster, ordinal: number): string[] =>
  ((cluster.get(claimRef(ordinal)) as PersistentVolumeClaim | undefined)?.metadata.ownerReferences ?? []).map(({ kind, name, controller }) => `${kind}/${name}${controller === true ? ' controls' : ''}`);
const told = (cluster: Cluster, reason: string): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter((event) => event.reason === reason).map(({ message = '', count }) => `${count ?? 1} ${message}`);

describe('a claim that has an owner already', () => {
  const conflict = 'PersistentVolumeClaim data-db-0 has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim';
  test.each([
    [retain, true, ['ConfigMap/other controls'], false],
    [retain, false, ['ConfigMap/other'], false],
    [withSet, true, ['ConfigMap/other controls'], true],
    [withSet, false, ['ConfigMap/other', 'StatefulSet/db controls'], false],
  ])('%j, a controller: %s', (policy, controller, owners, isTold) => {
    const cluster = clusterOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } });
    const uid = cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'other' })?.metadata.uid ?? '';
    const reference: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid, controller };
    cluster.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-db-0', ownerReferences: [reference] }, spec: { ...claimSpec, storageClassName: '' } });
    cluster.create(setOf(policy));
    cluster.settle({ seconds: 60 });
    expect(ownersOf(cluster, 0)).toEqual(owners);
    expect(told(cluster, 'ConflictingController').map((line) => line.replace(/^\d+ /, ''))).toEqual(isTold ? [conflict] : []);
    expect(told(cluster, 'SuccessfulUpdate')).toEqual([]);
  });
});

describe('claims', () => {
  test('belong to the set although its pod is refused', () => {
    const cluster = clusterOf({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '0' } } });
    cluster.create(setOf(withSet));
    cluster.settle();
    expect(ownersOf(cluster, 0)).toEqual(['StatefulSet/db controls']);
  });

  test('pass from the set to the pod that is scaled away, and go with it', () => {
    const cluster = clusterOf(setOf({ whenDeleted: 'Delete', whenScaled: 'Delete' }, 2));
    expect([ownersOf(cluster, 0), ownersOf(cluster, 1)]).toEqual([['StatefulSet/db controls'], ['StatefulSet/db controls']]);
    const stored = cluster.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'default', name: 'db' }) as KubernetesObject & { spec: object };
    cluster.update({ ...stored, spec: { ...stored.spec, replicas: 1 } });
    cluster.settle();
    expect(cluster.get(claimRef(1))).toBeUndefined();
    expect(ownersOf(cluster, 0)).toEqual(['StatefulSet/db controls']);
  });

  test('lose the set as owner when the policy says so', () => {
    const cluster = clusterOf(setOf(withSet));
    expect(ownersOf(cluster, 0)).toEqual(['StatefulSet/db controls']);
    cluster.apply(setOf(retain));
    cluster.settle();
    expect(ownersOf(cluster, 0)).toEqual([]);
  });
});
