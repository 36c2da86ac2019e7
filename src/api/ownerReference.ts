// Owner references: who controls an object. Source: apimachinery/pkg/apis/meta/v1/controller_ref.go
import type { KubernetesObject } from './meta.js';
import type { ObjectMeta, OwnerReference } from './types.js';

/** The reference to the controller, if the object has one. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  const references = object.metadata.ownerReferences;
  if (references === undefined) return undefined;
  for (const reference of references) if (reference.controller === true) return reference;
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
