// The endpoints of a Service that share their ports, and which of them stored slices hold already as they should be:
// a slice that is settled needs no second look until one of its endpoints changes.
import type { DiscoveryEndpointPort, Endpoint, EndpointSlice } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';

/** Endpoints that share their ports, keyed by the uid of their pod. */
export interface PortGroup {
  readonly ports: DiscoveryEndpointPort[];
  /** Number of endpoints. */
  readonly size: number;
  /** Puts an endpoint in the place of the one before, or after all others. */
  set(uid: string, endpoint: Endpoint): void;
  delete(uid: string): void;
  /** Says that the slice, as it is stored, holds nothing but endpoints of the group, each as it should be. */
  settle(slice: EndpointSlice): void;
  isSettled(slice: EndpointSlice): boolean;
  /** The endpoints that no settled slice holds, in their order. Slices that are not among the existing ones are forgotten. */
  unsettled(existing: readonly EndpointSlice[]): Map<string, Endpoint>;
}

/** A group without endpoints. */
export function createPortGroup(ports: DiscoveryEndpointPort[]): PortGroup {
  const endpoints = new Map<string, { endpoint: Endpoint; at: number }>();
  let count = 0;
  const settled = new Set<EndpointSlice>();
  /** Uid → the settled slice with the endpoint. Invariant: each endpoint is here or among the loose ones. */
  const holders = new Map<string, EndpointSlice>();
  const loose = new Set<string>();

  function unsettle(slice: EndpointSlice): void {
    settled.delete(slice);
    for (const endpoint of slice.endpoints ?? []) {
      const uid = uidOf(endpoint);
      holders.delete(uid);
      loose.add(uid);
    }
  }

  function change(uid: string): void {
    const holder = holders.get(uid);
    if (holder === undefined) loose.add(uid);
    else unsettle(holder);
  }

  return {
    ports,
    get size() {
      return endpoints.size;
    },
    set(uid, endpoint) {
      const known = endpoints.get(uid);
      if (known !== undefined && sameEndpoint(known.endpoint, endpoint)) return;
      endpoints.set(uid, { endpoint, at: known?.at ?? count++ });
      change(uid);
    },
    delete(uid) {
      change(uid);
      loose.delete(uid);
      endpoints.delete(uid);
    },
    settle(slice) {
      settled.add(slice);
      for (const endpoint of slice.endpoints ?? []) {
        const uid = uidOf(endpoint);
        loose.delete(uid);
        holders.set(uid, slice);
      }
    },
    isSettled: (slice) => settled.has(slice),
    unsettled(existing) {
      const standing = new Set(existing);
      for (const slice of settled) if (!standing.has(slice)) unsettle(slice);
      const found = [...loose].map((uid) => ({ uid, ...(endpoints.get(uid) as { endpoint: Endpoint; at: number }) }));
      return new Map(found.sort((a, b) => a.at - b.at).map(({ uid, endpoint }) => [uid, endpoint]));
    },
  };
}

/** The uid of the endpoint's pod. */
export function uidOf({ targetRef }: Endpoint): string {
  return targetRef?.uid ?? '';
}

/** Equality of all but the hints, which are given afterwards. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a === b ||
    (a.nodeName === b.nodeName && a.zone === b.zone && a.hostname === b.hostname && deepEqual(a.conditions, b.conditions) && deepEqual(a.addresses, b.addresses) && deepEqual(a.targetRef, b.targetRef))
  );
}
