// The difference of two values as immutability errors show it: a unified diff of their indented JSON.
// Source: apimachinery/pkg/util/diff/diff.go (Diff), github.com/pmezard/go-difflib (SequenceMatcher, WriteUnifiedDiff)
import { goJson } from '../../util/goText.js';

const CONTEXT_LINES = 3;
/** From this length on, lines that are too frequent do not anchor a match. */
const POPULARITY_LENGTH = 200;

type Block = readonly [beforeStart: number, afterStart: number, size: number];
type OpCode = readonly [tag: 'equal' | 'replace' | 'delete' | 'insert', i1: number, i2: number, j1: number, j2: number];

/** JSON with every level indented by one more space, keys in the order given. Source: encoding/json (MarshalIndent) */
function indentedJson(value: unknown, indent = ''): string {
  if (value === null || typeof value !== 'object') return goJson(value);
  const deeper = `${indent} `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => deeper + indentedJson(item, deeper)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  return `{\n${entries.map(([name, item]) => `${deeper}${goJson(name)}: ${indentedJson(item, deeper)}`).join(',\n')}\n${indent}}`;
}

/** The unified diff of two values, without a header; empty when their JSON is the same. */
export function unifiedDiff(before: unknown, after: unknown): string {
  const a = indentedJson(before).split('\n');
  const b = indentedJson(after).split('\n');
  let out = '';
  for (const group of groupedOpCodes(opCodes(a, b))) {
    const [, i1, , j1] = group[0] as OpCode;
    const [, , i2, , j2] = group[group.length - 1] as OpCode;
    out += `@@ -${rangeText(i1, i2)} +${rangeText(j1, j2)} @@\n`;
    for (const [tag, from, to, afterFrom, afterTo] of group) {
      if (tag === 'equal') for (const line of a.slice(from, to)) out += ` ${line}\n`;
      else {
        for (const line of a.slice(from, to)) out += `-${line}\n`;
        for (const line of b.slice(afterFrom, afterTo)) out += `+${line}\n`;
      }
    }
  }
  return out;
}

function rangeText(start: number, stop: number): string {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

function linePlaces(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  });
  if (lines.length >= POPULARITY_LENGTH) {
    const limit = Math.floor(lines.length / 100) + 1;
    for (const [line, at] of places) if (at.length > limit) places.delete(line);
  }
  return places;
}

function longestMatch(a: readonly string[], b: readonly string[], places: Map<string, number[]>, [aLow, aHigh, bLow, bHigh]: readonly [number, number, number, number]): Block {
  let bestI = aLow;
  let bestJ = bLow;
  let bestSize = 0;
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] as string) ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > bestSize) [bestI, bestJ, bestSize] = [i - size + 1, j - size + 1, size];
    }
    lengths = next;
  }
  while (bestI > aLow && bestJ > bLow && a[bestI - 1] === b[bestJ - 1]) {
    bestI--;
    bestJ--;
    bestSize++;
  }
  while (bestI + bestSize < aHigh && bestJ + bestSize < bHigh && a[bestI + bestSize] === b[bestJ + bestSize]) bestSize++;
  return [bestI, bestJ, bestSize];
}

function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const places = linePlaces(b);
  const found: Block[] = [];
  const match = (aLow: number, aHigh: number, bLow: number, bHigh: number): void => {
    const block = longestMatch(a, b, places, [aLow, aHigh, bLow, bHigh]);
    const [i, j, size] = block;
    if (size === 0) return;
    if (aLow < i && bLow < j) match(aLow, i, bLow, j);
    found.push(block);
    if (i + size < aHigh && j + size < bHigh) match(i + size, aHigh, j + size, bHigh);
  };
  match(0, a.length, 0, b.length);
  const merged: Block[] = [];
  for (const block of found) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last[0] + last[2] === block[0] && last[1] + last[2] === block[1]) merged[merged.length - 1] = [last[0], last[1], last[2] + block[2]];
    else merged.push(block);
  }
  merged.push([a.length, b.length, 0]);
  return merged;
}

function opCodes(a: readonly string[], b: readonly string[]): OpCode[] {
  const codes: OpCode[] = [];
  let i = 0;
  let j = 0;
  for (const [ai, bj, size] of matchingBlocks(a, b)) {
    if (i < ai || j < bj) codes.push([i < ai && j < bj ? 'replace' : i < ai ? 'delete' : 'insert', i, ai, j, bj]);
    i = ai + size;
    j = bj + size;
    if (size > 0) codes.push(['equal', ai, i, bj, j]);
  }
  return codes;
}

function groupedOpCodes(codes: OpCode[]): OpCode[][] {
  if (!codes.some(([tag]) => tag !== 'equal')) return [];
  const trimmed = [...codes];
  const first = trimmed[0] as OpCode;
  if (first[0] === 'equal') trimmed[0] = ['equal', Math.max(first[1], first[2] - CONTEXT_LINES), first[2], Math.max(first[3], first[4] - CONTEXT_LINES), first[4]];
  const last = trimmed[trimmed.length - 1] as OpCode;
  if (last[0] === 'equal') trimmed[trimmed.length - 1] = ['equal', last[1], Math.min(last[2], last[1] + CONTEXT_LINES), last[3], Math.min(last[4], last[3] + CONTEXT_LINES)];
  const groups: OpCode[][] = [];
  let group: OpCode[] = [];
  for (const [tag, i1, i2, j1, j2] of trimmed) {
    if (tag === 'equal' && i2 - i1 > 2 * CONTEXT_LINES) {
      group.push([tag, i1, Math.min(i2, i1 + CONTEXT_LINES), j1, Math.min(j2, j1 + CONTEXT_LINES)]);
      groups.push(group);
      group = [[tag, Math.max(i1, i2 - CONTEXT_LINES), i2, Math.max(j1, j2 - CONTEXT_LINES), j2]];
    } else group.push([tag, i1, i2, j1, j2]);
  }
  if (group.length > 0 && !(group.length === 1 && (group[0] as OpCode)[0] === 'equal')) groups.push(group);
  return groups;
}
