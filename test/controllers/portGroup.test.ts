// A group that remembers which slices are settled plans the same slices as one that looks at all endpoints anew.
import { expect, test } from 'vitest';
import type { Endpoint, EndpointSlice } from '../../src/api/types.js';
import { createPortGroup, type PortGroup } from '../../src/controllers/endpoints/portGroup.js';
import { planSlices } from '../../src/controllers/endpoints/slicePlan.js';
import { createRandom } from '../../src/util/random.js';
import { seed } from '../manifest/mutate.js';

const PORTS = [{ name: '', port: 80, protocol: 'TCP' }];
const OPTIONS = { labels: { app: 'web' }, isPlaceholder: () => false };
const endpoint = (uid: string, ready: boolean): Endpoint => ({ addresses: ['10.0.0.1'], conditions: { ready }, targetRef: { kind: 'Pod', uid } });
const slice = (name: string, endpoints: Endpoint[]): EndpointSlice => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, labels: OPTIONS.labels }, addressType: 'IPv4', endpoints, ports: PORTS });

test('a kept group plans as a new one', () => {
  const random = createRandom(seed);
  const kept = createPortGroup(PORTS);
  const wanted = new Map<string, Endpoint>();
  let slices: EndpointSlice[] = [];
  let names = 0;

  const fresh = (): PortGroup => {
    const group = createPortGroup(PORTS);
    for (const [uid, each] of wanted) group.set(uid, each);
    return group;
  };
  const changeEndpoints = (): void => {
    for (let count = random.nextInt(random.nextInt(8) === 0 ? 150 : 4); count > 0; count--) {
      const uid = `u${random.nextInt(400)}`;
      if (random.nextInt(3) === 0) {
        wanted.delete(uid);
        kept.delete(uid);
      } else {
        const each = endpoint(uid, random.nextInt(2) === 0);
        wanted.set(uid, each);
        kept.set(uid, each);
      }
    }
  };
  /** Somebody else writes a slice, or deletes it. */
  const meddle = (): void => {
    const at = random.nextInt(slices.length * 4);
    const met = slices[at];
    if (met === undefined) return;
    const endpoints = [...(met.endpoints ?? [])];
    endpoints.splice(random.nextInt(endpoints.length), random.nextInt(3));
    slices.splice(at, 1, ...(random.nextInt(3) === 0 ? [] : [slice(met.metadata.name ?? '', endpoints)]));
  };

  for (let step = 0; step < 400; step++) {
    changeEndpoints();
    meddle();
    const plan = planSlices([kept], slices, OPTIONS);
    expect(plan, `STOWAGE_SEED=${seed}, step ${step}`).toEqual(planSlices([fresh()], slices, OPTIONS));
    const isRefused = (): boolean => random.nextInt(10) === 0;
    for (const { slice: before, endpoints } of plan.updated) if (!isRefused()) slices = slices.map((each) => (each === before ? slice(each.metadata.name ?? '', endpoints) : each));
    for (const each of plan.deleted) if (!isRefused()) slices = slices.filter((other) => other !== each);
    for (const { endpoints } of plan.created) if (!isRefused()) slices.push(slice(`s${++names}`, endpoints));
  }
  expect(slices.length).toBeGreaterThan(1);
});
