// Properties on random clusters: the fast path chooses as the plain algorithm does, kept sums equal recounted ones, nothing is overcommitted.
import { describe, expect, it } from 'vitest';
import { podRequests } from '../../src/api/podRequests.js';
import { quantityMilli, quantityValue } from '../../src/api/quantity.js';
import type { Node, Pod } from '../../src/api/types.js';
import { createRandom, type Random } from '../../src/util/random.js';
import { node, pod } from './builders.js';
import { createHarness, type Harness } from './harness.js';
import { parseSchedulerConfiguration } from '../../src/scheduler/profile/parseConfiguration.js';
import type { SchedulerConfiguration } from '../../src/scheduler/profile/configuration.js';

const SEED = Number(process.env['STOWAGE_SEED'] ?? 36);
const CLUSTERS = Number(process.env['STOWAGE_CLUSTERS'] ?? 60);

const pick = <T>(random: Random, items: readonly T[]): T => items[random.nextInt(items.length)] as T;
const chance = (random: Random, percent: number): boolean => random.nextInt(100) < percent;
const APPS = ['web', 'db', 'cache'];
const KEYS = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk'];

function randomNode(random: Random, index: number): object {
  const labels: Record<string, string> = {};
  if (chance(random, 80)) labels['topology.kubernetes.io/zone'] = pick(random, ['a', 'b', 'c']);
  if (chance(random, 50)) labels['disk'] = pick(random, ['ssd', 'hdd', '']);
  if (chance(random, 40)) labels['cores'] = String(random.nextInt(9));
  const taints = chance(random, 20) ? [{ key: 'dedicated', value: 'x', effect: pick(random, ['NoSchedule', 'PreferNoSchedule']) }] : undefined;
  return node(`n${String(index).padStart(3, '0')}`, {
    labels, cpu: pick(random, ['2', '4', '3920m']), memory: pick(random, ['4Gi', '8Gi', '16Gi']), pods: pick(random, ['4', '20', '110']),
    ...(chance(random, 40) ? { more: { 'example.com/gpu': String(1 + random.nextInt(4)), 'hugepages-2Mi': '64Mi' } } : {}),
    ...(taints === undefined ? {} : { taints }), ...(chance(random, 5) ? { unschedulable: true } : {}),
    ...(chance(random, 30) ? { images: [{ names: ['app:latest'], sizeBytes: 500_000_000 + random.nextInt(1_000_000_000) }] } : {}),
  });
}

function randomTerm(random: Random): object {
  return {
    topologyKey: pick(random, KEYS), labelSelector: { matchLabels: { app: pick(random, APPS) } },
    ...(chance(random, 15) ? { namespaces: pick(random, [['other'], ['default', 'other']]) } : {}),
    ...(chance(random, 20) ? { namespaceSelector: pick(random, [{}, { matchLabels: { team: 'x' } }, { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }]) } : {}),
  };
}

function randomPod(random: Random, index: number): object {
  const spec: Record<string, unknown> = {};
  if (chance(random, 20)) spec['nodeSelector'] = { disk: 'ssd' };
  if (chance(random, 20)) spec['tolerations'] = [pick(random, [{ key: 'dedicated', operator: 'Exists' }, { operator: 'Exists', effect: 'NoSchedule' }, { key: 'dedicated', operator: 'Lt', value: '3' }, { value: 'x' }])];
  if (chance(random, 10)) spec['preemptionPolicy'] = 'Never';
  if (chance(random, 8)) spec['overhead'] = { cpu: '50m', memory: '64Mi' };
  if (chance(random, 8)) spec['resources'] = { requests: pick(random, [{ cpu: '700m' }, { memory: '1Gi' }, { cpu: '300m', memory: '300Mi' }]) };
  if (chance(random, 12)) {
    spec['initContainers'] = [
      { name: 'i', image: 'app', resources: { requests: pick(random, [{}, { cpu: '1200m' }, { 'example.com/gpu': '1' }]) } },
      ...(chance(random, 50) ? [{ name: 's', image: 'side', restartPolicy: 'Always', resources: { requests: { cpu: '150m' } }, ports: [{ containerPort: 9, hostPort: 8081, hostIP: '10.0.0.1', protocol: 'TCP' }] }] : []),
    ];
  }
  if (chance(random, 25)) spec['priority'] = pick(random, [0, 10, 1000]);
  if (chance(random, 35)) {
    spec['topologySpreadConstraints'] = [
      { maxSkew: 1 + random.nextInt(2), topologyKey: pick(random, KEYS), whenUnsatisfiable: pick(random, ['DoNotSchedule', 'ScheduleAnyway']), labelSelector: { matchLabels: { app: pick(random, APPS) } }, ...(chance(random, 30) ? { nodeTaintsPolicy: 'Honor' } : {}), ...(chance(random, 20) ? { nodeAffinityPolicy: 'Ignore' } : {}), ...(chance(random, 20) ? { minDomains: 2 + random.nextInt(3) } : {}), ...(chance(random, 20) ? { matchLabelKeys: ['version', 'app'] } : {}) },
      ...(chance(random, 40) ? [{ maxSkew: 1, topologyKey: pick(random, KEYS), whenUnsatisfiable: pick(random, ['DoNotSchedule', 'ScheduleAnyway']), labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }] : []),
    ];
  }
  if (chance(random, 40)) {
    const affinity: Record<string, unknown> = {};
    const required = pick(random, [
      [{ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['3'] }] }, { matchExpressions: [{ key: 'disk', operator: 'DoesNotExist' }] }],
      [{ matchExpressions: [{ key: 'cores', operator: 'Lt', values: ['5'] }, { key: 'disk', operator: 'NotIn', values: ['hdd'] }] }],
      [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n001'] }] }],
      [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n000'] }] }, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n001'] }] }],
    ]);
    if (chance(random, 20)) affinity['nodeAffinity'] = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: required } };
    else if (chance(random, 30)) {
      const weight = 1 + random.nextInt(50);
      // Some cannot be read.
      const expression = weight > 46 ? { key: 'cores', operator: 'Gt', values: ['many'] } : { key: 'disk', operator: 'In', values: ['ssd'] };
      affinity['nodeAffinity'] = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: { matchExpressions: [expression] } }] };
    }
    for (const kind of ['podAffinity', 'podAntiAffinity']) {
      const terms: Record<string, unknown> = {};
      if (chance(random, 30)) terms['requiredDuringSchedulingIgnoredDuringExecution'] = [randomTerm(random)];
      if (chance(random, 40)) terms['preferredDuringSchedulingIgnoredDuringExecution'] = [{ weight: 1 + random.nextInt(100), podAffinityTerm: randomTerm(random) }];
      if (Object.keys(terms).length > 0) affinity[kind] = terms;
    }
    spec['affinity'] = affinity;
  }
  const requests = pick(random, [undefined, { cpu: '100m' }, { cpu: '500m', memory: '1Gi' }, { cpu: '1', memory: '512Mi' }, { memory: '3Gi' }, { 'example.com/gpu': '1', cpu: '200m' }, { 'hugepages-2Mi': '16Mi', 'ephemeral-storage': '1Gi', memory: '64Mi' }]);
  return pod(`p${index}`, {
    namespace: pick(random, ['default', 'default', 'other']), labels: { app: pick(random, APPS), ...(chance(random, 30) ? { version: pick(random, ['1', '2']) } : {}) }, spec,
    ...(requests === undefined ? {} : { requests }), ...(chance(random, 10) ? { ports: [{ containerPort: 80, hostPort: 8080 + random.nextInt(2), protocol: pick(random, ['TCP', 'TCP', 'UDP']), ...(chance(random, 30) ? { hostIP: pick(random, ['0.0.0.0', '10.0.0.1', '10.0.0.2']) } : {}) }] } : {}),
    ...(chance(random, 30) ? { owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true } } : {}),
  });
}

const CLASSES = ['made', 'zonal', 'local', 'measured', 'at-once'];
const claimName = (random: Random): string => `claim-${random.nextInt(25)}`;

/** Classes of storage of every kind, drivers with limits on some nodes and an account of their space. */
function putStorage(random: Random, harness: Harness, nodeCount: number): void {
  const storage = { apiVersion: 'storage.k8s.io/v1' };
  const later = { volumeBindingMode: 'WaitForFirstConsumer' };
  harness.put({ ...storage, kind: 'StorageClass', metadata: { name: 'made' }, provisioner: 'disk.example.com', ...later });
  harness.put({ ...storage, kind: 'StorageClass', metadata: { name: 'zonal' }, provisioner: 'disk.example.com', ...later, allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['a', 'b'] }] }] });
  harness.put({ ...storage, kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', ...later });
  harness.put({ ...storage, kind: 'StorageClass', metadata: { name: 'measured' }, provisioner: 'space.example.com', ...later });
  harness.put({ ...storage, kind: 'StorageClass', metadata: { name: 'at-once' }, provisioner: 'disk.example.com', volumeBindingMode: 'Immediate' });
  harness.put({ ...storage, kind: 'CSIDriver', metadata: { name: 'space.example.com' }, spec: { storageCapacity: true } });
  harness.put({ ...storage, kind: 'CSIStorageCapacity', metadata: { name: 'c', namespace: 'default' }, storageClassName: 'measured', nodeTopology: { matchLabels: { 'topology.kubernetes.io/zone': 'a' } }, capacity: '3Gi' });
  for (let index = 0; index < nodeCount; index++) {
    if (chance(random, 40)) harness.put({ ...storage, kind: 'CSINode', metadata: { name: `n${String(index).padStart(3, '0')}` }, spec: { drivers: [{ name: 'disk.example.com', nodeID: 'n', allocatable: { count: random.nextInt(4) } }] } });
  }
  for (let index = 0; index < 20; index++) putClaim(random, harness);
}

/** A volume, free or tied to a claim, near some nodes or not. */
function putVolume(random: Random, harness: Harness): void {
  const required = pick(random, [
    undefined, { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [`n00${random.nextInt(8)}`] }] }] },
    { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['b'] }] }] },
  ]);
  harness.put({
    apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `volume-${random.nextInt(30)}`, labels: chance(random, 20) ? { 'topology.kubernetes.io/zone': pick(random, ['a', 'a__b']) } : {} },
    spec: {
      capacity: { storage: pick(random, ['1Gi', '2Gi', '5Gi']) }, accessModes: ['ReadWriteOnce'], storageClassName: pick(random, CLASSES), csi: { driver: 'disk.example.com', volumeHandle: `v${random.nextInt(9)}` },
      ...(chance(random, 25) ? { claimRef: { namespace: 'default', name: claimName(random) } } : {}), ...(required === undefined ? {} : { nodeAffinity: { required } }),
    },
    status: { phase: pick(random, ['Available', 'Available', 'Bound']) },
  });
}

/** A claim that waits, has a node, is bound or lost. */
function putClaim(random: Random, harness: Harness): void {
  const volumeName = `volume-${random.nextInt(30)}`;
  const isBound = chance(random, 40);
  if (chance(random, 60)) putVolume(random, harness);
  const annotations = isBound ? { 'pv.kubernetes.io/bind-completed': 'yes' } : chance(random, 15) ? { 'volume.kubernetes.io/selected-node': `n00${random.nextInt(4)}` } : {};
  harness.put({
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claimName(random), namespace: 'default', annotations },
    spec: { accessModes: [pick(random, ['ReadWriteOnce', 'ReadWriteOnce', 'ReadWriteOncePod'])], storageClassName: pick(random, CLASSES), resources: { requests: { storage: pick(random, ['1Gi', '2Gi', '4Gi']) } }, ...(isBound ? { volumeName } : {}) },
    status: { phase: isBound ? 'Bound' : chance(random, 5) ? 'Lost' : 'Pending' },
  });
}

function randomVolumes(random: Random): object[] {
  const volume = (): object => pick<() => object>(random, [
    () => ({ persistentVolumeClaim: { claimName: claimName(random) } }), () => ({ persistentVolumeClaim: { claimName: claimName(random) } }),
    () => ({ gcePersistentDisk: { pdName: `disk-${random.nextInt(3)}` } }), () => ({ rbd: { monitors: ['m'], image: `image-${random.nextInt(2)}` } }),
    () => ({ nfs: { server: 's', path: '/' } }), () => ({ emptyDir: {} }), () => ({ ephemeral: { volumeClaimTemplate: { spec: {} } } }),
  ])();
  return Array.from({ length: 1 + random.nextInt(2) }, (_, index) => ({ name: `v${index}`, ...volume() }));
}

/** What makes histories differ in kind. */
interface Plot {
  /** In so many of a hundred steps a pod goes, and those that wait are tried again. */
  departures?: number;
  hasStorage?: boolean;
  /** Pods of many priorities on nodes that are soon full. */
  isCrowded?: boolean;
  /** Namespaces come, and pods into them; other pods are like earlier ones. */
  hasNewNamespaces?: boolean;
}

/** The same history for any scheduler. */
function play(seed: number, options: Parameters<typeof createHarness>[0], { departures = 15, hasStorage = false, isCrowded = false, hasNewNamespaces = false }: Plot = {}): Harness {
  const random = createRandom(seed);
  const harness = createHarness(options);
  for (const [name, labels] of [['default', {}], ['other', { team: 'x' }]] as const) harness.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  harness.put({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } } } });
  if (chance(random, 50)) harness.put({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: random.nextInt(3) } });
  if (chance(random, 50)) harness.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'default' }, spec: { selector: { app: 'db' } } });
  const nodeCount = chance(random, 20) ? 110 + random.nextInt(150) : 2 + random.nextInt(12);
  for (let index = 0; index < nodeCount; index++) harness.put(randomNode(random, index));
  if (hasStorage) putStorage(random, harness, nodeCount);
  const names: { name: string; namespace: string }[] = [];
  const templates: (Pod & { spec: object })[] = [];
  for (let index = 0; index < 60; index++) {
    const fresh = randomPod(random, index) as Pod & { spec: object };
    const made = hasNewNamespaces && index % 5 < 3 ? structuredClone(templates[random.nextInt(templates.length)] ?? fresh) : fresh;
    made.metadata.name = `p${index}`;
    if (hasNewNamespaces && chance(random, 20)) {
      const term = { topologyKey: pick(random, KEYS), labelSelector: { matchLabels: { app: pick(random, APPS) } }, namespaceSelector: { matchLabels: { team: 'x' } } };
      Object.assign(made.spec, { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
    }
    templates.push(made);
    if (hasNewNamespaces && index % 5 === 4) {
      made.metadata.namespace = `new-${index}`;
      harness.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: made.metadata.namespace, labels: chance(random, 50) ? { team: 'x' } : {} } });
    }
    if (isCrowded) Object.assign(made.spec, { priority: random.nextInt(4) * 100, containers: [{ name: 'c', image: 'app', resources: { requests: pick(random, [{ cpu: '1500m' }, { cpu: '900m' }, { memory: '3Gi' }]) } }] });
    if (isCrowded && chance(random, 70)) made.spec = { containers: made.spec?.containers ?? [], priority: made.spec?.priority ?? 0 };
    if (hasStorage && chance(random, 80)) Object.assign(made.spec, { volumes: randomVolumes(random) });
    if (hasStorage && chance(random, 60)) putClaim(random, harness);
    const copies = chance(random, 30) ? 4 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const name = `${made.metadata.name}-${copy}`;
      const profile = options?.configuration === undefined || index % 3 > 0 ? {} : { schedulerName: index % 2 === 0 ? 'second' : 'third' };
      harness.put({ ...made, metadata: { ...made.metadata, name }, spec: { ...made.spec, ...profile } });
      names.push({ name, namespace: made.metadata.namespace ?? '' });
    }
    const [deletes, changesNode, addsService] = [chance(random, departures), chance(random, 4), chance(random, 3)];
    const victim = pick(random, names);
    const changed = random.nextInt(nodeCount);
    if (deletes && harness.pod(victim.name, victim.namespace) !== undefined) harness.delete('Pod', victim.namespace, victim.name);
    if (changesNode) harness.put(randomNode(random, changed));
    if (addsService) harness.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: `s${index}`, namespace: 'default' }, spec: { selector: { app: pick(random, APPS) } } });
    harness.run();
    if (isCrowded && chance(random, 40)) harness.finishDeletions();
  }
  return harness;
}

const placements = (harness: Harness): string[] =>
  harness.pods().map(({ metadata, spec, status }) => `${metadata.namespace}/${metadata.name} ${spec?.nodeName ?? '-'} ${status?.nominatedNodeName ?? ''} ${status?.conditions?.[0]?.message ?? ''}`);

/** Seeds of so many clusters, each in its own hundred, after those that have once shown a difference. */
const seedsFrom = (hundred: number, count: number, known: readonly number[]): number[] => [...known, ...Array.from({ length: count }, (_, round) => SEED * 1000 + hundred + round)];

/** Who holds which volume. */
const volumesOf = (harness: Harness): string[] => Array.from({ length: 30 }, (_, index) => JSON.stringify(harness.volume(`volume-${index}`)?.spec?.claimRef ?? ''));

describe('the fast path', () => {
  // A pod that had its node by then lent its name to refusals that others share.
  for (const seed of seedsFrom(0, CLUSTERS, [77361, 77567])) {
    it(`equals the plain algorithm (seed ${seed})`, () => {
      const exhaustive = seed % 3 === 0;
      const fast = play(seed, { exhaustive });
      const plain = play(seed, { exhaustive, plain: true });
      expect(placements(fast)).toEqual(placements(plain));
      expect(fast.events).toEqual(plain.events);
      expect(fast.scheduler.tiedChoices()).toBe(plain.scheduler.tiedChoices());
      expectNothingOvercommitted(fast);
    });
  }
});

describe('the fast path with pods that come and go', () => {
  // A class that was refused before was not yet told of pods that repel it, here and in the seeds below.
  for (const seed of seedsFrom(300, CLUSTERS / 2, [5001310])) {
    const round = seed % 1000 - 300;
    it(`equals the plain algorithm (seed ${seed})`, () => {
      const plot = { departures: 90, hasNewNamespaces: round % 2 === 0 };
      const fast = play(seed, {}, plot);
      const plain = play(seed, { plain: true }, plot);
      expect(placements(fast)).toEqual(placements(plain));
      expect(fast.events).toEqual(plain.events);
    });
  }
});

describe('the fast path with preemption', () => {
  for (const seed of seedsFrom(600, CLUSTERS / 2, [5002612, 5013605])) {
    const round = seed % 1000 - 600;
    it(`equals the plain algorithm (seed ${seed})`, () => {
      const plot = { departures: 40, isCrowded: true };
      const options = { exhaustive: round % 3 === 0, gracefully: round % 4 > 0 };
      const fast = play(seed, options, plot);
      const plain = play(seed, { ...options, plain: true }, plot);
      expect(placements(fast)).toEqual(placements(plain));
      expect(fast.events).toEqual(plain.events);
      expect(fast.scheduler.tiedChoices()).toBe(plain.scheduler.tiedChoices());
    });
  }
});

describe('the fast path with volumes', () => {
  for (const seed of seedsFrom(400, CLUSTERS / 2, [5003409])) {
    const round = seed % 1000 - 400;
    it(`equals the plain algorithm (seed ${seed})`, () => {
      const plot = { departures: round % 2 === 0 ? 15 : 70, hasStorage: true };
      const exhaustive = round % 3 === 0;
      const fast = play(seed, { exhaustive }, plot);
      const plain = play(seed, { exhaustive, plain: true }, plot);
      expect(placements(fast)).toEqual(placements(plain));
      expect(fast.events).toEqual(plain.events);
      expect(volumesOf(fast)).toEqual(volumesOf(plain));
    });
  }
});

/** Profiles with weights, plugins and arguments of their own; 'third' is nobody's. */
function randomConfiguration(random: Random): SchedulerConfiguration {
  const scored = ['TaintToleration', 'NodeAffinity', 'NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity', 'NodeResourcesBalancedAllocation', 'ImageLocality'];
  const filtering = ['TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeUnschedulable', 'PodTopologySpread', 'InterPodAffinity'];
  const some = <T>(percent: number, value: () => T): T[] => (chance(random, percent) ? [value()] : []);
  const profile = (schedulerName: string): object => ({
    schedulerName,
    ...(chance(random, 30) ? { percentageOfNodesToScore: pick(random, [0, 10, 60, 100]) } : {}),
    plugins: {
      score: { enabled: some(50, () => ({ name: pick(random, scored), weight: 1 + random.nextInt(20) })), disabled: [...some(40, () => ({ name: pick(random, scored) })), ...some(8, () => ({ name: '*' }))] },
      filter: { disabled: some(25, () => ({ name: pick(random, filtering) })) },
      preFilter: { disabled: some(8, () => ({ name: pick(random, [...filtering, 'NodeResourcesFit', 'VolumeBinding', 'VolumeZone', '*']) })) },
      preScore: { disabled: some(8, () => ({ name: pick(random, [...scored, '*']) })) },
      reserve: { disabled: some(8, () => ({ name: 'VolumeBinding' })) },
      multiPoint: { enabled: some(25, () => ({ name: pick(random, scored), weight: 5 })), disabled: some(20, () => ({ name: pick(random, scored) })) },
      postFilter: { disabled: some(20, () => ({ name: 'DefaultPreemption' })) },
    },
    pluginConfig: [
      ...some(70, () => ({ name: 'NodeResourcesFit', args: { ...(chance(random, 20) ? { ignoredResourceGroups: ['example.com'] } : {}), scoringStrategy: pick<object>(random, [
        { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 3 }, { name: 'example.com/gpu', weight: 2 }] },
        { type: 'MostAllocated' },
        { type: 'RequestedToCapacityRatio', resources: [{ name: 'memory', weight: 7 }], requestedToCapacityRatio: { shape: [{ utilization: 0, score: 1 }, { utilization: 40, score: 9 }, { utilization: 100, score: 0 }] } },
      ]) } })),
      ...some(30, () => ({ name: 'InterPodAffinity', args: { hardPodAffinityWeight: random.nextInt(101), ignorePreferredTermsOfExistingPods: chance(random, 50) } })),
      ...some(30, () => ({ name: 'NodeAffinity', args: { addedAffinity: pick<object>(random, [
        { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }] } },
        { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 30, preference: { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] } }] },
      ]) } })),
      ...some(40, () => ({ name: 'PodTopologySpread', args: { defaultingType: 'List', defaultConstraints: some(80, () => ({ maxSkew: 1 + random.nextInt(3), topologyKey: pick(random, KEYS), whenUnsatisfiable: pick(random, ['DoNotSchedule', 'ScheduleAnyway']) })) } })),
      ...some(30, () => ({ name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu' }, { name: 'ephemeral-storage', weight: 1 }] } })),
    ],
  });
  const parsed = parseSchedulerConfiguration({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles: [profile('default-scheduler'), profile('second')] });
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.configuration;
}

describe('the fast path with profiles of its own', () => {
  for (const seed of seedsFrom(500, CLUSTERS / 3, [])) {
    it(`equals the plain algorithm (seed ${seed})`, () => {
      const configuration = randomConfiguration(createRandom(seed));
      const fast = play(seed, { configuration });
      const plain = play(seed, { configuration, plain: true });
      expect(placements(fast)).toEqual(placements(plain));
      expect(fast.events).toEqual(plain.events);
      expect(fast.pods().filter(({ spec }) => spec?.schedulerName === 'third' && spec.nodeName)).toEqual([]);
    });
  }
});

function expectNothingOvercommitted(harness: Harness): void {
  const byNode = new Map<string, Pod[]>();
  for (const each of harness.pods()) if (each.spec?.nodeName) byNode.set(each.spec.nodeName, [...(byNode.get(each.spec.nodeName) ?? []), each]);
  const nodes = new Map<string, Node>();
  for (const each of harness.nodes()) nodes.set(each.metadata.name ?? '', each);
  for (const [name, pods] of byNode) {
    // A node that was changed afterwards may have less than it had.
    if (harness.wasChanged(name)) continue;
    const allocatable = nodes.get(name)?.status?.allocatable ?? {};
    const requests = pods.map((each) => podRequests(each));
    expect(requests.reduce((sum, list) => sum + quantityMilli(list['cpu']), 0)).toBeLessThanOrEqual(quantityMilli(allocatable['cpu']));
    expect(requests.reduce((sum, list) => sum + quantityValue(list['memory']), 0)).toBeLessThanOrEqual(quantityValue(allocatable['memory']));
    expect(pods.length).toBeLessThanOrEqual(quantityValue(allocatable['pods']));
    const ports = pods.flatMap((each) => each.spec?.containers[0]?.ports?.map(({ hostPort, protocol, hostIP }) => `${hostIP ?? '0.0.0.0'}/${protocol}/${hostPort}`) ?? []);
    expect(new Set(ports).size).toBe(ports.length);
  }
}
