// Owner references: who controls an object. Source: apimachinery/pkg/apis/meta/v1/controller_ref.go
import type { KubernetesObject } from './meta.js';
import type { ObjectMeta, OwnerReference } from './types.js';

/** The reference to the controller, if the object has one. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  const references = object.metadata.ownerReferences;
  if (references === undefined) return undefined;
  // Asked of every pod by many: a plain loop, which needs no iterator before it is optimised.
  for (let index = 0; index < references.length; index++) if (references[index]?.controller === true) return references[index];
  return undefined;
}

/** The reference an object made by this owner carries. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** True when the owner controls the object. */
export function isControlledBy(object: { metadata: ObjectMeta }, owner: { metadata: ObjectMeta }): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}
