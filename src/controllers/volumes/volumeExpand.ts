// Claims that ask for more than they have: the control plane itself grows no volume any more, it says who is waited for.
// Source: pkg/controller/volume/expand/expand_controller.go
import { objectKey } from '../../api/meta.js';
import { compareQuantities } from '../../api/quantity.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { sizeOfClaim } from '../../api/volumeClaims.js';
import type { ControllerDescription } from '../controller.js';
import { driverOf } from './claimSync.js';

const RESIZER = 'volume.kubernetes.io/storage-resizer';
const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity';
/** Source of a volume whose driver was once built in → the name of that. Source: csi-translation-lib/plugins (CanSupport) */
const IN_TREE_SOURCES = {
  awsElasticBlockStore: 'kubernetes.io/aws-ebs', azureDisk: 'kubernetes.io/azure-disk', azureFile: 'kubernetes.io/azure-file', cinder: 'kubernetes.io/cinder',
  gcePersistentDisk: 'kubernetes.io/gce-pd', portworxVolume: 'kubernetes.io/portworx-volume', vsphereVolume: 'kubernetes.io/vsphere-volume',
} as const;

/** Tells claims that have grown what they wait for. The resizer of a CSI driver does the rest; it is no part of a control plane. */
export const volumeExpand: ControllerDescription = {
  name: 'volume_expand',
  create({ client, queue }) {
    const { read } = client;

    function waitForDriver(claim: PersistentVolumeClaim, plugin: string): 'done' | 'retry' {
      const driver = driverOf(plugin);
      client.event(claim, 'Normal', 'ExternalExpanding', `CSI migration enabled for ${plugin}; waiting for external resizer to expand the pvc`);
      const { annotations } = claim.metadata;
      if (annotations?.[RESIZER] === driver) return 'done';
      return client.update({ ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, [RESIZER]: driver } } }).code < 300 ? 'done' : 'retry';
    }

    return {
      handlers: {
        persistentvolumeclaims({ type, object, old }) {
          if (type === 'DELETED' || object.status?.phase !== 'Bound') return;
          if (old === undefined || isLarger(sizeOfClaim(object), sizeOfClaim(old)) || isLarger(capacityOf(object), capacityOf(old))) queue.add(objectKey(object));
        },
      },
      reconcile(key) {
        const claim = read.byKey('persistentvolumeclaims', key);
        const volume = claim === undefined ? undefined : read.get('persistentvolumes', '', claim.spec?.volumeName ?? '');
        if (claim === undefined || volume?.spec?.claimRef?.uid !== claim.metadata.uid) return 'done';
        if (!isLarger(sizeOfClaim(claim), capacityOf(claim)) && volume?.metadata.annotations?.[PRE_RESIZE_CAPACITY] === undefined) return 'done';
        const plugin = volume === undefined ? undefined : inTreePluginOf(volume);
        if (plugin !== undefined) return waitForDriver(claim, plugin);
        client.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
        return 'done';
      },
    };
  },
};

function capacityOf({ status }: PersistentVolumeClaim): string {
  return status?.capacity?.['storage'] ?? '0';
}

function isLarger(a: string, b: string): boolean {
  return a !== b && compareQuantities(a, b) > 0;
}

function inTreePluginOf({ spec = {} }: PersistentVolume): string | undefined {
  for (const source of Object.keys(IN_TREE_SOURCES) as (keyof typeof IN_TREE_SOURCES)[]) if (spec[source] !== undefined) return IN_TREE_SOURCES[source];
  return undefined;
}
