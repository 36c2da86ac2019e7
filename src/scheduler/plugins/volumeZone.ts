// Volumes with zone labels of their own go to nodes of their zone. Source: pkg/scheduler/framework/plugins/volumezone/volume_zone.go
import type { StorageClass } from '../../api/types.js';
import { stateKey } from '../framework/cycleState.js';
import { SKIP, unresolvable } from '../framework/status.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { classOfClaim } from '../../api/volumeClaims.js';
import { isClaimOf, waitsForConsumer } from './claims.js';

const REFUSED = unresolvable('node(s) had no available volume zone');
/** Topology label → what a beta label is called now. */
const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

interface VolumeTopology {
  label: string;
  values: ReadonlySet<string>;
}

const key = stateKey<readonly VolumeTopology[]>('PreFilterVolumeZone');

/** VolumeZone. */
export function createVolumeZone({ read }: PluginHandle): SchedulerPlugin {
  return {
    name: 'VolumeZone',
    preFilter(cycle) {
      const { pod } = cycle;
      const topologies: VolumeTopology[] = [];
      for (const { persistentVolumeClaim } of pod.facts.volumes) {
        if (persistentVolumeClaim === undefined) continue;
        const { claimName } = persistentVolumeClaim;
        const claim = read.get('persistentvolumeclaims', pod.namespace, claimName);
        if (claim === undefined) return { status: unresolvable(`persistentvolumeclaim "${claimName}" not found`) };
        const volumeName = claim.spec?.volumeName ?? '';
        if (volumeName === '') {
          const className = classOfClaim(claim);
          if (className === '') return { status: unresolvable('PersistentVolumeClaim had no pv name and storageClass name') };
          const storageClass = read.get('storageclasses.storage.k8s.io', '', className);
          if (storageClass === undefined) return { status: unresolvable(`storageclass.storage.k8s.io "${className}" not found`) };
          if (waitsForConsumer(storageClass)) continue;
          return { status: unresolvable('PersistentVolume had no name') };
        }
        const volume = read.get('persistentvolumes', '', volumeName);
        if (volume === undefined) return { status: unresolvable(`persistentvolume "${volumeName}" not found`) };
        for (const label of TOPOLOGY_LABELS.keys()) {
          const values = zonesOf(volume.metadata.labels?.[label]);
          if (values !== undefined) topologies.push({ label, values });
        }
      }
      if (topologies.length === 0) return { status: SKIP };
      key.write(cycle, topologies);
      return undefined;
    },
    filter(cycle, { node }) {
      const labels = node?.metadata.labels ?? {};
      if (![...TOPOLOGY_LABELS.keys()].some((label) => labels[label] !== undefined)) return undefined;
      for (const { label, values } of key.read(cycle)) {
        const value = labels[label] ?? labels[TOPOLOGY_LABELS.get(label) ?? ''];
        if (value === undefined || !values.has(value)) return REFUSED;
      }
      return undefined;
    },
    isHelpedBy(pod, event) {
      if (event.kind === 'nodeAdded') return true;
      if (event.kind === 'nodeUpdated') return JSON.stringify(event.old.metadata.labels) !== JSON.stringify(event.node.metadata.labels);
      if (event.kind !== 'objectChanged' || event.type === 'DELETED') return false;
      const { resource, object, old } = event;
      if (resource === 'persistentvolumeclaims') return isClaimOf(pod, object.metadata);
      if (resource === 'storageclasses.storage.k8s.io') return event.type === 'ADDED' && waitsForConsumer(object as StorageClass);
      if (resource !== 'persistentvolumes') return false;
      return old === undefined || [...TOPOLOGY_LABELS.keys()].some((label) => object.metadata.labels?.[label] !== old.metadata.labels?.[label]);
    },
  };
}

/** The zones of a volume's label: 'a__b' names two; an empty one makes the label worthless. */
function zonesOf(text: string | undefined): Set<string> | undefined {
  if (text === undefined) return undefined;
  const zones = text.split('__').map((zone) => zone.trim());
  return zones.includes('') ? undefined : new Set(zones);
}
