// Claims and volumes: which are bound together, what a waiting claim is told, and what becomes of both when they are deleted.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/cluster/cluster.js';

type Fields = Record<string, unknown>;
const volume = (name: string, size: string, spec: Fields = {}, annotations: Record<string, string> = {}): KubernetesObject & Fields => ({
  apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, annotations },
  spec: { capacity: { storage: size }, accessModes: ['ReadWriteOnce'], hostPath: { path: `/mnt/${name}` }, ...spec },
});
const claim = (name: string, size: string, spec: Fields = {}): KubernetesObject & Fields => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: size } }, ...spec },
});
const storageClass = (name: string, fields: Fields = {}): KubernetesObject & Fields => ({
  apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'csi.example.com', ...fields,
});
const driver: KubernetesObject & Fields = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi.example.com' }, spec: {} };
const node: KubernetesObject & Fields = {
  apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'kubernetes.io/hostname': 'n1', 'topology.kubernetes.io/zone': 'z1' } },
  status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' }, allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
};
const user = (name: string, source: Fields): KubernetesObject & Fields => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], volumes: [{ name: 'data', ...source }] },
});

/** A cluster at rest into which the objects were written one after the other. */
function settled(...objects: (KubernetesObject & Fields)[]): Cluster {
  const cluster = new Cluster();
  cluster.settle();
  add(cluster, ...objects);
  return cluster;
}
function add(cluster: Cluster, ...objects: (KubernetesObject & Fields)[]): void {
  for (const object of objects) expect(cluster.apply(object)).toMatchObject({ code: 201 });
  cluster.settle();
}
const claimText = (cluster: Cluster, name: string): string => {
  const found = cluster.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name }) as PersistentVolumeClaim | undefined;
  return found === undefined ? 'gone' : `${found.status?.phase} ${found.spec?.volumeName ?? '-'} ${found.status?.capacity?.['storage'] ?? '-'}`;
};
const volumeText = (cluster: Cluster, name: string): string => {
  const found = cluster.get({ apiVersion: 'v1', kind: 'PersistentVolume', name }) as PersistentVolume | undefined;
  return found === undefined ? 'gone' : `${found.status?.phase} ${found.spec?.claimRef?.name ?? '-'}`;
};
const told = (cluster: Cluster, name: string): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ involvedObject }) => involvedObject.name === name).map(({ type, reason, message }) => `${type} ${reason} ${message}`);
const remove = (cluster: Cluster, kind: string, name: string): void => {
  expect(cluster.delete({ apiVersion: 'v1', kind, name, ...(kind === 'PersistentVolume' ? {} : { namespace: 'default' }) }).code).toBe(200);
  cluster.settle();
};

describe('matching', () => {
  test('the smallest volume that is large enough is taken', () => {
    const cluster = settled(volume('p5', '5Gi'), volume('p20', '20Gi'), volume('p10', '10Gi'), claim('six', '6Gi'));
    expect([claimText(cluster, 'six'), volumeText(cluster, 'p10'), volumeText(cluster, 'p20')]).toEqual(['Bound p10 10Gi', 'Bound six', 'Available -']);
  });

  test('a volume that names the claim is taken before a better one, and no other claim gets it', () => {
    const cluster = settled(volume('kept', '9Gi', { claimRef: { namespace: 'default', name: 'mine' } }), volume('fits', '1Gi'), claim('other', '2Gi'), claim('mine', '1Gi'));
    expect([claimText(cluster, 'other'), claimText(cluster, 'mine')]).toEqual(['Pending - -', 'Bound kept 9Gi']);
  });

  test('a claim that names a volume it does not fit waits and is told why', () => {
    const cluster = settled(volume('small', '1Gi'), claim('big', '2Gi', { volumeName: 'small' }));
    expect(claimText(cluster, 'big')).toBe('Pending small -');
    expect(told(cluster, 'big')).toEqual(['Warning VolumeMismatch Cannot bind to requested volume "small": requested PV is too small']);
  });

  test('a volume that is being deleted is not bound any more, not even to a claim that names it', () => {
    const leaving = volume('leaving', '1Gi');
    const cluster = settled({ ...leaving, metadata: { ...leaving.metadata, finalizers: ['example.com/archive'] } });
    remove(cluster, 'PersistentVolume', 'leaving');
    add(cluster, claim('data', '1Gi', { volumeName: 'leaving' }));
    expect([claimText(cluster, 'data'), volumeText(cluster, 'leaving')]).toEqual(['Pending leaving -', 'Available -']);
    expect(told(cluster, 'data')).toEqual(['Warning VolumeMismatch Cannot bind to requested volume "leaving": the volume is marked for deletion "leaving"']);
  });

  test('a claim that names a volume is told of it when it comes, whatever its class', () => {
    const cluster = settled(claim('data', '1Gi', { volumeName: 'late', storageClassName: 'fast' }));
    expect(told(cluster, 'data')).toEqual([]);
    add(cluster, volume('late', '1Gi'));
    expect(told(cluster, 'data')).toEqual(['Warning VolumeMismatch Cannot bind to requested volume "late": storageClassName does not match']);
  });

  test.each<[string, Fields, Fields, string]>([
    ['is larger', { volumeName: 'p' }, { spec: { capacity: { storage: '4Gi' } } }, 'Bound p 4Gi'],
    ['is labelled', { selector: { matchLabels: { tier: 'fast' } } }, { metadata: { labels: { tier: 'fast' } } }, 'Bound p 1Gi'],
    ['is kept for it', { selector: { matchLabels: { tier: 'fast' } } }, { spec: { claimRef: { namespace: 'default', name: 'data' } } }, 'Bound p 1Gi'],
  ])('a claim waits for a volume until that %s', (_, wanted, change, expected) => {
    const size = wanted['volumeName'] === undefined ? '1Gi' : '2Gi';
    const cluster = settled(volume('p', '1Gi'), claim('data', size, wanted));
    expect(claimText(cluster, 'data')).toMatch(/^Pending/);
    const stored = cluster.get({ apiVersion: 'v1', kind: 'PersistentVolume', name: 'p' }) as unknown as { metadata: Fields; spec: Fields };
    expect(cluster.update({ ...stored, metadata: { ...stored.metadata, ...(change['metadata'] as Fields) }, spec: { ...stored.spec, ...(change['spec'] as Fields) } } as unknown as KubernetesObject).code).toBe(200);
    cluster.settle();
    expect(claimText(cluster, 'data')).toBe(expected);
  });

  test('a claim that a controller once gave a volume of another claim is told so', () => {
    const restored = claim('data', '1Gi', { volumeName: 'p' });
    const cluster = settled(volume('p', '1Gi', { claimRef: { namespace: 'default', name: 'other' } }), { ...restored, metadata: { ...restored.metadata, annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } } });
    expect(told(cluster, 'data')).toEqual(['Warning FailedBinding volume "p" already bound to a different claim.']);
  });

  test('a volume that is bound to a claim of another mode tells both', () => {
    const cluster = settled(claim('data', '1Gi', { volumeMode: 'Block' }));
    const { uid } = (cluster.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' }) as PersistentVolumeClaim).metadata;
    add(cluster, volume('p', '1Gi', { claimRef: { namespace: 'default', name: 'data', uid } }));
    expect(told(cluster, 'p')).toEqual(['Warning VolumeMismatch Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.']);
    expect(told(cluster, 'data')).toContain('Warning VolumeMismatch Cannot bind PersistentVolume "p" to requested PersistentVolumeClaim due to incompatible volumeMode.');
  });

  test('a claim of no class waits for a volume and takes the one that comes', () => {
    const cluster = settled(claim('data', '1Gi'));
    expect(told(cluster, 'data')).toEqual(['Normal FailedBinding no persistent volumes available for this claim and no storage class is set']);
    add(cluster, volume('late', '1Gi'));
    expect(claimText(cluster, 'data')).toBe('Bound late 1Gi');
  });
});

describe('provisioning', () => {
  test('a volume is made at once by a driver that runs', () => {
    const cluster = settled(driver, storageClass('fast'), claim('data', '3Gi', { storageClassName: 'fast' }));
    expect(claimText(cluster, 'data')).toMatch(/^Bound pvc-[0-9a-f-]+ 3Gi$/);
  });

  test('without its driver the claim waits, until the driver is there', () => {
    const cluster = settled(storageClass('fast'), claim('data', '3Gi', { storageClassName: 'fast' }));
    expect(claimText(cluster, 'data')).toBe('Pending - -');
    expect(told(cluster, 'data').map((text) => text.split(' ')[1])).toEqual(['ExternalProvisioning']);
    add(cluster, driver);
    expect(claimText(cluster, 'data')).toMatch(/^Bound pvc-/);
  });

  test('a class that waits for a pod makes the volume where the pod is', () => {
    const cluster = settled(node, driver, storageClass('near', { volumeBindingMode: 'WaitForFirstConsumer' }), claim('data', '1Gi', { storageClassName: 'near' }));
    expect(claimText(cluster, 'data')).toBe('Pending - -');
    expect(told(cluster, 'data')).toEqual(['Normal WaitForFirstConsumer waiting for first consumer to be created before binding']);
    add(cluster, user('web', { persistentVolumeClaim: { claimName: 'data' } }));
    const [made] = cluster.list({ apiVersion: 'v1', kind: 'PersistentVolume' }) as PersistentVolume[];
    expect(made?.spec?.nodeAffinity?.required?.nodeSelectorTerms).toEqual([{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['z1'] }] }]);
    expect((cluster.get({ apiVersion: 'v1', kind: 'Pod', name: 'web' }) as Pod).status?.phase).toBe('Running');
  });

  test.each([
    ['nowhere', 'storageclass.storage.k8s.io "nowhere" not found'],
    ['static', 'no volume plugin matched name: kubernetes.io/no-provisioner'],
    ['export', 'no provisionable volume plugin matched'],
    ['host', 'Failed to create provisioner: provisioning in volume plugin "kubernetes.io/host-path" is disabled'],
  ])('class %s makes no volumes', (name, message) => {
    const classes = Object.entries({ static: 'no-provisioner', export: 'nfs', host: 'host-path' }).map(([each, plugin]) => storageClass(each, { provisioner: `kubernetes.io/${plugin}` }));
    const cluster = settled(...classes, claim('data', '1Gi', { storageClassName: name }));
    expect(told(cluster, 'data')).toEqual([`Warning ProvisioningFailed ${message}`]);
  });

  test('a claim of somebody else stands in the way of an ephemeral volume until it goes', () => {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } };
    const cluster = settled(node, driver, storageClass('fast'), claim('web-data', '1Gi'), user('web', { ephemeral: { volumeClaimTemplate: { spec } } }));
    expect(told(cluster, 'web')).toContain('Warning FailedBinding ephemeral volume data: PVC default/web-data was not created for pod default/web (pod is not owner)');
    remove(cluster, 'PersistentVolumeClaim', 'web-data');
    cluster.settle();
    expect(claimText(cluster, 'web-data')).toMatch(/^Bound /);
    expect((cluster.get({ apiVersion: 'v1', kind: 'Pod', name: 'web' }) as Pod).status?.phase).toBe('Running');
  });

  test('a quota refuses the claim of an ephemeral volume', () => {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: 'default' }, spec: { hard: { persistentvolumeclaims: '0' } } };
    const cluster = settled(node, storageClass('fast'), quota, user('web', { ephemeral: { volumeClaimTemplate: { spec } } }));
    expect(told(cluster, 'web')).toContain('Warning FailedBinding ephemeral volume data: create PVC web-data: persistentvolumeclaims "web-data" is forbidden: exceeded quota: none, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0');
  });

  test('an ephemeral volume has a claim that goes with its pod, and the volume with it', () => {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } };
    const cluster = settled(node, driver, storageClass('fast'), user('web', { ephemeral: { volumeClaimTemplate: { spec } } }));
    expect(claimText(cluster, 'web-data')).toMatch(/^Bound pvc-/);
    remove(cluster, 'Pod', 'web');
    expect(claimText(cluster, 'web-data')).toBe('gone');
    expect(cluster.list({ apiVersion: 'v1', kind: 'PersistentVolume' })).toEqual([]);
  });
});

describe('deletion', () => {
  test('a claim in use stays until its pod is gone; its volume is then released and kept', () => {
    const cluster = settled(node, volume('p', '1Gi'), claim('data', '1Gi'), user('web', { persistentVolumeClaim: { claimName: 'data' } }));
    remove(cluster, 'PersistentVolumeClaim', 'data');
    expect(claimText(cluster, 'data')).toBe('Bound p 1Gi');
    remove(cluster, 'Pod', 'web');
    expect([claimText(cluster, 'data'), volumeText(cluster, 'p')]).toEqual(['gone', 'Released data']);
  });

  test('a bound volume stays until its claim is gone', () => {
    const cluster = settled(volume('p', '1Gi'), claim('data', '1Gi'));
    remove(cluster, 'PersistentVolume', 'p');
    expect(volumeText(cluster, 'p')).toBe('Bound data');
    remove(cluster, 'PersistentVolumeClaim', 'data');
    expect(volumeText(cluster, 'p')).toBe('gone');
  });

  test.each<[string, Fields, string, string?]>([
    ['Recycle', {}, 'Available -', 'Normal VolumeRecycled Volume recycled'],
    ['Retain', {}, 'Released data'],
    ['Delete', {}, 'Failed data', 'Warning VolumeFailedDelete host_path deleter only supports /tmp/.+ but received provided /mnt/p'],
    ['Delete', { hostPath: { path: '/tmp/p' } }, 'gone'],
    ['Delete', { hostPath: { path: '/var/tmp/p' } }, 'gone'],
    ['Delete', { hostPath: { path: '/tmp/' } }, 'Failed data', 'Warning VolumeFailedDelete host_path deleter only supports /tmp/.+ but received provided /tmp/'],
    ['Delete', { hostPath: undefined, nfs: { server: 'files', path: '/p' } }, 'Failed data', 'Warning VolumeFailedDelete error getting deleter volume plugin for volume "p": no deletable volume plugin matched'],
    ['Delete', { hostPath: undefined, iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2001-04.com.example:p', lun: 0 } }, 'Failed data', 'Warning VolumeFailedDelete error getting deleter volume plugin for volume "p": no volume plugin matched'],
    ['Delete', { hostPath: undefined, csi: { driver: 'csi.example.com', volumeHandle: 'p' } }, 'Released data'],
  ])('a released volume under %s: %o', (policy, spec, expected, message) => {
    const cluster = settled(volume('p', '1Gi', { persistentVolumeReclaimPolicy: policy, ...spec }), claim('data', '1Gi'));
    remove(cluster, 'PersistentVolumeClaim', 'data');
    expect(volumeText(cluster, 'p')).toBe(expected);
    expect(told(cluster, 'p')).toEqual(message === undefined ? [] : [message]);
  });

  test('a volume that could not be deleted is free again when it is to be recycled instead', () => {
    const cluster = settled(volume('p', '1Gi', { persistentVolumeReclaimPolicy: 'Delete' }), claim('data', '1Gi'));
    remove(cluster, 'PersistentVolumeClaim', 'data');
    const stored = cluster.get({ apiVersion: 'v1', kind: 'PersistentVolume', name: 'p' }) as PersistentVolume;
    cluster.update({ ...stored, spec: { ...stored.spec, persistentVolumeReclaimPolicy: 'Recycle' } });
    cluster.settle();
    expect(volumeText(cluster, 'p')).toBe('Available -');
  });
});

describe('growth', () => {
  const grow = (cluster: Cluster, name: string, size: string) => {
    const stored = cluster.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name }) as PersistentVolumeClaim;
    const response = cluster.update({ ...stored, spec: { ...stored.spec, resources: { requests: { storage: size } } } });
    cluster.settle();
    return response;
  };
  const growing = (name: string): KubernetesObject & Fields => storageClass(name, { allowVolumeExpansion: true });

  test('a claim that grows waits for a resizer, which is no part of a control plane', () => {
    const cluster = settled(growing('fast'), volume('p', '5Gi', { storageClassName: 'fast' }), claim('data', '5Gi', { storageClassName: 'fast' }));
    expect(grow(cluster, 'data', '8Gi').code).toBe(200);
    expect(claimText(cluster, 'data')).toBe('Bound p 5Gi');
    expect(told(cluster, 'data')).toEqual(['Normal ExternalExpanding waiting for an external controller to expand this PVC']);
  });

  test('a request within what the claim has is no growth', () => {
    const cluster = settled(growing('fast'), volume('p', '10Gi', { storageClassName: 'fast' }), claim('data', '5Gi', { storageClassName: 'fast' }));
    expect(grow(cluster, 'data', '10Gi').code).toBe(200);
    expect(told(cluster, 'data')).toEqual([]);
  });

  test('a volume of a driver that was once built in names the driver that took over', () => {
    const disk = { storageClassName: 'fast', hostPath: undefined, awsElasticBlockStore: { volumeID: 'vol-1' } };
    const cluster = settled(growing('fast'), volume('p', '5Gi', disk), claim('data', '5Gi', { storageClassName: 'fast' }));
    grow(cluster, 'data', '8Gi');
    expect(told(cluster, 'data')).toEqual(['Normal ExternalExpanding CSI migration enabled for kubernetes.io/aws-ebs; waiting for external resizer to expand the pvc']);
    expect(cluster.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' })?.metadata.annotations?.['volume.kubernetes.io/storage-resizer']).toBe('ebs.csi.aws.com');
  });

  test('a class that does not allow it, and a claim that is not bound, refuse', () => {
    const cluster = settled(storageClass('fixed'), volume('p', '5Gi', { storageClassName: 'fixed' }), claim('data', '5Gi', { storageClassName: 'fixed' }), claim('waits', '50Gi', { storageClassName: 'fixed' }));
    expect(grow(cluster, 'data', '8Gi').message).toBe('persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
    expect(grow(cluster, 'waits', '80Gi').code).not.toBe(200);
  });
});
