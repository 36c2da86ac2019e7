import { describe, expect, it } from 'vitest';
import { threeWayMerge, type Json } from '../../src/apiserver/patch/threeWayMerge.js';
import { strategicMergePatch } from '../../src/apiserver/patch/strategicMergePatch.js';
import { jsonMergePatch, jsonPatch } from '../../src/apiserver/patch/jsonPatches.js';
import { Cluster } from '../../src/cluster/cluster.js';

const containers = (...items: Json[]): Json => ({ spec: { containers: items } });

describe('the three-way merge', () => {
  const cases: [string, { original: Json; modified: Json; current: Json }, Json][] = [
    ['what others set stays', { original: {}, modified: { spec: { a: 1 } }, current: { spec: { b: 2 } } }, { spec: { b: 2, a: 1 } }],
    ['what is no longer applied goes', { original: { spec: { a: 1 } }, modified: { spec: {} }, current: { spec: { a: 1, b: 2 } } }, { spec: { b: 2 } }],
    ['containers merge by name', { original: containers({ name: 'a', image: 'x:1' }), modified: containers({ name: 'a', image: 'x:2' }), current: containers({ name: 'a', image: 'x:1', imagePullPolicy: 'Always' }, { name: 'sidecar', image: 's' }) },
      containers({ name: 'a', image: 'x:2', imagePullPolicy: 'Always' }, { name: 'sidecar', image: 's' })],
    ['a container that was applied and is not any more goes', { original: containers({ name: 'a' }, { name: 'b' }), modified: containers({ name: 'a' }), current: containers({ name: 'a' }, { name: 'b' }) }, containers({ name: 'a' })],
    ['atomic lists are replaced', { original: {}, modified: { spec: { containers: [{ name: 'a', args: ['x'] }] } }, current: { spec: { containers: [{ name: 'a', args: ['y', 'z'] }] } } }, { spec: { containers: [{ name: 'a', args: ['x'] }] } }],
    ['finalizers merge as a set', { original: { metadata: { finalizers: ['a/x'] } }, modified: { metadata: { finalizers: ['a/y'] } }, current: { metadata: { finalizers: ['a/x', 'b/z'] } } }, { metadata: { finalizers: ['a/y', 'b/z'] } }],
    ['a volume changes its kind', { original: {}, modified: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, current: { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } } }, { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }],
  ];
  it.each(cases)('%s', (_name, states, expected) => expect(threeWayMerge('Pod', states)).toEqual(expected));
  it('without a schema lists are replaced', () => {
    expect(threeWayMerge(undefined, { original: {}, modified: { l: [{ name: 'a' }] }, current: { l: [{ name: 'b' }] } })).toEqual({ l: [{ name: 'a' }] });
  });
});

describe('patches', () => {
  it('strategic: directives', () => {
    const pod = containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' });
    expect(strategicMergePatch('Pod', pod, containers({ name: 'a', $patch: 'delete' }))).toEqual(containers({ name: 'b', image: 'y' }));
    expect(strategicMergePatch('Pod', pod, { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } })).toEqual(containers({ name: 'b', image: 'y' }, { name: 'a', image: 'x' }));
    expect(strategicMergePatch('Pod', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({ metadata: { finalizers: ['b'] } });
  });
  it('merge: null removes', () => expect(jsonMergePatch({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null } })).toEqual({ b: { d: 3 } }));
  it('json: operations in order', () => {
    expect(jsonPatch({ a: [1, 2] }, [{ op: 'add', path: '/a/0', value: 0 }, { op: 'remove', path: '/a/2' }, { op: 'move', path: '/b', from: '/a' }])).toEqual({ object: { b: [0, 1] } });
    expect(jsonPatch({}, [{ op: 'remove', path: '/a' }])).toHaveProperty('error');
  });
});

describe('apply', () => {
  const configMap = (data: Record<string, string>): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data });
  it('creates, configures, leaves unchanged', () => {
    const cluster = new Cluster();
    const created = cluster.apply(configMap({ a: '1', b: '2' }));
    expect(created.code).toBe(201);
    expect(created.object?.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"c","namespace":"default"}}\n',
    });
    const configured = cluster.apply(configMap({ a: '3' }));
    expect(configured).toMatchObject({ code: 200, object: { data: { a: '3' } } });
    expect((configured.object as { data?: unknown } | undefined)?.data).toEqual({ a: '3' });
    const unchanged = cluster.apply(configMap({ a: '3' }));
    expect(unchanged.code).toBe(200);
    expect(unchanged.object?.metadata.resourceVersion).toBe(configured.object?.metadata.resourceVersion);
  });
  it('refuses generated names and unknown kinds as kubectl does', () => {
    const cluster = new Cluster();
    expect(cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'c-' } }).message).toBe('from c-: cannot use generate name with apply');
    expect(cluster.apply({ apiVersion: 'x.dev/v1', kind: 'Foo', metadata: { name: 'a' } })).toMatchObject({ code: 404, message: 'no matches for kind "Foo" in version "x.dev/v1"' });
  });
});
