// The binder of volumes and claims. Source: pkg/controller/volume/persistentvolume/pv_controller_base.go
import { objectKey } from '../../api/meta.js';
import { classOfClaim, classOfVolume } from '../../api/volumeClaims.js';
import type { PersistentVolumeClaim } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createClaimUsers } from './claimUsers.js';
import { syncClaim, waitingText, type ClaimSync } from './claimSync.js';
import { syncVolume } from './volumeSync.js';

/** Differs: the real controller looks at every claim each 15 s; here one that waits is looked at once more after this time, when the rest has settled. */
const RESYNC_SECONDS = 2;
const VOLUME = 'volume:';
const CLAIM = 'claim:';

/** Binds claims and volumes and keeps their phases. */
export const persistentVolume: ControllerDescription = {
  name: 'persistentvolume-controller',
  create({ client, queue }) {
    const users = createClaimUsers(client.read);
    /** Claim → the last thing told of it. */
    const told = new Map<string, string>();
    /** 'class ' and a class, or 'volume ' and the volume that they name → claims that wait. */
    const waiting = new Map<string, Set<string>>();
    /** What is said first of a new claim: the controller sees it before its pod can be. */
    const firstWords = new Map<string, [string, string]>();
    const sync: ClaimSync = {
      client, users,
      tell(claim, type, reason, message) {
        const key = objectKey(claim);
        if (told.get(key) === message) return;
        told.set(key, message);
        client.event(claim, type, reason, message);
        queue.addAfter(CLAIM + key, RESYNC_SECONDS);
      },
    };
    const setWaiting = (key: string, claim: PersistentVolumeClaim, isWaiting: boolean): void => {
      const name = claim.spec?.volumeName ? `volume ${claim.spec.volumeName}` : `class ${classOfClaim(claim)}`;
      const keys = waiting.get(name);
      if (!isWaiting) keys?.delete(key);
      else if (keys === undefined) waiting.set(name, new Set([key]));
      else keys.add(key);
    };
    const resync = (name: string): void => {
      for (const key of [...(waiting.get(name) ?? [])].sort(compareStrings)) queue.addAfter(CLAIM + key, RESYNC_SECONDS);
    };
    return {
      handlers: {
        pods: (event) => void users.onPod(event),
        persistentvolumeclaims({ type, object, old }) {
          const key = objectKey(object);
          if (old !== undefined) setWaiting(key, old, false);
          if (type === 'DELETED') {
            setWaiting(key, object, false);
            told.delete(key);
            firstWords.delete(key);
            if (object.spec?.volumeName) queue.add(VOLUME + object.spec.volumeName);
            return;
          }
          if (type === 'ADDED') {
            const words = waitingText(sync, object);
            if (words !== undefined) firstWords.set(key, words);
          }
          setWaiting(key, object, object.status?.phase !== 'Bound');
          queue.add(CLAIM + key);
        },
        persistentvolumes({ type, object, old }) {
          const reference = object.spec?.claimRef;
          const claimKey = reference === undefined ? undefined : `${CLAIM}${reference.namespace ?? ''}/${reference.name ?? ''}`;
          if (type !== 'DELETED') queue.add(VOLUME + (object.metadata.name ?? ''));
          else if (claimKey !== undefined) queue.add(claimKey);
          if (object.status?.phase !== 'Available' || type === 'DELETED') return;
          if (old?.status?.phase === 'Available' && deepEqual(old.spec, object.spec) && deepEqual(old.metadata.labels, object.metadata.labels)) return;
          resync(`volume ${object.metadata.name ?? ''}`);
          if (claimKey === undefined) resync(`class ${classOfVolume(object)}`);
          else queue.addAfter(claimKey, RESYNC_SECONDS);
        },
        'storageclasses.storage.k8s.io': ({ object }) => {
          resync(`class ${object.metadata.name ?? ''}`);
          resync('class ');
        },
      },
      reconcile(key) {
        if (key.startsWith(VOLUME)) {
          const volume = client.read.get('persistentvolumes', '', key.slice(VOLUME.length));
          return volume === undefined ? 'done' : syncVolume(client, volume, (claimKey) => queue.add(CLAIM + claimKey));
        }
        const claimKey = key.slice(CLAIM.length);
        const claim = client.read.byKey('persistentvolumeclaims', claimKey);
        if (claim === undefined) return 'done';
        const words = firstWords.get(claimKey);
        firstWords.delete(claimKey);
        if (words !== undefined) sync.tell(claim, 'Normal', ...words);
        return syncClaim(sync, claim);
      },
    };
  },
};
