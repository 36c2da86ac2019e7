// The rules of a Service and of its changes. Source: pkg/apis/core/validation/validation.go (ValidateService, ValidateServiceUpdate)
import { asJson, duplicate, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../../api/fieldPath.js';
import type { Service, ServicePort, ServiceSpec } from '../../api/types.js';
import { validateOneOf } from './checks.js';
import { asInternal, type GoLayout } from './internalForm.js';
import { validateCidr, validateEndpointIp, validateIp } from './ip.js';
import { validateDns1123Label, validateDns1123Subdomain, validatePortNumber, validatePortNumberOrName, validateQualifiedName } from './names.js';
import { validateLabels } from './objectMeta.js';
import { validateServiceIPs } from './serviceIPs.js';

const SPEC = rootPath('spec');
const ANNOTATIONS = child(rootPath('metadata'), 'annotations');
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86400;
const FOR_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
const SET_ONCE = 'may not change once set';
const PORT: GoLayout = [
  ['Name', 'name', 'string'], ['Protocol', 'protocol', 'string'], ['AppProtocol', 'appProtocol', 'nullable'], ['Port', 'port', 'int'], ['TargetPort', 'targetPort', 'int'],
  ['NodePort', 'nodePort', 'int'],
];

/** True when the service has no address of its own. */
export function isHeadless({ clusterIPs }: ServiceSpec): boolean {
  return clusterIPs?.length === 1 && clusterIPs[0] === 'None';
}

/** True when traffic from outside can come in. Source: pkg/api/service/util.go (ExternallyAccessible) */
export function isExternallyAccessible({ type, externalIPs }: ServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs ?? []).length > 0);
}

/** True when load balancers ask nodes for their health. Source: pkg/api/service/util.go (NeedsHealthCheck) */
export function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** Checks a service; of an update, values that stood there before are not judged anew. */
export function validateService({ metadata, spec = {} }: Service, errors: FieldErrors, old?: Service): void {
  const hints = metadata.annotations?.[TOPOLOGY_HINTS];
  const mode = metadata.annotations?.[TOPOLOGY_MODE];
  if (hints !== undefined && mode !== undefined && hints !== mode) invalid(errors, keyed(ANNOTATIONS, TOPOLOGY_MODE), mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`);
  const { ports = [] } = spec;
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') required(errors, child(SPEC, 'ports'));
  validateForType(spec, errors);
  const names = new Set<string>();
  ports.forEach((port, index) => validatePort(port, { needsName: ports.length > 1, names }, indexed(child(SPEC, 'ports'), index), errors));
  if (spec.selector !== undefined) validateLabels(spec.selector, child(SPEC, 'selector'), errors);
  validateAffinity(spec, errors);
  validateServiceIPs(spec, errors, old?.spec?.clusterIPs);
  spec.externalIPs?.forEach((ip, index) => {
    const path = indexed(child(SPEC, 'externalIPs'), index);
    const before = errors.length;
    validateIp(ip, path, errors, old?.spec?.externalIPs);
    if (errors.length === before && old?.spec?.externalIPs?.includes(ip) !== true) validateEndpointIp(ip, path, errors);
  });
  if (!spec.type) required(errors, child(SPEC, 'type'));
  else validateOneOf(spec.type, TYPES, child(SPEC, 'type'), errors);
  validatePortPairs(spec, errors);
  validateSourceRanges(spec, metadata.annotations?.[SOURCE_RANGES_ANNOTATION], errors, old);
  if (spec.type === 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === undefined) required(errors, child(SPEC, 'allocateLoadBalancerNodePorts'));
  } else if (spec.allocateLoadBalancerNodePorts !== undefined) forbidden(errors, child(SPEC, 'allocateLoadBalancerNodePorts'), FOR_BALANCERS);
  validateBalancerClass(spec, errors);
  validateTrafficPolicies(spec, errors);
}

function validateForType(spec: ServiceSpec, errors: FieldErrors): void {
  const noAddress = indexed(child(SPEC, 'clusterIPs'), 0);
  switch (spec.type) {
    case 'LoadBalancer':
      if (isHeadless(spec)) invalid(errors, noAddress, 'None', "may not be set to 'None' for LoadBalancer services");
      break;
    case 'NodePort':
      if (isHeadless(spec)) invalid(errors, noAddress, 'None', "may not be set to 'None' for NodePort services");
      break;
    case 'ExternalName': {
      const reason = 'may not be set for ExternalName services';
      if ((spec.clusterIPs ?? []).length > 0) forbidden(errors, child(SPEC, 'clusterIPs'), reason);
      if ((spec.ipFamilies ?? []).length > 0) forbidden(errors, child(SPEC, 'ipFamilies'), reason);
      if (spec.ipFamilyPolicy !== undefined) forbidden(errors, child(SPEC, 'ipFamilyPolicy'), reason);
      const { externalName = '' } = spec;
      const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
      if (name === '') required(errors, child(SPEC, 'externalName'));
      else validateDns1123Subdomain(name, child(SPEC, 'externalName'), errors);
      break;
    }
    default:
  }
}

function validatePort(port: ServicePort, { needsName, names }: { needsName: boolean; names: Set<string> }, path: FieldPath, errors: FieldErrors): void {
  const { name = '', protocol = '', appProtocol, targetPort = 0 } = port;
  if (name !== '') {
    validateDns1123Label(name, child(path, 'name'), errors);
    if (names.has(name)) duplicate(errors, child(path, 'name'), name);
    names.add(name);
  } else if (needsName) required(errors, child(path, 'name'));
  validatePortNumber(port.port ?? 0, child(path, 'port'), errors);
  if (protocol === '') required(errors, child(path, 'protocol'));
  else validateOneOf(protocol, ['SCTP', 'TCP', 'UDP'], child(path, 'protocol'), errors);
  validatePortNumberOrName(targetPort, child(path, 'targetPort'), errors);
  if (appProtocol !== undefined) validateQualifiedName(appProtocol, child(path, 'appProtocol'), errors);
}

function validateAffinity({ sessionAffinity = '', sessionAffinityConfig }: ServiceSpec, errors: FieldErrors): void {
  if (sessionAffinity === '') required(errors, child(SPEC, 'sessionAffinity'));
  else validateOneOf(sessionAffinity, ['ClientIP', 'None'], child(SPEC, 'sessionAffinity'), errors);
  const path = child(SPEC, 'sessionAffinityConfig');
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) forbidden(errors, path, 'must not be set when session affinity is None');
  if (sessionAffinity !== 'ClientIP') return;
  const reason = 'when session affinity type is ClientIP';
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const at = child(child(path, 'clientIP'), 'timeoutSeconds');
  if (sessionAffinityConfig === undefined) required(errors, path, reason);
  else if (sessionAffinityConfig.clientIP === undefined) required(errors, child(path, 'clientIP'), reason);
  else if (seconds === undefined) required(errors, at, reason);
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) invalid(errors, at, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`);
}

function validatePortPairs({ type, ports = [] }: ServiceSpec, errors: FieldErrors): void {
  const at = (index: number): FieldPath => indexed(child(SPEC, 'ports'), index);
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort = 0 }, index) => {
      if (nodePort !== 0) forbidden(errors, child(at(index), 'nodePort'), "may not be used when `type` is 'ClusterIP'");
    });
  }
  const nodePorts = new Set<string>();
  ports.forEach(({ protocol, nodePort = 0 }, index) => {
    if (nodePort === 0) return;
    const pair = `${protocol} ${nodePort}`;
    if (nodePorts.has(pair)) duplicate(errors, child(at(index), 'nodePort'), nodePort);
    nodePorts.add(pair);
  });
  const pairs = new Set<string>();
  ports.forEach(({ protocol, port }, index) => {
    const pair = `${protocol} ${port}`;
    if (pairs.has(pair)) duplicate(errors, at(index), asInternal(PORT, { protocol, port }));
    pairs.add(pair);
  });
}

function validateSourceRanges(spec: ServiceSpec, annotation: string | undefined, errors: FieldErrors, old: Service | undefined): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const known = (old?.spec?.loadBalancerSourceRanges ?? []).map((range) => range.trim());
  if (ranges.length > 0) {
    const path = child(SPEC, 'LoadBalancerSourceRanges');
    if (spec.type !== 'LoadBalancer') forbidden(errors, path, FOR_BALANCERS);
    ranges.forEach((range, index) => validateCidr(range.trim(), indexed(path, index), errors, known));
  } else if (annotation !== undefined) {
    const path = keyed(ANNOTATIONS, SOURCE_RANGES_ANNOTATION);
    if (spec.type !== 'LoadBalancer') forbidden(errors, path, FOR_BALANCERS);
    if (annotation === old?.metadata.annotations?.[SOURCE_RANGES_ANNOTATION] || annotation.trim() === '') return;
    for (const range of annotation.split(',')) validateCidr(range.trim(), path, errors, known);
  }
}

function validateBalancerClass({ type, loadBalancerClass }: ServiceSpec, errors: FieldErrors): void {
  if (loadBalancerClass === undefined) return;
  const path = child(SPEC, 'loadBalancerClass');
  if (type === 'LoadBalancer') validateQualifiedName(loadBalancerClass, path, errors);
  else forbidden(errors, path, FOR_BALANCERS);
}

function validateTrafficPolicies(spec: ServiceSpec, errors: FieldErrors): void {
  const { externalTrafficPolicy = '', healthCheckNodePort = 0, internalTrafficPolicy, trafficDistribution } = spec;
  const external = child(SPEC, 'externalTrafficPolicy');
  if (!isExternallyAccessible(spec)) {
    if (externalTrafficPolicy !== '') invalid(errors, external, asJson(externalTrafficPolicy), 'may only be set for externally-accessible services');
  } else if (externalTrafficPolicy === '') required(errors, external);
  else validateOneOf(externalTrafficPolicy, POLICIES, external, errors);
  const health = child(SPEC, 'healthCheckNodePort');
  if (!needsHealthCheckPort(spec)) {
    if (healthCheckNodePort !== 0) invalid(errors, health, healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  } else if (healthCheckNodePort === 0) required(errors, health);
  else validatePortNumber(healthCheckNodePort, health, errors);
  const internal = child(SPEC, 'internalTrafficPolicy');
  if (internalTrafficPolicy !== undefined) validateOneOf(internalTrafficPolicy, POLICIES, internal, errors);
  else if (spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer') required(errors, internal);
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) notSupported(errors, child(SPEC, 'trafficDistribution'), trafficDistribution, DISTRIBUTIONS);
}

/** Checks a change: addresses and families stay, a second one may come and go. */
export function validateServiceUpdate(object: Service, old: Service, errors: FieldErrors): void {
  const spec = object.spec ?? {};
  const before = old.spec ?? {};
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    validateAddressChange(spec, before, errors);
    validateFamilyChange(spec, before, errors);
  }
  if (before.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && before.loadBalancerClass !== spec.loadBalancerClass) {
    invalid(errors, child(SPEC, 'loadBalancerClass'), asJson(spec.loadBalancerClass ?? null), SET_ONCE);
  }
  // The class is checked here and once more with the rest; a text that stands twice shows once.
  validateBalancerClass(spec, errors);
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec) && before.healthCheckNodePort !== spec.healthCheckNodePort) {
    forbidden(errors, child(SPEC, 'healthCheckNodePort'), 'field is immutable');
  }
  validateService(object, errors, old);
}

function validateAddressChange(spec: ServiceSpec, before: ServiceSpec, errors: FieldErrors): void {
  if (isHeadless(before) && isHeadless(spec)) return;
  const path = child(SPEC, 'clusterIPs');
  const shown = asJson(spec.clusterIPs ?? null);
  const ips = spec.clusterIPs ?? [];
  const oldIps = before.clusterIPs ?? [];
  if (oldIps.length === ips.length) {
    oldIps.forEach((ip, index) => {
      if (ip !== ips[index]) invalid(errors, indexed(path, index), shown, SET_ONCE);
    });
    return;
  }
  if (oldIps.length > ips.length && ips.length === 0) invalid(errors, indexed(path, 0), shown, 'primary clusterIP can not be unset');
  if (oldIps.length > 0 && ips.length > 0 && ips[0] !== oldIps[0]) invalid(errors, indexed(path, 0), shown, SET_ONCE);
  if (oldIps.length > ips.length && ips.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    invalid(errors, child(SPEC, 'ipFamilyPolicy'), asJson(spec.ipFamilyPolicy ?? null), "must be set to 'SingleStack' when releasing the secondary clusterIP");
  }
}

function validateFamilyChange(spec: ServiceSpec, before: ServiceSpec, errors: FieldErrors): void {
  if (isHeadless(before) || isHeadless(spec)) return;
  const path = indexed(child(SPEC, 'ipFamilies'), 0);
  const families = spec.ipFamilies ?? [];
  const oldFamilies = before.ipFamilies ?? [];
  const shown = asJson(spec.ipFamilies ?? null);
  if (oldFamilies.length === families.length) {
    oldFamilies.forEach((family, index) => {
      if (family !== families[index]) invalid(errors, path, shown, SET_ONCE);
    });
    return;
  }
  if (oldFamilies.length > families.length && families.length === 0) invalid(errors, path, shown, 'primary ipFamily can not be unset');
  if (oldFamilies.length > 0 && families.length > 0 && families[0] !== oldFamilies[0]) {
    invalid(errors, path, oldFamilies.length > families.length ? asJson(spec.clusterIPs ?? null) : shown, SET_ONCE);
  }
  if (oldFamilies.length > families.length && families.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    invalid(errors, child(SPEC, 'ipFamilyPolicy'), asJson(spec.ipFamilyPolicy ?? null), "must be set to 'SingleStack' when releasing the secondary ipFamily");
  }
}
