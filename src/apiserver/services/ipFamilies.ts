// Cluster IPs and their families in agreement, before and after: what a Service leaves out is filled in, what contradicts is refused.
// Source: pkg/registry/core/service/storage/{storage,alloc}.go (normalizeClusterIPs, patchAllocatedValues, initIPFamilyFields)
import { asJson, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath } from '../../api/fieldPath.js';
import type { Service, ServiceSpec } from '../../api/types.js';
import { familyOfIp, validateServiceIPs } from '../../kinds/shared/serviceIPs.js';
import { deepEqual } from '../../util/objects.js';

const SPEC = rootPath('spec');
/** The one family of the cluster. */
const CLUSTER_FAMILY = 'IPv4';

const sameList = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean => deepEqual(a ?? [], b ?? []);
const hasNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** True when the Service has a port for health checks. */
export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Keeps clusterIP and clusterIPs together; those who know only one of them are understood. */
export function normaliseClusterIPs(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  if (old === undefined) {
    if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if ((old.clusterIPs ?? []).length > 0 && (spec.clusterIPs ?? []).length === 0 && (old.clusterIP ?? '') === (spec.clusterIP ?? '')) spec.clusterIPs = [...(old.clusterIPs ?? [])];
  if ((old.clusterIP ?? '') === (spec.clusterIP ?? '') || !sameList(old.clusterIPs, spec.clusterIPs)) return;
  if (old.clusterIP && !spec.clusterIP) delete spec.clusterIPs;
  else spec.clusterIPs = [spec.clusterIP ?? ''];
}

/** Carries over what the server had allocated and the update leaves out. */
export function keepAllocatedValues(spec: ServiceSpec, old: ServiceSpec): void {
  if (old.type !== 'ExternalName' && spec.type !== 'ExternalName') {
    if (!spec.clusterIP && old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && (old.clusterIPs ?? []).length > 0) spec.clusterIPs = [...(old.clusterIPs ?? [])];
  }
  if (hasNodePorts(old) && hasNodePorts(spec)) {
    const wanted = new Set((spec.ports ?? []).map((port) => port.nodePort));
    const byName = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort]));
    for (const port of spec.ports ?? []) {
      const before = byName.get(port.name ?? '');
      if (!port.nodePort && before && !wanted.has(before)) port.nodePort = before;
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) spec.healthCheckNodePort = old.healthCheckNodePort;
}

function keepsPreferDualStack(spec: ServiceSpec, old: ServiceSpec | undefined): boolean {
  return old !== undefined && spec.type !== 'ExternalName' && old.type === spec.type && spec.ipFamilyPolicy === 'PreferDualStack'
    && (old.ipFamilyPolicy ?? 'PreferDualStack') === 'PreferDualStack' && sameList(old.clusterIPs, spec.clusterIPs) && sameList(old.ipFamilies, spec.ipFamilies);
}

/** Settles ipFamilyPolicy and ipFamilies; pushes what contradicts. */
export function settleFamilies({ spec: given }: Service, old: ServiceSpec | undefined, errors: FieldErrors): void {
  const spec = given as ServiceSpec;
  if (spec.type === 'ExternalName' || keepsPreferDualStack(spec, old)) return;
  const isBare = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isBare ? 'RequireDualStack' : 'SingleStack');
  validateServiceIPs(spec, errors);
  if (errors.length > 0) return;
  const policyPath = child(SPEC, 'ipFamilyPolicy');
  const policy = asJson(spec.ipFamilyPolicy);
  if (old !== undefined) checkRelease(spec, old, errors);
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (spec.clusterIPs?.length === 2) invalid(errors, policyPath, policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
    if (spec.ipFamilies?.length === 2) invalid(errors, policyPath, policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
  }
  const families = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === 'None') break;
    if (index < families.length) continue;
    const family = familyOfIp(ip) ?? 'unknown';
    if (family === CLUSTER_FAMILY) families.push(family);
    else invalid(errors, indexed(child(SPEC, 'clusterIPs'), index), asJson(spec.clusterIPs), `${family} is not configured on this cluster`);
  }
  if (errors.length > 0) return;
  if (isBare) {
    if (families.length === 0) families.push(CLUSTER_FAMILY);
    if (families.length < 2 && spec.ipFamilyPolicy !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    spec.ipFamilies = families;
    return;
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack') invalid(errors, policyPath, policy, 'this cluster is not configured for dual-stack services');
  families.forEach((family, index) => {
    if (family !== CLUSTER_FAMILY) invalid(errors, indexed(child(SPEC, 'ipFamilies'), index), asJson(family), 'not configured on this cluster');
  });
  if (errors.length > 0) return;
  spec.ipFamilies = families.length === 0 ? [CLUSTER_FAMILY] : families;
}

/** A second address or family goes only when the policy says single stack. */
function checkRelease(spec: ServiceSpec, old: ServiceSpec, errors: FieldErrors): void {
  const [ips, oldIPs] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  const [families, oldFamilies] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (ips.length > 1 && sameList(ips, oldIPs)) spec.clusterIPs = ips.slice(0, 1);
    if (families.length > 1 && sameList(families, oldFamilies)) spec.ipFamilies = families.slice(0, 1);
    return;
  }
  const path = child(SPEC, 'ipFamilyPolicy');
  const shown = asJson(spec.ipFamilyPolicy ?? null);
  if (ips.length > 0 && ips.length < oldIPs.length) invalid(errors, path, shown, "must be 'SingleStack' to release the secondary cluster IP");
  if (families.length > 0 && families.length < oldFamilies.length) invalid(errors, path, shown, "must be 'SingleStack' to release the secondary IP family");
}
