// Reading what is stored, typed by resource, through the indexes that components need.
import type { KubernetesObject } from '../api/meta.js';
import type { ResourceName, ResourceTypes } from '../api/resources.js';
import { controllerOf } from '../api/ownerReference.js';
import type { Event, PersistentVolume, Pod } from '../api/types.js';
import { claimKeyOf, classOfVolume } from '../api/volumeClaims.js';
import type { Store } from '../store/store.js';

/** Reads. Everything returned is frozen; lists are ordered by namespace and name unless another order is named. */
export interface Reader {
  /** `namespace` is '' for cluster-scoped resources. */
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceTypes[R] | undefined;
  /** By the key of the object's events. */
  byKey<R extends ResourceName>(resource: R, key: string): ResourceTypes[R] | undefined;
  list<R extends ResourceName>(resource: R, namespace?: string): readonly ResourceTypes[R][];
  /** Objects whose controller has this uid, in the order in which they came under it. Pods, ReplicaSets, Jobs and ControllerRevisions only. */
  ownedBy<R extends OwnedResource>(resource: R, ownerUid: string): readonly ResourceTypes[R][];
  /** Pods without a controller in the namespace. */
  orphanPods(namespace: string): readonly Pod[];
  /** Pods bound to the node. */
  podsOnNode(nodeName: string): readonly Pod[];
  /** Volumes of the class that name no claim, in no order. */
  freeVolumes(className: string): readonly PersistentVolume[];
  /** Volumes that name this claim, whatever its uid, in no order; `claimKey` is 'namespace/name'. */
  volumesNaming(claimKey: string): readonly PersistentVolume[];
  /** Events of type Warning, in the order in which they came. */
  warnings(): readonly Event[];
  /** Any object, custom ones included. */
  getObject(resource: string, namespace: string, name: string): KubernetesObject | undefined;
  objectByKey(resource: string, key: string): KubernetesObject | undefined;
  listObjects(resource: string, namespace?: string): readonly KubernetesObject[];
  /** Visits every object of the resource, in no particular order. */
  forEach(resource: string, visit: (object: KubernetesObject) => void): void;
  /** Names of the resources of which something is stored, sorted. */
  resources(): string[];
}

/** Resources that are indexed by their controller. */
export type OwnedResource = 'pods' | 'replicasets.apps' | 'jobs.batch' | 'controllerrevisions.apps';
const OWNED: readonly OwnedResource[] = ['pods', 'replicasets.apps', 'jobs.batch', 'controllerrevisions.apps'];

/** A reader of the store; adds the indexes it needs. */
export function createReader(store: Store<KubernetesObject>): Reader {
  const typeOf = (object: KubernetesObject): unknown => (object as Event).type;
  const ownersOf = ({ metadata }: KubernetesObject): unknown => metadata.ownerReferences;
  for (const resource of OWNED) store.addIndex(resource, 'controller', { partOf: ownersOf, termOf: (object) => controllerOf(object)?.uid });
  store.addIndex('pods', 'node', { partOf: (object) => (object as Pod).spec?.nodeName, termOf: (object) => (object as Pod).spec?.nodeName || undefined });
  store.addIndex('pods', 'orphan', { partOf: ownersOf, termOf: (object) => (controllerOf(object) === undefined ? object.metadata.namespace : undefined) });
  store.addIndex('events', 'type', { partOf: typeOf, termOf: (object) => (typeOf(object) === 'Warning' ? 'Warning' : undefined) });
  store.addIndex('persistentvolumes', 'use', { partOf: (object) => object, termOf: (object) => useOf(object as PersistentVolume) });
  const lookup = (resource: string, index: string, term: string): readonly KubernetesObject[] => store.lookup(resource, index, term);
  return {
    // The store holds under a resource's name only objects of its type: the API server wrote them.
    get: (resource, namespace, name) => store.get({ table: resource, namespace, name }) as never,
    byKey: (resource, key) => store.getByKey(resource, key) as never,
    list: (resource, namespace) => store.list(resource, namespace) as never,
    ownedBy: (resource, ownerUid) => lookup(resource, 'controller', ownerUid) as never,
    orphanPods: (namespace) => lookup('pods', 'orphan', namespace) as readonly KubernetesObject[] as readonly Pod[],
    podsOnNode: (nodeName) => lookup('pods', 'node', nodeName) as readonly KubernetesObject[] as readonly Pod[],
    freeVolumes: (className) => lookup('persistentvolumes', 'use', `class ${className}`) as readonly KubernetesObject[] as readonly PersistentVolume[],
    volumesNaming: (claimKey) => lookup('persistentvolumes', 'use', `claim ${claimKey}`) as readonly KubernetesObject[] as readonly PersistentVolume[],
    warnings: () => lookup('events', 'type', 'Warning') as readonly KubernetesObject[] as readonly Event[],
    getObject: (resource, namespace, name) => store.get({ table: resource, namespace, name }),
    objectByKey: (resource, key) => store.getByKey(resource, key),
    listObjects: (resource, namespace) => store.list(resource, namespace),
    forEach: (resource, visit) => store.forEach(resource, visit),
    resources: () => store.tables(),
  };
}

/** Who may use the volume: the claim that it names, or any of its class. */
function useOf(volume: PersistentVolume): string {
  const claimKey = claimKeyOf(volume);
  return claimKey === undefined ? `class ${classOfVolume(volume)}` : `claim ${claimKey}`;
}
