// Advice for pending pods: single changes that help, found by trying.
import { describe, expect, it } from 'vitest';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' };

describe('advice', () => {
  it.each<[string, object[], object, string[]]>([
    ['a smaller request, or one more node', [node('a', { cpu: '2' }), pod('x', { requests: { cpu: '1200m' }, spec: { nodeName: 'a' } })], pod('p', { requests: { cpu: '1' } }), ['request at most 800m of cpu in container c instead of 1', 'add one more node like a']],
    ['a toleration', [node('a', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] })], pod('p'), ['tolerate the taint gpu=yes:NoSchedule']],
    ['no selector', [node('a')], pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), ['leave out the node selector disk=ssd']],
    ['softer spreading', [node('a'), pod('x', { labels: { a: 'b' }, spec: { nodeName: 'a' } }), node('b', { unschedulable: true })], pod('p', { labels: { a: 'b' }, spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } }] } }), ['spread over kubernetes.io/hostname with ScheduleAnyway', 'add one more node like a']],
    ['nothing for a pod that fits', [node('a')], pod('p'), []],
  ])('%s', (_name, objects, given, texts) => {
    const harness = createHarness();
    for (const object of [...objects, given]) harness.put(object);
    const before = harness.scheduler.explain(ref);
    expect(harness.scheduler.advise(ref).map(({ text }) => text)).toEqual(texts);
    expect(harness.scheduler.explain(ref)).toEqual(before);
  });
});
