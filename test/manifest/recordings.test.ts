// Every recorded text read again: kubectl's objects, or its words where it failed.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { parseManifests } from '../../src/manifest/parseManifests.js';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly exit: number;
  readonly objects?: readonly Record<string, unknown>[];
  readonly stderr?: string;
}

const folder = path.resolve(import.meta.dirname, '../../fixtures/conformance');
const rows = zlib.gunzipSync(fs.readFileSync(path.join(folder, 'yaml.jsonl.gz'))).toString().trim().split('\n').map((line) => JSON.parse(line) as Row);
/** Recordings that are read otherwise, with the reason. The list may only shrink. */
const known = JSON.parse(fs.readFileSync(path.join(folder, 'yaml.known.json'), 'utf8')) as { id: string; reason: string }[];

/** The object without what kubectl's context adds, keys sorted. */
function plain(value: unknown, isMetadata = false): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => !isMetadata || (key !== 'namespace' && key !== 'creationTimestamp'));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, plain(item, key === 'metadata')]));
}

function mismatch({ text, exit, objects, stderr = '' }: Row): string | undefined {
  const read = parseManifests(text);
  const isReadable = exit === 0 || !/error parsing|error converting|unable to parse|unable to decode|yaml:/.test(stderr);
  if (isReadable !== (read.problems.length === 0)) return `readable: ${isReadable}, problems: ${JSON.stringify(read.problems)}`;
  if (exit === 0 && objects !== undefined) {
    const [want, got] = [JSON.stringify(plain(objects)), JSON.stringify(plain(read.objects))];
    if (want !== got) return `want ${want}\n got ${got}`;
  }
  const message = isReadable ? undefined : /(yaml: .*|json: .*)$/s.exec(stderr)?.[1];
  if (message !== undefined && !read.problems.some((problem) => problem.message === message)) return `want ${message}, got ${JSON.stringify(read.problems)}`;
  return undefined;
}

test('every recording is read as kubectl reads it, but for those listed', () => {
  const mismatches = new Map(rows.map((row) => [row.id, mismatch(row)] as const).filter(([, text]) => text !== undefined));
  const listed = new Set(known.map(({ id }) => id));
  expect(rows.length).toBe(864);
  expect([...mismatches].filter(([id]) => !listed.has(id))).toEqual([]);
  expect([...listed].filter((id) => !mismatches.has(id)), 'these match now: take them off the list').toEqual([]);
});
