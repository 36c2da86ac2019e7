// Volumes of drivers that were once part of Kubernetes, as the CSI drivers that have taken over call them.
// Source: csi-translation-lib/plugins/{aws_ebs,gce_pd,azure_disk,openstack_cinder,portworx}.go, pkg/scheduler/framework/plugins/nodevolumelimits/utils.go (isCSIMigrationOn)
import type { PersistentVolume, Volume } from '../../api/types.js';

/** A volume by its driver and the driver's own name for it. */
export interface DriverVolume {
  driver: string;
  handle: string;
}

type Source = Pick<NonNullable<PersistentVolume['spec']> & Omit<Volume, 'name'>, 'awsElasticBlockStore' | 'gcePersistentDisk' | 'azureDisk' | 'cinder' | 'portworxVolume'>;

/** Provisioner of old → driver that does its work. */
const DRIVERS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com'],
  ['kubernetes.io/gce-pd', 'pd.csi.storage.gke.io'],
  ['kubernetes.io/azure-disk', 'disk.csi.azure.com'],
  ['kubernetes.io/cinder', 'cinder.csi.openstack.org'],
  ['kubernetes.io/portworx-volume', 'pxd.portworx.com'],
]);
/** Provisioners of old whose volumes are not counted by any driver. */
const UNCOUNTED: ReadonlySet<string> = new Set(['kubernetes.io/azure-file', 'kubernetes.io/vsphere-volume']);
const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];

/** The driver behind the provisioner of a class; undefined when nobody counts its volumes. */
export function driverOfProvisioner(provisioner: string): string | undefined {
  return UNCOUNTED.has(provisioner) ? undefined : (DRIVERS.get(provisioner) ?? provisioner);
}

/** What the driver of today calls the volume; undefined for a volume of another kind. */
export function migratedVolume(source: Source, labels?: Record<string, string>): DriverVolume | undefined {
  const { awsElasticBlockStore, gcePersistentDisk, azureDisk, cinder, portworxVolume } = source;
  if (awsElasticBlockStore !== undefined) return { driver: 'ebs.csi.aws.com', handle: awsElasticBlockStore.volumeID.slice(awsElasticBlockStore.volumeID.lastIndexOf('/') + 1) };
  if (gcePersistentDisk !== undefined) return { driver: 'pd.csi.storage.gke.io', handle: `projects/UNSPECIFIED/${placeOf(labels)}/disks/${gcePersistentDisk.pdName}` };
  if (azureDisk !== undefined) return { driver: 'disk.csi.azure.com', handle: azureDisk.diskURI };
  if (cinder !== undefined) return { driver: 'cinder.csi.openstack.org', handle: cinder.volumeID };
  return portworxVolume === undefined ? undefined : { driver: 'pxd.portworx.com', handle: portworxVolume.volumeID };
}

/** A disk in several zones belongs to their region. */
function placeOf(labels: Record<string, string> | undefined): string {
  const zone = ZONE_LABELS.map((label) => labels?.[label]).find((value) => value !== undefined) ?? 'UNSPECIFIED';
  const first = zone.split('__')[0] as string;
  return first === zone ? `zones/${zone}` : `regions/${first.slice(0, first.lastIndexOf('-'))}`;
}
