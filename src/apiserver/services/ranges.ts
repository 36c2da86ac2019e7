// The cluster IPs and node ports that Services hold, and which one comes next. Real servers draw at random; here the lowest free one of
// the part that they draw from first is taken. Source: pkg/registry/core/service/{ipallocator,portallocator}
import { isConditionTrue } from '../../api/conditions.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { Service, ServiceCIDR } from '../../api/types.js';
import { cidrContains, cidrText, parseCidr, parseIp, type CidrRange, type IpAddress } from '../../kinds/shared/ip.js';
import type { Store } from '../../store/store.js';
import { addressKey } from './ipAddresses.js';

/** Where cluster IPs come from. */
export const SERVICE_CIDR = '10.96.0.0/12';
/** The ServiceCIDR of that range. */
const DEFAULT_NAME = 'kubernetes';
/** The address that a dry run shows: it allocates nothing. */
const DRY_RUN_IP = '10.96.0.0';
/** Addresses below are kept for those who ask for one. */
const FIRST_AUTOMATIC_IP = toNumber('10.96.1.1');
const LAST_IP = toNumber('10.111.255.254');
const FIRST_PORT = 30000;
const LAST_PORT = 32767;
const FIRST_AUTOMATIC_PORT = 30086;
const DRY_RUN_PORT = 32768;

/** What is taken. */
export interface ServiceRanges {
  /** Undefined when the address can be had, else the reason as the server says it. */
  whyNotIp(text: string, dryRun: boolean): string | undefined;
  nextIp(dryRun: boolean): string | undefined;
  /** One request's dealings with ports: what it takes is taken for the rest of the request. */
  ports(dryRun: boolean): PortOperation;
}

/** The ports of one request. */
export interface PortOperation {
  whyNot(port: number): string | undefined;
  next(): number | undefined;
}

/** The ranges of the Services in the store. */
export function createServiceRanges(store: Store<KubernetesObject>): ServiceRanges {
  const ips = new Map<string, number>();
  /** No automatic address below is free. */
  let lowestIp = FIRST_AUTOMATIC_IP;
  const nodePorts = new Map<number, number>();
  const count = <K>(held: Map<K, number>, key: K, by: number): void => {
    const left = (held.get(key) ?? 0) + by;
    if (left <= 0) held.delete(key);
    else held.set(key, left);
  };
  const hold = ({ spec }: Service, by: number): void => {
    for (const ip of spec?.clusterIPs ?? []) {
      if (ip === 'None') continue;
      count(ips, ip, by);
      if (by < 0 && !ip.includes(':')) lowestIp = Math.max(Math.min(lowestIp, toNumber(ip)), FIRST_AUTOMATIC_IP);
    }
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) count(nodePorts, nodePort, by);
    if (spec?.healthCheckNodePort) count(nodePorts, spec.healthCheckNodePort, by);
  };
  /** The ranges that were added to the first one and are ready, by the name of their ServiceCIDR. */
  const added = new Map<string, readonly CidrRange[]>();
  const isInAdded = (ip: IpAddress): boolean => {
    for (const ranges of added.values()) if (ranges.some((each) => isUsable(each, ip))) return true;
    return false;
  };
  store.watch((event) => {
    if (event.table === 'servicecidrs.networking.k8s.io') {
      const { metadata: { name = '' }, spec, status } = event.value as ServiceCIDR;
      if (event.type === 'DELETED' || name === DEFAULT_NAME || !isConditionTrue(status?.conditions, 'Ready')) added.delete(name);
      else added.set(name, (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []));
    }
    if (event.table !== 'services') return;
    if (event.old !== undefined) hold(event.old as Service, -1);
    if (event.type !== 'DELETED') hold(event.value as Service, 1);
  });
  const range = parseCidr(SERVICE_CIDR) as CidrRange;
  /** An address may also be taken by an IPAddress that somebody wrote. */
  const isTaken = (ip: string): boolean => ips.has(ip) || store.get(addressKey(ip)) !== undefined;
  return {
    whyNotIp(text, dryRun) {
      const ip = parseIp(text);
      const isInside = ip !== undefined && cidrContains(range, ip);
      if (dryRun) return isInside || (ip !== undefined && isInAdded(ip)) ? undefined : `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${cidrText(range)}`;
      const isUsableFirst = isInside && toNumber(text) !== toNumber(DRY_RUN_IP) && toNumber(text) <= LAST_IP;
      if (!isUsableFirst && (ip === undefined || !isInAdded(ip))) return 'the provided network does not match the current range';
      return isTaken(text) ? 'provided IP is already allocated' : undefined;
    },
    nextIp(dryRun) {
      if (dryRun) return DRY_RUN_IP;
      while (lowestIp <= LAST_IP && isTaken(toText(lowestIp))) lowestIp++;
      return lowestIp <= LAST_IP ? toText(lowestIp) : undefined;
    },
    ports: (dryRun) => (dryRun ? dryRunPorts(nodePorts) : realPorts(nodePorts)),
  };
}

function realPorts(nodePorts: ReadonlyMap<number, number>): PortOperation {
  const taken = new Set<number>();
  const isTaken = (port: number): boolean => nodePorts.has(port) || taken.has(port);
  return {
    whyNot(port) {
      if (port < FIRST_PORT || port > LAST_PORT) return `provided port is not in the valid range. The range of valid ports is ${FIRST_PORT}-${LAST_PORT}`;
      if (isTaken(port)) return 'provided port is already allocated';
      taken.add(port);
      return undefined;
    },
    next() {
      for (const [from, to] of [[FIRST_AUTOMATIC_PORT, LAST_PORT], [FIRST_PORT, FIRST_AUTOMATIC_PORT - 1]] as const) {
        for (let port = from; port <= to; port++) {
          if (isTaken(port)) continue;
          taken.add(port);
          return port;
        }
      }
      return undefined;
    },
  };
}

/** A dry run checks no range and hands out numbers that stand for ports. */
function dryRunPorts(nodePorts: ReadonlyMap<number, number>): PortOperation {
  const taken = new Set<number>();
  return {
    whyNot(port) {
      if (nodePorts.has(port) || taken.has(port)) return 'provided port is already allocated';
      taken.add(port);
      return undefined;
    },
    next() {
      const port = (taken.size === 0 ? DRY_RUN_PORT : Math.max(...taken)) + 1;
      taken.add(port);
      return port;
    },
  };
}

/** True for an address that a range hands out: neither the first nor, of IPv4, the last one. */
function isUsable(range: CidrRange, ip: IpAddress): boolean {
  if (!cidrContains(range, ip)) return false;
  const isEdge = (bit: 0 | 1): boolean => ip.bytes.every((byte, index) => {
    const free = Math.max(0, Math.min(8, (index + 1) * 8 - range.prefixLength));
    const mask = (1 << free) - 1;
    return (byte & mask) === (bit === 0 ? 0 : mask);
  });
  return !isEdge(0) && !(ip.family === 'IPv4' && isEdge(1));
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}
