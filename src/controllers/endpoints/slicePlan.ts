// Which slices of a Service are made, changed, left alone and deleted for the endpoints it should have.
// Source: staging/src/k8s.io/endpointslice/{reconciler,utils}.go (reconcileByPortMapping, getSliceToFill, finalize)
import type { DiscoveryEndpointPort, Endpoint, EndpointSlice } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { sameEndpoint, uidOf, type PortGroup } from './portGroup.js';

const MAX_ENDPOINTS = 100;

/** A slice as it is to be. */
export interface PlannedSlice {
  /** The stored slice that is changed; undefined for a new one. */
  slice: EndpointSlice | undefined;
  ports: DiscoveryEndpointPort[];
  endpoints: Endpoint[];
}

/** What is to become of the slices of one address family. */
export interface SlicePlan {
  created: PlannedSlice[];
  updated: PlannedSlice[];
  /** Slices that stay as they are. */
  unchanged: EndpointSlice[];
  deleted: EndpointSlice[];
}

/** Plans the slices; `existing` is sorted by name, `isPlaceholder` tells a slice that stands for a Service without endpoints. */
export function planSlices(groups: readonly PortGroup[], existing: readonly EndpointSlice[], { labels, isPlaceholder }: { labels: Record<string, string>; isPlaceholder(slice: EndpointSlice): boolean }): SlicePlan {
  const plan: SlicePlan = { created: [], updated: [], unchanged: [], deleted: [] };
  const left = new Set(existing);
  for (const group of groups) {
    const own = existing.filter((slice) => left.has(slice) && deepEqual(slice.ports ?? [], group.ports));
    for (const slice of own) left.delete(slice);
    planGroup(plan, group, { own, labels });
  }
  plan.deleted.push(...left);
  if (plan.deleted.length === existing.length && plan.created.length === 0) {
    const [placeholder] = plan.deleted;
    if (plan.deleted.length === 1 && placeholder !== undefined && isPlaceholder(placeholder)) plan.deleted = [];
    else plan.created.push({ slice: undefined, ports: [], endpoints: [] });
  }
  return plan;
}

/** Turns new slices into changes of slices that would be deleted. */
export function reuseDeleted(plan: SlicePlan): void {
  while (plan.deleted.length > 0 && plan.created.length > 0) {
    const made = plan.created.pop() as PlannedSlice;
    plan.updated.push({ ...made, slice: plan.deleted.shift() });
  }
}

function planGroup(plan: SlicePlan, group: PortGroup, { own, labels }: { own: readonly EndpointSlice[]; labels: Record<string, string> }): void {
  const { ports } = group;
  const left = group.unsettled(own);
  const updated: PlannedSlice[] = [];
  let unchanged: EndpointSlice[] = [];
  for (const slice of own) {
    if (!group.isSettled(slice)) {
      const before = slice.endpoints ?? [];
      const kept: Endpoint[] = [];
      let isChanged = false;
      for (const endpoint of before) {
        const uid = uidOf(endpoint);
        const wanted = left.get(uid);
        if (wanted === undefined) continue;
        kept.push(wanted);
        isChanged ||= !sameEndpoint(wanted, endpoint);
        left.delete(uid);
      }
      if (isChanged || kept.length !== before.length) {
        if (kept.length === 0) plan.deleted.push(slice);
        else updated.push({ slice, ports, endpoints: kept });
        continue;
      }
      group.settle(slice);
    }
    if (!deepEqual(slice.metadata.labels, labels)) updated.push({ slice, ports, endpoints: [...(slice.endpoints ?? [])] });
    else unchanged.push(slice);
  }
  // New endpoints go where something changes anyway, the fullest first.
  if (left.size > 0) {
    const byLength = [...updated].sort((a, b) => b.endpoints.length - a.endpoints.length || compareStrings(a.slice?.metadata.name ?? '', b.slice?.metadata.name ?? ''));
    for (const place of byLength) fill(place.endpoints, left);
  }
  while (left.size > 0) {
    const room = left.size < MAX_ENDPOINTS ? tightestFit(unchanged, left.size) : undefined;
    const place: PlannedSlice = { slice: room, ports, endpoints: [...(room?.endpoints ?? [])] };
    fill(place.endpoints, left);
    if (room === undefined) plan.created.push(place);
    else {
      updated.push(place);
      unchanged = unchanged.filter((slice) => slice !== room);
    }
  }
  plan.updated.push(...updated);
  plan.unchanged.push(...unchanged);
}

/** Moves endpoints over until the slice is full. */
function fill(endpoints: Endpoint[], left: Map<string, Endpoint>): void {
  for (const [uid, endpoint] of left) {
    if (endpoints.length >= MAX_ENDPOINTS) return;
    endpoints.push(endpoint);
    left.delete(uid);
  }
}

/** The slice that is closest to full once so many endpoints are added. */
function tightestFit(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let leastRoom = MAX_ENDPOINTS;
  for (const slice of slices) {
    const room = MAX_ENDPOINTS - count - (slice.endpoints ?? []).length;
    if (room < 0 || room >= leastRoom) continue;
    best = slice;
    leastRoom = room;
  }
  return best;
}
