// Claims without a volume, for which pods wait, each with the last word of the controllers about it.
import type { Pod } from '../api/types.js';
import { claimNamesOf, SELECTED_NODE, STORAGE_PROVISIONER } from '../api/volumeClaims.js';
import type { Reader } from '../apiserver/reader.js';
import type { PendingClaim } from './model.js';

/** The claims of the pods that stand and are not bound; those of which the same is said are one entry. */
export function unboundClaims(pods: readonly Pod[], read: Reader): PendingClaim[] {
  const byMessage = new Map<string, string[]>();
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
        : lastWordOf(claim.metadata.uid ?? '', namespace, read);
      if (message === undefined) continue;
      const names = byMessage.get(message) ?? [];
      if (!names.includes(name)) names.push(name);
      byMessage.set(message, names);
    }
  }
  return [...byMessage].map(([message, names]) => ({ names, message }));
}

/** The newest event about the object. */
function lastWordOf(uid: string, namespace: string, read: Reader): string | undefined {
  return read.list('events').filter(({ involvedObject, metadata }) => involvedObject.uid === uid && metadata.namespace === namespace).at(-1)?.message;
}

/** `claims data-0, data-1: why they have no volume`. */
export function claimsText({ names, message }: PendingClaim): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length === 1 ? 'claim' : 'claims'} ${names.slice(0, 3).join(', ')}${more}: ${message}`;
}
