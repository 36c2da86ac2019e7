// The claims of a StatefulSet's pods: made before the pod, owned as the retention policy says.
// Source: pkg/controller/statefulset/stateful_pod_control.go, stateful_set_utils.go (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod)
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
  return retention(set).whenScaled === 'Delete' && storedClaims(client, set, pod).some((claim) => isStale(claim, pod));
}

/** Brings the owner references of the pod's claims in line with the retention policy. True when something was off. */
export function syncClaimOwners(client: Client, set: StatefulSet, pod: Pod): boolean {
  let isOff = false;
  for (const claim of storedClaims(client, set, pod)) if (!isOwnedAsWanted(claim, set, pod)) isOff = true;
  if (isOff) writeClaimOwners(client, set, pod);
  return isOff;
}

/** As syncClaimOwners, and tells of claims that another controller manages. */
export function writeClaimOwners(client: Client, set: StatefulSet, pod: Pod): void {
  for (const claim of storedClaims(client, set, pod)) {
    const hasOther = hasOtherController(claim, set, pod);
    if (hasOther) {
      client.event(set, 'Warning', 'ConflictingController', `PersistentVolumeClaim ${claim.metadata.name ?? ''} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`);
    }
    if (isOwnedAsWanted(claim, set, pod)) continue;
    const wanted = hasOther ? undefined : wantedOwner(set, pod);
    const { ownerReferences = [], ...metadata } = claim.metadata;
    const others = ownerReferences.filter((reference) => !refersTo(reference, set) && !refersTo(reference, pod));
    const next = wanted === undefined || others.some(({ uid }) => uid === wanted.uid) ? others : [...others, wanted];
    client.update({ ...claim, metadata: next.length === 0 ? metadata : { ...metadata, ownerReferences: next } });
  }
}

/** The policy of a set, Retain where nothing is said. */
function retention(set: StatefulSet): { whenDeleted: string; whenScaled: string } {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return { whenDeleted, whenScaled };
}

/** Whose end is to take the claim along. */
function wantedOwner(set: StatefulSet, pod: Pod): OwnerReference | undefined {
  const { whenDeleted, whenScaled } = retention(set);
  const [, ordinal] = parentAndOrdinal(pod);
  if (whenScaled === 'Delete' && !isInRange(set, ordinal)) return controllerReference(pod);
  return whenDeleted === 'Delete' ? controllerReference(set) : undefined;
}

/** True when the reference names the object, whatever its uid. */
function refersTo({ apiVersion, kind, name }: OwnerReference, object: StatefulSet | Pod): boolean {
  return apiVersion === object.apiVersion && kind === object.kind && name === object.metadata.name;
}

/** True when the claim belongs to an earlier object of that name. */
function isStale({ metadata }: PersistentVolumeClaim, object: StatefulSet | Pod): boolean {
  const reference = metadata.ownerReferences?.find((each) => refersTo(each, object));
  return reference !== undefined && reference.uid !== object.metadata.uid;
}

/** True when the policy has a say and the claim has a controller beside the set and the pod. */
function hasOtherController({ metadata }: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { whenDeleted, whenScaled } = retention(set);
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false;
  return metadata.ownerReferences?.some((reference) => {
    for (const object of [set, pod]) if (refersTo(reference, object)) return reference.uid !== object.metadata.uid;
    return reference.controller === true;
  }) === true;
}

/** True when nothing is to be done about the claim's owners: they are as the policy says, or belong to an earlier set or pod. */
function isOwnedAsWanted(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (isStale(claim, set) || isStale(claim, pod)) return true;
  const ours = (claim.metadata.ownerReferences ?? []).filter(({ uid }) => uid === set.metadata.uid || uid === pod.metadata.uid);
  if (hasOtherController(claim, set, pod)) return ours.length === 0;
  const wanted = wantedOwner(set, pod);
  if (wanted === undefined) return ours.length === 0;
  return ours.length > 0 && ours.every(({ uid, controller }) => uid === wanted.uid && controller === true);
}
