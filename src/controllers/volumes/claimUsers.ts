// Which pods mount which claims, kept from the pods' events. Source: pkg/controller/volume/common/common.go (PodPVCIndexFunc)
import type { WatchEvent } from '../../api/meta.js';
import type { Pod } from '../../api/types.js';
import { claimNamesOf } from '../../api/volumeClaims.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';

/** The pods of claims. */
export interface ClaimUsers {
  /** Takes a pod's event; gives the keys of the claims it mounts. */
  onPod(event: WatchEvent<Pod>): readonly string[];
  /** Pods that mount the claim, by name. */
  podsOf(claimKey: string): Pod[];
}

const NONE: readonly string[] = [];

/** An index without pods. */
export function createClaimUsers(read: Reader): ClaimUsers {
  const users = new Map<string, Set<string>>();
  return {
    onPod({ type, key: podKey, object }) {
      const names = claimNamesOf(object);
      if (names.length === 0) return NONE;
      const keys = names.map((name) => `${object.metadata.namespace ?? ''}/${name}`);
      if (type === 'MODIFIED') return keys;
      for (const key of keys) {
        const pods = users.get(key);
        if (type === 'ADDED') {
          if (pods === undefined) users.set(key, new Set([podKey]));
          else pods.add(podKey);
        } else if (pods?.delete(podKey) === true && pods.size === 0) users.delete(key);
      }
      return keys;
    },
    podsOf(claimKey) {
      const pods: Pod[] = [];
      for (const key of [...(users.get(claimKey) ?? [])].sort(compareStrings)) {
        const pod = read.byKey('pods', key);
        if (pod !== undefined) pods.push(pod);
      }
      return pods;
    },
  };
}
