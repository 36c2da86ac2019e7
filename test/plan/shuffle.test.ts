// No result depends on the order of files or of keys: shuffled input gives the same bytes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../src/util/random.js';
import { parseManifests } from '../../src/manifest/parseManifests.js';
import { runCli } from '../cli/runCli.js';

const shop = path.resolve(import.meta.dirname, '../../fixtures/shop');
const seed = Number(process.env['STOWAGE_SEED'] ?? 20260101);

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.nextInt(at + 1);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}

function shuffleKeys(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => shuffleKeys(item, random));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(shuffled(Object.entries(value), random).map(([key, each]) => [key, shuffleKeys(each, random)]));
}

/** The shop as JSON files, one an object, written in a random order and with keys in the given order. */
function writeShop(random: Random | undefined): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
  const files = fs.readdirSync(shop).sort().flatMap((file) =>
    parseManifests(fs.readFileSync(path.join(shop, file), 'utf8'), file).objects.map((object, index) => ({ name: `${file}-${String(index).padStart(2, '0')}.json`, object })),
  );
  for (const { name, object } of random === undefined ? files : shuffled(files, random)) {
    fs.writeFileSync(path.join(directory, name), JSON.stringify(random === undefined ? object : shuffleKeys(object, random)));
  }
  return directory;
}

test(`the same bytes from shuffled files and keys (STOWAGE_SEED=${seed})`, async () => {
  const plain = await runCli(['plan', '.', '-o', 'json'], { cwd: writeShop(undefined) });
  const again = await runCli(['plan', '.', '-o', 'json'], { cwd: writeShop(undefined) });
  const mixed = await runCli(['plan', '.', '-o', 'json'], { cwd: writeShop(createRandom(seed)) });
  expect(again.stdout).toBe(plain.stdout);
  expect(mixed.stdout).toBe(plain.stdout);
  expect(plain.exitStatus).toBeLessThan(2);
});
