// The claims of a StatefulSet's pods: made before the pod, owned as the retention policy says.
// Source: pkg/controller/statefulset/stateful_pod_control.go, stateful_set_utils.go (claimOwnerMatchesSetAndPod, updateClaimOwnerRefForSetAndPod)
import { controllerReference } from '../../api/ownerReference.js';
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { claimName, claimsOf, isInRange, parentAndOrdinal } from './identity.js';

/** Creates what is missing of the pod's claims. Gives the error text, if any. */
export function createClaims(client: Client, set: StatefulSet, pod: Pod): string | undefined {
  const [, ordinal] = parentAndOrdinal(pod);
  const errors: string[] = [];
  const names = `Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
  for (const claim of claimsOf(set, ordinal)) {
    const name = claim.metadata.name ?? '';
    const stored = client.read.get('persistentvolumeclaims', set.metadata.namespace ?? '', name);
    if (stored !== undefined) {
      if (stored.metadata.deletionTimestamp !== undefined) errors.push(`pvc ${name} is being deleted`);
      continue;
    }
    const response = client.create(claim);
    if (response.code < 300) {
      client.event(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${names} success`);
      continue;
    }
    errors.push(`failed to create PVC ${name}: ${response.message ?? ''}`);
    client.event(set, 'Warning', 'FailedCreate', `Create Claim ${name} for ${names} failed error: ${response.message ?? ''}`);
  }
  const distinct = [...new Set(errors)];
  return distinct.length === 0 ? undefined : distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`;
}

function storedClaims(client: Client, set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
  const [, ordinal] = parentAndOrdinal(pod);
  return (set.spec?.volumeClaimTemplates ?? []).flatMap((template) => client.read.get('persistentvolumeclaims', set.metadata.namespace ?? '', claimName(set, template, ordinal)) ?? []);
}

/** True when a claim still belongs to an earlier pod of that name. */
export function isClaimStale(client: Client, set: StatefulSet, pod: Pod): boolean {
  if ((set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled ?? 'Retain') === 'Retain') return false;
  return storedClaims(client, set, pod).some((claim) => claim.metadata.ownerReferences?.some(
    (reference) => reference.kind === 'Pod' && reference.name === pod.metadata.name && reference.uid !== pod.metadata.uid) === true);
}

/** Brings the owner references of the pod's claims in line with the retention policy. True when something was off. */
export function syncClaimOwners(client: Client, set: StatefulSet, pod: Pod): boolean {
  let isOff = false;
  for (const claim of storedClaims(client, set, pod)) {
    const references = claim.metadata.ownerReferences ?? [];
    const wanted = wantedOwner(set, pod);
    const isOurs = (reference: OwnerReference): boolean => reference.uid === set.metadata.uid || (reference.uid === pod.metadata.uid && reference.kind === 'Pod');
    if (references.some((reference) => reference.controller === true && !isOurs(reference) && !isFormerPod(reference, pod))) {
      client.event(set, 'Warning', 'ConflictingController', `PersistentVolumeClaim ${claim.metadata.name ?? ''} has a conflicting OwnerReference that acts as a management controller, the retention policy is ignored for this claim`);
      continue;
    }
    const others = references.filter((reference) => !isOurs(reference));
    const next = wanted === undefined ? others : [...others, wanted];
    const isSame = next.length === references.length && next.every((reference) => references.some((each) => each.uid === reference.uid && each.controller === true));
    if (isSame) continue;
    isOff = true;
    const { ownerReferences: _, ...metadata } = claim.metadata;
    client.update({ ...claim, metadata: next.length === 0 ? metadata : { ...metadata, ownerReferences: next } });
  }
  return isOff;
}

function isFormerPod(reference: OwnerReference, pod: Pod): boolean {
  return reference.kind === 'Pod' && reference.name === pod.metadata.name;
}

/** Whose end is to take the claim along. */
function wantedOwner(set: StatefulSet, pod: Pod): OwnerReference | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const [, ordinal] = parentAndOrdinal(pod);
  if (whenScaled === 'Delete' && !isInRange(set, ordinal)) return controllerReference(pod);
  return whenDeleted === 'Delete' ? controllerReference(set) : undefined;
}
