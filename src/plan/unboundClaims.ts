// Claims without a volume, for which pods wait, each with the last word of the controllers about it.
import type { Pod } from '../api/types.js';
import { claimNamesOf, SELECTED_NODE, STORAGE_PROVISIONER } from '../api/volumeClaims.js';
import type { Reader } from '../apiserver/reader.js';
import type { PendingClaim } from './model.js';

/** Gives the claims of the pods that stand and are not bound; those of which the same is said are one entry. For as long as nothing is written. */
export function createUnboundClaims(read: Reader): (pods: readonly Pod[]) => PendingClaim[] {
  let lastWords: ReadonlyMap<string, string | undefined> | undefined;
  return (pods) => unboundClaims(pods, { read, lastWordOf: (uid, namespace) => (lastWords ??= lastWordsIn(read)).get(`${namespace}/${uid}`) });
}

function unboundClaims(pods: readonly Pod[], { read, lastWordOf }: { read: Reader; lastWordOf: (uid: string, namespace: string) => string | undefined }): PendingClaim[] {
  const byMessage = new Map<string, Set<string>>();
  for (const pod of pods) {
    const namespace = pod.metadata.namespace ?? '';
    for (const name of claimNamesOf(pod)) {
      const claim = read.get('persistentvolumeclaims', namespace, name);
      if (claim === undefined || claim.status?.phase === 'Bound') continue;
      const driver = claim.metadata.annotations?.[STORAGE_PROVISIONER];
      const isNobodyThere = driver !== undefined && read.get('csidrivers.storage.k8s.io', '', driver) === undefined;
      const node = claim.metadata.annotations?.[SELECTED_NODE];
      const message = isNobodyThere
        ? `${driver} is to make the volume${node === undefined ? '' : ` for ${node}`}, but nothing says that it runs: declare the CSIDriver ${driver} in the cluster`
        : lastWordOf(claim.metadata.uid ?? '', namespace);
      if (message === undefined) continue;
      const names = byMessage.get(message);
      if (names === undefined) byMessage.set(message, new Set([name]));
      else names.add(name);
    }
  }
  return [...byMessage].map(([message, names]) => ({ names: [...names], message }));
}

/** What the newest event about each object says, by 'namespace/uid'. */
function lastWordsIn(read: Reader): Map<string, string | undefined> {
  return new Map(read.list('events').map(({ involvedObject, metadata, message }) => [`${metadata.namespace ?? ''}/${involvedObject.uid ?? ''}`, message]));
}

/** `claims data-0, data-1: why they have no volume`. */
export function claimsText({ names, message }: PendingClaim): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length === 1 ? 'claim' : 'claims'} ${names.slice(0, 3).join(', ')}${more}: ${message}`;
}
