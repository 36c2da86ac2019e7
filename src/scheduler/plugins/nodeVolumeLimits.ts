// How many volumes of a driver a node can hold. Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go
import type { Reader } from '../../apiserver/reader.js';
import type { CSINode, PersistentVolume } from '../../api/types.js';
import { stateKey } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import { SKIP, unresolvable, unschedulable } from '../framework/status.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { claimNameOf, classOf, hasClaims } from './claims.js';
import { driverOfProvisioner, migratedVolume, type DriverVolume } from './migratedVolume.js';

const REFUSED = unschedulable('node(s) exceed max volume count');

/** Unique id of a volume → its driver. */
type Volumes = Map<string, string>;

interface State {
  wanted: Volumes;
  /** Name of a claim that does not exist. */
  missing: string | undefined;
}

const key = stateKey<State>('PreFilterNodeVolumeLimits');

/** NodeVolumeLimits. */
export function createNodeVolumeLimits({ read }: PluginHandle): SchedulerPlugin {
  return {
    name: 'NodeVolumeLimits',
    preFilter(cycle) {
      const { pod } = cycle;
      if (!mayBeCounted(pod)) return { status: SKIP };
      const wanted: Volumes = new Map();
      const missing = collect(pod, read, wanted);
      key.write(cycle, { wanted, missing });
      return missing === undefined && (wanted.size === 0 || read.list('csinodes.storage.k8s.io').length === 0) ? { status: SKIP } : undefined;
    },
    filter(cycle, node) {
      const { wanted, missing } = key.read(cycle);
      if (missing !== undefined) return unresolvable(`looking up PVC ${cycle.pod.namespace}/${missing}: persistentvolumeclaim "${missing}" not found`);
      const limits = limitsOf(read.get('csinodes.storage.k8s.io', '', node.name));
      return limits.size === 0 || fits(wanted, { node, limits, read }) ? undefined : REFUSED;
    },
    isHelpedBy(pod, event) {
      if (event.kind === 'assignedPodDeleted') return mayBeCounted(event.pod);
      if (event.kind !== 'objectChanged') return false;
      if (event.resource === 'csinodes.storage.k8s.io') return event.type === 'ADDED' || (event.type === 'MODIFIED' && isAnyRaised(limitsOf(event.old as CSINode | undefined), limitsOf(event.object as CSINode)));
      if (event.resource === 'persistentvolumeclaims') return event.type === 'ADDED' && event.object.metadata.namespace === pod.namespace && pod.facts.volumes.some((volume) => claimNameOf(pod, volume) === event.object.metadata.name);
      return event.resource === 'volumeattachments.storage.k8s.io' && event.type === 'DELETED';
    },
  };
}

/** True when some driver may have to count a volume of the pod. */
function mayBeCounted(pod: PodInfo): boolean {
  return hasClaims(pod) || pod.facts.volumes.some((volume) => migratedVolume(volume) !== undefined);
}

/** A limit that was not there before is one that was raised from 0. */
function isAnyRaised(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): boolean {
  return [...after].some(([driver, limit]) => limit > (before.get(driver) ?? 0));
}

const NO_LIMITS: ReadonlyMap<string, number> = new Map();
const limitsByNode = new WeakMap<CSINode, ReadonlyMap<string, number>>();

/** Driver → how many of its volumes the node can hold. Stored objects never change, so the answer is kept. */
function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  if (csiNode === undefined) return NO_LIMITS;
  let limits = limitsByNode.get(csiNode);
  if (limits === undefined) {
    const counted = (csiNode.spec?.drivers ?? []).flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count] as const]));
    limitsByNode.set(csiNode, (limits = new Map(counted)));
  }
  return limits;
}

function fits(wanted: Volumes, { node, limits, read }: { node: NodeInfo; limits: ReadonlyMap<string, number>; read: Reader }): boolean {
  const attachments = read.list('volumeattachments.storage.k8s.io');
  // With so few volumes none can be over its limit, whoever's they are.
  if (node.volumeCount + attachments.length + wanted.size <= Math.min(...limits.values())) return true;
  const attached: Volumes = new Map();
  for (const other of node.pods) collect(other, read, attached);
  const added = new Map<string, number>();
  for (const [id, driver] of wanted) if (!attached.has(id)) added.set(driver, (added.get(driver) ?? 0) + 1);
  for (const attachment of attachments) {
    const volumeName = attachment.spec?.source.persistentVolumeName;
    if (attachment.spec?.nodeName !== node.name || volumeName === undefined) continue;
    const volume = read.get('persistentvolumes', '', volumeName);
    const known = volume === undefined ? undefined : driverVolumeOf(volume);
    if (known !== undefined) attached.set(`${known.driver}/${known.handle}`, known.driver);
  }
  const used = new Map<string, number>();
  for (const driver of attached.values()) used.set(driver, (used.get(driver) ?? 0) + 1);
  for (const [driver, count] of added) {
    const limit = limits.get(driver);
    if (limit !== undefined && (used.get(driver) ?? 0) + count > limit) return false;
  }
  return true;
}

/** Adds the volumes of the pod that drivers count; returns the name of a claim that does not exist. */
function collect(pod: PodInfo, read: Reader, volumes: Volumes): string | undefined {
  let missing: string | undefined;
  const add = (volume: DriverVolume | undefined): void => {
    if (volume !== undefined) volumes.set(`${volume.driver}/${volume.handle}`, volume.driver);
  };
  for (const volume of pod.facts.volumes) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) {
      add(migratedVolume(volume));
      continue;
    }
    const claim = read.get('persistentvolumeclaims', pod.namespace, name);
    if (claim === undefined) {
      missing ??= name;
      continue;
    }
    const bound = claim.spec?.volumeName ? read.get('persistentvolumes', '', claim.spec.volumeName) : undefined;
    if (bound !== undefined) {
      add(driverVolumeOf(bound));
      continue;
    }
    const provisioner = classOf(claim, read)?.provisioner;
    const driver = provisioner === undefined ? undefined : driverOfProvisioner(provisioner);
    if (driver !== undefined) add({ driver, handle: `${pod.namespace}/${name}` });
  }
  return missing;
}

function driverVolumeOf({ metadata, spec }: PersistentVolume): DriverVolume | undefined {
  if (spec?.csi !== undefined) return { driver: spec.csi.driver, handle: spec.csi.volumeHandle };
  return spec === undefined ? undefined : migratedVolume(spec, metadata.labels);
}
