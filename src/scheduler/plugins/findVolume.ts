// Which volume that is there already serves a claim best. Source: component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume)
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { objectKey } from '../../api/meta.js';
import { nodeIdentity, nodeSelectorMatches } from '../../api/nodeAffinity.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim, isVolumeForClaim, sizeOfVolume, volumeMismatch } from '../../api/volumeClaims.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';
import { HOSTNAME_LABEL } from './spreadConstraint.js';

/** Volumes that would do for a claim on any node that reaches them. */
export interface VolumeCandidates {
  /** The one that names the claim; it comes before all others, and where it cannot be reached they do not count. */
  readonly reserved: PersistentVolume | undefined;
  /** Those that no claim has a hold on. */
  readonly free: readonly PersistentVolume[];
  /** The same by the value of the host name label of the nodes from which they can be reached, the best first; '' for those that are not tied to hosts. */
  readonly freeByHost: ReadonlyMap<string, readonly PersistentVolume[]>;
}

/** The candidates for the claim; `isPromised` tells of volumes that are meant for another one. */
export function volumeCandidates(claim: PersistentVolumeClaim, { read, isPromised }: { read: Reader; isPromised: (name: string) => boolean }): VolumeCandidates {
  const suits = (volume: PersistentVolume): boolean => !isPromised(volume.metadata.name ?? '') && volumeMismatch(volume, claim, ['deletion', 'class', 'size', 'mode', 'attributes']) === undefined;
  const reserved = read.volumesNaming(objectKey(claim)).filter((volume) => isVolumeForClaim(volume, claim) && suits(volume)).sort(byName)[0];
  const free = reserved !== undefined ? [] : read.freeVolumes(classOfClaim(claim)).filter((volume) => suits(volume) && isAvailableFor(volume, claim));
  const freeByHost = new Map<string, PersistentVolume[]>();
  for (const volume of free.sort(compareVolumes)) {
    for (const host of hostsOf(volume)) {
      const volumes = freeByHost.get(host);
      if (volumes === undefined) freeByHost.set(host, [volume]);
      else volumes.push(volume);
    }
  }
  return { reserved, free, freeByHost };
}

/** The best of the candidates that the node reaches. */
export function findVolume({ reserved, freeByHost }: VolumeCandidates, { node, isTaken }: { node: Node; isTaken: (name: string) => boolean }): PersistentVolume | undefined {
  const reaches = ({ spec }: PersistentVolume): boolean => spec?.nodeAffinity?.required === undefined || nodeSelectorMatches(spec.nodeAffinity.required, { ...nodeIdentity(node), name: '' });
  if (reserved !== undefined) return reaches(reserved) ? reserved : undefined;
  const best = (host: string): PersistentVolume | undefined => freeByHost.get(host)?.find((volume) => !isTaken(volume.metadata.name ?? '') && reaches(volume));
  const [local, remote] = [best(node.metadata.labels?.[HOSTNAME_LABEL] ?? ''), best('')];
  if (local === undefined || remote === undefined) return local ?? remote;
  return compareVolumes(local, remote) < 0 ? local : remote;
}

const ANY_HOST: readonly string[] = [''];
const hostsByVolume = new WeakMap<PersistentVolume, Iterable<string>>();

/** Host names to one of which the volume is tied, as local ones are. Stored objects never change, so the answer is kept. */
function hostsOf(volume: PersistentVolume): Iterable<string> {
  let hosts = hostsByVolume.get(volume);
  if (hosts === undefined) hostsByVolume.set(volume, (hosts = findHosts(volume)));
  return hosts;
}

function findHosts({ spec }: PersistentVolume): Iterable<string> {
  const hosts = new Set<string>();
  for (const { matchExpressions = [] } of spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [{}]) {
    const expression = matchExpressions.find(({ key, operator }) => key === HOSTNAME_LABEL && operator === 'In');
    if (expression === undefined) return ANY_HOST;
    for (const host of expression.values ?? []) hosts.add(host);
  }
  return hosts;
}

/** The smaller one comes first, the first by name among equals. */
function compareVolumes(a: PersistentVolume, b: PersistentVolume): number {
  return compareQuantities(sizeOfVolume(a), sizeOfVolume(b)) || byName(a, b);
}

/** True when the volume is to be had for any claim that can use it, and this one can. */
function isAvailableFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { status, metadata } = volume;
  if (status?.phase !== undefined && status.phase !== 'Available' && status.phase !== 'Pending') return false;
  if (claim.spec?.selector !== undefined && !labelSelectorMatches(claim.spec.selector, metadata.labels)) return false;
  return volumeMismatch(volume, claim, ['access']) === undefined;
}

function byName(a: PersistentVolume, b: PersistentVolume): number {
  return compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}
