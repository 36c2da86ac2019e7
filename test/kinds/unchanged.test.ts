// What the server stored, sent back as it is, changes nothing: over the recorded objects that a real server accepted.
import fs from 'node:fs';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject } from '../../src/api/meta.js';

interface Recording {
  id: string;
  code: number;
  object: KubernetesObject;
}

const recordings = zlib.gunzipSync(fs.readFileSync(new URL('../../fixtures/conformance/create.jsonl.gz', import.meta.url))).toString().split('\n')
  .filter((line) => line !== '').map((line) => JSON.parse(line) as Recording);

test('every accepted object, replaced by itself, keeps its resourceVersion', () => {
  const cluster = new Cluster();
  cluster.settle();
  const changed: string[] = [];
  let count = 0;
  for (const { id, code, object } of recordings) {
    if (code >= 300) continue;
    const made = cluster.create(structuredClone(object));
    if (made.object === undefined) continue;
    count++;
    const again = cluster.update(structuredClone(made.object));
    if (again.code !== 200 || again.object?.metadata.resourceVersion !== made.object.metadata.resourceVersion) changed.push(`${id} ${object.kind}: ${again.message ?? JSON.stringify(again.object)}`);
    const { apiVersion, kind, metadata } = made.object;
    cluster.delete({ apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }, { gracePeriodSeconds: 0 });
  }
  expect({ changed, hasEnough: count > 300 }).toEqual({ changed: [], hasEnough: true });
});
