// The owners of one kind as their events tell of them, found by the references that their dependents carry.
import type { KubernetesObject, WatchEvent } from '../../api/meta.js';
import type { OwnerReference } from '../../api/types.js';

/** An owner with the string that all its events have as their key, so that queues need not compare strings. */
export interface KnownOwner<T> {
  readonly key: string;
  object: T;
}

/** Owners that stand. */
export interface Owners<T> {
  /** Takes in an event of an owner. */
  note(event: WatchEvent<T>): void;
  /** The owner that a reference in the namespace names by its name and uid. */
  of(namespace: string, reference: OwnerReference | undefined): KnownOwner<T> | undefined;
}

/** Owners of the kind; none before their events come. */
export function createOwners<T extends KubernetesObject>(kind: string): Owners<T> {
  const byUid = new Map<string, KnownOwner<T>>();
  return {
    note({ type, key, object }) {
      const { uid = '' } = object.metadata;
      const known = byUid.get(uid);
      if (type === 'DELETED') byUid.delete(uid);
      else if (known === undefined) byUid.set(uid, { key, object });
      else known.object = object;
    },
    of(namespace, reference) {
      if (reference?.kind !== kind) return undefined;
      const known = byUid.get(reference.uid);
      if (known === undefined) return undefined;
      const { metadata } = known.object;
      return metadata.name === reference.name && metadata.namespace === namespace ? known : undefined;
    },
  };
}
