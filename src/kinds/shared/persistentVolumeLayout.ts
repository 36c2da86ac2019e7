// The source of a PersistentVolume as Go's internal struct prints it. Source: pkg/apis/core/types.go (PersistentVolumeSource)
import type { GoLayout, GoType } from './internalForm.js';

type Row = GoLayout[number];

const text = (goName: string, jsonName: string): Row => [goName, jsonName, 'string'];
const optional = (goName: string, jsonName: string): Row => [goName, jsonName, 'nullable'];
const READ_ONLY: Row = ['ReadOnly', 'readOnly', 'bool'];
const FS_TYPE = text('FSType', 'fsType');
const SECRET: GoType = { pointer: [text('Name', 'name'), text('Namespace', 'namespace')] };
const SECRET_REF: Row = ['SecretRef', 'secretRef', SECRET];
const OBJECT_REF: GoType = {
  pointer: [
    text('Kind', 'kind'), text('Namespace', 'namespace'), text('Name', 'name'), text('UID', 'uid'), text('APIVersion', 'apiVersion'), text('ResourceVersion', 'resourceVersion'),
    text('FieldPath', 'fieldPath'),
  ],
};

/** Every source, in the order of the struct. */
export const VOLUME_SOURCE_LAYOUT: GoLayout = [
  ['GCEPersistentDisk', 'gcePersistentDisk', { pointer: [text('PDName', 'pdName'), FS_TYPE, ['Partition', 'partition', 'int'], READ_ONLY] }],
  ['AWSElasticBlockStore', 'awsElasticBlockStore', { pointer: [text('VolumeID', 'volumeID'), FS_TYPE, ['Partition', 'partition', 'int'], READ_ONLY] }],
  ['HostPath', 'hostPath', { pointer: [text('Path', 'path'), optional('Type', 'type')] }],
  ['Glusterfs', 'glusterfs', { pointer: [text('EndpointsName', 'endpoints'), text('Path', 'path'), READ_ONLY, optional('EndpointsNamespace', 'endpointsNamespace')] }],
  ['NFS', 'nfs', { pointer: [text('Server', 'server'), text('Path', 'path'), READ_ONLY] }],
  ['RBD', 'rbd', {
    pointer: [
      optional('CephMonitors', 'monitors'), text('RBDImage', 'image'), FS_TYPE, text('RBDPool', 'pool'), text('RadosUser', 'user'), text('Keyring', 'keyring'), SECRET_REF, READ_ONLY,
    ],
  }],
  ['Quobyte', 'quobyte', { pointer: [text('Registry', 'registry'), text('Volume', 'volume'), READ_ONLY, text('User', 'user'), text('Group', 'group'), text('Tenant', 'tenant')] }],
  ['ISCSI', 'iscsi', {
    pointer: [
      text('TargetPortal', 'targetPortal'), text('IQN', 'iqn'), ['Lun', 'lun', 'int'], text('ISCSIInterface', 'iscsiInterface'), FS_TYPE, READ_ONLY, optional('Portals', 'portals'),
      ['DiscoveryCHAPAuth', 'chapAuthDiscovery', 'bool'], ['SessionCHAPAuth', 'chapAuthSession', 'bool'], SECRET_REF, optional('InitiatorName', 'initiatorName'),
    ],
  }],
  ['FlexVolume', 'flexVolume', { pointer: [text('Driver', 'driver'), FS_TYPE, SECRET_REF, READ_ONLY, optional('Options', 'options')] }],
  ['Cinder', 'cinder', { pointer: [text('VolumeID', 'volumeID'), FS_TYPE, READ_ONLY, SECRET_REF] }],
  ['CephFS', 'cephfs', { pointer: [optional('Monitors', 'monitors'), text('Path', 'path'), text('User', 'user'), text('SecretFile', 'secretFile'), SECRET_REF, READ_ONLY] }],
  ['FC', 'fc', { pointer: [optional('TargetWWNs', 'targetWWNs'), optional('Lun', 'lun'), FS_TYPE, READ_ONLY, optional('WWIDs', 'wwids')] }],
  ['Flocker', 'flocker', { pointer: [text('DatasetName', 'datasetName'), text('DatasetUUID', 'datasetUUID')] }],
  ['AzureFile', 'azureFile', { pointer: [text('SecretName', 'secretName'), text('ShareName', 'shareName'), READ_ONLY, optional('SecretNamespace', 'secretNamespace')] }],
  ['VsphereVolume', 'vsphereVolume', { pointer: [text('VolumePath', 'volumePath'), FS_TYPE, text('StoragePolicyName', 'storagePolicyName'), text('StoragePolicyID', 'storagePolicyID')] }],
  ['AzureDisk', 'azureDisk', {
    pointer: [
      text('DiskName', 'diskName'), text('DataDiskURI', 'diskURI'), optional('CachingMode', 'cachingMode'), optional('FSType', 'fsType'), optional('ReadOnly', 'readOnly'), optional('Kind', 'kind'),
    ],
  }],
  ['PhotonPersistentDisk', 'photonPersistentDisk', { pointer: [text('PdID', 'pdID'), FS_TYPE] }],
  ['PortworxVolume', 'portworxVolume', { pointer: [text('VolumeID', 'volumeID'), FS_TYPE, READ_ONLY] }],
  ['ScaleIO', 'scaleIO', {
    pointer: [
      text('Gateway', 'gateway'), text('System', 'system'), SECRET_REF, ['SSLEnabled', 'sslEnabled', 'bool'], text('ProtectionDomain', 'protectionDomain'), text('StoragePool', 'storagePool'),
      text('StorageMode', 'storageMode'), text('VolumeName', 'volumeName'), FS_TYPE, READ_ONLY,
    ],
  }],
  ['Local', 'local', { pointer: [text('Path', 'path'), optional('FSType', 'fsType')] }],
  ['StorageOS', 'storageos', { pointer: [text('VolumeName', 'volumeName'), text('VolumeNamespace', 'volumeNamespace'), FS_TYPE, READ_ONLY, ['SecretRef', 'secretRef', OBJECT_REF]] }],
  ['CSI', 'csi', {
    pointer: [
      text('Driver', 'driver'), text('VolumeHandle', 'volumeHandle'), READ_ONLY, FS_TYPE, optional('VolumeAttributes', 'volumeAttributes'),
      ['ControllerPublishSecretRef', 'controllerPublishSecretRef', SECRET], ['NodeStageSecretRef', 'nodeStageSecretRef', SECRET], ['NodePublishSecretRef', 'nodePublishSecretRef', SECRET],
      ['ControllerExpandSecretRef', 'controllerExpandSecretRef', SECRET], ['NodeExpandSecretRef', 'nodeExpandSecretRef', SECRET],
    ],
  }],
];
