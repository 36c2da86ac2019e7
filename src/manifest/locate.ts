// From the path of a field to its place in the file, through anchors, merges and lists.
// Nothing is kept for this while reading: the one document is read again when a place in it is first asked for.
import type { ManifestDocument } from './readManifest.js';
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

/** The place of the key that leads to the value at the path; of the value itself where there is no key. */
export function locateKey(document: ManifestDocument, path: string): SourceRange {
  const found = find(document, path);
  return found === undefined ? startOf(document.source) : rangeOf(document.source, found.key ?? found.value);
}

/** The place of an offset in a document's text. */
export function placeOf(source: DocumentSource, offset: number): { line: number; column: number } {
  const { text } = source;
  const end = Math.min(offset, text.length);
  let line = source.textLine;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: end - lineStart + 1 };
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
  let found: Found = { key: undefined, value: source.tree };
  for (const step of [...pathSteps(document.pathInDocument), ...pathSteps(path)]) {
    const next = stepInto(found.value, step);
    if (next === undefined) break;
    found = next;
  }
  return found;
}

/** The steps of a printed path. What stands in brackets is an item's index or a map's key and may hold dots. */
export function pathSteps(path: string): string[] {
  const steps: string[] = [];
  for (let at = 0; at < path.length; ) {
    if (path[at] === '[') {
      // A key may hold brackets itself; it ends where the path goes on.
      let end = at + 1;
      while (end < path.length && !(path[end] === ']' && (end + 1 === path.length || path[end + 1] === '.' || path[end + 1] === '['))) end++;
      steps.push(path.slice(at + 1, end));
      at = end + 1;
    } else {
      if (path[at] === '.') at++;
      let end = at;
      while (end < path.length && path[end] !== '.' && path[end] !== '[') end++;
      if (end > at) steps.push(path.slice(at, end));
      else if (path[end] !== '[') end++;
      at = end;
    }
  }
  return steps;
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
