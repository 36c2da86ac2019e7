// Hints of endpoints: whose traffic each is meant for, by the Service's trafficDistribution.
// Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go, topologycache/utils.go (RemoveHintsFromSlices)
import type { Endpoint, EndpointSlice, Service } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { SlicePlan } from './slicePlan.js';

/** Source: staging/src/k8s.io/endpointslice/utils.go (hintsEnabled) */
export function asksForTopologyHints({ metadata: { annotations = {} } }: Service): boolean {
  const mode = annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

/** True for an endpoint that takes new traffic. */
export function isReadyEndpoint({ conditions }: Endpoint): boolean {
  return conditions?.ready === true;
}

/** The endpoint with this hint, or without one. */
export function withHints(endpoint: Endpoint, hints: Endpoint['hints']): Endpoint {
  if (deepEqual(endpoint.hints, hints)) return endpoint;
  const { hints: _, ...rest } = endpoint;
  return hints === undefined ? rest : { ...rest, hints };
}

/** Moves unchanged slices that the test picks to those that are changed. */
export function touch(plan: SlicePlan, isToChange: (slice: EndpointSlice) => boolean): void {
  const unchanged: EndpointSlice[] = [];
  for (const slice of plan.unchanged) {
    if (isToChange(slice)) plan.updated.push({ slice, ports: slice.ports ?? [], endpoints: [...(slice.endpoints ?? [])] });
    else unchanged.push(slice);
  }
  plan.unchanged = unchanged;
}

/** Whether a slice, as it is stored, has hints; remembered, since stored slices are frozen. */
const hinted = new WeakMap<EndpointSlice, boolean>();

function hasHints(slice: EndpointSlice): boolean {
  let has = hinted.get(slice);
  if (has === undefined) hinted.set(slice, (has = (slice.endpoints ?? []).some(({ hints }) => hints !== undefined)));
  return has;
}

/** Takes every hint off. */
export function removeHints(plan: SlicePlan): void {
  touch(plan, hasHints);
  for (const place of [...plan.created, ...plan.updated]) place.endpoints = place.endpoints.map((endpoint) => withHints(endpoint, undefined));
}

/** Gives every ready endpoint to its own zone and, for PreferSameNode, to its own node; endpoints that are not ready keep what they have. */
export function distributeTraffic(plan: SlicePlan, distribution: string): void {
  const hinted = (endpoint: Endpoint): Endpoint => (isReadyEndpoint(endpoint) ? withHints(endpoint, hintsOf(endpoint, distribution === 'PreferSameNode')) : endpoint);
  touch(plan, ({ endpoints = [] }) => endpoints.some((endpoint) => hinted(endpoint) !== endpoint));
  for (const place of [...plan.created, ...plan.updated]) place.endpoints = place.endpoints.map(hinted);
}

function hintsOf({ zone, nodeName }: Endpoint, isForNodes: boolean): Endpoint['hints'] {
  const forNodes = isForNodes && nodeName !== undefined ? [{ name: nodeName }] : undefined;
  if (zone === undefined && forNodes === undefined) return undefined;
  return { ...(forNodes === undefined ? {} : { forNodes }), ...(zone === undefined ? {} : { forZones: [{ name: zone }] }) };
}
