// Who is tried when: priority, gates, events that help, preemption and what comes after it.
import { describe, expect, it } from 'vitest';
import { DEFAULT_BACKOFF } from '../../src/scheduler/profile/configuration.js';
import { parseSchedulerConfiguration } from '../../src/scheduler/profile/parseConfiguration.js';
import { backoffMs } from '../../src/scheduler/queue.js';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

/** When a harness begins. */
const START_MS = 1_767_225_600_000;

const scheduled = (events: readonly string[]): string[] => events.filter((event) => event.startsWith('Scheduled')).map((event) => /default\/(\S+)/.exec(event)?.[1] ?? '');

describe('the queue', () => {
  it('tries important pods first, then those that came first', () => {
    const harness = createHarness();
    for (const object of [node('a'), pod('late', { spec: { priority: 5 } }), pod('first'), pod('second'), pod('top', { spec: { priority: 9 } })]) harness.put(object);
    harness.run();
    expect(scheduled(harness.events)).toEqual(['top', 'late', 'first', 'second']);
  });

  it('holds gated pods until the last gate is gone', () => {
    const harness = createHarness();
    for (const object of [node('a'), pod('p', { spec: { schedulingGates: [{ name: 'g' }] } })]) harness.put(object);
    expect(harness.run()).toBe(0);
    harness.put(pod('p'));
    harness.run();
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it('tries a refused pod again only when something happens that could help', () => {
    const harness = createHarness();
    for (const object of [node('a', { cpu: '1' }), pod('x', { requests: { cpu: '1' }, spec: { nodeName: 'a' } }), pod('p', { requests: { cpu: '1' } })]) harness.put(object);
    expect(harness.run()).toBe(1);
    harness.put(node('small', { cpu: '500m' }));
    harness.put(pod('y', { spec: { nodeName: 'small' } }));
    expect(harness.run()).toBe(0);
    harness.delete('Pod', 'default', 'x');
    expect(harness.run()).toBe(1);
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it.each<[string, object, object[], object]>([
    ['a node that fits', pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), [], node('b', { labels: { disk: 'ssd' } })],
    ['an uncordoned node', pod('p'), [node('b', { unschedulable: true })], node('b')],
    ['a taint that goes', pod('p'), [node('b', { taints: [{ key: 'k', effect: 'NoSchedule' }] })], node('b')],
    ['a friend', pod('p', { spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } }] } } } }), [node('b')], pod('friend', { labels: { a: 'b' }, spec: { nodeName: 'b' } })],
    ['a toleration of its own', pod('p'), [node('b', { taints: [{ key: 'k', effect: 'NoSchedule' }] })], pod('p', { spec: { tolerations: [{ operator: 'Exists' }] } })],
    ['a claim', pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }), [node('b'), { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: {} }], { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName: 'v' } }],
  ])('is helped by %s', (_name, given, objects, help) => {
    const harness = createHarness();
    for (const object of [node('closed', { pods: '0' }), ...objects, given]) harness.put(object);
    harness.run();
    expect(harness.pod('p')?.spec?.nodeName).toBeUndefined();
    harness.put(help);
    harness.run();
    expect(harness.pod('p')?.spec?.nodeName).toBe('b');
  });

  it.each<[object[], string]>([
    [[{ key: 'cores', operator: 'Gt', values: ['16Gi'] }], `[0].matchExpressions[0].values[0]: Invalid value: "16Gi": for 'Gt', 'Lt' operators, the value must be an integer`],
    [
      [{ key: 'disk', operator: 'Exists' }, { key: 'disk', operator: 'In', values: ['ssd', 'a/b'] }, { key: 'cores', operator: 'Lt', values: ['1.5'] }],
      `[[0].matchExpressions[1].values[1][disk]: Invalid value: "a/b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), [0].matchExpressions[2].values[0]: Invalid value: "1.5": for 'Gt', 'Lt' operators, the value must be an integer]`,
    ],
  ])('fails where nodes cannot be scored: preferred terms that cannot be read (%#)', (matchExpressions, problem) => {
    const preferring = (name: string): object => pod(name, { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions } }] } } } });
    const harness = createHarness();
    for (const object of [node('a'), preferring('alone')]) harness.put(object);
    harness.run();
    // The only node needs no score.
    expect(harness.pod('alone')?.spec?.nodeName).toBe('a');
    for (const object of [node('b'), preferring('p')]) harness.put(object);
    harness.run();
    expect(harness.pod('p')?.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'SchedulerError', message: `running PreScore plugin "NodeAffinity": ${problem}` }]);
  });

  it('counts internal failures anew once a pod has been refused', () => {
    const harness = createHarness();
    const waitSeconds = (): number => ((harness.scheduler.nextDueMs() ?? 0) - START_MS) / 1000;
    harness.put(pod('p', { requests: { cpu: '1' } }));
    const waits = [1, 2, 3].map(() => {
      harness.run();
      const seconds = waitSeconds();
      harness.advance(100);
      return seconds;
    });
    expect(waits).toEqual([2, 103, 205]);
    harness.put(node('small', { cpu: '500m' }));
    harness.run();
    expect(harness.pod('p')?.status?.conditions?.[0]?.message).toContain('Insufficient cpu');
    harness.put(node('big'));
    for (const name of ['small', 'big']) harness.delete('Node', '', name);
    harness.run();
    expect(harness.pod('p')?.status?.conditions?.[0]?.message).toBe('no nodes available to schedule pods');
    expect(waitSeconds()).toBe(302);
  });

  it('waits without any node and comes back', () => {
    const harness = createHarness();
    harness.put(pod('p'));
    harness.run();
    expect(harness.pod('p')?.status?.conditions?.[0]?.message).toBe('no nodes available to schedule pods');
    harness.put(node('a'));
    expect(harness.scheduler.nextDueMs()).toBeDefined();
    harness.advance(5);
    harness.run();
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it.each<[string, object, object, number]>([
    ['other tolerations', {}, { spec: { tolerations: [{ key: 'x', operator: 'Exists' }] } }, 1],
    ['another image', {}, { spec: { containers: [{ name: 'c', image: 'other' }] } }, 0],
    ['a label that no constraint selects', {}, { labels: { a: 'b' } }, 0],
  ])('looks at %s of a refused pod', (_name, before, after, attempts) => {
    const harness = createHarness();
    for (const object of [node('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), pod('p', before)]) harness.put(object);
    harness.run();
    harness.put(pod('p', after));
    expect(harness.run()).toBe(attempts);
  });

  it('looks at a label of a refused pod that a constraint of its own selects', () => {
    const harness = createHarness();
    const spread = { topologySpreadConstraints: [{ maxSkew: 1, minDomains: 2, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } }] };
    for (const object of [node('a'), pod('x', { labels: { a: 'b' }, spec: { nodeName: 'a' } }), pod('p', { labels: { a: 'b' }, spec: spread })]) harness.put(object);
    harness.run();
    harness.put(pod('p', { spec: spread }));
    expect(harness.run()).toBe(1);
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it('does not wake a pod for a neighbour in a namespace that it selects by labels', () => {
    const harness = createHarness();
    harness.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'x' } } });
    const near = (namespaceSelector: object): object => ({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } }, namespaceSelector }] } } });
    for (const object of [node('a'), pod('labelled', { spec: near({ matchLabels: { team: 'x' } }) }), pod('any', { spec: near({}) })]) harness.put(object);
    expect(harness.run()).toBe(2);
    harness.put(pod('friend', { namespace: 'other', labels: { a: 'b' }, spec: { nodeName: 'a' } }));
    expect(harness.run()).toBe(1);
    expect(['labelled', 'any'].map((name) => harness.pod(name)?.spec?.nodeName)).toEqual([undefined, 'a']);
    harness.advance(330);
    harness.run();
    expect(harness.pod('labelled')?.spec?.nodeName).toBe('a');
  });

  it.each<[string, string, object, object, number]>([
    ['a node that joins a domain', 'podAffinity', {}, { rack: '1' }, 1],
    ['a node that leaves its domain', 'podAffinity', { rack: '1' }, {}, 0],
    ['a node that joins a domain', 'podAntiAffinity', {}, { rack: '1' }, 0],
    ['a node that leaves its domain', 'podAntiAffinity', { rack: '1' }, {}, 1],
    ['a node that changes domains', 'podAntiAffinity', { rack: '1' }, { rack: '2' }, 1],
  ])('looks at %s for the sake of %s', (_name, kind, before, after, attempts) => {
    const harness = createHarness();
    const terms = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'rack', labelSelector: { matchLabels: { a: 'b' } } }] };
    // Full nodes keep the pod waiting, the neighbour keeps it waiting for its affinity.
    for (const object of [node('a', { labels: { rack: '0' } }), node('full', { pods: '0', labels: before as Record<string, string> }), pod('x', { labels: kind === 'podAffinity' ? {} : { a: 'b' }, spec: { nodeName: 'a' } })]) harness.put(object);
    harness.put(pod('p', { spec: { affinity: { [kind]: terms } } }));
    expect(harness.run()).toBe(1);
    harness.put(node('full', { pods: '0', labels: after as Record<string, string> }));
    expect(harness.run()).toBe(attempts);
  });

  it('wakes pods that are no more important when a pod that waited for a node goes', () => {
    const harness = createHarness();
    harness.put(node('a', { cpu: '1' }));
    harness.put(pod('held', { requests: { cpu: '1' }, spec: { priority: 5, schedulingGates: [{ name: 'g' }] }, status: { nominatedNodeName: 'a' } }));
    harness.put(pod('p', { requests: { cpu: '1' }, spec: { priority: 5 } }));
    expect(harness.run()).toBe(1);
    expect(harness.pod('p')?.spec?.nodeName).toBeUndefined();
    harness.delete('Pod', 'default', 'held');
    expect(harness.run()).toBe(1);
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it('looks at limits of volumes only when one is raised, not when a node comes', () => {
    const harness = createHarness();
    const csiNode = (name: string, count: number): object => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers: [{ name: 'd', nodeID: name, allocatable: { count } }] } });
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { csi: { driver: 'd', volumeHandle: 'v' } } };
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName: 'v' } };
    for (const object of [node('a'), csiNode('a', 0), volume, claim, pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } })]) harness.put(object);
    harness.run();
    harness.put(node('b', { pods: '0' }));
    harness.put(csiNode('a', 0));
    expect(harness.run()).toBe(0);
    harness.put(csiNode('a', 1));
    expect(harness.run()).toBe(1);
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it('tries a refused pod again after five minutes, whatever happens', () => {
    const harness = createHarness();
    for (const object of [node('a', { pods: '0' }), pod('p'), pod('q')]) harness.put(object);
    expect(harness.run()).toBe(2);
    // The clock begins at a whole minute.
    expect(harness.scheduler.nextDueMs()).toBe(1_767_225_600_000 + 330_000);
    harness.advance(329);
    expect(harness.run()).toBe(0);
    harness.advance(1);
    expect(harness.run()).toBe(2);
    harness.delete('Pod', 'default', 'p');
    harness.delete('Pod', 'default', 'q');
    expect(harness.scheduler.nextDueMs()).toBeUndefined();
  });

  it('backs off longer each time', () => {
    expect([1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, DEFAULT_BACKOFF))).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect([1, 2, 3].map((failures) => backoffMs(failures, { podInitialBackoffSeconds: 20, podMaxBackoffSeconds: 60 }))).toEqual([20_000, 40_000, 60_000]);
  });
});

describe('preemption', () => {
  const low = (name: string, on: string, more: object = {}): object => pod(name, { labels: { app: name }, requests: { cpu: '500m' }, spec: { nodeName: on, ...more } });

  it('takes the fewest and least important pods, says so, and gives their place to the pod', () => {
    const harness = createHarness();
    for (const object of [node('a', { cpu: '1' }), node('b', { cpu: '1' }), low('a1', 'a'), low('a2', 'a', { priority: 3 }), low('b1', 'b', { priority: 3 }), low('b2', 'b', { priority: 3 })]) harness.put(object);
    harness.put(pod('p', { requests: { cpu: '500m' }, spec: { priority: 10 } }));
    harness.run();
    expect(harness.scheduler.tiedChoices()).toBe(0);
    expect(harness.pod('a1')).toBeUndefined();
    expect(harness.pods().map(({ metadata }) => metadata.name)).toEqual(['a2', 'b1', 'b2', 'p']);
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
    expect(harness.events).toContain(`Preempted Preempted by pod ${harness.pod('p')?.metadata.uid} on node a`);
  });

  it('spares pods that a budget protects', () => {
    const harness = createHarness();
    for (const object of [node('a', { cpu: '500m' }), node('b', { cpu: '500m' }), low('a1', 'a'), low('b1', 'b', { priority: 3 })]) harness.put(object);
    harness.put({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'a1', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'a1' } } }, status: { disruptionsAllowed: 0 } });
    harness.put(pod('p', { requests: { cpu: '500m' }, spec: { priority: 10 } }));
    harness.run();
    expect(harness.pods().map(({ metadata }) => metadata.name)).toEqual(['a1', 'p']);
  });

  it('tries the nominated node even for a pod that names others, and says what was wrong with it', () => {
    const harness = createHarness();
    const pinned = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] } } };
    for (const object of [node('a', { pods: '0' }), node('b'), node('c'), pod('p', { spec: { affinity: pinned }, status: { nominatedNodeName: 'b' } })]) harness.put(object);
    expect(harness.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' })?.message).toMatch(/^0\/3 nodes are available: 1 Too many pods, 1 node\(s\) didn't match Pod's node affinity\/selector, 1 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\]\. /);
  });

  it('leaves victims alone that are on their way out already', () => {
    const harness = createHarness();
    const leaving = low('a1', 'a') as { metadata: object };
    for (const object of [node('a', { cpu: '500m' }), { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }]) harness.put(object);
    harness.put(pod('p', { requests: { cpu: '500m' }, spec: { priority: 10 } }));
    harness.run();
    expect(harness.pod('p')?.status?.nominatedNodeName).toBe('a');
    expect(harness.events.filter((event) => event.startsWith('Preempted'))).toEqual([]);
  });

  it('spares the same of more pods than are sorted by insertion', () => {
    const harness = createHarness();
    for (const object of [node('a', { cpu: '1300m' }), ...Array.from({ length: 13 }, (_, index) => pod(`x${index}`, { requests: { cpu: '100m' }, spec: { nodeName: 'a' } }))]) harness.put(object);
    harness.put(pod('p', { requests: { cpu: '100m' }, spec: { priority: 10 } }));
    harness.run();
    // None has started: the order that sorting leaves puts x6 last.
    expect(harness.pod('x6')).toBeUndefined();
    expect(harness.pods().length).toBe(13);
  });

  it('explains victims and changes nothing', () => {
    const harness = createHarness();
    for (const object of [node('a', { cpu: '500m' }), low('a1', 'a'), pod('p', { requests: { cpu: '500m' }, spec: { priority: 10 } })]) harness.put(object);
    const explain = () => harness.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' });
    const first = explain();
    expect(first).toEqual({ tied: [], message: '0/1 nodes are available: 1 Insufficient cpu.', nominatedNode: 'a', victims: [{ namespace: 'default', name: 'a1' }], nodes: { a: { reasons: ['Insufficient cpu'] } } });
    expect(explain()).toEqual(first);
    expect(harness.scheduler.tiedChoices()).toBe(0);
    expect(harness.pods().length).toBe(2);
    expect(harness.events).toEqual([]);
  });
});

describe('volumes that wait for a pod', () => {
  it('are not marked as chosen when somebody reserved them for the claim, and may tell their class by annotation', () => {
    const harness = createHarness();
    const beta = { 'volume.beta.kubernetes.io/storage-class': 'local' };
    for (const object of [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v', annotations: beta }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, claimRef: { namespace: 'default', name: 'c' } }, status: { phase: 'Available' } },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { storageClassName: 'local', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      node('a'), pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }),
    ]) harness.put(object);
    harness.run();
    expect(harness.volume('v')?.spec?.claimRef?.uid).toBeDefined();
    expect(harness.volume('v')?.metadata.annotations).toEqual(beta);
  });

  it('are promised to the claim, and the pod is bound once the claim is', () => {
    const harness = createHarness();
    const claim = (metadata: object, spec: object): object => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', ...metadata }, spec: { storageClassName: 'local', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec } });
    const volume = (name: string, storage: string): object => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { storageClassName: 'local', accessModes: ['ReadWriteOnce'], capacity: { storage } }, status: { phase: 'Available' } });
    for (const object of [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
      node('a'), volume('large', '5Gi'), volume('small', '2Gi'), volume('tiny', '1Mi'), claim({}, {}), pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }),
    ]) harness.put(object);
    harness.run();
    expect(harness.volume('small')?.spec?.claimRef?.name).toBe('c');
    expect(harness.pod('p')?.spec?.nodeName).toBeUndefined();
    harness.put(claim({ annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, { volumeName: 'small' }));
    harness.run();
    expect(harness.pod('p')?.spec?.nodeName).toBe('a');
  });

  it.each<[string, number, object | undefined]>([
    ['ten minutes', 600, undefined],
    ['as long as the profile says', 30, { kind: 'KubeSchedulerConfiguration', apiVersion: 'kubescheduler.config.k8s.io/v1', profiles: [{ pluginConfig: [{ name: 'VolumeBinding', args: { bindTimeoutSeconds: 30 } }] }] }],
  ])('are waited for %s, then the pod is tried anew', (_name, seconds, given) => {
    const parsed = given === undefined ? {} : parseSchedulerConfiguration(given);
    const harness = createHarness(parsed);
    const stored = (): unknown => ({ node: harness.pod('p')?.status?.nominatedNodeName, conditions: harness.pod('p')?.status?.conditions?.map(({ reason, message }) => `${reason}: ${message}`) });
    for (const object of [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'd', volumeBindingMode: 'WaitForFirstConsumer' },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      node('a'), pod('p', { requests: { cpu: '3' }, spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }), pod('q', { requests: { cpu: '3' } }),
    ]) harness.put(object);
    harness.run();
    expect(stored()).toEqual({ node: 'a', conditions: undefined });
    harness.advance(seconds - 1);
    expect(harness.scheduler.nextDueMs()).toBe(Math.min(START_MS + seconds * 1000, START_MS + 330_000));
    expect(harness.pod('q')?.spec?.nodeName).toBeUndefined();
    harness.run();
    expect(stored()).toEqual({ node: 'a', conditions: undefined });
    harness.advance(1);
    // What it held goes to another pod.
    harness.run();
    expect(stored()).toEqual({ node: undefined, conditions: ['SchedulerError: running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'] });
    expect(harness.pod('q')?.spec?.nodeName).toBe('a');
    harness.delete('Pod', 'default', 'q');
    harness.advance(5);
    harness.run();
    expect(stored()).toMatchObject({ node: 'a' });
  });

  it('are of no use to a pod that is deleted meanwhile: its room is free at once, and its binding is refused', () => {
    const harness = createHarness();
    const claim = (metadata: object, spec: object): object => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', ...metadata }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec } });
    const waiting = pod('p', { requests: { cpu: '3' }, spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }) as { metadata: object };
    for (const object of [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'd', volumeBindingMode: 'WaitForFirstConsumer' },
      claim({}, {}), node('a'), waiting, pod('q', { requests: { cpu: '3' } }),
    ]) harness.put(object);
    harness.run();
    expect(harness.pod('q')?.spec?.nodeName).toBeUndefined();
    harness.put({ ...waiting, metadata: { ...waiting.metadata, finalizers: ['example.com/hold'], deletionTimestamp: '2026-01-01T00:00:00Z' } });
    harness.run();
    expect(harness.pod('q')?.spec?.nodeName).toBe('a');
    harness.put(claim({ annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/selected-node': 'a' } }, { volumeName: 'v' }));
    harness.run();
    harness.advance(10);
    harness.run();
    expect(harness.events.filter((event) => event.startsWith('FailedScheduling') && !event.includes('nodes are available'))).toEqual([
      'FailedScheduling running Bind plugin "DefaultBinder": pod p is being deleted', 'FailedScheduling skip schedule deleting pod: default/p',
    ]);
  });

  it('are not waited for on a node that is gone', () => {
    const harness = createHarness();
    for (const object of [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'd', volumeBindingMode: 'WaitForFirstConsumer' },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      node('a'), pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }),
    ]) harness.put(object);
    harness.run();
    expect(harness.pod('p')?.status?.nominatedNodeName).toBe('a');
    harness.put(node('b'));
    harness.delete('Node', '', 'a');
    harness.run();
    expect(harness.pod('p')?.status?.conditions?.[0]?.message).toBe('running PreBind plugin "VolumeBinding": binding volumes: failed to get node "a": node "a" not found');
    // The claim still asks for a volume near the node.
    harness.advance(5);
    harness.run();
    expect(harness.pod('p')?.status?.conditions?.[0]?.message).toContain("1 node(s) didn't find available persistent volumes to bind");
  });
});
