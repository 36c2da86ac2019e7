// What the checkers say about clusters at rest that break a claim, and about those that only look like it.
import { expect, it } from 'vitest';
import { createInvariantChecker } from '../../src/cluster/invariants.js';
import { createApiServer } from '../../src/apiserver/apiServer.js';
import { bootstrap } from '../../src/cluster/bootstrap.js';

const NOW_MS = Date.UTC(2026, 0, 1);
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { allocatable: { cpu: '1', memory: '8Gi', pods: '110' } } };
const pod = (namespace: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: 'p' }, spec: { serviceAccountName: 'default', containers: [{ name: 'c', image: 'app', resources: { requests: { cpu: '2' } } }] } });

/** The broken claims after two pods of one name, one a namespace, were created and the named actor bound the one of `namespace`. */
function brokenAfter(actor: string, namespace: string): string[] {
  const server = createApiServer({ nowMs: () => NOW_MS, seed: 1 });
  bootstrap(server);
  for (const name of ['a', 'b']) server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const name of ['a', 'b']) server.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
  const checker = createInvariantChecker(server);
  server.create(node);
  for (const name of ['a', 'b']) expect(server.create(pod(name)).code).toBe(201);
  expect(server.bind({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'p' }, 'n', actor).code).toBe(201);
  return checker.broken(NOW_MS).filter((text) => text.startsWith('node '));
}

it('blames a node that has promised more than it has', () => {
  expect(brokenAfter('default-scheduler', 'a')).toEqual(['node n has 1 of cpu, and its pods request 2']);
});

it('leaves a node alone whose pod was bound by hand', () => {
  expect(brokenAfter('kubectl', 'a')).toEqual([]);
});

it('tells a pod bound by hand from its namesake in another namespace', () => {
  const server = createApiServer({ nowMs: () => NOW_MS, seed: 1 });
  bootstrap(server);
  for (const name of ['a', 'b']) {
    server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    server.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
  }
  const checker = createInvariantChecker(server);
  for (const name of ['n', 'm']) server.create({ ...node, metadata: { name } });
  for (const name of ['a', 'b']) server.create(pod(name));
  server.bind({ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p' }, 'm', 'kubectl');
  server.bind({ apiVersion: 'v1', kind: 'Pod', namespace: 'b', name: 'p' }, 'n', 'default-scheduler');
  expect(checker.broken(NOW_MS).filter((text) => text.startsWith('node '))).toEqual(['node n has 1 of cpu, and its pods request 2']);
});
