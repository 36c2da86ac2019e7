// Pods that have their node and wait for their volumes, found by the claims that they mount.
import { objectKey, type KubernetesObject, type WatchEvent } from '../api/meta.js';
import type { PersistentVolume } from '../api/types.js';
import { claimKeyOf } from '../api/volumeClaims.js';
import type { PodInfo } from './framework/podInfo.js';
import { claimNameOf } from './plugins/claims.js';

/** What is known of each of them; the pods by key. */
export interface WaitingPods<Entry extends { queued: { info: PodInfo } }> {
  get(podKey: string): Entry | undefined;
  /** Keeps the pod's place when it waits already. */
  add(entry: Entry): void;
  remove(podKey: string): void;
  /** Hears of every write of claims and volumes. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Those whose claims have had news since the last call, the one that has waited longest first. */
  takeNews(): Entry[];
}

/** Nobody waits yet. */
export function createWaitingPods<Entry extends { queued: { info: PodInfo } }>(): WaitingPods<Entry> {
  const waiting = new Map<string, { entry: Entry; sequence: number; claimKeys: readonly string[] }>();
  /** 'namespace/claim' → pods that mount it. */
  const byClaim = new Map<string, Set<string>>();
  let news = new Set<string>();
  let nextSequence = 0;

  const notice = (claimKey: string): void => {
    for (const podKey of byClaim.get(claimKey) ?? []) news.add(podKey);
  };

  const noticeVolume = (volume: PersistentVolume | undefined): void => {
    const claimKey = volume === undefined ? undefined : claimKeyOf(volume);
    if (claimKey !== undefined) notice(claimKey);
  };

  return {
    get: (podKey) => waiting.get(podKey)?.entry,
    add(entry) {
      const { info } = entry.queued;
      const known = waiting.get(info.key);
      if (known !== undefined) {
        known.entry = entry;
        return;
      }
      const claimKeys = info.facts.volumes.flatMap((volume) => {
        const name = claimNameOf(info, volume);
        return name === undefined ? [] : [`${info.namespace}/${name}`];
      });
      waiting.set(info.key, { entry, sequence: nextSequence++, claimKeys });
      for (const claimKey of claimKeys) byClaim.set(claimKey, (byClaim.get(claimKey) ?? new Set()).add(info.key));
    },
    remove(podKey) {
      const known = waiting.get(podKey);
      if (known === undefined) return;
      waiting.delete(podKey);
      news.delete(podKey);
      for (const claimKey of known.claimKeys) {
        const pods = byClaim.get(claimKey);
        pods?.delete(podKey);
        if (pods?.size === 0) byClaim.delete(claimKey);
      }
    },
    onEvent({ object, old }, resource) {
      if (byClaim.size === 0) return;
      if (resource === 'persistentvolumeclaims') notice(objectKey(object));
      else if (resource === 'persistentvolumes') for (const volume of [object, old] as (KubernetesObject | undefined)[]) noticeVolume(volume as PersistentVolume | undefined);
    },
    takeNews() {
      if (news.size === 0) return [];
      const found = [...news].flatMap((podKey) => waiting.get(podKey) ?? []);
      news = new Set();
      return found.sort((a, b) => a.sequence - b.sequence).map(({ entry }) => entry);
    },
  };
}
