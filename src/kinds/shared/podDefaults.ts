// What the server fills in for pod specs and templates, and what it drops because its feature is off. Everything may run twice on one object.
// Source: pkg/apis/core/v1/defaults.go, pkg/apis/core/v1/zz_generated.defaults.go, pkg/api/pod/util.go (DropDisabledPodFields)
import { defaultPullPolicy } from '../../api/imageReference.js';
import { podLimits, podRequests } from '../../api/podRequests.js';
import type { Container, DownwardAPIVolumeFile, Lifecycle, LifecycleHandler, ObjectMeta, PodSpec, PodTemplateSpec, Probe, Volume, VolumeProjection } from '../../api/types.js';
import { isHugePageResourceName, roundResourceList } from './resourceNames.js';

const FILE_MODE = 0o644;
const GRACE_SECONDS = 30;
const TOKEN_SECONDS = 3600;

/** Annotations that once held the init containers of a pod and their state. */
const INIT_CONTAINER_ANNOTATIONS = [
  'pod.beta.kubernetes.io/init-containers', 'pod.alpha.kubernetes.io/init-containers', 'pod.beta.kubernetes.io/init-container-statuses', 'pod.alpha.kubernetes.io/init-container-statuses',
] as const;

/** Drops the annotations that mean nothing any more, of a pod or a template. Source: pkg/apis/core/v1/conversion.go (dropInitContainerAnnotations) */
export function dropInitContainerAnnotations(metadata: ObjectMeta): void {
  if (metadata.annotations === undefined) return;
  for (const key of INIT_CONTAINER_ANNOTATIONS) {
    if (metadata.annotations[key] === undefined) continue;
    const { [key]: _meaningless, ...kept } = metadata.annotations;
    metadata.annotations = kept;
  }
}

/** Fills in a template. */
export function setPodTemplateDefaults(template: PodTemplateSpec): void {
  template.metadata ??= {};
  dropInitContainerAnnotations(template.metadata);
  template.spec ??= { containers: [] };
  setPodSpecDefaults(template.spec);
}

/** Fills in what pods and templates have in common. */
export function setPodSpecDefaults(spec: PodSpec): void {
  // What is frozen came out of the store, where nothing is missing.
  if (Object.isFrozen(spec)) return;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= GRACE_SECONDS;
  spec.schedulerName ||= 'default-scheduler';
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  if (spec.volumes !== undefined) for (const volume of spec.volumes) setVolumeDefaults(volume);
  for (const container of spec.containers ?? []) setContainerDefaults(container);
  if (spec.initContainers !== undefined) for (const container of spec.initContainers) setContainerDefaults(container);
  if (spec.ephemeralContainers !== undefined) for (const container of spec.ephemeralContainers) setContainerDefaults(container);
  if (spec.overhead !== undefined) roundResourceList(spec.overhead);
  if (spec.resources !== undefined) roundResources(spec.resources);
}

/** Fills in what only pods have: requests from limits, host ports, links to services. */
export function setPodDefaults(spec: PodSpec): void {
  spec.enableServiceLinks ??= true;
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  const setDefaults = (container: Container): void => setContainerDefaultsOfPod(container, spec.hostNetwork === true);
  spec.containers?.forEach(setDefaults);
  spec.initContainers?.forEach(setDefaults);
  if (spec.resources !== undefined) setPodLevelDefaults(spec);
}

/** Limits stand for requests that are missing, and on the host's network a port for its host port. */
function setContainerDefaultsOfPod({ resources, ports }: Container, isOnHostNetwork: boolean): void {
  if (resources?.limits !== undefined) {
    for (const name in resources.limits) {
      if (resources.requests?.[name] === undefined) (resources.requests ??= {})[name] = resources.limits[name] as string;
    }
  }
  if (isOnHostNetwork) for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}

/** Source: setDefaultPodRequests, setDefaultHugePagesLimits */
function setPodLevelDefaults(spec: PodSpec): void {
  const resources = spec.resources ?? {};
  const containerLimits = podLimits({ spec }, { skipPodLevel: true, skipOverhead: true });
  for (const name in containerLimits) {
    if (isHugePageResourceName(name) && resources.limits?.[name] === undefined && resources.requests?.[name] === undefined) (resources.limits ??= {})[name] = containerLimits[name] as string;
  }
  if (Object.keys(resources.limits ?? {}).length === 0) return;
  const containerRequests = podRequests({ spec }, { skipPodLevel: true, skipOverhead: true });
  for (const name of ['cpu', 'memory']) {
    if (resources.requests?.[name] === undefined && containerRequests[name] !== undefined) (resources.requests ??= {})[name] = containerRequests[name];
  }
  for (const name in resources.limits) {
    const isSupported = name === 'cpu' || name === 'memory' || isHugePageResourceName(name);
    if (isSupported && resources.requests?.[name] === undefined) (resources.requests ??= {})[name] = resources.limits[name] as string;
  }
}

function roundResources(resources: { limits?: Record<string, string>; requests?: Record<string, string> }): void {
  if (resources.limits !== undefined) roundResourceList(resources.limits);
  if (resources.requests !== undefined) roundResourceList(resources.requests);
}

function setContainerDefaults(container: Container): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  roundResources(container.resources);
  if (container.ports !== undefined) for (const port of container.ports) port.protocol ||= 'TCP';
  if (container.env !== undefined) {
    for (const { valueFrom } of container.env) {
      if (valueFrom === undefined) continue;
      if (valueFrom.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ||= 'v1';
      if (valueFrom.fileKeyRef !== undefined) valueFrom.fileKeyRef.optional ??= false;
    }
  }
  if (container.livenessProbe !== undefined) setProbeDefaults(container.livenessProbe);
  if (container.readinessProbe !== undefined) setProbeDefaults(container.readinessProbe);
  if (container.startupProbe !== undefined) setProbeDefaults(container.startupProbe);
  if (container.lifecycle?.postStart !== undefined) setHttpGetDefaults(container.lifecycle.postStart);
  if (container.lifecycle?.preStop !== undefined) setHttpGetDefaults(container.lifecycle.preStop);
}

function setProbeDefaults(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
  setHttpGetDefaults(probe);
}

function setHttpGetDefaults({ httpGet }: Pick<LifecycleHandler, 'httpGet'>): void {
  if (httpGet === undefined) return;
  httpGet.path ||= '/';
  httpGet.scheme ||= 'HTTP';
}

function setFieldRefDefaults(files: readonly DownwardAPIVolumeFile[] | undefined): void {
  for (const { fieldRef } of files ?? []) if (fieldRef !== undefined) fieldRef.apiVersion ||= 'v1';
}

function hasSource(volume: Volume): boolean {
  for (const field in volume) if (field !== 'name' && volume[field as keyof Volume] !== undefined) return true;
  return false;
}

function setVolumeDefaults(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {};
  const { secret, configMap, downwardAPI, projected, ephemeral, image } = volume;
  if (secret !== undefined) secret.defaultMode ??= FILE_MODE;
  if (configMap !== undefined) configMap.defaultMode ??= FILE_MODE;
  if (downwardAPI !== undefined) {
    downwardAPI.defaultMode ??= FILE_MODE;
    setFieldRefDefaults(downwardAPI.items);
  }
  if (projected !== undefined && !Object.isFrozen(projected)) {
    projected.defaultMode ??= FILE_MODE;
    for (const source of projected.sources ?? []) {
      if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
      setFieldRefDefaults(source.downwardAPI?.items);
    }
  }
  if (ephemeral?.volumeClaimTemplate !== undefined) {
    const template = ephemeral.volumeClaimTemplate;
    template.metadata ??= {};
    template.spec ??= {};
    template.spec.volumeMode ??= 'Filesystem';
    if (template.spec.resources !== undefined) roundResources(template.spec.resources);
  }
  if (image !== undefined) image.pullPolicy ||= defaultPullPolicy(image.reference ?? '');
  setSharedSourceDefaults(volume);
}

/** The sources that persistent volumes have too. */
export function setSharedSourceDefaults(volume: Pick<Volume, 'hostPath' | 'iscsi' | 'rbd' | 'azureDisk' | 'scaleIO'>): void {
  const { hostPath, iscsi, rbd, azureDisk, scaleIO } = volume;
  if (hostPath !== undefined) hostPath.type ??= '';
  if (iscsi !== undefined) iscsi.iscsiInterface ||= 'default';
  if (rbd !== undefined) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk !== undefined) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO !== undefined) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
}

/** Drops the fields whose feature is off in this version. */
export function dropDisabledPodFields(spec: PodSpec | undefined): void {
  if (spec === undefined || Object.isFrozen(spec)) return;
  if (spec.schedulingGroup !== undefined) delete spec.schedulingGroup;
  spec.containers?.forEach(dropStopSignal);
  spec.initContainers?.forEach(dropStopSignal);
  spec.ephemeralContainers?.forEach(dropStopSignal);
  spec.volumes?.forEach(({ projected }) => projected?.sources?.forEach(dropCertificates));
}

function dropStopSignal(container: { lifecycle?: Lifecycle }): void {
  const { lifecycle } = container;
  if (lifecycle?.stopSignal === undefined) return;
  delete lifecycle.stopSignal;
  if (lifecycle.postStart === undefined && lifecycle.preStop === undefined) delete container.lifecycle;
}

function dropCertificates(source: VolumeProjection): void {
  if (source.clusterTrustBundle !== undefined) delete source.clusterTrustBundle;
  if (source.podCertificate !== undefined) delete source.podCertificate;
}
