// Corners of one pass over a StatefulSet's pods.
import { expect, it } from 'vitest';
import type { Event, Pod, StatefulSet } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

it('in parallel, a failed pod of an old revision is deleted twice in one pass', () => {
  const cluster = new Cluster({ checksInvariants: true });
  const containers = (image: string): object => ({ metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image }] } });
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } });
  cluster.create({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { serviceName: 'db', podManagementPolicy: 'Parallel', selector: { matchLabels: { app: 'db' } }, template: containers('postgres:16') } });
  cluster.settle();
  const [pod] = cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as [Pod];
  const set = cluster.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'default', name: 'db' }) as StatefulSet;
  cluster.update({ ...pod, status: { ...pod.status, phase: 'Failed' } }, { subresource: 'status' } as never);
  cluster.update({ ...set, spec: { ...set.spec, template: containers('postgres:17') } });
  cluster.settle();
  const told = (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ involvedObject }) => involvedObject.kind === 'StatefulSet').map(({ count, type, message }) => `${count ?? 1} ${type ?? ''} ${message ?? ''}`);
  expect(told.sort()).toEqual([
    '1 Normal Delete Pod db-0 in StatefulSet db successful',
    '1 Warning Delete Pod db-0 in StatefulSet db failed error: pods "db-0" not found',
    '2 Normal Create Pod db-0 in StatefulSet db successful',
  ]);
  expect((cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'db-0' }) as Pod).spec?.containers[0]?.image).toBe('postgres:17');
});
