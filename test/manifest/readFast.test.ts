// The fast path against the complete reader, and both against the yaml package and against anything at all.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readFast, unsure } from '../../src/manifest/readFast.js';
import { locate, locateKey } from '../../src/manifest/locate.js';
import { readExactly } from '../../src/manifest/readDocument.js';
import { readManifest } from '../../src/manifest/readManifest.js';
import { parseTree } from '../../src/manifest/yamlTree.js';
import { createRandom } from '../../src/util/random.js';
import { mutator, seed } from './mutate.js';

const recordings = path.resolve(import.meta.dirname, '../../fixtures/conformance/yaml.jsonl.gz');
const bases = zlib.gunzipSync(fs.readFileSync(recordings)).toString().trim().split('\n').map((line) => (JSON.parse(line) as { text: string }).text);

function exact(text: string): ReturnType<typeof readExactly> {
  return readExactly({ file: 'a.yaml', text, textLine: 1, line: 1, jsonFrom: undefined, tree: undefined });
}

describe('the fast path', () => {
  test('reads the usual things itself', () => {
    const text = [
      '# a comment', 'apiVersion: v1 # another', 'kind: ConfigMap', 'metadata:', '  name: "a"', "  labels: {app: web, 'b': [1, two, \"three\"]}", '  annotations:', '    text: one', '      two', '',
      '      three', 'data:', '  list:', '  - a', '  -   - b', '      - c', '  - k: v', '    l: |+', '      x', '       y', '', '  folded: >-', '    a', '    b', '', '     c', '  on: yes', '  010: 0x1F', '  empty:', '',
    ].join('\n');
    const value = readFast(text);
    expect(value).toEqual({
      apiVersion: 'v1', kind: 'ConfigMap',
      metadata: { name: 'a', labels: { app: 'web', b: [1, 'two', 'three'] }, annotations: { text: 'one two\nthree' } },
      data: { list: ['a', ['b', 'c'], { k: 'v', l: 'x\n y\n\n' }], folded: 'a b\n\n c', true: true, 8: 31, empty: null },
    });
    expect(value).toEqual((exact(text) as { value: unknown }).value);
  });

  test.each(['a: &x 1\n', 'a: *x\n', 'a: !!str 1\n', '<<: {a: 1}\n', '? a\n: b\n', 'a: 1\na: 2\n', 'a: |2\n   x\n', 'a: b: c\n', '%YAML 1.1\n---\na: 1\n', 'a: "\\x"\n', 'a\n', '__proto__: 1\n', 'a: \u0085\n', '...\n', '~: 1\n', 'a: .inf\n', '\ta: 1\n'])('leaves %j to the complete reader', (text) => {
    expect(readFast(text)).toBe(unsure);
  });

  test('agrees with the complete reader wherever it answers', () => {
    const next = mutator(bases, seed);
    let answered = 0;
    for (let count = 0; count < 4000; count++) {
      const text = `${next()}\n`;
      const fast = readFast(text);
      if (fast === unsure) continue;
      answered++;
      const complete = exact(text);
      const where = `STOWAGE_SEED=${seed}: ${JSON.stringify(text)}`;
      if ('message' in complete) throw new Error(`${where} is refused: ${complete.message}`);
      expect(complete.duplicates, where).toEqual([]);
      expect(JSON.stringify(fast ?? null), where).toBe(JSON.stringify(complete.value));
    }
    expect(answered).toBeGreaterThan(500);
  });
});

test('what the yaml package writes is read back', () => {
  const random = createRandom(seed);
  const words = ['a', 'yes', 'null', '12', '0x1F', '1e3', '', ' ', 'a: b', '# c', '- d', 'x\ny', 'x\n\n  y\n', 'tab\there', '"q"', "it's", '{', '[e]', '&f', '*g', '!h', '%', '@', '`', '~', 'é', '😀', 'long word '.repeat(12), 'trailing ', ':', 'http://x', '1:30', '2001-01-01', '.5'];
  const make = (depth: number): unknown => {
    const choice = random.nextInt(depth > 3 ? 4 : 6);
    if (choice === 4) return Array.from({ length: random.nextInt(4) }, () => make(depth + 1));
    if (choice === 5) return Object.fromEntries(Array.from({ length: random.nextInt(4) }, () => [words[random.nextInt(words.length)] ?? '', make(depth + 1)]));
    return choice === 0 ? random.nextInt(1000) / 8 : choice === 1 ? [true, false, null][random.nextInt(3)] : words[random.nextInt(words.length)];
  };
  let fastAnswers = 0;
  for (let count = 0; count < 400; count++) {
    const value = { a: make(0), b: make(0) };
    const text = stringify(value, { version: '1.1', indentSeq: random.nextInt(2) === 0, lineWidth: random.nextInt(2) === 0 ? 0 : 40, collectionStyle: random.nextInt(4) === 0 ? 'flow' : 'any' });
    const where = `STOWAGE_SEED=${seed}: ${JSON.stringify(text)}`;
    const read = exact(text);
    expect(read, where).toEqual({ value, duplicates: [] });
    const fast = readFast(text);
    if (fast !== unsure) fastAnswers++;
    if (fast !== unsure) expect(fast, where).toEqual(value);
  }
  expect(fastAnswers).toBeGreaterThan(100);
});

test('any text is read or refused, never thrown at', () => {
  const next = mutator(bases, seed + 1);
  const random = createRandom(seed);
  const noise = (): string => String.fromCharCode(...Array.from({ length: random.nextInt(60) }, () => (random.nextInt(3) === 0 ? random.nextInt(0x10000) : random.nextInt(128))));
  for (let count = 0; count < 1500; count++) {
    const text = count % 3 === 0 ? noise() : count % 3 === 1 ? next() : `{${next()}`;
    const read = readManifest(text, 'a.yaml');
    for (const document of read.documents) {
      for (const place of [locate(document, 'metadata.labels[app]'), locateKey(document, 'spec.ports[1].name')]) {
        expect(place.line).toBeGreaterThan(0);
        expect(place.column).toBeGreaterThan(0);
      }
    }
    for (const { line, column } of read.problems) expect(line > 0 && column > 0).toBe(true);
  }
});

describe('cost grows with length only', () => {
  const entries = (count: number): string => Array.from({ length: count }, (_, index) => `  key${index}: "value ${index}" # note\n`).join('');

  test('a map of 100,000 keys, on both paths', () => {
    const text = `data:\n${entries(100_000)}`;
    const value = readFast(text) as { data: object };
    expect(Object.keys(value.data).length).toBe(100_000);
    expect(parseTree(`${text}last: &a 1\n`)?.children.length).toBe(4);
  });

  test('20,000 keys written twice', () => {
    const read = exact(`a:\n${entries(20_000)}${entries(20_000)}`);
    expect('duplicates' in read ? read.duplicates.length : read).toBe(20_000);
  });

  test('deep nesting is refused, not a crash', () => {
    const read = readManifest(`a: ${'['.repeat(200_000)}`, 'a.yaml');
    expect(read.problems[0]?.message).toBe('yaml: exceeded max depth of 10000');
    const json = readManifest(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'a.json');
    expect(json.problems[0]?.message).toBe('json: offset 1006: exceeded max depth');
  });
});
