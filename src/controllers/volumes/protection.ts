// Claims and volumes in use outlive their deletion: the finalizer that admission gave them goes when nothing uses them any more.
// Source: pkg/controller/volume/{pvcprotection/pvc_protection_controller,pvprotection/pv_protection_controller}.go
import { objectKey, type KubernetesObject } from '../../api/meta.js';
import type { Client } from '../../apiserver/client.js';
import type { ControllerDescription, ReconcileResult } from '../controller.js';
import { createClaimUsers } from './claimUsers.js';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** Lets a claim go when no pod that has a node mounts it; pods that have ended count too. */
export const claimProtection: ControllerDescription = {
  name: 'pvc-protection-controller',
  create({ client, queue }) {
    const users = createClaimUsers(client.read);
    return {
      handlers: {
        pods(event) {
          const keys = users.onPod(event);
          if (event.type === 'DELETED') for (const key of keys) queue.add(key);
        },
        persistentvolumeclaims: ({ type, object }) => {
          if (type !== 'DELETED' && isHeld(object, CLAIM_FINALIZER)) queue.add(objectKey(object));
        },
      },
      reconcile(key) {
        const claim = client.read.byKey('persistentvolumeclaims', key);
        if (claim === undefined || !isHeld(claim, CLAIM_FINALIZER) || users.podsOf(key).some(({ spec }) => Boolean(spec?.nodeName))) return 'done';
        return letGo(client, claim, CLAIM_FINALIZER);
      },
    };
  },
};

/** Lets a volume go when it is not bound. */
export const volumeProtection: ControllerDescription = {
  name: 'pv-protection-controller',
  create: ({ client, queue }) => ({
    handlers: {
      persistentvolumes: ({ type, object }) => {
        if (type !== 'DELETED' && isHeld(object, VOLUME_FINALIZER)) queue.add(object.metadata.name ?? '');
      },
    },
    reconcile(name) {
      const volume = client.read.get('persistentvolumes', '', name);
      if (volume === undefined || !isHeld(volume, VOLUME_FINALIZER) || volume.status?.phase === 'Bound') return 'done';
      return letGo(client, volume, VOLUME_FINALIZER);
    },
  }),
};

function isHeld({ metadata }: KubernetesObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}

function letGo<T extends KubernetesObject>(client: Client, object: T, finalizer: string): ReconcileResult {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return client.update({ ...object, metadata: { ...object.metadata, finalizers } }).code < 300 ? 'done' : 'retry';
}
