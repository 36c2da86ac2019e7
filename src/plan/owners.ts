// From an object to what made it: the topmost controller, and the manifest that declared that.
import type { KubernetesObject } from '../api/meta.js';
import { controllerOf } from '../api/ownerReference.js';
import type { OwnerReference } from '../api/types.js';
import type { ApiServer } from '../apiserver/apiServer.js';
import type { InputObject } from './appliedObject.js';
import type { SourcePlace } from './model.js';

/** Follows objects to what made them. */
export interface OwnerTracer {
  /** The topmost controller of an object, as far as it is known. */
  rootOf(object: KubernetesObject): KubernetesObject;
  /** What declared it, or its topmost controller. */
  declarationOf(object: KubernetesObject): InputObject | undefined;
  sourceOf(object: KubernetesObject): SourcePlace | null;
}

/** Follows controllers up to the object that a manifest declared. */
export function createOwnerTracer(server: ApiServer, declared: ReadonlyMap<string, InputObject>): OwnerTracer {
  const known = new Map<string, KubernetesObject | undefined>();
  const find = (object: KubernetesObject): KubernetesObject | undefined => {
    const owner = controllerOf(object);
    if (owner === undefined) return undefined;
    if (!known.has(owner.uid)) known.set(owner.uid, findOwner(server, object.metadata.namespace ?? '', owner));
    return known.get(owner.uid);
  };
  const rootOf = (object: KubernetesObject): KubernetesObject => {
    let top = object;
    for (let depth = 0; depth < 16; depth++) {
      const owner = find(top);
      if (owner === undefined) break;
      top = owner;
    }
    return top;
  };
  const declarationOf = (object: KubernetesObject): InputObject | undefined => declared.get(rootOf(object).metadata.uid ?? '');
  return { rootOf, declarationOf, sourceOf: (object) => declarationOf(object)?.source() ?? null };
}

/** The object that an owner reference names, if it is still there. */
export function findOwner(server: ApiServer, namespace: string, { apiVersion, kind, name, uid }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name' | 'uid'>): KubernetesObject | undefined {
  const served = server.kindOf(apiVersion, kind);
  const owner = served === undefined ? undefined : server.read.getObject(served.resource, served.namespaced ? namespace : '', name);
  return owner?.metadata.uid === uid ? owner : undefined;
}

/** 'Deployment/web'; null for a pod of its own. */
export function ownerText(pod: KubernetesObject, owners: OwnerTracer): string | null {
  const root = owners.rootOf(pod);
  if (root !== pod) return `${root.kind}/${root.metadata.name ?? ''}`;
  const owner = controllerOf(pod);
  return owner === undefined ? null : `${owner.kind}/${owner.name}`;
}
