// The cluster IPs and node ports that Services hold, and which one comes next. Real servers draw at random; here the lowest free one of
// the part that they draw from first is taken. Source: pkg/registry/core/service/{ipallocator,portallocator}
import { isConditionTrue } from '../../api/conditions.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { Service, ServiceCIDR } from '../../api/types.js';
import { parseIp } from '../../kinds/shared/ip.js';
import type { Store } from '../../store/store.js';
import { compareStrings } from '../../util/compare.js';
import { addressNumber, addressRange, addressText, isUsable, type AddressRange } from './addressRange.js';
import { addressKey } from './ipAddresses.js';

/** Where cluster IPs come from unless the cluster says otherwise. */
export const SERVICE_CIDR = '10.96.0.0/12';
/** The ServiceCIDR that says where they come from. */
const DEFAULT_NAME = 'kubernetes';
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
  let range = addressRange(SERVICE_CIDR) as AddressRange;
  /** No automatic address below is free. */
  let lowestIp = range.firstAutomatic;
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
      if (by < 0) lowestIp = Math.max(Math.min(lowestIp, numberOf(ip)), range.firstAutomatic);
    }
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) count(nodePorts, nodePort, by);
    if (spec?.healthCheckNodePort) count(nodePorts, spec.healthCheckNodePort, by);
  };
  /** The ranges that were added to the first one and are ready, by the name of their ServiceCIDR. */
  const added = new Map<string, readonly AddressRange[]>();
  const isInAdded = (address: number): boolean => {
    for (const ranges of added.values()) if (ranges.some((each) => isUsable(each, address))) return true;
    return false;
  };
  const onRange = ({ metadata: { name = '' }, spec, status }: ServiceCIDR, isDeleted: boolean): void => {
    const ranges = (spec?.cidrs ?? []).flatMap((text) => addressRange(text) ?? []);
    const [first] = ranges;
    if (name !== DEFAULT_NAME) {
      if (isDeleted || !isConditionTrue(status?.conditions, 'Ready')) added.delete(name);
      else added.set(name, ranges);
    } else if (!isDeleted && first !== undefined && first.text !== range.text) {
      range = first;
      lowestIp = range.firstAutomatic;
    }
  };
  store.watch((event) => {
    if (event.table === 'servicecidrs.networking.k8s.io') onRange(event.object as ServiceCIDR, event.type === 'DELETED');
    if (event.table !== 'services') return;
    if (event.old !== undefined) hold(event.old as Service, -1);
    if (event.type !== 'DELETED') hold(event.object as Service, 1);
  });
  /** An address may also be taken by an IPAddress that somebody wrote. */
  const isTaken = (ip: string): boolean => ips.has(ip) || store.get(addressKey(ip)) !== undefined;
  const firstFree = (from: number, to: number): string | undefined => {
    for (let address = from; address <= to; address++) if (!isTaken(addressText(address))) return addressText(address);
    return undefined;
  };
  /** From the ranges that were added, once the first one is full. */
  const nextAdded = (): string | undefined => {
    for (const name of [...added.keys()].sort(compareStrings)) {
      for (const { first, firstAutomatic, last } of added.get(name) ?? []) {
        const free = firstFree(firstAutomatic, last) ?? firstFree(first, firstAutomatic - 1);
        if (free !== undefined) return free;
      }
    }
    return undefined;
  };
  return {
    whyNotIp(text, dryRun) {
      const address = numberOf(text);
      if (dryRun) return (address >= range.network && address <= range.last + 1) || isInAdded(address) ? undefined : `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${range.text}`;
      if (!isUsable(range, address) && !isInAdded(address)) return 'the provided network does not match the current range';
      return isTaken(text) ? 'provided IP is already allocated' : undefined;
    },
    nextIp(dryRun) {
      if (dryRun) return addressText(range.network);
      while (lowestIp <= range.last && isTaken(addressText(lowestIp))) lowestIp++;
      if (lowestIp <= range.last) return addressText(lowestIp);
      return firstFree(range.first, range.firstAutomatic - 1) ?? nextAdded();
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

/** The IPv4 address as a number; one that no range holds for any other text. */
function numberOf(text: string): number {
  const ip = parseIp(text);
  return ip?.family === 'IPv4' ? addressNumber(ip) : Number.MAX_SAFE_INTEGER;
}
