// Pods and the selectors that select them are found by the index as by a look at all of them.
import { expect, test } from 'vitest';
import { compileLabelSelector, selectorMatches, type CompiledSelector } from '../../src/api/labelSelector.js';
import type { WatchEvent } from '../../src/api/meta.js';
import type { Pod } from '../../src/api/types.js';
import type { Reader } from '../../src/apiserver/reader.js';
import { createSelectorIndex } from '../../src/controllers/shared/selectorIndex.js';
import { compareStrings } from '../../src/util/compare.js';
import { createRandom } from '../../src/util/random.js';
import { seed } from '../manifest/mutate.js';

type Labels = Record<string, string> | undefined;

const TEMPLATES: readonly Labels[] = [undefined, {}, { app: 'web' }, { app: 'web' }, { app: 'web', tier: 'a' }, { app: 'db', tier: 'a' }, { tier: 'b' }];
const SELECTORS: readonly CompiledSelector[] = [
  {}, { matchLabels: { app: 'web' } }, { matchLabels: { app: 'web', tier: 'a' } }, { matchLabels: { tier: 'a' } },
  { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] }, { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a'] }] },
].map(compileLabelSelector);

test('the index finds what a scan finds', () => {
  const random = createRandom(seed);
  const pods = new Map<string, Pod>();
  const selectors = new Map<string, CompiledSelector>();
  // Only these two are asked for.
  const read = {
    get: (_resource: string, namespace: string, name: string) => pods.get(`${namespace}/${name}`),
    list: (_resource: string, namespace: string) => [...pods.values()].filter(({ metadata }) => metadata.namespace === namespace),
  } as unknown as Reader;
  const index = createSelectorIndex(read);

  const changePod = (): WatchEvent<Pod> => {
    const [namespace, name] = [`n${random.nextInt(2)}`, `p${random.nextInt(6)}`];
    const key = `${namespace}/${name}`;
    const old = pods.get(key);
    if (old !== undefined && random.nextInt(3) === 0) {
      pods.delete(key);
      return { type: 'DELETED', key, object: old, old };
    }
    const labels = TEMPLATES[random.nextInt(TEMPLATES.length)];
    const object: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, ...(labels === undefined ? {} : { labels }) } };
    pods.set(key, object);
    return { type: old === undefined ? 'ADDED' : 'MODIFIED', key, object, ...(old === undefined ? {} : { old }) };
  };
  const selects = (key: string, pod: Pod | undefined): boolean => pod !== undefined && key.startsWith(`${pod.metadata.namespace}/`) && selectorMatches(selectors.get(key) as CompiledSelector, pod.metadata.labels);

  for (let step = 0; step < 800; step++) {
    const where = `STOWAGE_SEED=${seed}, step ${step}`;
    if (random.nextInt(4) === 0) {
      const key = `n${random.nextInt(2)}/s${random.nextInt(4)}`;
      const selector = random.nextInt(2) === 0 ? undefined : SELECTORS[random.nextInt(SELECTORS.length)];
      index.set(key, selector);
      if (selector === undefined) selectors.delete(key);
      else selectors.set(key, selector);
    } else {
      const event = changePod();
      const found = [...index.keysOf(event)].sort(compareStrings);
      expect(found, where).toEqual([...selectors.keys()].filter((key) => selects(key, event.object) || selects(key, event.old)).sort(compareStrings));
    }
    for (const key of selectors.keys()) {
      const names = [...pods.values()].filter((pod) => selects(key, pod)).map(({ metadata }) => metadata.name ?? '').sort(compareStrings);
      expect(index.podsOf(key).map(({ metadata }) => metadata.name), where).toEqual(names);
    }
  }
});
