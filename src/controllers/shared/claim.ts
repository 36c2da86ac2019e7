// Adoption and release: which objects belong to a controller by reference and selector.
// Source: pkg/controller/controller_ref_manager.go
import { selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import type { KubernetesObject } from '../../api/meta.js';
import { controllerOf, controllerReference } from '../../api/ownerReference.js';
import type { Client } from '../../apiserver/client.js';

/** What a claim needs to know. */
export interface ClaimOptions<T> {
  client: Client;
  /** The controller, as it stands. */
  owner: KubernetesObject;
  selector: CompiledSelector;
  /** A further condition beyond the selector. */
  filter?: (object: T) => boolean;
  /** Changes an object that is adopted, beyond its owner reference. */
  onAdopt?: (object: T) => T;
}

/** The candidates that belong to the owner afterwards, in their order. Orphans that match are adopted, owned ones that do not are released. */
export function claim<T extends KubernetesObject>(candidates: readonly T[], { client, owner, selector, filter, onAdopt }: ClaimOptions<T>): T[] {
  const { uid, deletionTimestamp } = owner.metadata;
  const claimed: T[] = [];
  // Asked at every sync of a Deployment: a plain loop needs no iterator.
  for (let index = 0; index < candidates.length; index++) {
    const candidate = candidates[index] as T;
    const controller = controllerOf(candidate);
    const matches = selectorMatches(selector, candidate.metadata.labels) && (filter === undefined || filter(candidate));
    if (controller !== undefined) {
      if (controller.uid !== uid) continue;
      if (matches) claimed.push(candidate);
      else if (deletionTimestamp === undefined) release(client, candidate, uid);
      continue;
    }
    if (!matches || deletionTimestamp !== undefined || candidate.metadata.deletionTimestamp !== undefined) continue;
    const references = [...(candidate.metadata.ownerReferences ?? []), controllerReference(owner)];
    const adopted = { ...candidate, metadata: { ...candidate.metadata, ownerReferences: references } };
    const response = client.update(onAdopt === undefined ? adopted : onAdopt(adopted));
    if (response.object !== undefined) claimed.push(response.object);
  }
  return claimed;
}

function release(client: Client, object: KubernetesObject, ownerUid: string | undefined): void {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const others = ownerReferences.filter((reference) => reference.uid !== ownerUid);
  client.update({ ...object, metadata: others.length === 0 ? metadata : { ...metadata, ownerReferences: others } });
}
