// One document's text to its value, or to kubectl's words why it has none.
import { readFast, unsure } from './fastPath.js';
import { readJson } from './jsonReader.js';
import type { DocumentSource } from './splitDocuments.js';
import { YamlError } from './yamlScanner.js';
import { parseTree, type YamlNode } from './yamlTree.js';
import { ConversionError, type DuplicateKey, type JsonValue, treeValue } from './yamlValue.js';

/** What reading a document gives; offsets count from the start of its text. */
export type DocumentValue =
  | { readonly value: JsonValue; readonly duplicates: readonly DuplicateKey[] }
  | { readonly message: string; readonly offset: number };

const noDuplicates: readonly DuplicateKey[] = [];

/** Reads one document. */
export function readDocument(source: DocumentSource): DocumentValue {
  if (source.jsonFrom !== undefined) return readJsonDocument(source);
  const value = readFast(source.text);
  if (value === unsure) return readExactly(source);
  return { value: value ?? null, duplicates: noDuplicates };
}

function readJsonDocument(source: DocumentSource): DocumentValue {
  const tree = source.tree ?? documentTree(source);
  // The places were needed to find the value's end; they are not kept.
  source.tree = undefined;
  if (tree === undefined) return { value: null, duplicates: noDuplicates };
  const value = JSON.parse(source.text.slice(tree.start, tree.end)) as JsonValue;
  if (countEntries(tree) === countKeys(value)) return { value, duplicates: noDuplicates };
  const duplicates: DuplicateKey[] = [];
  treeValue(tree, duplicates);
  return { value, duplicates };
}

function countEntries(node: YamlNode): number {
  let count = node.kind === 'mapping' ? node.children.length / 2 : 0;
  for (const child of node.children) count += countEntries(child);
  return count;
}

function countKeys(value: JsonValue): number {
  if (value === null || typeof value !== 'object') return 0;
  if (Array.isArray(value)) return value.reduce((count: number, item) => count + countKeys(item), 0);
  let count = 0;
  for (const key of Object.keys(value)) count += 1 + countKeys(value[key] as JsonValue);
  return count;
}

/** The complete reader of YAML: every rule of kubectl's library, its refusals included. */
export function readExactly(source: DocumentSource): DocumentValue {
  try {
    const tree = documentTree(source);
    if (tree === undefined) return { value: null, duplicates: noDuplicates };
    source.tree = tree;
    const duplicates: DuplicateKey[] = [];
    return { value: treeValue(tree, duplicates), duplicates };
  } catch (error) {
    source.tree = null;
    if (error instanceof YamlError) {
      return { message: `yaml: ${error.printedLine > 0 ? `line ${error.printedLine}: ` : ''}${error.problem}`, offset: error.offset };
    }
    if (error instanceof ConversionError) return { message: error.problem, offset: error.offset };
    // Nesting deeper than the stack; the library's own limit is not far above.
    if (error instanceof RangeError) return { message: 'yaml: exceeded max depth of 10000', offset: 0 };
    throw error;
  }
}

/** The tree of a document; undefined for an empty one. Throws as parseTree does. */
export function documentTree(source: DocumentSource): YamlNode | undefined {
  if (source.jsonFrom === undefined) return parseTree(source.text);
  const read = readJson(source.text, source.jsonFrom);
  return read !== 'end' && 'node' in read ? read.node : undefined;
}
