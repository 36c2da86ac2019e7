// The provisioners that run beside the cluster: they make the volumes that claims ask for and unmake them again.
// One is known to run when a CSIDriver of its name stands. Source: sig-storage-lib-external-provisioner controller/controller.go
import { objectKey } from '../../api/meta.js';
import type { Node, NodeSelectorTerm, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { classOfClaim, PROVISIONED_BY, SELECTED_NODE, sizeOfClaim, STORAGE_PROVISIONER } from '../../api/volumeClaims.js';
import type { Reader } from '../../apiserver/reader.js';
import type { ControllerDescription } from '../controller.js';
import { driverOf } from './claimSync.js';

const VOLUME = 'volume:';
const CLAIM = 'claim:';
const ZONE = 'topology.kubernetes.io/zone';

/** Makes a volume for a claim that names a running driver, and removes it when it is released and to be deleted. */
export const provisioner: ControllerDescription = {
  name: 'csi-provisioner',
  create({ client, queue }) {
    /** Driver → claims that waited for it to be there. */
    const early = new Map<string, Set<string>>();
    const isRunning = (driver: string): boolean => client.read.get('csidrivers.storage.k8s.io', '', driver) !== undefined;

    function makeVolume(key: string, claim: PersistentVolumeClaim): 'done' | 'retry' {
      const driver = claim.metadata.annotations?.[STORAGE_PROVISIONER];
      const storageClass = client.read.get('storageclasses.storage.k8s.io', '', classOfClaim(claim));
      if (driver === undefined || storageClass === undefined || Boolean(claim.spec?.volumeName) || claim.metadata.deletionTimestamp !== undefined) return 'done';
      if (driverOf(storageClass.provisioner) !== driver) return 'done';
      const nodeName = claim.metadata.annotations?.[SELECTED_NODE];
      if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && nodeName === undefined) return 'done';
      if (!isRunning(driver)) {
        early.set(driver, (early.get(driver) ?? new Set()).add(key));
        return 'done';
      }
      const name = `pvc-${claim.metadata.uid ?? ''}`;
      if (client.read.get('persistentvolumes', '', name) !== undefined) return 'done';
      const node = nodeName === undefined ? undefined : client.read.get('nodes', '', nodeName);
      return client.create(volumeFor(claim, { name, driver, storageClass, terms: reachableFrom(client.read, driver, storageClass, node) })).code < 300 ? 'done' : 'retry';
    }

    return {
      handlers: {
        persistentvolumeclaims: ({ type, object }) => {
          if (type !== 'DELETED' && object.metadata.annotations?.[STORAGE_PROVISIONER] !== undefined && !object.spec?.volumeName) queue.add(CLAIM + objectKey(object));
        },
        persistentvolumes: ({ type, object }) => {
          if (type !== 'DELETED' && object.status?.phase === 'Released') queue.add(VOLUME + (object.metadata.name ?? ''));
        },
        'csidrivers.storage.k8s.io': ({ object }) => {
          const driver = object.metadata.name ?? '';
          for (const key of early.get(driver) ?? []) queue.add(CLAIM + key);
          early.delete(driver);
        },
      },
      reconcile(key) {
        if (key.startsWith(CLAIM)) {
          const claimKey = key.slice(CLAIM.length);
          const claim = client.read.byKey('persistentvolumeclaims', claimKey);
          return claim === undefined ? 'done' : makeVolume(claimKey, claim);
        }
        const volume = client.read.get('persistentvolumes', '', key.slice(VOLUME.length));
        const driver = volume?.metadata.annotations?.[PROVISIONED_BY];
        const isToGo = volume?.status?.phase === 'Released' && volume.spec?.persistentVolumeReclaimPolicy === 'Delete' && volume.metadata.deletionTimestamp === undefined;
        if (volume === undefined || driver === undefined || !isToGo || !isRunning(driver)) return 'done';
        return client.delete(volume).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

function volumeFor(
  claim: PersistentVolumeClaim,
  { name, driver, storageClass, terms }: { name: string; driver: string; storageClass: StorageClass; terms: NodeSelectorTerm[] },
): PersistentVolume {
  const { metadata, spec } = claim;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [PROVISIONED_BY]: driver } },
    spec: {
      capacity: { storage: sizeOfClaim(claim) },
      accessModes: [...(spec?.accessModes ?? [])],
      claimRef: {
        kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: metadata.namespace ?? '', name: metadata.name ?? '',
        ...(metadata.uid === undefined ? {} : { uid: metadata.uid }), ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      },
      csi: { driver, volumeHandle: name },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name ?? '',
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: [...storageClass.mountOptions] }),
      ...(spec?.volumeMode === undefined ? {} : { volumeMode: spec.volumeMode }),
      ...(spec?.volumeAttributesClassName === undefined ? {} : { volumeAttributesClassName: spec.volumeAttributesClassName }),
      ...(terms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
    },
  };
}

/** From where the volume can be used: the driver's topology of the chosen node, else what the class allows, else the node's zone. */
function reachableFrom(read: Reader, driver: string, { allowedTopologies }: StorageClass, node: Node | undefined): NodeSelectorTerm[] {
  const labels = node?.metadata.labels ?? {};
  const termOf = (keys: readonly string[]): NodeSelectorTerm[] => {
    const matchExpressions = keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator: 'In', values: [labels[key]] }]));
    return matchExpressions.length === 0 ? [] : [{ matchExpressions }];
  };
  if (node !== undefined) {
    const keys = read.get('csinodes.storage.k8s.io', '', node.metadata.name ?? '')?.spec.drivers.find(({ name }) => name === driver)?.topologyKeys;
    if (keys !== undefined) return termOf(keys);
    const allowed = [...new Set((allowedTopologies ?? []).flatMap(({ matchLabelExpressions }) => (matchLabelExpressions ?? []).map(({ key }) => key)))];
    return termOf(allowed.length > 0 ? allowed : [ZONE]);
  }
  return (allowedTopologies ?? []).map(({ matchLabelExpressions }) => ({
    matchExpressions: (matchLabelExpressions ?? []).map(({ key, values }) => ({ key, operator: 'In', values: [...values] })),
  }));
}
