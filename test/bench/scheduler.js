// How many pods a second the scheduler places, in the shapes of Kubernetes' scheduler_perf: the scheduler alone, over a store without a pipeline.
//   node test/bench/scheduler.js [SHAPE...] [--nodes N] [--pods N] [--json] [--sampled]
// Every node is scored unless --sampled is given, which looks for enough nodes only, as kube-scheduler does above 100 nodes.
import { createReader } from '../../dist/apiserver/reader.js';
import { createScheduler } from '../../dist/scheduler/scheduler.js';
import { createStore } from '../../dist/store/store.js';

const argv = process.argv.slice(2);
const flag = (name, fallback) => {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(argv.splice(at, 2)[1]);
};
const has = (name) => argv.includes(`--${name}`) && argv.splice(argv.indexOf(`--${name}`), 1).length > 0;
const nodeCount = flag('nodes', 5000);
const podCount = flag('pods', 10_000);
const asJson = has('json');
const exhaustive = !has('sampled');

const REQUESTS = { cpu: '100m', memory: '500Mi' };
const term = (color, topologyKey) => ({ topologyKey, labelSelector: { matchLabels: { color } }, namespaces: ['sched-0', 'sched-1'] });
const spread = (topologyKey, whenUnsatisfiable) => [{ maxSkew: 5, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } }];
const preferred = (kind, color, topologyKey) => ({ [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(color, topologyKey) }] } });
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** Shape → the pods that are there before, and those that are measured. */
const SHAPES = {
  SchedulingBasic: { before: 1000, pod: {} },
  SchedulingNodeAffinity: { before: 1000, pod: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }] } } } } },
  SchedulingPodAffinity: { before: 1000, labels: { color: 'blue' }, pod: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('blue', ZONE)] } } } },
  SchedulingPodAntiAffinity: { before: 1000, most: nodeCount - 1000, labels: { color: 'green' }, pod: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('green', HOSTNAME)] } } } },
  SchedulingPreferredPodAffinity: { before: 1000, labels: { color: 'red' }, pod: { affinity: preferred('podAffinity', 'red', HOSTNAME) } },
  SchedulingPreferredPodAntiAffinity: { before: 1000, labels: { color: 'yellow' }, pod: { affinity: preferred('podAntiAffinity', 'yellow', HOSTNAME) } },
  TopologySpreading: { before: 1000, labels: { color: 'blue' }, pod: { topologySpreadConstraints: spread(ZONE, 'DoNotSchedule') } },
  TopologySpreadingHostname: { before: 1000, labels: { color: 'blue' }, pod: { topologySpreadConstraints: spread(HOSTNAME, 'DoNotSchedule') } },
  PreferredTopologySpreading: { before: 1000, labels: { color: 'blue' }, pod: { topologySpreadConstraints: spread(ZONE, 'ScheduleAnyway') } },
  DefaultSpreading: { before: 1000, labels: { color: 'blue' }, service: true, pod: {} },
  SchedulingDaemonset: { before: 0, target: 'scheduler-perf-node', pod: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['scheduler-perf-node'] }] }] } } } } },
  PreemptionBasic: { preemption: true },
  Unschedulable: { before: 0, unschedulable: true, pod: {} },
  MixedChurn: { before: 1000, churn: true, pod: {} },
};

function createBench() {
  const store = createStore({ stamp: (value, revision) => ({ ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } }), historyLimit: 1000 });
  const read = createReader(store);
  const keyOf = (object, table) => ({ table, namespace: table === 'nodes' ? '' : object.metadata.namespace, name: object.metadata.name });
  const ok = (object) => ({ code: 200, warnings: [], object });
  let events = 0;
  let deleted = 0;
  const client = {
    read,
    updateStatus: (object) => ok(store.update(keyOf(object, 'pods'), object)),
    update: (object) => ok(store.update(keyOf(object, 'pods'), object)),
    delete: (object) => (deleted++, ok(store.delete(keyOf(object, 'pods')))),
    bind(ref, nodeName) {
      const key = { table: 'pods', namespace: ref.namespace, name: ref.name };
      const old = store.get(key);
      return ok(store.update(key, { ...old, spec: { ...old.spec, nodeName } }));
    },
    event: () => void events++,
  };
  const scheduler = createScheduler({ client, nowMs: () => 1_767_225_600_000, exhaustive });
  store.watch((event) => scheduler.onEvent(event, event.table));
  let uid = 0;
  return {
    scheduler, store,
    deleted: () => deleted,
    put(table, object) {
      object.metadata.uid ??= `uid-${++uid}`;
      store.create(keyOf(object, table), object);
    },
    node(index, { cpu = '4', memory = '32Gi', pods = '110', name = `node-${String(index).padStart(5, '0')}` } = {}) {
      this.put('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { [HOSTNAME]: name, [ZONE]: `zone${index % 3}` } }, spec: {}, status: { allocatable: { cpu, memory, pods } } });
    },
    pod(name, { labels, spec = {}, requests = REQUESTS, namespace = 'sched-1', owner } = {}) {
      this.put('pods', {
        apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, ...(owner ? { ownerReferences: [owner] } : {}) },
        spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests } }], ...spec },
      });
    },
    run() {
      let attempts = 0;
      while (scheduler.scheduleOne()) attempts++;
      return attempts;
    },
  };
}

function measure(name) {
  const shape = SHAPES[name];
  const bench = createBench();
  const nodes = shape.preemption ? Math.min(nodeCount, 500) : nodeCount;
  for (const namespace of ['sched-0', 'sched-1']) bench.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, namespace: '', labels: {} } });
  for (let index = 0; index < nodes; index++) bench.node(index);
  // One node has room for all pods, which ask for it by name.
  if (shape.target) bench.node(nodes, { name: shape.target, cpu: '100k', memory: '100Ti', pods: '100000' });
  if (shape.service) bench.put('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'blue', namespace: 'sched-1' }, spec: { selector: { color: 'blue' } } });
  let pods = Math.min(podCount, shape.most ?? podCount);
  if (shape.preemption) {
    for (let index = 0; index < nodes * 4; index++) bench.pod(`low-${index}`, { requests: { cpu: '900m', memory: '500Mi' }, spec: { priority: 0 } });
    bench.run();
    pods = nodes;
    for (let index = 0; index < pods; index++) bench.pod(`high-${index}`, { requests: { cpu: '3', memory: '500Mi' }, spec: { priority: 10 } });
  } else {
    for (let index = 0; index < shape.before; index++) bench.pod(`before-${index}`, { namespace: 'sched-0', labels: shape.labels, spec: shape.pod });
    bench.run();
    for (let index = 0; index < pods; index++) bench.pod(`pod-${index}`, { labels: shape.labels, spec: shape.pod, ...(shape.unschedulable ? { requests: { cpu: '9' } } : {}) });
  }
  const begin = process.hrtime.bigint();
  let attempts = 0;
  if (shape.churn) {
    for (let step = 0; bench.scheduler.scheduleOne(); step++) {
      attempts++;
      // Every thousand pods a node comes and another pod that fits nowhere.
      if (step % 1000 !== 999) continue;
      bench.node(step, { name: `churn-${step}` });
      bench.pod(`churn-${step}`, { requests: { cpu: '9' } });
    }
  } else attempts = bench.run();
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const placed = bench.store.list('pods').filter((each) => each.spec.nodeName).length;
  return { name, nodes, pods, attempts, placed, preempted: bench.deleted(), seconds: Math.round(seconds * 1000) / 1000, podsPerSecond: Math.round(pods / seconds) };
}

const names = argv.length > 0 ? Object.keys(SHAPES).filter((name) => argv.some((each) => name.toLowerCase().includes(each.toLowerCase()))) : Object.keys(SHAPES);
const results = names.map(measure);
if (asJson) console.log(JSON.stringify(results, null, 1));
else for (const { name, nodes, pods, attempts, placed, seconds, podsPerSecond } of results) console.log(`${name.padEnd(36)} ${String(nodes).padStart(6)} nodes ${String(pods).padStart(7)} pods ${String(attempts).padStart(7)} attempts ${String(placed).padStart(7)} on nodes ${seconds.toFixed(3).padStart(8)} s ${String(podsPerSecond).padStart(8)} pods/s`);
