// One claim: the volume it gets, or the event that says what it waits for.
// Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncClaim, syncUnboundClaim, syncBoundClaim, provisionClaim)
import { objectKey } from '../../api/meta.js';
import type { PersistentVolumeClaim } from '../../api/types.js';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, classOfClaim, isVolumeForClaim, SELECTED_NODE, STORAGE_PROVISIONER, volumeMismatch } from '../../api/volumeClaims.js';
import { newestDefault } from '../../apiserver/admission/defaultClasses.js';
import type { Client } from '../../apiserver/client.js';
import type { ReconcileResult } from '../controller.js';
import { bind, setClaimStatus } from './bind.js';
import type { ClaimUsers } from './claimUsers.js';
import { bestVolumeFor } from './bestVolume.js';

const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
const IN_TREE = 'kubernetes.io/';
const HOST_PATH = 'kubernetes.io/host-path';
/** Provisioners that were once built in → the drivers that took over. Source: csi-translation-lib/plugins */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/** The driver that makes volumes for a class. */
export function driverOf(provisioner: string): string {
  return MIGRATED[provisioner] ?? provisioner;
}

/** What a sync works with. */
export interface ClaimSync {
  readonly client: Client;
  readonly users: ClaimUsers;
  /** Tells of a claim that waits; the same thing is told once. */
  tell(claim: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** Brings the claim one step further. */
export function syncClaim(sync: ClaimSync, claim: PersistentVolumeClaim): ReconcileResult {
  return claim.metadata.annotations?.[BIND_COMPLETED] === undefined ? syncUnbound(sync, claim) : syncBound(sync, claim);
}

function syncUnbound(sync: ClaimSync, claim: PersistentVolumeClaim): ReconcileResult {
  const { client } = sync;
  if (!claim.spec?.volumeName) {
    const isDelayed = waitsForConsumer(client, claim);
    const volume = bestVolumeFor(claim, { read: client.read, isDelayed });
    if (volume !== undefined) return bind(client, volume, claim);
    if (takeDefaultClass(client, claim)) return 'done';
    if (isDelayed && claim.metadata.annotations?.[SELECTED_NODE] === undefined) tellWhatItWaitsFor(sync, claim);
    else if (classOfClaim(claim) !== '') return provision(sync, claim);
    else sync.tell(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return pending(client, claim);
  }
  const volume = client.read.get('persistentvolumes', '', claim.spec.volumeName);
  if (volume === undefined) return pending(client, claim);
  if (volume.spec?.claimRef === undefined) {
    const mismatch = volumeMismatch(volume, claim, ['deletion', 'size', 'class', 'attributes', 'mode', 'access']);
    if (mismatch === undefined) return bind(client, volume, claim);
    sync.tell(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${claim.spec.volumeName}": ${mismatch}`);
    return pending(client, claim);
  }
  if (isVolumeForClaim(volume, claim)) return bind(client, volume, claim);
  sync.tell(claim, 'Warning', 'FailedBinding', `volume "${claim.spec.volumeName}" already bound to a different claim.`);
  return claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined ? pending(client, claim) : 'done';
}

function syncBound({ client }: ClaimSync, claim: PersistentVolumeClaim): ReconcileResult {
  const lose = (reason: string, message: string): ReconcileResult => {
    const isNew = claim.status?.phase !== 'Lost';
    const result = setClaimStatus(client, claim, { phase: 'Lost' });
    if (isNew) client.event(claim, 'Warning', reason, message);
    return result;
  };
  if (!claim.spec?.volumeName) return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = client.read.get('persistentvolumes', '', claim.spec.volumeName);
  if (volume === undefined) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  if (volume.spec?.claimRef === undefined || volume.spec.claimRef.uid === claim.metadata.uid) return bind(client, volume, claim);
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

function pending(client: Client, claim: PersistentVolumeClaim): ReconcileResult {
  const current = client.read.get('persistentvolumeclaims', claim.metadata.namespace ?? '', claim.metadata.name ?? '');
  return current === undefined ? 'done' : setClaimStatus(client, current, { phase: 'Pending' });
}

function waitsForConsumer(client: Client, claim: PersistentVolumeClaim): boolean {
  const name = classOfClaim(claim);
  return name !== '' && client.read.get('storageclasses.storage.k8s.io', '', name)?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** The first word on a claim whose class waits for a pod; undefined for any other. */
export function waitingText(sync: Pick<ClaimSync, 'client' | 'users'>, claim: PersistentVolumeClaim): [reason: string, message: string] | undefined {
  if (!waitsForConsumer(sync.client, claim) || Boolean(claim.spec?.volumeName)) return undefined;
  const waiting = sync.users.podsOf(objectKey(claim)).filter(({ spec }) => !spec?.nodeName);
  if (waiting.length === 0) return ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding'];
  const names = waiting.map(({ metadata }) => metadata.name ?? '').join(',');
  return ['WaitForPodScheduled', `waiting for ${waiting.length === 1 ? 'pod' : 'pods'} ${names} to be scheduled`];
}

function tellWhatItWaitsFor(sync: ClaimSync, claim: PersistentVolumeClaim): void {
  const text = waitingText(sync, claim);
  if (text !== undefined) sync.tell(claim, 'Normal', ...text);
}

/** A claim made before there was a default class gets it now. */
function takeDefaultClass(client: Client, claim: PersistentVolumeClaim): boolean {
  if (claim.spec?.storageClassName !== undefined || classOfClaim(claim) !== '') return false;
  const chosen = newestDefault(client.read.list('storageclasses.storage.k8s.io'), DEFAULT_CLASS);
  return chosen !== undefined && client.update({ ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name ?? '' } }).code < 300;
}

/** Asks the class' provisioner for a volume. All of them run outside of the control plane. */
function provision(sync: ClaimSync, claim: PersistentVolumeClaim): ReconcileResult {
  const { client } = sync;
  const name = classOfClaim(claim);
  const provisioner = client.read.get('storageclasses.storage.k8s.io', '', name)?.provisioner;
  const fail = (message: string): ReconcileResult => {
    sync.tell(claim, 'Warning', 'ProvisioningFailed', message);
    return 'done';
  };
  if (provisioner === undefined) return fail(`storageclass.storage.k8s.io "${name}" not found`);
  if (provisioner === 'kubernetes.io/nfs') return fail('no provisionable volume plugin matched');
  if (provisioner.startsWith(IN_TREE) && MIGRATED[provisioner] === undefined && provisioner !== HOST_PATH) return fail(`no volume plugin matched name: ${provisioner}`);
  const driver = driverOf(provisioner);
  const annotations = claim.metadata.annotations ?? {};
  if (annotations[STORAGE_PROVISIONER] !== driver || annotations[BETA_STORAGE_PROVISIONER] !== driver) {
    const next = { ...annotations, [STORAGE_PROVISIONER]: driver, [BETA_STORAGE_PROVISIONER]: driver };
    if (client.update({ ...claim, metadata: { ...claim.metadata, annotations: next } }).code >= 300) return 'retry';
  }
  // The one plugin that could make volumes is there for tests only, and switched off.
  if (provisioner === HOST_PATH) return fail(`Failed to create provisioner: provisioning in volume plugin "${HOST_PATH}" is disabled`);
  sync.tell(claim, 'Normal', 'ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${driver}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`);
  return 'done';
}
