// Service: ports, addresses, traffic policies; fields that a change of type leaves behind are dropped.
// Source: pkg/apis/core/v1/defaults.go (SetDefaults_Service), pkg/registry/core/service/strategy.go, pkg/apis/core/validation/validation.go (ValidateService)
import type { Service, ServiceSpec } from '../api/types.js';
import { defineKind } from './kind.js';
import { dns1123Label } from './shared/names.js';
import { isExternallyAccessible, needsHealthCheckPort, validateService, validateServiceUpdate } from './shared/serviceRules.js';
import { serviceWarnings } from './shared/serviceWarnings.js';

const DEFAULT_AFFINITY_SECONDS = 10800;
const INTERNAL_TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer'];

/** The kind Service. */
export const service = defineKind<Service>('v1', 'Service', {
  nameRule: dns1123Label,
  allowCreateOnUpdate: true,
  setDefaults,
  validate: (object, errors) => validateService(object, errors),
  prepareForUpdate: dropFieldsOfOldType,
  validateUpdate: validateServiceUpdate,
  warnings: serviceWarnings,
});

function setDefaults(object: Service): void {
  const spec = (object.spec ??= {});
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: DEFAULT_AFFINITY_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port ?? 0;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (INTERNAL_TYPES.includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  const status = (object.status ??= {});
  const balancer = (status.loadBalancer ??= {});
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of balancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

const needsClusterIp = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName';
const needsNodePort = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
const nodePortsOf = (spec: ServiceSpec): string => [...new Set((spec.ports ?? []).map(({ nodePort = 0 }) => nodePort).filter((port) => port !== 0))].sort().join();
const listText = (list: readonly string[] | undefined): string => (list ?? []).join();

/** Source: dropTypeDependentFields */
function dropFieldsOfOldType(object: Service, old: Service): void {
  const spec = object.spec ?? {};
  const before = old.spec ?? {};
  if (needsClusterIp(before) && !needsClusterIp(spec)) {
    if ((spec.clusterIP ?? '') === (before.clusterIP ?? '') && listText(spec.clusterIPs) === listText(before.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (listText(spec.ipFamilies) === listText(before.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (needsNodePort(before) && !needsNodePort(spec) && nodePortsOf(spec) === nodePortsOf(before)) for (const port of spec.ports ?? []) delete port.nodePort;
  if (needsHealthCheckPort(before) && !needsHealthCheckPort(spec) && spec.healthCheckNodePort === before.healthCheckNodePort) delete spec.healthCheckNodePort;
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec) && spec.externalTrafficPolicy === before.externalTrafficPolicy) delete spec.externalTrafficPolicy;
}
