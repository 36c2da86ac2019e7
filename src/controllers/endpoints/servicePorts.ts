// Which pods are the backends of a Service, and which of their ports its ports lead to. Source: pkg/api/v1/pod/util.go (FindPort), pkg/controller/endpoint/endpoints_controller.go
import { compileLabelMap, type CompiledSelector } from '../../api/labelSelector.js';
import type { WatchEvent } from '../../api/meta.js';
import { isPodReady, isPodTerminal } from '../../api/pods.js';
import type { Container, Pod, Service, ServicePort } from '../../api/types.js';

/** True when the Service's backends are found by its selector. */
export function hasSelectedBackends(service: Service): boolean {
  return service.spec?.selector !== undefined && service.spec.type !== 'ExternalName';
}

/** Which pods are the Service's backends; undefined when no selector finds them. */
export function backendSelector(service: Service): CompiledSelector | undefined {
  return hasSelectedBackends(service) ? compileLabelMap(service.spec?.selector ?? {}) : undefined;
}

/** True when the Service has no cluster IP. */
export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None' || !service.spec?.clusterIP;
}

/** The number that the port leads to in the pod; undefined when it names a port that the pod has not. */
export function targetPortOf(pod: Pod, { port, protocol = 'TCP', targetPort }: ServicePort): number | undefined {
  if (targetPort === undefined) return port;
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: Container[] = [...(pod.spec?.containers ?? []), ...sidecars];
  for (const { ports } of containers) {
    for (const { name, containerPort, protocol: declared = 'TCP' } of ports ?? []) if (name === targetPort && declared === protocol) return containerPort;
  }
  return undefined;
}

/** True when the pod can be a backend: it has an address and has not run to its end. */
export function isCandidate(pod: Pod): boolean {
  return !isPodTerminal(pod) && (pod.status?.podIP ?? '') !== '';
}

/** True when what happened to the pod can change a Service's backends. */
export function affectsBackends({ type, object, old }: WatchEvent<Pod>): boolean {
  if (type === 'ADDED') return isCandidate(object);
  return type === 'DELETED' || old === undefined || changesBackends(object, old);
}

/** Source: pkg/controller/util/endpoint/controller_utils.go (podEndpointsChanged) */
function changesBackends(object: Pod, old: Pod): boolean {
  return (
    object.status?.podIP !== old.status?.podIP ||
    isPodReady(object) !== isPodReady(old) ||
    isPodTerminal(object) !== isPodTerminal(old) ||
    object.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    object.metadata.labels !== old.metadata.labels ||
    object.spec?.hostname !== old.spec?.hostname ||
    object.spec?.subdomain !== old.spec?.subdomain ||
    object.spec?.nodeName !== old.spec?.nodeName
  );
}
