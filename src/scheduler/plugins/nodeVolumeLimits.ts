// How many volumes of a driver a node can hold. Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go
import type { Reader } from '../../apiserver/reader.js';
import type { CSINode } from '../../api/types.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import { SKIP, unresolvable, unschedulable } from '../framework/status.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { claimNameOf, classOf, hasClaims } from './claims.js';

const REFUSED = unschedulable('node(s) exceed max volume count');

/** Unique id of a volume → its driver. */
type Volumes = Map<string, string>;

/** NodeVolumeLimits. Differs: volumes of drivers that were once in the tree are counted only when they are CSI volumes already. */
export function createNodeVolumeLimits({ read }: PluginHandle): SchedulerPlugin {
  return {
    name: 'NodeVolumeLimits',
    preFilter: ({ pod }) => (hasClaims(pod) ? undefined : { status: SKIP }),
    filter({ pod }, node) {
      const wanted: Volumes = new Map();
      const missing = collect(pod, read, wanted);
      if (missing !== undefined) return unresolvable(`looking up PVC ${pod.namespace}/${missing}: persistentvolumeclaim "${missing}" not found`);
      if (wanted.size === 0) return undefined;
      const limits = limitsOf(read.get('csinodes.storage.k8s.io', '', node.name));
      if (limits.size === 0) return undefined;
      return fits(wanted, { node, limits, read }) ? undefined : REFUSED;
    },
    isHelpedBy(pod, event) {
      if (event.kind === 'assignedPodDeleted') return hasClaims(event.pod);
      if (event.kind === 'nodeAdded') return true;
      if (event.kind !== 'objectChanged') return false;
      if (event.resource === 'csinodes.storage.k8s.io') return event.type !== 'DELETED';
      if (event.resource === 'persistentvolumeclaims') return event.type === 'ADDED' && event.object.metadata.namespace === pod.namespace && pod.facts.volumes.some((volume) => claimNameOf(pod, volume) === event.object.metadata.name);
      return event.resource === 'volumeattachments.storage.k8s.io' && event.type === 'DELETED';
    },
  };
}

function limitsOf(csiNode: CSINode | undefined): Map<string, number> {
  const limits = new Map<string, number>();
  for (const driver of csiNode?.spec?.drivers ?? []) if (driver.allocatable?.count !== undefined) limits.set(driver.name, driver.allocatable.count);
  return limits;
}

function fits(wanted: Volumes, { node, limits, read }: { node: NodeInfo; limits: ReadonlyMap<string, number>; read: Reader }): boolean {
  const attached: Volumes = new Map();
  for (const other of node.pods) collect(other, read, attached);
  const added = new Map<string, number>();
  for (const [id, driver] of wanted) if (!attached.has(id)) added.set(driver, (added.get(driver) ?? 0) + 1);
  for (const attachment of read.list('volumeattachments.storage.k8s.io')) {
    const volumeName = attachment.spec?.source.persistentVolumeName;
    if (attachment.spec?.nodeName !== node.name || volumeName === undefined) continue;
    const csi = read.get('persistentvolumes', '', volumeName)?.spec?.csi;
    if (csi !== undefined) attached.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  const used = new Map<string, number>();
  for (const driver of attached.values()) used.set(driver, (used.get(driver) ?? 0) + 1);
  for (const [driver, count] of added) {
    const limit = limits.get(driver);
    if (limit !== undefined && (used.get(driver) ?? 0) + count > limit) return false;
  }
  return true;
}

/** Adds the volumes of the pod's claims; returns the name of a claim that does not exist. */
function collect(pod: PodInfo, read: Reader, volumes: Volumes): string | undefined {
  let missing: string | undefined;
  for (const volume of pod.facts.volumes) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = read.get('persistentvolumeclaims', pod.namespace, name);
    if (claim === undefined) {
      missing ??= name;
      continue;
    }
    const bound = claim.spec?.volumeName ? read.get('persistentvolumes', '', claim.spec.volumeName) : undefined;
    const csi = bound?.spec?.csi;
    if (csi !== undefined) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    if (bound !== undefined) continue;
    const provisioner = classOf(claim, read)?.provisioner;
    if (provisioner !== undefined) volumes.set(`${provisioner}/${pod.namespace}/${name}`, provisioner);
  }
  return missing;
}
