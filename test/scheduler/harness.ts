// A scheduler with a store behind it and nothing else: no admission, no controllers, no kubelets.
import type { KubernetesObject, ObjectRef, Response } from '../../src/api/meta.js';
import type { Node, PersistentVolume, Pod } from '../../src/api/types.js';
import type { Client } from '../../src/apiserver/client.js';
import { createReader } from '../../src/apiserver/reader.js';
import { createScheduler, type Scheduler, type SchedulerContext } from '../../src/scheduler/scheduler.js';
import { createStore, type StoreKey } from '../../src/store/store.js';

/** The resources of the kinds that tests use. */
const RESOURCES: Record<string, string> = {
  Pod: 'pods', Node: 'nodes', Namespace: 'namespaces', Service: 'services', ReplicaSet: 'replicasets.apps', StatefulSet: 'statefulsets.apps', ReplicationController: 'replicationcontrollers',
  PersistentVolume: 'persistentvolumes', PersistentVolumeClaim: 'persistentvolumeclaims', StorageClass: 'storageclasses.storage.k8s.io', CSINode: 'csinodes.storage.k8s.io',
  CSIDriver: 'csidrivers.storage.k8s.io', CSIStorageCapacity: 'csistoragecapacities.storage.k8s.io',
  PodDisruptionBudget: 'poddisruptionbudgets.policy', PriorityClass: 'priorityclasses.scheduling.k8s.io',
};
const CLUSTER_SCOPED = new Set(['Node', 'Namespace', 'PersistentVolume', 'StorageClass', 'CSINode', 'CSIDriver', 'PriorityClass']);

/** The bench of a test. */
export interface Harness {
  readonly scheduler: Scheduler;
  /** 'reason note' of every event. */
  readonly events: string[];
  put(object: object): void;
  delete(kind: string, namespace: string, name: string): void;
  /** Schedules until nothing is ready; the number of attempts. */
  run(): number;
  pod(name: string, namespace?: string): Pod | undefined;
  pods(): readonly Pod[];
  volume(name: string): PersistentVolume | undefined;
  nodes(): readonly Node[];
  /** True when the object of that name has been put more than once. */
  wasChanged(name: string): boolean;
  bind(name: string, node: string, namespace?: string): void;
  /** Takes away the pods that the scheduler has deleted, where they go `gracefully`. */
  finishDeletions(): void;
  advance(seconds: number): void;
}

const MAX_ATTEMPTS = 100_000;

/** An empty cluster. */
export function createHarness({ gracefully = false, ...options }: Partial<SchedulerContext> & { gracefully?: boolean } = {}): Harness {
  const store = createStore<KubernetesObject>({ stamp: (value, revision) => ({ ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } }), historyLimit: 10 });
  const read = createReader(store);
  const events: string[] = [];
  let nowMs = 1_767_225_600_000;
  const changed = new Set<string>();
  const leaving: StoreKey[] = [];
  let uid = 0;
  const keyOf = (object: KubernetesObject): StoreKey => ({
    table: RESOURCES[object.kind] ?? object.kind, namespace: CLUSTER_SCOPED.has(object.kind) ? '' : (object.metadata.namespace ?? 'default'), name: object.metadata.name ?? '',
  });
  const answer = <T>(object: T): Response<T> => ({ code: 200, warnings: [], object });
  const client: Client = {
    read,
    create: (object) => answer(store.create(keyOf(object), object) as typeof object),
    update: (object) => answer(store.update(keyOf(object), object) as typeof object),
    updateStatus: (object) => answer(store.update(keyOf(object), object) as typeof object),
    finalize: () => ({ code: 500, warnings: [] }),
    evict: () => ({ code: 500, warnings: [] }),
    delete(object) {
      const key = keyOf(object);
      if (!gracefully) return answer(store.delete(key) as KubernetesObject);
      leaving.push(key);
      return answer(store.update(key, { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' } }) as KubernetesObject);
    },
    bind(ref: ObjectRef, nodeName: string) {
      const key = { table: 'pods', namespace: ref.namespace ?? 'default', name: ref.name };
      const old = store.get(key) as Pod;
      if (old.metadata.deletionTimestamp !== undefined) return { code: 409, warnings: [], message: `pod ${ref.name} is being deleted` };
      return answer(store.update(key, { ...old, spec: { ...old.spec, nodeName } } as KubernetesObject) as KubernetesObject);
    },
    event: (_object, _type, reason, message) => void events.push(`${reason} ${message}`),
  };
  const scheduler = createScheduler({ client, nowMs: () => nowMs, ...options });
  store.watch((event) => scheduler.onEvent(event, event.table));
  return {
    scheduler, events,
    put(given) {
      const object = structuredClone(given) as KubernetesObject;
      const key = keyOf(object);
      const old = store.get(key);
      object.metadata = { uid: old?.metadata.uid ?? `uid-${++uid}`, ...object.metadata };
      if (key.namespace !== '') object.metadata.namespace = key.namespace;
      if (old === undefined) store.create(key, object);
      else {
        changed.add(key.name);
        store.update(key, object);
      }
    },
    delete: (kind, namespace, name) => void store.delete({ table: RESOURCES[kind] ?? kind, namespace, name }),
    run() {
      let attempts = 0;
      while (attempts < MAX_ATTEMPTS && scheduler.scheduleOne()) attempts++;
      return attempts;
    },
    pod: (name, namespace = 'default') => read.get('pods', namespace, name),
    pods: () => read.list('pods'),
    volume: (name) => read.get('persistentvolumes', '', name),
    nodes: () => read.list('nodes'),
    wasChanged: (name) => changed.has(name),
    bind: (name, node, namespace = 'default') => void client.bind({ apiVersion: 'v1', kind: 'Pod', namespace, name }, node),
    finishDeletions() {
      for (const key of leaving.splice(0)) if (store.get(key) !== undefined) store.delete(key);
    },
    advance: (seconds) => void (nowMs += seconds * 1000),
  };
}
