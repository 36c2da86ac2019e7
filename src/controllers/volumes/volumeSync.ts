// One volume: free, bound, or what becomes of it when its claim is gone.
// Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume, reclaimVolume)
import type { PersistentVolume } from '../../api/types.js';
import { BOUND_BY_CONTROLLER, PROVISIONED_BY, volumeMismatch } from '../../api/volumeClaims.js';
import type { Client } from '../../apiserver/client.js';
import type { ReconcileResult } from '../controller.js';
import { setVolumePhase, unbind } from './bind.js';

/** Brings the volume one step further; `queueClaim` is told of a claim that it is to be bound to. */
export function syncVolume(client: Client, volume: PersistentVolume, queueClaim: (key: string) => void): ReconcileResult {
  const reference = volume.spec?.claimRef;
  if (reference === undefined || !reference.uid) return setVolumePhase(client, volume, 'Available');
  const { namespace = '', name = '', uid } = reference;
  const claim = client.read.get('persistentvolumeclaims', namespace, name);
  if (claim === undefined || claim.metadata.uid !== uid) return release(client, volume);
  if (!claim.spec?.volumeName) {
    if (volumeMismatch(volume, claim, ['mode']) !== undefined) {
      client.event(volume, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${name}" due to incompatible volumeMode.`);
      client.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume "${volume.metadata.name ?? ''}" to requested PersistentVolumeClaim due to incompatible volumeMode.`);
      return 'done';
    }
    queueClaim(`${namespace}/${name}`);
    return 'done';
  }
  if (claim.spec.volumeName === volume.metadata.name) return setVolumePhase(client, volume, 'Bound');
  const isProvisioned = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  if (isProvisioned && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return release(client, volume);
  return unbind(client, volume);
}

function release(client: Client, volume: PersistentVolume): ReconcileResult {
  const { phase } = volume.status ?? {};
  if (phase !== 'Released' && phase !== 'Failed') return setVolumePhase(client, volume, 'Released');
  return reclaim(client, volume);
}

function reclaim(client: Client, volume: PersistentVolume): ReconcileResult {
  // A volume that failed is tried again at every look, and told of once.
  const fail = (reason: string, message: string): ReconcileResult => {
    if (volume.status?.phase === 'Failed') return 'done';
    const result = setVolumePhase(client, volume, 'Failed', message);
    client.event(volume, 'Warning', reason, message);
    return result;
  };
  const { persistentVolumeReclaimPolicy: policy, csi, hostPath, nfs } = volume.spec ?? {};
  switch (policy) {
    case 'Recycle': {
      if (hostPath === undefined && nfs === undefined) return fail('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
      client.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
      const annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
      return unbind(client, { ...volume, metadata: { ...volume.metadata, annotations } });
    }
    case 'Delete':
      // Whoever made a volume unmakes it, and that of a CSI driver its driver.
      if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined || csi !== undefined) return 'done';
      if (hostPath?.path !== undefined && /\/tmp\/./.test(hostPath.path)) return client.delete(volume).code < 300 ? 'done' : 'retry';
      return fail('VolumeFailedDelete', hostPath !== undefined
        ? `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`
        : `error getting deleter volume plugin for volume "${volume.metadata.name ?? ''}": ${nfs === undefined ? 'no volume plugin matched' : 'no deletable volume plugin matched'}`);
    default:
      return 'done';
  }
}
