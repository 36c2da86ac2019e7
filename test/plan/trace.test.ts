// The story of an apply: who acts, in which order, and what made them act.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import { simulate } from '../../src/plan/simulate.js';
import { createTraceRecorder, type TraceEntry, type TraceSubject } from '../../src/plan/trace.js';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'registry.example/web:1' }] } };
const deployment = (name: string, replicas: number): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas, selector: { matchLabels: { app: 'web' } }, template } });

function storyOf(steps: object[][], subject?: TraceSubject): TraceEntry[] {
  const recorder = createTraceRecorder();
  const source = () => ({ file: 'test.yaml', line: 1, column: 1 });
  simulate({ cluster: [], steps: steps.map((step) => step.map((object) => ({ object: object as KubernetesObject, source }))), namespace: 'default', kubernetesVersion: '1.36' }, { onRequest: recorder.onRequest });
  return recorder.entries(subject);
}

test('every part comes after what made it act', () => {
  const story = storyOf([[deployment('web', 1)]]);
  const firsts = new Map<string, TraceEntry>();
  for (const entry of story) if (!firsts.has(`${entry.component} ${entry.kind}`)) firsts.set(`${entry.component} ${entry.kind}`, entry);
  const at = (key: string): TraceEntry => firsts.get(key) as TraceEntry;
  expect(at('controller manager ReplicaSet').cause).toEqual({ revision: at('client Deployment').revision, object: 'Deployment default/web' });
  expect(at('controller manager Pod').cause?.revision).toBe(at('controller manager ReplicaSet').revision);
  expect(at('scheduler Pod').cause?.revision).toBe(at('controller manager Pod').revision);
  expect(at('kubelet Pod')).toMatchObject({ cause: { revision: expect.any(Number) }, changes: ['phase Running', 'Ready True'], runtime: ['starts container main from registry.example/web:1'] });
  for (const { cause, revision } of story) expect(cause?.revision ?? 0).toBeLessThanOrEqual(revision);
});

test('an object with everything below it, and nothing else', () => {
  const story = storyOf([[deployment('web', 1), deployment('other', 1)], [deployment('web', 0)]], { resource: 'deployments.apps', namespace: 'default', name: 'web' });
  expect(new Set(story.map(({ kind }) => kind))).toEqual(new Set(['Deployment', 'ReplicaSet', 'Pod']));
  expect(story.every(({ name }) => name.startsWith('web'))).toBe(true);
  expect(story.filter(({ component }) => component === 'client').map(({ verb, changes }) => ({ verb, changes }))).toEqual([{ verb: 'create', changes: [] }, { verb: 'patch', changes: ['replicas 1 → 0'] }]);
  expect(story.at(-1)?.component).toBe('controller manager');
});

test('what is refused stands in the story of the object', () => {
  const [entry, ...others] = storyOf([[deployment('web', -1)]], { resource: 'deployments.apps', namespace: 'default', name: 'web' });
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ code: 422, isWritten: false, changes: [] });
});
