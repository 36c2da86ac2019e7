// How Go's internal structs of pods print in error messages; see internalForm.ts.
// Source: pkg/apis/core/types.go
import type { GoLayout, GoType } from './internalForm.js';
import { VOLUME_SOURCE_LAYOUT } from './persistentVolumeLayout.js';

const layout = (...fields: (readonly [string, string, GoType])[]): GoLayout => fields;
const text = (...names: string[]): (readonly [string, string, GoType])[] => names.map((name) => [name, jsonName(name), 'string']);
const nullable = (...names: string[]): (readonly [string, string, GoType])[] => names.map((name) => [name, jsonName(name), 'nullable']);
const flags = (...names: string[]): (readonly [string, string, GoType])[] => names.map((name) => [name, jsonName(name), 'bool']);

/** 'RunAsUser' → 'runAsUser', 'HTTPGet' → 'httpGet', 'PDName' → 'pdName'. */
function jsonName(goName: string): string {
  const head = /^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/.exec(goName);
  return head === null ? goName : head[0].toLowerCase() + goName.slice(head[0].length);
}

const SELINUX = layout(...text('User', 'Role', 'Type', 'Level'));
const WINDOWS = layout(['GMSACredentialSpecName', 'gmsaCredentialSpecName', 'nullable'], ['GMSACredentialSpec', 'gmsaCredentialSpec', 'nullable'], ...nullable('RunAsUserName', 'HostProcess'));
/** A seccomp or AppArmor profile. */
export const PROFILE_LAYOUT = layout(['Type', 'type', 'string'], ['LocalhostProfile', 'localhostProfile', 'nullable']);
const CAPABILITIES = layout(...nullable('Add', 'Drop'));

/** The security context of a container. */
export const SECURITY_CONTEXT_LAYOUT = layout(
  ['Capabilities', 'capabilities', { pointer: CAPABILITIES }], ['Privileged', 'privileged', 'nullable'], ['SELinuxOptions', 'seLinuxOptions', { pointer: SELINUX }],
  ['WindowsOptions', 'windowsOptions', { pointer: WINDOWS }], ...nullable('RunAsUser', 'RunAsGroup', 'RunAsNonRoot', 'ReadOnlyRootFilesystem', 'AllowPrivilegeEscalation', 'ProcMount'),
  ['SeccompProfile', 'seccompProfile', { pointer: PROFILE_LAYOUT }], ['AppArmorProfile', 'appArmorProfile', { pointer: PROFILE_LAYOUT }],
);

/** A toleration. */
export const TOLERATION_LAYOUT = layout(...text('Key', 'Operator', 'Value', 'Effect'), ['TolerationSeconds', 'tolerationSeconds', 'nullable']);

/** A resource claim of a pod. */
export const RESOURCE_CLAIM_LAYOUT = layout(['Name', 'name', 'string'], ...nullable('ResourceClaimName', 'ResourceClaimTemplateName'));

const REQUIREMENT = layout(...text('Key', 'Operator'), ['Values', 'values', 'nullable']);
const NODE_TERM = layout(['MatchExpressions', 'matchExpressions', { list: REQUIREMENT }], ['MatchFields', 'matchFields', { list: REQUIREMENT }]);
/** A selector of nodes. */
export const NODE_SELECTOR_LAYOUT = layout(['NodeSelectorTerms', 'nodeSelectorTerms', { list: NODE_TERM }]);
/** A term of a selector of nodes. */
export const NODE_SELECTOR_TERM_LAYOUT = NODE_TERM;
const PREFERRED_TERM = layout(['Weight', 'weight', 'int'], ['Preference', 'preference', { struct: NODE_TERM }]);
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
/** Affinity of a pod to nodes. */
const NODE_AFFINITY_LAYOUT = layout(
  ['RequiredDuringSchedulingIgnoredDuringExecution', REQUIRED, { pointer: NODE_SELECTOR_LAYOUT }],
  ['PreferredDuringSchedulingIgnoredDuringExecution', PREFERRED, { list: PREFERRED_TERM }],
);
const POD_TERM = layout(
  ['LabelSelector', 'labelSelector', 'labelSelector'], ['Namespaces', 'namespaces', 'nullable'], ['TopologyKey', 'topologyKey', 'string'],
  ['NamespaceSelector', 'namespaceSelector', 'labelSelector'], ...nullable('MatchLabelKeys', 'MismatchLabelKeys'),
);
const WEIGHTED_POD_TERM = layout(['Weight', 'weight', 'int'], ['PodAffinityTerm', 'podAffinityTerm', { struct: POD_TERM }]);
const POD_AFFINITY = layout(
  ['RequiredDuringSchedulingIgnoredDuringExecution', REQUIRED, { list: POD_TERM }], ['PreferredDuringSchedulingIgnoredDuringExecution', PREFERRED, { list: WEIGHTED_POD_TERM }],
);
const AFFINITY = layout(
  ['NodeAffinity', 'nodeAffinity', { pointer: NODE_AFFINITY_LAYOUT }], ['PodAffinity', 'podAffinity', { pointer: POD_AFFINITY }], ['PodAntiAffinity', 'podAntiAffinity', { pointer: POD_AFFINITY }],
);

const PORT = layout(['Name', 'name', 'string'], ['HostPort', 'hostPort', 'int'], ['ContainerPort', 'containerPort', 'int'], ['Protocol', 'protocol', 'string'], ['HostIP', 'hostIP', 'string']);
const FIELD_REF = layout(['APIVersion', 'apiVersion', 'string'], ['FieldPath', 'fieldPath', 'string']);
const RESOURCE_FIELD_REF = layout(...text('ContainerName', 'Resource'), ['Divisor', 'divisor', 'quantity']);
const KEY_REF = layout(['Name', 'name', 'string'], ['Key', 'key', 'string'], ['Optional', 'optional', 'nullable']);
const FILE_KEY_REF = layout(...text('VolumeName', 'Path', 'Key'), ['Optional', 'optional', 'nullable']);
const VALUE_FROM = layout(
  ['FieldRef', 'fieldRef', { pointer: FIELD_REF }], ['ResourceFieldRef', 'resourceFieldRef', { pointer: RESOURCE_FIELD_REF }], ['ConfigMapKeyRef', 'configMapKeyRef', { pointer: KEY_REF }],
  ['SecretKeyRef', 'secretKeyRef', { pointer: KEY_REF }], ['FileKeyRef', 'fileKeyRef', { pointer: FILE_KEY_REF }],
);
const ENV = layout(...text('Name', 'Value'), ['ValueFrom', 'valueFrom', { pointer: VALUE_FROM }]);
const ENV_SOURCE = layout(['Name', 'name', 'string'], ['Optional', 'optional', 'nullable']);
const ENV_FROM = layout(['Prefix', 'prefix', 'string'], ['ConfigMapRef', 'configMapRef', { pointer: ENV_SOURCE }], ['SecretRef', 'secretRef', { pointer: ENV_SOURCE }]);
const RESOURCES = layout(...nullable('Limits', 'Requests'), ['Claims', 'claims', { list: layout(...text('Name', 'Request')) }]);
const RESIZE = layout(...text('ResourceName', 'RestartPolicy'));
const RESTART_RULE = layout(['Action', 'action', 'string'], ['ExitCodes', 'exitCodes', { pointer: layout(['Operator', 'operator', 'string'], ['Values', 'values', 'nullable']) }]);
const MOUNT = layout(
  ['Name', 'name', 'string'], ['ReadOnly', 'readOnly', 'bool'], ['RecursiveReadOnly', 'recursiveReadOnly', 'nullable'], ['MountPath', 'mountPath', 'string'],
  ['SubPath', 'subPath', 'string'], ['MountPropagation', 'mountPropagation', 'nullable'], ['SubPathExpr', 'subPathExpr', 'string'],
);
const DEVICE = layout(...text('Name', 'DevicePath'));
const EXEC = layout(['Command', 'command', 'nullable']);
const HEADER = layout(...text('Name', 'Value'));
const HTTP = layout(['Path', 'path', 'string'], ['Port', 'port', 'int'], ['Host', 'host', 'string'], ['Scheme', 'scheme', 'string'], ['HTTPHeaders', 'httpHeaders', { list: HEADER }]);
const TCP = layout(['Port', 'port', 'int'], ['Host', 'host', 'string']);
const GRPC = layout(['Port', 'port', 'int'], ['Service', 'service', 'nullable']);
const PROBE = layout(
  ['Exec', 'exec', { pointer: EXEC }], ['HTTPGet', 'httpGet', { pointer: HTTP }], ['TCPSocket', 'tcpSocket', { pointer: TCP }], ['GRPC', 'grpc', { pointer: GRPC }],
  ['InitialDelaySeconds', 'initialDelaySeconds', 'int'], ['TimeoutSeconds', 'timeoutSeconds', 'int'], ['PeriodSeconds', 'periodSeconds', 'int'],
  ['SuccessThreshold', 'successThreshold', 'int'], ['FailureThreshold', 'failureThreshold', 'int'], ['TerminationGracePeriodSeconds', 'terminationGracePeriodSeconds', 'nullable'],
);
const HOOK = layout(
  ['Exec', 'exec', { pointer: EXEC }], ['HTTPGet', 'httpGet', { pointer: HTTP }], ['TCPSocket', 'tcpSocket', { pointer: TCP }], ['Sleep', 'sleep', { pointer: layout(['Seconds', 'seconds', 'int']) }],
);
const LIFECYCLE = layout(['PostStart', 'postStart', { pointer: HOOK }], ['PreStop', 'preStop', { pointer: HOOK }], ['StopSignal', 'stopSignal', 'nullable']);
const CONTAINER_FIELDS: GoLayout = layout(
  ...text('Name', 'Image'), ...nullable('Command', 'Args'), ['WorkingDir', 'workingDir', 'string'], ['Ports', 'ports', { list: PORT }], ['EnvFrom', 'envFrom', { list: ENV_FROM }],
  ['Env', 'env', { list: ENV }], ['Resources', 'resources', { struct: RESOURCES }], ['ResizePolicy', 'resizePolicy', { list: RESIZE }], ['RestartPolicy', 'restartPolicy', 'nullable'],
  ['RestartPolicyRules', 'restartPolicyRules', { list: RESTART_RULE }], ['VolumeMounts', 'volumeMounts', { list: MOUNT }], ['VolumeDevices', 'volumeDevices', { list: DEVICE }],
  ['LivenessProbe', 'livenessProbe', { pointer: PROBE }], ['ReadinessProbe', 'readinessProbe', { pointer: PROBE }], ['StartupProbe', 'startupProbe', { pointer: PROBE }],
  ['Lifecycle', 'lifecycle', { pointer: LIFECYCLE }], ...text('TerminationMessagePath', 'TerminationMessagePolicy', 'ImagePullPolicy'),
  ['SecurityContext', 'securityContext', { pointer: SECURITY_CONTEXT_LAYOUT }], ...flags('Stdin', 'StdinOnce'), ['TTY', 'tty', 'bool'],
);
const EPHEMERAL_CONTAINER = layout(...CONTAINER_FIELDS, ['TargetContainerName', 'targetContainerName', 'string']);

const REF = layout(['Name', 'name', 'string']);
const SECRET_REF = { pointer: REF } as const;
const ITEM = layout(...text('Key', 'Path'), ['Mode', 'mode', 'nullable']);
const DOWNWARD_FILE = layout(
  ['Path', 'path', 'string'], ['FieldRef', 'fieldRef', { pointer: FIELD_REF }], ['ResourceFieldRef', 'resourceFieldRef', { pointer: RESOURCE_FIELD_REF }], ['Mode', 'mode', 'nullable'],
);
const NAMED_ITEMS = layout(['Name', 'name', 'string'], ['Items', 'items', { list: ITEM }], ['Optional', 'optional', 'nullable']);
const TOKEN = layout(['Audience', 'audience', 'string'], ['ExpirationSeconds', 'expirationSeconds', 'int'], ['Path', 'path', 'string']);
const TRUST_BUNDLE = layout(...nullable('Name', 'SignerName'), ['LabelSelector', 'labelSelector', 'labelSelector'], ['Optional', 'optional', 'nullable'], ['Path', 'path', 'string']);
const PROJECTION = layout(
  ['Secret', 'secret', { pointer: NAMED_ITEMS }], ['DownwardAPI', 'downwardAPI', { pointer: layout(['Items', 'items', { list: DOWNWARD_FILE }]) }], ['ConfigMap', 'configMap', { pointer: NAMED_ITEMS }],
  ['ServiceAccountToken', 'serviceAccountToken', { pointer: TOKEN }], ['ClusterTrustBundle', 'clusterTrustBundle', { pointer: TRUST_BUNDLE }], ['PodCertificate', 'podCertificate', 'nullable'],
);
const CLAIM_RESOURCES = layout(...nullable('Limits', 'Requests'));
const TYPED_REF = layout(['APIGroup', 'apiGroup', 'nullable'], ...text('Kind', 'Name'));
/** The spec of a persistent volume claim. */
export const CLAIM_SPEC_LAYOUT = layout(
  ['AccessModes', 'accessModes', 'nullable'], ['Selector', 'selector', 'labelSelector'], ['Resources', 'resources', { struct: CLAIM_RESOURCES }], ['VolumeName', 'volumeName', 'string'],
  ...nullable('StorageClassName', 'VolumeMode'), ['DataSource', 'dataSource', { pointer: TYPED_REF }],
  ['DataSourceRef', 'dataSourceRef', { pointer: layout(...TYPED_REF, ['Namespace', 'namespace', 'nullable']) }], ['VolumeAttributesClassName', 'volumeAttributesClassName', 'nullable'],
);
/** The source of a persistent volume as a pod has it: its secret is one of the pod's namespace. */
function inPod(goName: string): readonly [string, string, GoType] {
  const [, name, type] = VOLUME_SOURCE_LAYOUT.find(([source]) => source === goName) as GoLayout[number];
  const fields = (type as { pointer: GoLayout }).pointer.map((row): GoLayout[number] => (row[0] === 'SecretRef' ? ['SecretRef', 'secretRef', SECRET_REF] : row));
  return [goName, name, { pointer: fields }];
}

const VOLUME = layout(
  ['Name', 'name', 'string'],
  ['HostPath', 'hostPath', { pointer: layout(['Path', 'path', 'string'], ['Type', 'type', 'nullable']) }],
  ['EmptyDir', 'emptyDir', { pointer: layout(['Medium', 'medium', 'string'], ['SizeLimit', 'sizeLimit', 'nullable']) }],
  ['GCEPersistentDisk', 'gcePersistentDisk', { pointer: layout(['PDName', 'pdName', 'string'], ['FSType', 'fsType', 'string'], ['Partition', 'partition', 'int'], ['ReadOnly', 'readOnly', 'bool']) }],
  ['AWSElasticBlockStore', 'awsElasticBlockStore', { pointer: layout(['VolumeID', 'volumeID', 'string'], ['FSType', 'fsType', 'string'], ['Partition', 'partition', 'int'], ['ReadOnly', 'readOnly', 'bool']) }],
  ['GitRepo', 'gitRepo', { pointer: layout(...text('Repository', 'Revision', 'Directory')) }],
  ['Secret', 'secret', { pointer: layout(['SecretName', 'secretName', 'string'], ['Items', 'items', { list: ITEM }], ...nullable('DefaultMode', 'Optional')) }],
  ['NFS', 'nfs', { pointer: layout(...text('Server', 'Path'), ['ReadOnly', 'readOnly', 'bool']) }],
  inPod('ISCSI'),
  ['Glusterfs', 'glusterfs', { pointer: layout(['EndpointsName', 'endpoints', 'string'], ['Path', 'path', 'string'], ['ReadOnly', 'readOnly', 'bool']) }],
  ['PersistentVolumeClaim', 'persistentVolumeClaim', { pointer: layout(['ClaimName', 'claimName', 'string'], ['ReadOnly', 'readOnly', 'bool']) }],
  inPod('RBD'), inPod('Quobyte'),
  ['FlexVolume', 'flexVolume', { pointer: layout(['Driver', 'driver', 'string'], ['FSType', 'fsType', 'string'], ['SecretRef', 'secretRef', SECRET_REF], ['ReadOnly', 'readOnly', 'bool'], ['Options', 'options', 'nullable']) }],
  inPod('Cinder'), inPod('CephFS'), ['Flocker', 'flocker', { pointer: layout(['DatasetName', 'datasetName', 'string'], ['DatasetUUID', 'datasetUUID', 'string']) }],
  ['DownwardAPI', 'downwardAPI', { pointer: layout(['Items', 'items', { list: DOWNWARD_FILE }], ['DefaultMode', 'defaultMode', 'nullable']) }],
  inPod('FC'),
  ['AzureFile', 'azureFile', { pointer: layout(...text('SecretName', 'ShareName'), ['ReadOnly', 'readOnly', 'bool']) }],
  ['ConfigMap', 'configMap', { pointer: layout(['Name', 'name', 'string'], ['Items', 'items', { list: ITEM }], ...nullable('DefaultMode', 'Optional')) }],
  inPod('VsphereVolume'), inPod('AzureDisk'), inPod('PhotonPersistentDisk'),
  ['Projected', 'projected', { pointer: layout(['Sources', 'sources', { list: PROJECTION }], ['DefaultMode', 'defaultMode', 'nullable']) }],
  inPod('PortworxVolume'), inPod('ScaleIO'), inPod('StorageOS'),
  ['CSI', 'csi', { pointer: layout(['Driver', 'driver', 'string'], ['ReadOnly', 'readOnly', 'nullable'], ['FSType', 'fsType', 'nullable'], ['VolumeAttributes', 'volumeAttributes', 'nullable'], ['NodePublishSecretRef', 'nodePublishSecretRef', SECRET_REF]) }],
  ['Ephemeral', 'ephemeral', { pointer: layout(['VolumeClaimTemplate', 'volumeClaimTemplate', { pointer: layout(['', 'metadata', 'templateMeta'], ['Spec', 'spec', { struct: CLAIM_SPEC_LAYOUT }]) }]) }],
  ['Image', 'image', { pointer: layout(...text('Reference', 'PullPolicy')) }],
);

const POD_SECURITY_CONTEXT = layout(
  ...flags('HostNetwork', 'HostPID', 'HostIPC'), ...nullable('ShareProcessNamespace', 'HostUsers'), ['SELinuxOptions', 'seLinuxOptions', { pointer: SELINUX }], ['WindowsOptions', 'windowsOptions', { pointer: WINDOWS }],
  ...nullable('RunAsUser', 'RunAsGroup', 'RunAsNonRoot', 'SupplementalGroups', 'SupplementalGroupsPolicy'), ['FSGroup', 'fsGroup', 'nullable'], ['FSGroupChangePolicy', 'fsGroupChangePolicy', 'nullable'],
  ['Sysctls', 'sysctls', { list: HEADER }], ['SeccompProfile', 'seccompProfile', { pointer: PROFILE_LAYOUT }], ['AppArmorProfile', 'appArmorProfile', { pointer: PROFILE_LAYOUT }],
  ['SELinuxChangePolicy', 'seLinuxChangePolicy', 'nullable'],
);
const SPREAD = layout(
  ['MaxSkew', 'maxSkew', 'int'], ...text('TopologyKey', 'WhenUnsatisfiable'), ['LabelSelector', 'labelSelector', 'labelSelector'],
  ...nullable('MinDomains', 'NodeAffinityPolicy', 'NodeTaintsPolicy', 'MatchLabelKeys'),
);
const DNS_CONFIG = layout(...nullable('Nameservers', 'Searches'), ['Options', 'options', { list: layout(['Name', 'name', 'string'], ['Value', 'value', 'nullable']) }]);

/** A pod spec; `hostNetwork` and its like must stand in `securityContext`, where the internal struct keeps them. */
export const POD_SPEC_LAYOUT = layout(
  ['Volumes', 'volumes', { list: VOLUME }], ['InitContainers', 'initContainers', { list: CONTAINER_FIELDS }], ['Containers', 'containers', { list: CONTAINER_FIELDS }],
  ['EphemeralContainers', 'ephemeralContainers', { list: EPHEMERAL_CONTAINER }], ['RestartPolicy', 'restartPolicy', 'string'],
  ...nullable('TerminationGracePeriodSeconds', 'ActiveDeadlineSeconds'), ['DNSPolicy', 'dnsPolicy', 'string'], ['NodeSelector', 'nodeSelector', 'nullable'],
  ['ServiceAccountName', 'serviceAccountName', 'string'], ['AutomountServiceAccountToken', 'automountServiceAccountToken', 'nullable'], ['NodeName', 'nodeName', 'string'],
  ['SecurityContext', 'securityContext', { pointer: POD_SECURITY_CONTEXT }], ['ImagePullSecrets', 'imagePullSecrets', { list: REF }], ...text('Hostname', 'Subdomain'),
  ['SetHostnameAsFQDN', 'setHostnameAsFQDN', 'nullable'], ['Affinity', 'affinity', { pointer: AFFINITY }], ['SchedulerName', 'schedulerName', 'string'],
  ['Tolerations', 'tolerations', { list: TOLERATION_LAYOUT }], ['HostAliases', 'hostAliases', { list: layout(['IP', 'ip', 'string'], ['Hostnames', 'hostnames', 'nullable']) }],
  ['PriorityClassName', 'priorityClassName', 'string'], ...nullable('Priority', 'PreemptionPolicy'), ['DNSConfig', 'dnsConfig', { pointer: DNS_CONFIG }],
  ['ReadinessGates', 'readinessGates', { list: layout(['ConditionType', 'conditionType', 'string']) }], ...nullable('RuntimeClassName', 'Overhead', 'EnableServiceLinks'),
  ['TopologySpreadConstraints', 'topologySpreadConstraints', { list: SPREAD }], ['OS', 'os', { pointer: REF }], ['SchedulingGates', 'schedulingGates', { list: REF }],
  ['ResourceClaims', 'resourceClaims', { list: RESOURCE_CLAIM_LAYOUT }], ['Resources', 'resources', { pointer: RESOURCES }], ['HostnameOverride', 'hostnameOverride', 'nullable'],
  ['SchedulingGroup', 'schedulingGroup', 'nullable'],
);
