// The four writes that tie a claim and a volume together, and the one that unties them.
// Source: pkg/controller/volume/persistentvolume/pv_controller.go (bind, unbindVolume), component-helpers/storage/volume/pv_helpers.go
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus, PersistentVolumeStatus } from '../../api/types.js';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, isVolumeForClaim } from '../../api/volumeClaims.js';
import type { Client } from '../../apiserver/client.js';
import { deepEqual } from '../../util/objects.js';
import type { ReconcileResult } from '../controller.js';

/** Binds them, or repairs what is missing of their binding. */
export function bind(client: Client, volume: PersistentVolume, claim: PersistentVolumeClaim): ReconcileResult {
  const reserved = reserve(client, volume, claim);
  if (reserved === undefined || setVolumePhase(client, reserved, 'Bound') === 'retry') return 'retry';
  const completed = complete(client, reserved, claim);
  if (completed === undefined) return 'retry';
  const { accessModes, capacity } = reserved.spec ?? {};
  // What a bound claim holds follows its volume only when it was not bound before: later growth is written by the resizer.
  const isNew = completed.status?.phase !== 'Bound';
  return setClaimStatus(client, completed, {
    phase: 'Bound',
    ...(accessModes === undefined ? {} : { accessModes }),
    ...(capacity === undefined || !isNew ? {} : { capacity }),
  });
}

/** The volume, naming the claim. */
function reserve(client: Client, volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const { namespace = '', name = '', uid, resourceVersion } = claim.metadata;
  if (volume.spec?.claimRef?.uid === uid && uid !== undefined) return volume;
  const isChosenHere = !isVolumeForClaim(volume, claim);
  return client.update<PersistentVolume>({
    ...volume,
    metadata: isChosenHere ? { ...volume.metadata, annotations: { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' } } : volume.metadata,
    spec: {
      ...volume.spec,
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name, apiVersion: 'v1', ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    },
  }).object;
}

/** The claim, naming the volume. */
function complete(client: Client, volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolumeClaim | undefined {
  const name = volume.metadata.name ?? '';
  const isNamed = claim.spec?.volumeName === name;
  const annotations = claim.metadata.annotations ?? {};
  if (isNamed && annotations[BIND_COMPLETED] !== undefined) return claim;
  return client.update<PersistentVolumeClaim>({
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...annotations, ...(isNamed ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }), [BIND_COMPLETED]: 'yes' } },
    spec: { ...claim.spec, volumeName: name },
  }).object;
}

/** Makes the volume free again: of the claim chosen by the controller nothing stays, of one that a person named only the uid goes. */
export function unbind(client: Client, volume: PersistentVolume): ReconcileResult {
  const { [BOUND_BY_CONTROLLER]: mark, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec ?? {};
  const { uid: _, ...reference } = claimRef ?? {};
  const next = mark !== undefined ? { ...volume, metadata: { ...volume.metadata, annotations }, spec } : { ...volume, spec: { ...spec, claimRef: reference } };
  const { object } = client.update<PersistentVolume>(next);
  return object === undefined ? 'retry' : setVolumePhase(client, object, 'Available');
}

/** Writes the phase if it is another one. */
export function setVolumePhase(client: Client, volume: PersistentVolume, phase: string, message?: string): ReconcileResult {
  if (volume.status?.phase === phase) return 'done';
  const { message: _, ...before } = volume.status ?? {};
  const status: PersistentVolumeStatus = { ...before, phase, ...(message === undefined ? {} : { message }) };
  return client.updateStatus({ ...volume, status }).code < 300 ? 'done' : 'retry';
}

/** Writes what changes of the claim's status. */
export function setClaimStatus(client: Client, claim: PersistentVolumeClaim, change: PersistentVolumeClaimStatus): ReconcileResult {
  const { capacity: heldCapacity, accessModes: heldModes, ...others } = claim.status ?? {};
  const status = change.phase === 'Bound' ? { ...claim.status, ...change } : { ...others, ...change };
  if (deepEqual(status, claim.status ?? {})) return 'done';
  return client.updateStatus({ ...claim, status }).code < 300 ? 'done' : 'retry';
}
