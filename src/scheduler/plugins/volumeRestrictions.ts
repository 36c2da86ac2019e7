// Disks that only one pod may use, and claims for one pod alone. Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go
import type { Volume } from '../../api/types.js';
import { stateKey } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import { SKIP, unresolvable, unschedulable } from '../framework/status.js';
import type { ClusterEvent, PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { isClaimOf } from './claims.js';

const DISK_CONFLICT = unschedulable('node(s) had no available disk');
const CLAIM_CONFLICT = unschedulable('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod');

interface State {
  /** Names of the pod's claims that are for one pod alone. */
  exclusiveClaims: ReadonlySet<string>;
  conflicts: number;
}

const key = stateKey<State>('PreFilterVolumeRestrictions');

/** VolumeRestrictions. */
export function createVolumeRestrictions({ cache, read }: PluginHandle): SchedulerPlugin {
  const move = (state: State, moved: PodInfo, sign: 1 | -1): void => {
    for (const { persistentVolumeClaim } of moved.facts.volumes) if (persistentVolumeClaim !== undefined && state.exclusiveClaims.has(persistentVolumeClaim.claimName)) state.conflicts += sign;
  };
  return {
    name: 'VolumeRestrictions',
    preFilter(cycle) {
      const { pod } = cycle;
      let needsDisks = false;
      const exclusiveClaims = new Set<string>();
      for (const volume of pod.facts.volumes) {
        if (isExclusiveDisk(volume)) needsDisks = true;
        if (volume.persistentVolumeClaim === undefined) continue;
        const { claimName } = volume.persistentVolumeClaim;
        const claim = read.get('persistentvolumeclaims', pod.namespace, claimName);
        if (claim === undefined) return { status: unresolvable(`persistentvolumeclaim "${claimName}" not found`) };
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod') === true) exclusiveClaims.add(claimName);
      }
      let conflicts = 0;
      for (const name of exclusiveClaims) if (cache.nodes().some((node) => node.claimCounts.has(`${pod.namespace}/${name}`))) conflicts++;
      if (!needsDisks && conflicts === 0) return { status: SKIP };
      key.write(cycle, { exclusiveClaims, conflicts });
      return undefined;
    },
    addPod: (cycle, moved) => move(key.read(cycle), moved, 1),
    removePod: (cycle, moved) => move(key.read(cycle), moved, -1),
    filter(cycle, node) {
      if (!disksFit(cycle.pod, node)) return DISK_CONFLICT;
      return key.read(cycle).conflicts > 0 ? CLAIM_CONFLICT : undefined;
    },
    isHelpedBy,
  };
}

function disksFit(pod: PodInfo, node: NodeInfo): boolean {
  for (const volume of pod.facts.volumes) {
    if (!isExclusiveDisk(volume)) continue;
    for (const other of node.pods) for (const used of other.facts.volumes) if (conflicts(volume, used)) return false;
  }
  return true;
}

function isExclusiveDisk(volume: Volume): boolean {
  return volume.gcePersistentDisk !== undefined || volume.awsElasticBlockStore !== undefined || volume.rbd !== undefined || volume.iscsi !== undefined;
}

/** True when both volumes are the same disk and one of them writes. */
function conflicts(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    return a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName && !(a.gcePersistentDisk.readOnly === true && b.gcePersistentDisk.readOnly === true);
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID;
  if (a.iscsi !== undefined && b.iscsi !== undefined) return a.iscsi.iqn === b.iscsi.iqn && !(a.iscsi.readOnly === true && b.iscsi.readOnly === true);
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const [left, right] = [a.rbd, b.rbd];
    const sharesMonitor = left.monitors.some((monitor) => right.monitors.includes(monitor));
    return sharesMonitor && (left.pool ?? '') === (right.pool ?? '') && left.image === right.image && !(left.readOnly === true && right.readOnly === true);
  }
  return false;
}

function isHelpedBy(pod: PodInfo, event: ClusterEvent): boolean {
  if (event.kind === 'nodeAdded') return true;
  if (event.kind === 'objectChanged') return event.resource === 'persistentvolumeclaims' && event.type === 'ADDED' && isClaimOf(pod, event.object.metadata);
  if (event.kind !== 'assignedPodDeleted' || event.pod.namespace !== pod.namespace) return false;
  return event.pod.facts.volumes.some((used) =>
    pod.facts.volumes.some((wanted) => conflicts(wanted, used) || (wanted.persistentVolumeClaim !== undefined && wanted.persistentVolumeClaim.claimName === used.persistentVolumeClaim?.claimName)));
}
