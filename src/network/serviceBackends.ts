// Where a client of a Service ends up: the backends of every port, as seen from a node.
// Source: pkg/proxy/{topology,endpointslicecache,serviceport}.go (CategorizeEndpoints)
import type { Endpoint, EndpointSlice, Node, Service, ServicePort } from '../api/types.js';
import { compareStrings } from '../util/compare.js';

/** One place where a connection may end. */
export interface Backend {
  address: string;
  port: number;
  pod?: string;
  node?: string;
  zone?: string;
}

/** What becomes of a connection: it goes to one of the backends, is refused as nobody serves, or is lost as nobody serves on this node. */
export interface Reach {
  outcome: 'forward' | 'reject' | 'drop';
  backends: Backend[];
}

/** A port of a Service. */
export interface PortBackends {
  port: ServicePort;
  /** From anywhere, wherever the client stands. */
  anywhere: Reach;
  /** From each node that was asked about: to the cluster IP, and from outside through this node. */
  nodes: { name: string; internal: Reach; external: Reach }[];
}

/** A Service as clients meet it. */
export interface ServiceBackends {
  ports: PortBackends[];
  /** How long a client stays with its backend. */
  affinitySeconds?: number;
}

const ZONE = 'topology.kubernetes.io/zone';
const DEFAULT_AFFINITY_SECONDS = 10800;

interface Candidate {
  backend: Backend;
  endpoint: Endpoint;
}

/** The backends of each port of the Service in its slices; headless and external ones are not proxied and have none. */
export function serviceBackends(service: Service, slices: readonly EndpointSlice[], nodes: readonly Node[] = []): ServiceBackends {
  const { ports = [], type, clusterIP, sessionAffinity, sessionAffinityConfig, internalTrafficPolicy, externalTrafficPolicy } = service.spec ?? {};
  if (type === 'ExternalName' || clusterIP === 'None' || clusterIP === undefined || clusterIP === '') return { ports: [] };
  const family = clusterIP.includes(':') ? 'IPv6' : 'IPv4';
  return {
    ports: ports.map((port) => {
      const candidates = candidatesOf(port, slices.filter(({ addressType }) => addressType === family));
      const ready = candidates.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
      const leaving = candidates.filter(({ endpoint: { conditions } }) => conditions?.ready === false && conditions.serving !== false && conditions.terminating === true);
      const usable = ready.length > 0 ? ready : leaving;
      const local = nodes.length === 0 ? new Map<string, Candidate[]>() : byNode(ready, leaving);
      const hasNodeHints = ready.length > 0 && ready.every(({ endpoint }) => (endpoint.hints?.forNodes ?? []).length > 0);
      const hasZoneHints = ready.length > 0 && ready.every(({ endpoint }) => (endpoint.hints?.forZones ?? []).length > 0);
      const anywhere = reach(usable, usable);
      return {
        port,
        anywhere,
        nodes: nodes.map(({ metadata }) => {
          const name = metadata.name ?? '';
          const wide = (): Reach => {
            const zone = metadata.labels?.[ZONE];
            const near = hasNodeHints ? ready.filter(({ endpoint }) => endpoint.hints?.forNodes?.some((each) => each.name === name)) : [];
            if (near.length > 0) return reach(near, usable);
            const zonal = hasZoneHints && zone !== undefined ? ready.filter(({ endpoint }) => endpoint.hints?.forZones?.some((each) => each.name === zone)) : [];
            return zonal.length > 0 ? reach(zonal, usable) : anywhere;
          };
          const own = (): Reach => reach(local.get(name) ?? [], usable);
          return { name, internal: internalTrafficPolicy === 'Local' ? own() : wide(), external: externalTrafficPolicy === 'Local' ? own() : wide() };
        }),
      };
    }),
    ...(sessionAffinity === 'ClientIP' ? { affinitySeconds: sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS } : {}),
  };
}

/** Every endpoint that serves the port, by address. */
function candidatesOf({ name = '', protocol = 'TCP' }: ServicePort, slices: readonly EndpointSlice[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { endpoints, ports } of slices) {
    // The server writes an empty list as null.
    const port = (ports ?? []).find((each) => (each.name ?? '') === name && (each.protocol ?? 'TCP') === protocol)?.port;
    if (port === undefined) continue;
    for (const endpoint of endpoints ?? []) {
      // Proxies take the first address of an endpoint.
      const [address] = endpoint.addresses;
      if (address === undefined) continue;
      const { targetRef, nodeName, zone } = endpoint;
      const backend: Backend = { address, port, ...(targetRef?.kind === 'Pod' && targetRef.name !== undefined ? { pod: targetRef.name } : {}), ...(nodeName === undefined ? {} : { node: nodeName }), ...(zone === undefined ? {} : { zone }) };
      found.set(`${address} ${port}`, { backend, endpoint });
    }
  }
  return [...found.values()].sort((a, b) => compareStrings(a.backend.address, b.backend.address) || a.backend.port - b.backend.port);
}

/** Node → its ready endpoints, or those that still serve while they terminate. */
function byNode(ready: readonly Candidate[], leaving: readonly Candidate[]): Map<string, Candidate[]> {
  const group = (candidates: readonly Candidate[]): Map<string, Candidate[]> => {
    const groups = new Map<string, Candidate[]>();
    for (const candidate of candidates) {
      const node = candidate.backend.node ?? '';
      const list = groups.get(node);
      if (list === undefined) groups.set(node, [candidate]);
      else list.push(candidate);
    }
    return groups;
  };
  return new Map([...group(leaving), ...group(ready)]);
}

function reach(chosen: readonly Candidate[], usable: readonly Candidate[]): Reach {
  return { outcome: chosen.length > 0 ? 'forward' : usable.length > 0 ? 'drop' : 'reject', backends: chosen.map(({ backend }) => backend) };
}
