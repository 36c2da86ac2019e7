// Which slices take new endpoints, and which are written at all.
import { expect, test } from 'vitest';
import type { DiscoveryEndpointPort, Endpoint, EndpointSlice } from '../../src/api/types.js';
import { createPortGroup } from '../../src/controllers/endpoints/portGroup.js';
import { planSlices, reuseDeleted } from '../../src/controllers/endpoints/slicePlan.js';

const endpoint = (uid: string, ready = true): Endpoint => ({ addresses: ['10.0.0.1'], conditions: { ready }, targetRef: { kind: 'Pod', uid } });
const uids = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const ports = (port: number): DiscoveryEndpointPort[] => [{ name: '', port, protocol: 'TCP' }];
const LABELS = { app: 'web' };
const slice = (name: string, own: readonly string[], port = 80, labels: Record<string, string> = LABELS): EndpointSlice =>
  ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, labels }, addressType: 'IPv4', endpoints: own.map((uid) => endpoint(uid)), ports: port === 0 ? [] : ports(port) });

interface Case {
  name: string;
  slices: EndpointSlice[];
  /** By port. */
  desired: Record<number, string[]>;
  notReady?: string[];
  /** Name, port and length of what is written, '-' for a new slice; names alone of what is deleted. */
  written: string[];
  deleted?: string[];
}

const [A, B, N] = ['a', 'b', 'new'];
test.each<Case>([
  { name: 'nothing changes', slices: [slice('one', uids(A, 3))], desired: { 80: uids(A, 3) }, written: [] },
  { name: 'a new slice for each hundred', slices: [], desired: { 80: uids(A, 250) }, written: ['- 80 100', '- 80 100', '- 80 50'] },
  { name: 'a changed endpoint writes its slice alone', slices: [slice('one', uids(A, 3)), slice('two', uids(B, 3))], desired: { 80: [...uids(A, 3), ...uids(B, 3)] }, notReady: ['b1'], written: ['two 80 3'] },
  { name: 'new endpoints fill a slice that changes anyway', slices: [slice('full', uids(A, 60)), slice('changed', uids(B, 10))], desired: { 80: [...uids(A, 60), ...uids(B, 9), ...uids(N, 5)] }, written: ['changed 80 14'] },
  { name: 'of those the fullest first', slices: [slice('small', uids(A, 10)), slice('large', uids(B, 99))], desired: { 80: [...uids(A, 9), ...uids(B, 98), ...uids(N, 4)] }, written: ['large 80 100', 'small 80 11'] },
  { name: 'an unchanged slice with the least room takes all', slices: [slice('roomy', uids(A, 10)), slice('tight', uids(B, 90))], desired: { 80: [...uids(A, 10), ...uids(B, 90), ...uids(N, 5)] }, written: ['tight 80 95'] },
  { name: 'unchanged slices are not filled in part', slices: [slice('one', uids(A, 90)), slice('two', uids(B, 95))], desired: { 80: [...uids(A, 90), ...uids(B, 95), ...uids(N, 20)] }, written: ['- 80 20'] },
  { name: 'a hundred make a slice of their own', slices: [slice('full', uids(A, 1))], desired: { 80: [...uids(A, 1), ...uids(N, 100)] }, written: ['- 80 100'] },
  { name: 'a slice that loses its last endpoint goes', slices: [slice('one', uids(A, 2)), slice('two', uids(B, 1))], desired: { 80: uids(A, 2) }, written: [], deleted: ['two'] },
  { name: 'a slice with other labels is written as it is', slices: [slice('one', uids(A, 2), 80, {})], desired: { 80: uids(A, 2) }, written: ['one 80 2'] },
  { name: 'a slice of other ports is written anew', slices: [slice('one', uids(A, 2), 80)], desired: { 81: uids(A, 2) }, written: ['one 81 2'] },
  { name: 'no slice of another group of ports is taken', slices: [slice('one', uids(A, 2), 80), slice('two', uids(B, 2), 81)], desired: { 80: [...uids(A, 2), ...uids(N, 100)], 81: uids(B, 2) }, written: ['- 80 100'] },
  { name: 'a Service without endpoints gets a slice', slices: [], desired: {}, written: ['- undefined 0'] },
  { name: 'and keeps it', slices: [slice('none', [], 0)], desired: {}, written: [] },
  { name: 'the last of several slices is emptied', slices: [slice('one', uids(A, 2)), slice('two', uids(B, 1))], desired: {}, written: ['one undefined 0'], deleted: ['two'] },
])('$name', ({ slices, desired, notReady = [], written, deleted = [] }) => {
  const groups = Object.entries(desired).map(([port, list]) => {
    const group = createPortGroup(ports(Number(port)));
    for (const uid of list) group.set(uid, endpoint(uid, !notReady.includes(uid)));
    return group;
  });
  const plan = planSlices(groups, slices, { labels: LABELS, isPlaceholder: ({ ports: own = [], endpoints = [] }) => own.length + endpoints.length === 0 });
  reuseDeleted(plan);
  expect([...plan.created, ...plan.updated].map((each) => `${each.slice?.metadata.name ?? '-'} ${each.ports[0]?.port} ${each.endpoints.length}`).sort()).toEqual(written);
  expect(plan.deleted.map(({ metadata }) => metadata.name)).toEqual(deleted);
});
