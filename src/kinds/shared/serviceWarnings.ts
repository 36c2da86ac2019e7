// What a Service is warned of. Source: pkg/api/service/warnings.go (GetWarningsForService)
import { child, indexed, rootPath } from '../../api/fieldPath.js';
import type { Service } from '../../api/types.js';
import { warnOfCidr, warnOfIp } from './ip.js';
import { isHeadless } from './serviceRules.js';

const SPEC = rootPath('spec');
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';

/** The warnings about a service. */
export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const found: string[] = [];
  const externalIPs = spec.externalIPs ?? [];
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined) found.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  if (spec.clusterIP && spec.clusterIP !== 'None') spec.clusterIPs?.forEach((ip, index) => warnOfIp(ip, indexed(child(SPEC, 'clusterIPs'), index), found));
  if (isHeadless(spec)) {
    if (spec.loadBalancerIP) found.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) found.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') found.push('spec.SessionAffinity is ignored for headless services');
  }
  externalIPs.forEach((ip, index) => warnOfIp(ip, indexed(child(SPEC, 'externalIPs'), index), found));
  if (externalIPs.length > 0 && !isHeadless(spec) && spec.type !== 'ExternalName') found.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec.loadBalancerIP) warnOfIp(spec.loadBalancerIP, child(SPEC, 'loadBalancerIP'), found);
  spec.loadBalancerSourceRanges?.forEach((range, index) => warnOfCidr(range, indexed(child(SPEC, 'loadBalancerSourceRanges'), index), found));
  if (spec.type === 'ExternalName' && externalIPs.length > 0) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== 'ExternalName' && spec.externalName) found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}
