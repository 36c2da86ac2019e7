// Deletes what nothing owns any more, and carries out foreground and orphan deletion.
// Source: pkg/controller/garbagecollector/{garbagecollector,graph_builder}.go (attemptToDeleteItem, attemptToOrphanWorker, processGraphChanges)
import type { KubernetesObject } from '../api/meta.js';
import type { OwnerReference } from '../api/types.js';
import { builtInKinds } from '../kinds/index.js';
import type { ControllerDescription } from './controller.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

const NONE: readonly OwnerReference[] = [];

/** Where an object stands. */
interface Place {
  readonly resource: string;
  /** The object's key. */
  readonly key: string;
}

/** A key of the queue. Names of resources hold no blank. */
const textOf = ({ resource, key }: Place): string => `${resource} ${key}`;
const placeOf = (text: string): Place => {
  const blank = text.indexOf(' ');
  return { resource: text.slice(0, blank), key: text.slice(blank + 1) };
};

/** Keeps the graph of owners by uid; a key is an object to look at again. */
export const garbageCollector: ControllerDescription = {
  name: 'garbage-collector-controller',
  create({ client, queue }) {
    /** uid of an owner → where stands what names it. */
    const dependentsOf = new Map<string, Set<Place>>();
    /** uid → place of every object that stands. */
    const standing = new Map<string, Place>();

    const find = ({ resource, key }: Place): KubernetesObject | undefined => client.read.objectByKey(resource, key);
    const dependents = (uid: string): { place: Place; object: KubernetesObject; reference: OwnerReference }[] => {
      const found: { place: Place; object: KubernetesObject; reference: OwnerReference }[] = [];
      for (const place of dependentsOf.get(uid) ?? []) {
        const object = find(place);
        const reference = object?.metadata.ownerReferences?.find((each) => each.uid === uid);
        if (object !== undefined && reference !== undefined) found.push({ place, object, reference });
      }
      return found;
    };
    /** The owner as it stands, if it is what the reference says. */
    const ownerOf = (dependent: KubernetesObject, { uid, kind, name, apiVersion }: OwnerReference): KubernetesObject | undefined => {
      const place = standing.get(uid);
      const owner = place === undefined ? undefined : find(place);
      if (owner === undefined || owner.kind !== kind || owner.metadata.name !== name || groupOf(owner.apiVersion) !== groupOf(apiVersion)) return undefined;
      const namespace = owner.metadata.namespace ?? '';
      return namespace === '' || namespace === dependent.metadata.namespace ? owner : undefined;
    };
    /** True when the reference can be looked up: its kind is served, and in a namespace only for dependents in one. */
    const canLookUp = (dependent: KubernetesObject, { apiVersion, kind }: OwnerReference): boolean => {
      const isNamespaced = builtInKinds().get(`${apiVersion}/${kind}`)?.namespaced ?? customScope(apiVersion, kind);
      return isNamespaced !== undefined && (!isNamespaced || dependent.metadata.namespace !== undefined);
    };
    const customScope = (apiVersion: string, kind: string): boolean | undefined => {
      const definition = client.read.list('customresourcedefinitions.apiextensions.k8s.io').find(({ spec }) => spec.names.kind === kind && spec.versions.some(({ name, served }) => served && `${spec.group}/${name}` === apiVersion));
      return definition === undefined ? undefined : definition.spec.scope === 'Namespaced';
    };
    const withoutFinalizer = (object: KubernetesObject, finalizer: string): boolean => {
      const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
      return client.update({ ...object, metadata: { ...object.metadata, finalizers } }).code < 300;
    };
    const withoutReferences = (object: KubernetesObject, uids: ReadonlySet<string>): boolean => {
      const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
      return client.update({ ...object, metadata: { ...object.metadata, ownerReferences } }).code < 300;
    };

    /** Carries out what the finalizers of a deleted object ask for; undefined when they ask for nothing. */
    function finish(object: KubernetesObject): 'done' | 'retry' | undefined {
      const { finalizers = [], uid = '' } = object.metadata;
      if (finalizers.includes(ORPHAN)) {
        for (const dependent of dependents(uid)) if (!withoutReferences(dependent.object, new Set([uid]))) return 'retry';
        return withoutFinalizer(object, ORPHAN) ? 'done' : 'retry';
      }
      if (!finalizers.includes(FOREGROUND)) return undefined;
      const all = dependents(uid);
      if (!all.some(({ reference }) => reference.blockOwnerDeletion === true)) return withoutFinalizer(object, FOREGROUND) ? 'done' : 'retry';
      // Those that are not waited for go with the others.
      for (const { place, object: dependent } of all) if (dependent.metadata.deletionTimestamp === undefined) queue.add(textOf(place));
      return 'done';
    }

    function tellOfStranger(object: KubernetesObject, { apiVersion, kind, name, uid }: OwnerReference, owner: Place): void {
      const { namespace = '' } = object.metadata;
      const ownerNamespace = find(owner)?.metadata.namespace ?? '';
      if (ownerNamespace === '' || ownerNamespace === namespace) return;
      client.event(object, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`);
    }

    /** Deletes an object whose owners are all gone or waiting for it; drops references to some that are gone. */
    function collect(object: KubernetesObject): 'done' | 'retry' {
      const references = object.metadata.ownerReferences ?? [];
      if (references.length === 0 || object.metadata.deletionTimestamp !== undefined) return 'done';
      // Of owners that cannot be looked up nobody knows whether they stand.
      for (const reference of references) if (!canLookUp(object, reference)) return 'done';
      let hasSolid = false;
      let isAwaited = false;
      const gone = new Set<string>();
      for (const reference of references) {
        const owner = ownerOf(object, reference);
        if (owner === undefined) gone.add(reference.uid);
        else if (awaitsDependents(owner)) {
          isAwaited = true;
          gone.add(reference.uid);
        } else hasSolid = true;
      }
      if (hasSolid) return gone.size === 0 || withoutReferences(object, gone) ? 'done' : 'retry';
      const below = isAwaited ? dependents(object.metadata.uid ?? '') : [];
      const hasDependents = below.length > 0;
      // It may be that they wait for each other in a circle: no owner waits for this object any more.
      if (below.some((dependent) => awaitsDependents(dependent.object))) {
        const ownerReferences = references.map((reference) => ({ ...reference, blockOwnerDeletion: false }));
        if (client.update({ ...object, metadata: { ...object.metadata, ownerReferences } }).code >= 300) return 'retry';
      }
      const own = object.metadata.finalizers ?? [];
      const propagationPolicy = isAwaited && hasDependents ? 'Foreground' : own.includes(ORPHAN) ? 'Orphan' : own.includes(FOREGROUND) ? 'Foreground' : 'Background';
      const { code } = client.delete(object, { propagationPolicy });
      return code < 300 || code === 404 ? 'done' : 'retry';
    }

    return {
      handlers: {},
      onAnyEvent({ type, key, object, old }, resource) {
        if (resource === 'events') return;
        const { uid = '', ownerReferences, deletionTimestamp, finalizers } = object.metadata;
        const before = type === 'ADDED' ? undefined : old?.metadata.ownerReferences;
        const isDeleted = type === 'DELETED';
        if (type === 'MODIFIED' && before === ownerReferences && old?.metadata.deletionTimestamp === deletionTimestamp && old?.metadata.finalizers === finalizers) return;
        const place = (type === 'ADDED' ? undefined : standing.get(uid)) ?? { resource, key };
        if (before !== ownerReferences || isDeleted) {
          for (const reference of before ?? NONE) {
            const places = dependentsOf.get(reference.uid);
            places?.delete(place);
            if (places?.size === 0) dependentsOf.delete(reference.uid);
            const owner = standing.get(reference.uid);
            if (owner !== undefined && find(owner)?.metadata.deletionTimestamp !== undefined) queue.add(textOf(owner));
          }
        }
        if (isDeleted) {
          standing.delete(uid);
          for (const dependent of dependentsOf.get(uid) ?? []) queue.add(textOf(dependent));
          return;
        }
        standing.set(uid, place);
        let hasMissingOwner = false;
        const references = ownerReferences ?? NONE;
        for (let index = 0; index < references.length; index++) {
          const reference = references[index] as OwnerReference;
          let places = dependentsOf.get(reference.uid);
          if (places === undefined) dependentsOf.set(reference.uid, (places = new Set()));
          places.add(place);
          const owner = standing.get(reference.uid);
          if (owner !== undefined && isWithin(owner.key, object.metadata.namespace, reference.name)) continue;
          hasMissingOwner = true;
          if (owner !== undefined && before !== ownerReferences) tellOfStranger(object, reference, owner);
        }
        if (hasMissingOwner || (deletionTimestamp !== undefined && (finalizers?.length ?? 0) > 0)) queue.add(textOf(place));
      },
      reconcile(text) {
        const object = find(placeOf(text));
        if (object === undefined) return 'done';
        if (object.metadata.deletionTimestamp !== undefined) return finish(object) ?? 'done';
        return collect(object);
      },
    };
  },
};

/** True when the object is deleted in the foreground and its dependents are not gone yet. */
function awaitsDependents({ metadata: { deletionTimestamp, finalizers } }: KubernetesObject): boolean {
  return deletionTimestamp !== undefined && finalizers?.includes(FOREGROUND) === true;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** True when the key is that of an object of this name, cluster-scoped or in the namespace. */
function isWithin(key: string, namespace: string | undefined, name: string): boolean {
  if (key.length === name.length) return key === name;
  return namespace !== undefined && key.length === namespace.length + 1 + name.length && key.startsWith(namespace) && key.endsWith(name);
}
