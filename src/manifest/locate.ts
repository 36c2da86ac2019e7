// From the path of a field to its place in the file, through anchors, merges and lists.
// Nothing is kept for this while reading: the one document is read again when a place in it is first asked for.
import type { ManifestDocument } from './manifestDocument.js';
import { documentTree } from './readDocument.js';
import type { DocumentSource } from './splitDocuments.js';
import { isMerge, nodeKey } from './yamlValue.js';
import type { YamlNode } from './yamlTree.js';

/** A stretch of a file; lines and columns count from 1, the end is exclusive. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

interface Found {
  /** The key that leads to the value; undefined for the document, items and what aliases stand for. */
  readonly key: YamlNode | undefined;
  readonly value: YamlNode;
}

/** The place of the value at a path such as `spec.containers[0].image` or `metadata.labels[app]`; of the nearest value above it that exists, if it doesn't. */
export function locate(document: ManifestDocument, path: string): SourceRange {
  const found = find(document, path);
  if (found === undefined) return startOf(document.source);
  const { key, value } = found;
  // A value that isn't written is shown at its key.
  return rangeOf(document.source, value.start === value.end && key !== undefined ? key : value);
}

/** Blank lines and comments, then the first key of a block mapping. */
const PLAIN_START = /^(?:[ \t]*(?:#[^\n]*)?\n)*[ ]*(?=[A-Za-z"'])/;

/** The place at which the object begins. */
export function locateStart(document: ManifestDocument): { line: number; column: number } {
  const { source, pathInDocument } = document;
  const before = pathInDocument === '' && source.jsonFrom === undefined && source.tree === undefined ? PLAIN_START.exec(source.text) : null;
  // Most documents begin with their first key: no need to read them again.
  if (before !== null) return placeOf(source, before[0].length);
  const { line, column } = locate(document, '');
  return { line, column };
}

/** The place of the key that leads to the value at the path; of the value itself where there is no key. */
export function locateKey(document: ManifestDocument, path: string): SourceRange {
  const found = find(document, path);
  return found === undefined ? startOf(document.source) : rangeOf(document.source, found.key ?? found.value);
}

/** The place of an offset in a document's text. */
export function placeOf(source: DocumentSource, offset: number): { line: number; column: number } {
  source.lineStarts ??= lineStartsOf(source.text);
  const { lineStarts } = source;
  const end = Math.min(offset, source.text.length);
  // The last line that begins at or before the offset.
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] as number) <= end) low = middle;
    else high = middle - 1;
  }
  return { line: source.textLine + low, column: end - (lineStarts[low] as number) + 1 };
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function rangeOf(source: DocumentSource, node: YamlNode): SourceRange {
  const start = placeOf(source, node.start);
  const end = placeOf(source, node.end);
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function startOf(source: DocumentSource): SourceRange {
  return { line: source.line, column: 1, endLine: source.line, endColumn: 1 };
}

function find(document: ManifestDocument, path: string): Found | undefined {
  const { source } = document;
  if (source.tree === undefined) {
    try {
      source.tree = documentTree(source) ?? null;
    } catch {
      source.tree = null;
    }
  }
  if (source.tree === null) return undefined;
  const root = { key: undefined, value: source.tree };
  const base = document.pathInDocument === '' ? root : follow(root, document.pathInDocument).found;
  return follow(base, path).found;
}

/**
 * As far as the path leads. A printed path does not say where a key ends that holds dots or brackets itself,
 * so the keys that are there decide: `data.a.b` is b in a, or the key `a.b`.
 */
function follow(from: Found, path: string): { readonly found: Found; readonly isComplete: boolean } {
  if (path === '' || path === '.') return { found: from, isComplete: true };
  let furthest: Found | undefined;
  for (const { step, rest } of firstSteps(path)) {
    const next = stepInto(from.value, step);
    if (next === undefined) continue;
    const way = follow(next, rest);
    if (way.isComplete) return way;
    furthest ??= way.found;
  }
  return { found: furthest ?? from, isComplete: false };
}

/** The ways to read the first step of a path, the shortest first. */
function firstSteps(path: string): { readonly step: string; readonly rest: string }[] {
  const ways: { step: string; rest: string }[] = [];
  if (path.startsWith('[')) {
    for (let end = path.indexOf(']'); end > 0; end = path.indexOf(']', end + 1)) {
      const after = path[end + 1];
      if (after === undefined || after === '.' || after === '[') ways.push({ step: path.slice(1, end), rest: path.slice(end + 1) });
    }
    return ways;
  }
  const start = path.startsWith('.') ? 1 : 0;
  for (let end = start + 1; end <= path.length; end++) {
    const after = path[end];
    if (after === undefined || after === '.' || after === '[') ways.push({ step: path.slice(start, end), rest: path.slice(end) });
  }
  return ways;
}

function stepInto(from: YamlNode, step: string): Found | undefined {
  const node = from.kind === 'alias' ? from.target : from;
  if (node === undefined) return undefined;
  if (node.kind === 'sequence') {
    const item = /^\d+$/.test(step) ? node.children[Number(step)] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  return node.kind === 'mapping' ? entry(node, step, 0) : undefined;
}

/** The entry that counts: of several the last, and a merge counts where it stands. */
function entry(node: YamlNode, name: string, depth: number): Found | undefined {
  if (depth > 100) return undefined;
  for (let at = node.children.length - 2; at >= 0; at -= 2) {
    const key = node.children[at] as YamlNode;
    const value = node.children[at + 1] as YamlNode;
    if (!isMerge(key)) {
      if (keyOf(key) === name) return { key, value };
      continue;
    }
    for (const merged of value.kind === 'sequence' ? value.children : [value]) {
      const target = merged.kind === 'alias' ? merged.target : merged;
      const found = target?.kind === 'mapping' ? entry(target, name, depth + 1) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function keyOf(node: YamlNode): string | undefined {
  try {
    return nodeKey(node);
  } catch {
    return undefined;
  }
}
