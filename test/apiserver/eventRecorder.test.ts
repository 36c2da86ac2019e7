// Counting, combining and limiting of events.
import { expect, it } from 'vitest';
import { createApiServer } from '../../src/apiserver/apiServer.js';
import { createEventRecorder } from '../../src/apiserver/eventRecorder.js';
import type { KubernetesObject } from '../../src/api/meta.js';
import { serialise } from '../../src/apiserver/serialise.js';
import { deepCopy } from '../../src/util/objects.js';

const subject: KubernetesObject = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '1' } };

function recording({ writesLater = false } = {}) {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const server = createApiServer({ nowMs: () => clock.nowMs, seed: 1 });
  server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const recorder = createEventRecorder(server, () => clock.nowMs, { writesLater });
  const tell = (message: string, component = 'replicaset-controller', object = subject): void => recorder.record({ object, type: 'Normal', reason: 'Told', message, component });
  const events = (): string[] => server.read.list('events').map(({ message, count, series }) => `${series === undefined ? (count ?? '-') : `series ${series.count}`} ${message ?? ''}`).sort();
  return { server, clock, tell, events };
}

it('an identical event is counted up', () => {
  const { tell, events } = recording();
  for (const message of ['a', 'b', 'a']) tell(message);
  expect(events()).toEqual(['1 b', '2 a']);
});

it('from the tenth message on similar events become one', () => {
  const { tell, events } = recording();
  for (let index = 0; index < 12; index++) tell(`pod ${index}`);
  expect(events().filter((text) => !text.includes('combined'))).toHaveLength(9);
  expect(events().filter((text) => text.includes('combined'))).toEqual(['3 (combined from similar events): pod 11']);
});

it('a source that has told 25 events of an object is silent for five minutes', () => {
  const { clock, tell, events } = recording();
  for (let index = 0; index < 40; index++) tell('again');
  expect(events()).toEqual(['25 again']);
  clock.nowMs += 300_000;
  for (let index = 0; index < 5; index++) tell('again');
  expect(events()).toEqual(['26 again']);
});

it('components do not share what they remember', () => {
  const { tell, events } = recording();
  tell('a');
  tell('a', 'deployment-controller');
  expect(events()).toEqual(['1 a', '1 a']);
});

it("the scheduler's repeated events are a series", () => {
  const { tell, events } = recording();
  for (let index = 0; index < 3; index++) tell('no node', 'default-scheduler');
  expect(events()).toEqual(['series 2 no node']);
});

it.each(['replicaset-controller', 'default-scheduler'])('events of %s have their stored form', (component) => {
  const { server, tell } = recording();
  tell('a', component);
  const node: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } };
  tell('b', component, node);
  const stored = server.read.list('events');
  const serialised = deepCopy(stored);
  for (const event of serialised) serialise(server.kindOf('v1', 'Event')?.definition ?? '', event);
  expect(stored.map((event) => JSON.stringify(event))).toEqual(serialised.map((event) => JSON.stringify(event)));
  expect(stored).toHaveLength(2);
});

it('events that are put together later are the same, byte for byte', () => {
  const [atOnce, later] = [false, true].map((writesLater) => {
    const { server, clock, tell } = recording({ writesLater });
    const other: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } };
    for (let index = 0; index < 30; index++) {
      tell(`pod ${index % 12}`, ['replicaset-controller', 'default-scheduler'][index % 2], index % 3 === 0 ? other : subject);
      clock.nowMs += 700;
      if (index % 7 === 0) server.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `config-${index}`, namespace: 'default' } });
    }
    return server.read.resources().map((resource) => server.read.listObjects(resource));
  });
  expect(JSON.stringify(later)).toBe(JSON.stringify(atOnce));
});

it('where users have rules of their own, no event is put off', () => {
  const { server, tell } = recording({ writesLater: true });
  const heard: string[] = [];
  server.watch(({ object }, resource) => {
    if (resource === 'events') heard.push(object.metadata.name ?? '');
  });
  tell('a');
  expect(heard).toEqual([]);
  server.create({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['events'] }] }, validations: [{ expression: 'true' }] } });
  tell('b');
  expect(heard).toHaveLength(1);
});
