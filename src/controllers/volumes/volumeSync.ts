// One volume: free, bound, or what becomes of it when its claim is gone.
// Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume, reclaimVolume)
import type { PersistentVolume } from '../../api/types.js';
import { BOUND_BY_CONTROLLER, PROVISIONED_BY } from '../../api/volumeClaims.js';
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
  return phase === 'Released' ? reclaim(client, volume) : 'done';
}

function reclaim(client: Client, volume: PersistentVolume): ReconcileResult {
  const fail = (reason: string, message: string): ReconcileResult => {
    const result = setVolumePhase(client, volume, 'Failed', message);
    client.event(volume, 'Warning', reason, message);
    return result;
  };
  const { persistentVolumeReclaimPolicy: policy, hostPath, nfs } = volume.spec ?? {};
  switch (policy) {
    case 'Recycle': {
      if (hostPath === undefined && nfs === undefined) return fail('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
      client.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
      const annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
      return unbind(client, { ...volume, metadata: { ...volume.metadata, annotations } });
    }
    case 'Delete':
      // Whoever made a volume unmakes it.
      if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined) return 'done';
      if (hostPath?.path?.startsWith('/tmp/') === true) return client.delete(volume).code < 300 ? 'done' : 'retry';
      return fail('VolumeFailedDelete', hostPath === undefined
        ? `error getting deleter volume plugin for volume "${volume.metadata.name ?? ''}": no deletable volume plugin matched`
        : `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`);
    default:
      return 'done';
  }
}
