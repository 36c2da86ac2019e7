// When the failed pod of a DaemonSet is replaced.
import { expect, it } from 'vitest';
import type { Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

it('a pod that fails during the back-off is looked at again after the whole of it', () => {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } });
  const set = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'app' }] } } } };
  cluster.create(set);
  const pod = (): Pod => cluster.list({ apiVersion: 'v1', kind: 'Pod' })[0] as Pod;
  /** Lets the pod fail; gives how many seconds pass until it is replaced. */
  const secondsToReplace = (): number => {
    const { metadata: { uid } } = pod();
    expect(cluster.update({ ...pod(), status: { ...pod().status, phase: 'Failed' } }, { subresource: 'status' } as never).code).toBe(200);
    let seconds = 0;
    for (cluster.settle({ seconds: 0 }); pod().metadata.uid === uid && seconds < 20; seconds++) cluster.settle({ seconds: 1 });
    return seconds;
  };
  cluster.settle({ seconds: 10 });
  expect(secondsToReplace()).toBe(0);
  cluster.settle({ seconds: 5 });
  // The second failure makes the back-off two seconds long.
  expect(secondsToReplace()).toBe(0);
  cluster.settle({ seconds: 1 });
  expect(secondsToReplace()).toBe(2);
  // Another DaemonSet of the name begins anew.
  cluster.delete({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'default', name: 'agent' });
  cluster.settle({ seconds: 1 });
  cluster.create(set);
  cluster.settle({ seconds: 0 });
  expect(secondsToReplace()).toBe(0);
});
