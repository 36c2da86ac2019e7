// Volumes, claims and storage classes.
import { describe, test } from 'vitest';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const volume = (spec: object): object => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec } });
const claim = (spec: object): object => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec } });
const NFS = { nfs: { server: 's', path: '/x' } };

describe('PersistentVolume', () => {
  test.each<[string, object, string]>([
    ['no source', {}, 'spec: Required value: must specify a volume type'],
    ['two sources', { ...NFS, hostPath: { path: '/a' } }, 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
    ['no capacity', { ...NFS, capacity: {} }, '[spec.capacity: Required value, spec.capacity: Unsupported value: {}: supported values: "storage"]'],
    ['a capacity of nothing', { ...NFS, capacity: { storage: '0' } }, 'spec.capacity[storage]: Invalid value: "0": must be greater than zero'],
    ['a local volume anywhere', { local: { path: '/mnt' } }, 'spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ['recycling the root', { hostPath: { path: '/.//' }, persistentVolumeReclaimPolicy: 'Recycle' }, "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ['an attributes class without a driver', { ...NFS, volumeAttributesClassName: 'fast' }, 'spec.csi: Required value: has to be specified when using volumeAttributesClassName'],
    ['a mode that wants to be alone', { ...NFS, accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] }, 'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
  ])('%s', (_title, spec, verdict) => expectVerdict(volume(spec), verdict));

  test('mount options in an annotation are for the sources of old', () => {
    const annotated = (spec: object): object => ({ ...volume(spec), metadata: { name: 'v', annotations: { 'volume.beta.kubernetes.io/mount-options': 'ro' } } });
    const refusal = 'metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type';
    const hostPath = { hostPath: { path: '/x' } };
    expectVerdict(annotated(NFS), 'accepted');
    expectVerdict(annotated({ csi: { driver: 'd', volumeHandle: 'h' } }), refusal);
    expectVerdict(annotated(hostPath), refusal);
    expectUpdateVerdict(volume(hostPath), annotated(hostPath), refusal);
  });
  test('defaults of sources', () => {
    expectStored(volume({ rbd: { monitors: ['m'], image: 'i' } }), { spec: { rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }, persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      ['spec.rbd: deprecated in v1.28, non-functional in v1.31+']);
  });
  test('the source stays', () => {
    expectUpdateVerdict(volume(NFS), volume({ nfs: { server: 's', path: '/y' } }), [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation', '@@ -5,7 +5,7 @@', '  "Glusterfs": null,', '  "NFS": {', '   "Server": "s",', '-  "Path": "/x",',
      '+  "Path": "/y",', '   "ReadOnly": false', '  },', '  "RBD": null,', '',
    ].join('\n'));
  });
});

describe('PersistentVolumeClaim', () => {
  test.each<[string, object, string]>([
    ['no size', { resources: {} }, 'spec.resources[storage]: Required value'],
    ['no modes', { accessModes: [] }, 'spec.accessModes: Required value: at least 1 access mode is required'],
    ['the empty class', { storageClassName: '' }, 'accepted'],
    ['a source of the core group that is no claim', { dataSource: { kind: 'Pod', name: 'p' } }, 'accepted'],
  ])('%s', (_title, spec, verdict) => expectVerdict(claim(spec), verdict));

  test('both names of a data source', () => {
    expectStored(claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'a' } }), { spec: { dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a' }, volumeMode: 'Filesystem' } });
  });
  test('a fraction of a byte', () => {
    expectStored(claim({ resources: { requests: { storage: '1500m' } } }), {}, ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer']);
  });
  test('a claim that is not bound cannot grow', () => {
    expectUpdateVerdict(claim({}), claim({ resources: { requests: { storage: '3Gi' } } }), [
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims', '@@ -6,7 +6,7 @@', '  "Resources": {', '   "Limits": null,', '   "Requests": {',
      '-   "storage": "2Gi"', '+   "storage": "3Gi"', '   }', '  },', '  "VolumeName": "",', '',
    ].join('\n'));
  });
});

describe('StorageClass', () => {
  const storageClass = (fields: object): object => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 's' }, provisioner: 'a.io/b', ...fields });
  test('defaults', () => expectStored(storageClass({}), { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }));
  test('an empty topology counts as a repetition', () => expectVerdict(storageClass({ allowedTopologies: [{}] }), 'allowedTopologies[0].matchLabelExpressions: Duplicate value: ""'));
  test('a wrong provisioner is shown in lower case', () => expectVerdict(storageClass({ provisioner: 'A.io/B C' }),
    "provisioner: Invalid value: \"a.io/b c\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"));
  test('parameters stay', () => expectUpdateVerdict(storageClass({ parameters: { a: '1' } }), storageClass({ parameters: { b: '2' } }), 'parameters: Invalid value: {"b":"2"}: field is immutable'));
});
