// Cluster IPs and node ports for a Service, before it is validated. Source: pkg/registry/core/service/storage/alloc.go
import { asJson, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath } from '../../api/fieldPath.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { Service, ServicePort, ServiceSpec } from '../../api/types.js';
import type { Kind } from '../../kinds/kind.js';
import type { Store } from '../../store/store.js';
import { invalidObject, type Refusal } from '../refusal.js';
import { keepAllocatedValues, needsHealthCheckPort, normaliseClusterIPs, settleFamilies } from './ipFamilies.js';
import { createServiceRanges, type PortOperation } from './ranges.js';

/** Fills in what the server allocates. The service is the pipeline's own copy. */
export interface ServiceAllocator {
  forCreate(kind: Kind, service: Service, dryRun: boolean): Refusal | undefined;
  forUpdate(kind: Kind, service: Service, old: Service, dryRun: boolean): Refusal | undefined;
}

const SPEC = rootPath('spec');
const usesNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';
const wantsNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
const internalError = (message: string): Refusal => ({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}` });

/** The allocator over the Services of the store. */
export function createServiceAllocator(store: Store<KubernetesObject>): ServiceAllocator {
  const ranges = createServiceRanges(store);

  /** Fills in the addresses; pushes what can not be had, gives the refusal when nothing is left. */
  function allocateIPs(spec: ServiceSpec, dryRun: boolean, errors: FieldErrors): Refusal | undefined {
    if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === 'None') return undefined;
    const ips = [...(spec.clusterIPs ?? [])];
    for (let index = 0; index < (spec.ipFamilies?.length ?? 0); index++) {
      const wanted = ips[index];
      if (wanted) {
        const why = ranges.whyNotIp(wanted, dryRun);
        if (why !== undefined) invalid(errors, child(SPEC, 'clusterIPs'), asJson(ips), `failed to allocate IP ${wanted}: ${why}`);
        continue;
      }
      const next = ranges.nextIp(dryRun);
      if (next === undefined) return internalError('failed to allocate a serviceIP: range is full');
      ips[index] = next;
    }
    if (errors.length > 0) return undefined;
    spec.clusterIPs = ips;
    if (ips[0] !== undefined) spec.clusterIP = ips[0];
    return undefined;
  }

  function allocateNodePorts(spec: ServiceSpec, operation: PortOperation, errors: FieldErrors): void {
    const byPort = new Map<number, number>();
    const ports = spec.ports ?? [];
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort && !wantsNodePorts(spec)) continue;
      const known = byPort.get(port.port);
      if (known === undefined) {
        const wanted = ports.find((other) => other.port === port.port && other.nodePort)?.nodePort;
        if (wanted !== undefined && !takePort(operation, wanted, index, errors)) return;
        port.nodePort = wanted ?? operation.next() ?? 0;
        byPort.set(port.port, port.nodePort);
      } else if (!port.nodePort) port.nodePort = known;
      else if (port.nodePort !== known && !takePort(operation, port.nodePort, index, errors)) return;
    }
  }

  function updateNodePorts(spec: ServiceSpec, old: ServiceSpec, operation: PortOperation, errors: FieldErrors): Refusal | undefined {
    const held = new Set((old.ports ?? []).map((port) => port.nodePort));
    const seen = new Set<string>();
    const taken = new Set<number>();
    for (const [index, port] of (spec.ports ?? []).entries()) {
      if (!port.nodePort && !wantsNodePorts(spec)) continue;
      if (port.nodePort) {
        if (!held.has(port.nodePort) && !taken.has(port.nodePort)) {
          if (!takePort(operation, port.nodePort, index, errors)) return undefined;
          taken.add(port.nodePort);
        }
      } else port.nodePort = operation.next() ?? 0;
      const identity = `{${port.protocol ?? 'TCP'} ${port.nodePort}}`;
      if (seen.has(identity)) return { code: 500, reason: '', message: `duplicate nodePort: ${identity}` };
      seen.add(identity);
    }
    return undefined;
  }

  function allocateHealthCheckPort(spec: ServiceSpec, operation: PortOperation): Refusal | undefined {
    if (!spec.healthCheckNodePort) {
      spec.healthCheckNodePort = operation.next() ?? 0;
      return undefined;
    }
    const why = operation.whyNot(spec.healthCheckNodePort);
    return why === undefined ? undefined : internalError(`failed to allocate requested HealthCheck NodePort ${spec.healthCheckNodePort}: ${why}`);
  }

  return {
    forCreate(kind, service, dryRun) {
      const spec = (service.spec ??= {});
      const errors: FieldErrors = [];
      normaliseClusterIPs(spec, undefined);
      settleFamilies(service, undefined, errors);
      const full = errors.length === 0 ? allocateIPs(spec, dryRun, errors) : undefined;
      if (full !== undefined) return full;
      const operation = ranges.ports(dryRun);
      if (errors.length === 0 && usesNodePorts(spec)) allocateNodePorts(spec, operation, errors);
      if (errors.length > 0) return invalidObject(kind, service.metadata.name ?? '', errors);
      return needsHealthCheckPort(spec) ? allocateHealthCheckPort(spec, operation) : undefined;
    },
    forUpdate(kind, service, { spec: before = {} }, dryRun) {
      const spec = (service.spec ??= {});
      const errors: FieldErrors = [];
      keepAllocatedValues(spec, before);
      normaliseClusterIPs(spec, before);
      settleFamilies(service, before, errors);
      const full = errors.length === 0 && before.type === 'ExternalName' && spec.type !== 'ExternalName' ? allocateIPs(spec, dryRun, errors) : undefined;
      if (full !== undefined) return full;
      const operation = ranges.ports(dryRun);
      if (errors.length === 0 && usesNodePorts(spec)) {
        const refusal = updateNodePorts(spec, before, operation, errors);
        if (refusal !== undefined) return refusal;
      }
      if (errors.length > 0) return invalidObject(kind, service.metadata.name ?? '', errors);
      if (needsHealthCheckPort(spec) && !needsHealthCheckPort(before)) return allocateHealthCheckPort(spec, operation);
      return undefined;
    },
  };
}

function takePort(operation: PortOperation, port: NonNullable<ServicePort['nodePort']>, index: number, errors: FieldErrors): boolean {
  const why = operation.whyNot(port);
  if (why !== undefined) invalid(errors, child(indexed(child(SPEC, 'ports'), index), 'nodePort'), port, why);
  return why === undefined;
}
