// Topology aware routing: endpoints are allotted to zones in proportion to the CPU of the zones' nodes.
// Source: staging/src/k8s.io/endpointslice/topologycache/{topologycache,sliceinfo,utils,event}.go
import { isConditionTrue } from '../../api/conditions.js';
import { quantityMilli } from '../../api/quantity.js';
import type { Endpoint, EndpointSlice, Node } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { isReadyEndpoint, removeHints, touch, withHints } from './sliceHints.js';
import type { SlicePlan } from './slicePlan.js';

/** How much more than its share any endpoint may bear. */
const OVERLOAD_THRESHOLD = 0.2;
const ZONE = 'topology.kubernetes.io/zone';
const EXCLUDED_LABELS = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** What is told of a Service whose hints begin or end. */
export interface HintEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What is known of zones and of the Services that have hints. */
export interface TopologyCache {
  /** True when some Service has hints, so that a change of nodes may concern it. */
  hasServices(): boolean;
  /** Says that nodes changed; they are looked at when they are needed. */
  forgetNodes(): void;
  /** Services of which some zone has too few endpoints now. */
  overloaded(): string[];
  /** Gives the slices of the plan hints, or takes them off where they can't be given. */
  addHints(plan: SlicePlan, service: string, addressType: string): HintEvent[];
  /** The Service has no hints any more. */
  removeService(service: string, addressType: string): HintEvent[];
}

interface Allocation {
  minimum: number;
  maximum: number;
  desired: number;
}

/** A cache over the nodes that `listNodes` gives. */
export function createTopologyCache(listNodes: () => readonly Node[]): TopologyCache {
  /** Zone → share of the CPU; undefined when the nodes do not say enough. */
  let ratios: ReadonlyMap<string, number> | undefined;
  let isStale = true;
  /** Service → address type → zone → endpoints. */
  const allotted = new Map<string, Map<string, ReadonlyMap<string, number>>>();
  const populated = new Set<string>();

  const currentRatios = (): ReadonlyMap<string, number> | undefined => {
    if (isStale) ratios = cpuRatios(listNodes());
    isStale = false;
    return ratios;
  };

  function forget(service: string, addressType: string): void {
    const byType = allotted.get(service);
    byType?.delete(addressType);
    if (byType?.size === 0) allotted.delete(service);
    populated.delete(service);
  }

  return {
    hasServices: () => allotted.size > 0,
    forgetNodes: () => void (isStale = true),
    overloaded() {
      const found: string[] = [];
      for (const [service, byType] of allotted) if ([...byType.values()].some((zones) => isOverloaded(zones, currentRatios()))) found.push(service);
      return found;
    },
    removeService(service, addressType) {
      const events = populated.has(service) ? [disabled('Topology Aware Hints has been disabled', addressType)] : [];
      forget(service, addressType);
      return events;
    },
    addHints(plan, service, addressType) {
      const giveUp = (why: string): HintEvent[] => {
        forget(service, addressType);
        removeHints(plan);
        return [disabled(why, addressType)];
      };
      const allocations = allocationsFor(countReady(plan), currentRatios());
      if (typeof allocations === 'string') return giveUp(allocations);
      const byZone = new Map<string, number>();
      const add = (zone: string, count: number): void => void byZone.set(zone, (byZone.get(zone) ?? 0) + count);
      touch(plan, (slice) => {
        const held = hintsByZone(slice, byZone, allocations);
        for (const [zone, count] of held ?? []) add(zone, count);
        return held === undefined;
      });
      const places = [...plan.created, ...plan.updated];
      for (const place of places) {
        for (const [index, endpoint] of place.endpoints.entries()) {
          if (!isReadyEndpoint(endpoint)) continue;
          if (!endpoint.zone) return giveUp('One or more endpoints do not have a zone specified');
          add(endpoint.zone, 1);
          place.endpoints[index] = withHints(endpoint, { forZones: [{ name: endpoint.zone }] });
        }
      }
      for (const [zone, change] of redistribute(places.map(({ endpoints }) => endpoints), givingAndReceiving(allocations, byZone))) add(zone, change);
      if (byZone.size === 0) return giveUp('No hints allocated for zones');
      const wasPopulated = populated.has(service);
      allotted.set(service, (allotted.get(service) ?? new Map()).set(addressType, byZone));
      populated.add(service);
      return wasPopulated ? [] : [{ type: 'Normal', reason: 'TopologyAwareHintsEnabled', message: `Topology Aware Hints has been enabled, addressType: ${addressType}` }];
    },
  };
}

function disabled(why: string, addressType: string): HintEvent {
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: `${why}, addressType: ${addressType}` };
}

/** Each zone's share of the CPU of the nodes that are ready; undefined unless each of them says its zone and CPU and there are two zones. */
function cpuRatios(nodes: readonly Node[]): ReadonlyMap<string, number> | undefined {
  const byZone = new Map<string, number>();
  let total = 0;
  for (const { metadata: { labels = {} }, status } of nodes) {
    if (EXCLUDED_LABELS.some((label) => labels[label] !== undefined) || !isConditionTrue(status?.conditions, 'Ready')) continue;
    const zone = labels[ZONE];
    const cpu = quantityMilli(status?.allocatable?.['cpu']);
    if (!zone || cpu === 0) return undefined;
    total += cpu;
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu);
  }
  if (byZone.size < 2) return undefined;
  return new Map([...byZone].sort(([a], [b]) => compareStrings(a, b)).map(([zone, cpu]) => [zone, cpu / total]));
}

function countReady({ created, updated, unchanged }: SlicePlan): number {
  let count = 0;
  for (const { endpoints = [] } of [...created, ...updated, ...unchanged]) for (const endpoint of endpoints) if (isReadyEndpoint(endpoint)) count++;
  return count;
}

/** Zone → how many endpoints it is to get, or why that cannot be. Shares are floating point numbers, as in Kubernetes. */
function allocationsFor(endpoints: number, ratios: ReadonlyMap<string, number> | undefined): ReadonlyMap<string, Allocation> | string {
  if (ratios === undefined) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  const counts = `(${endpoints} endpoints, ${ratios.size} zones)`;
  if (ratios.size > endpoints) return `Insufficient number of endpoints ${counts}`;
  const allocations = new Map<string, Allocation>();
  let spare = endpoints;
  for (const [zone, ratio] of ratios) {
    const desired = ratio * endpoints;
    const minimum = Math.ceil(desired * (1 / (1 + OVERLOAD_THRESHOLD)));
    allocations.set(zone, { minimum, maximum: 0, desired: Math.max(desired, minimum) });
    spare -= minimum;
    if (spare < 0) return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
  }
  for (const allocation of allocations.values()) allocation.maximum = allocation.minimum + spare;
  return allocations;
}

/** How many endpoints of the slice are meant for each zone; undefined when the slice cannot stay as it is. */
function hintsByZone({ endpoints = [] }: EndpointSlice, already: ReadonlyMap<string, number>, allocations: ReadonlyMap<string, Allocation>): Map<string, number> | undefined {
  const found = new Map<string, number>();
  for (const endpoint of endpoints) {
    if (!isReadyEndpoint(endpoint)) continue;
    const { forZones = [] } = endpoint.hints ?? {};
    if (forZones.length === 0) return undefined;
    for (const { name } of forZones) {
      if (!allocations.has(name)) return undefined;
      found.set(name, (found.get(name) ?? 0) + 1);
    }
  }
  for (const [zone, count] of found) if (count + (already.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0)) return undefined;
  return found;
}

interface Exchange {
  giving: Map<string, number>;
  receiving: Map<string, number>;
}

/** How many endpoints each zone gives to others or gets from them. */
function givingAndReceiving(allocations: ReadonlyMap<string, Allocation>, byZone: ReadonlyMap<string, number>): Exchange {
  const surplus = new Map<string, number>();
  const need = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const held = byZone.get(zone) ?? 0;
    if (held > desired) surplus.set(zone, held - desired);
    else if (held < desired) need.set(zone, desired - held);
  }
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (;;) {
    const [from, give] = most(surplus);
    const [to, want] = most(need);
    if (from === '' || to === '' || (give < 1 && want < 1) || give < 0.5 || want < 0.5) return { giving, receiving };
    giving.set(from, (giving.get(from) ?? 0) + 1);
    surplus.set(from, give - 1);
    receiving.set(to, (receiving.get(to) ?? 0) + 1);
    need.set(to, want - 1);
  }
}

/** The zone with the greatest number; the first by name of equals, where a real server picks any. */
function most(zones: ReadonlyMap<string, number>): [zone: string, count: number] {
  let best: [string, number] = ['', 0];
  for (const [zone, count] of zones) if (count > best[1]) best = [zone, count];
  return best;
}

/** Gives endpoints of giving zones to receiving ones, in place; returns by how much the zones' numbers change. */
function redistribute(slices: readonly Endpoint[][], { giving, receiving }: Exchange): Map<string, number> {
  const changes = new Map<string, number>();
  const change = (zone: string, by: number): void => void changes.set(zone, (changes.get(zone) ?? 0) + by);
  const take = (from: Map<string, number>, zone: string, left: number): void => void (left === 1 ? from.delete(zone) : from.set(zone, left - 1));
  for (const endpoints of slices) {
    for (const [index, endpoint] of endpoints.entries()) {
      const [next] = receiving;
      if (next === undefined || giving.size === 0) return changes;
      const { zone = '' } = endpoint;
      const left = giving.get(zone) ?? 0;
      if (left === 0 || !isReadyEndpoint(endpoint)) continue;
      const [to, wanted] = next;
      endpoints[index] = withHints(endpoint, { forZones: [{ name: to }] });
      take(giving, zone, left);
      take(receiving, to, wanted);
      change(to, 1);
      change(zone, -1);
    }
  }
  return changes;
}

/** True when some zone has fewer endpoints than it must have. */
function isOverloaded(zones: ReadonlyMap<string, number>, ratios: ReadonlyMap<string, number> | undefined): boolean {
  if (zones.size === 0) return false;
  if (ratios === undefined) return true;
  let total = 0;
  for (const count of zones.values()) total += count;
  for (const [zone, ratio] of ratios) if ((zones.get(zone) ?? -1) < Math.ceil(total * ratio * (1 / (1 + OVERLOAD_THRESHOLD)))) return true;
  return false;
}
