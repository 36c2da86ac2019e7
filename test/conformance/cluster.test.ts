// Replays the scenarios recorded from a real control plane. fixtures/conformance/cluster.known.json says how many facts of a scenario
// are known to be wrong; the numbers only fall. STOWAGE_UPDATE=1 lowers them to what came.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as stowage from '../../src/index.js';
import { scoreCluster } from './score.js';

interface Fact {
  id: string;
  kind: string;
  want: unknown;
  got: unknown;
}

const folder = new URL('../../fixtures/conformance/cluster/', import.meta.url);
const knownFile = new URL('../../fixtures/conformance/cluster.known.json', import.meta.url);
const known = JSON.parse(readFileSync(knownFile, 'utf8')) as Record<string, number>;
const scenarios = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const isUpdate = process.env['STOWAGE_UPDATE'] !== undefined && process.env['CI'] === undefined;

it.each(scenarios)('%s', async (scenario) => {
  const wrong: Fact[] = [];
  let facts = 0;
  await scoreCluster(stowage, fileURLToPath(new URL(`${scenario}/`, folder)), (area: string, isRight: boolean, tell: () => Fact) => {
    if (area === 'scenarios fully right') return;
    facts++;
    if (!isRight) wrong.push(tell());
  });
  expect(facts).toBeGreaterThan(10);
  if (isUpdate) {
    const count = Math.min(wrong.length, known[scenario] ?? wrong.length);
    if (count === 0) delete known[scenario];
    else known[scenario] = count;
    const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(knownFile, `${JSON.stringify(sorted, undefined, 2)}\n`);
  } else if (wrong.length > (known[scenario] ?? 0)) expect(wrong).toEqual([]);
});

it('names only scenarios that exist', () => {
  expect(Object.keys(known).filter((name) => !scenarios.includes(name))).toEqual([]);
});
