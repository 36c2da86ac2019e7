// One document's text to its value, or to kubectl's words why it has none.
import { readFast, unsure } from './readFast.js';
import { jsonShape, readJson } from './jsonReader.js';
import type { DocumentSource } from './splitDocuments.js';
import { YamlError } from './yamlToken.js';
import { parseTree, type YamlNode } from './yamlTree.js';
import { ConversionError, type DuplicateKey, type JsonValue, treeValue } from './yamlValue.js';

/** What reading a document gives; offsets count from the start of its text. */
export type DocumentValue =
  | { readonly value: JsonValue; readonly duplicates: readonly DuplicateKey[]; /** Where text begins that kubectl ignores. */ readonly ignored?: number | undefined }
  | { readonly message: string; readonly offset: number };

const noDuplicates: readonly DuplicateKey[] = [];

/** Reads one document; `value` is given where splitting the file has found it already. */
export function readDocument(source: DocumentSource, value?: JsonValue): DocumentValue {
  if (source.jsonFrom !== undefined) return readJsonDocument(source, value);
  const fast = readFast(source.text);
  if (fast === unsure) return readExactly(source);
  return { value: fast ?? null, duplicates: noDuplicates };
}

function readJsonDocument(source: DocumentSource, known: JsonValue | undefined): DocumentValue {
  const { text } = source;
  if (known !== undefined && countKeys(known) === jsonShape(text).entries) return { value: known, duplicates: noDuplicates };
  const tree = source.tree ?? documentTree(source);
  // The places were needed to find the value's end; they are not kept.
  source.tree = undefined;
  if (tree === undefined) return { value: known ?? null, duplicates: noDuplicates };
  const value = known ?? (JSON.parse(text.slice(tree.start, tree.end)) as JsonValue);
  if (known === undefined && jsonShape(text.slice(tree.start, tree.end)).entries === countKeys(value)) return { value, duplicates: noDuplicates };
  const duplicates: DuplicateKey[] = [];
  treeValue(tree, duplicates);
  return { value, duplicates };
}

function countKeys(value: JsonValue): number {
  if (value === null || typeof value !== 'object') return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) count += countKeys(value[index] as JsonValue);
    return count;
  }
  for (const key in value) count += 1 + countKeys(value[key] as JsonValue);
  return count;
}

/** The complete reader of YAML: every rule of kubectl's library, its refusals included. */
export function readExactly(source: DocumentSource): DocumentValue {
  try {
    const ignored: number[] = [];
    const tree = parseTree(source.text, ignored);
    if (tree === undefined) return { value: null, duplicates: noDuplicates };
    source.tree = tree;
    const duplicates: DuplicateKey[] = [];
    const value = treeValue(tree, duplicates);
    return ignored.length === 0 ? { value, duplicates } : { value, duplicates, ignored: ignored[0] };
  } catch (error) {
    source.tree = null;
    if (error instanceof YamlError) {
      return { message: `yaml: ${error.printedLine > 0 ? `line ${error.printedLine}: ` : ''}${error.problem}`, offset: error.offset };
    }
    if (error instanceof ConversionError) return { message: error.problem, offset: error.offset };
    throw error;
  }
}

/** The tree of a document; undefined for an empty one. Throws as parseTree does. */
export function documentTree(source: DocumentSource): YamlNode | undefined {
  if (source.jsonFrom === undefined) return parseTree(source.text);
  const read = readJson(source.text, source.jsonFrom);
  return read !== 'end' && 'node' in read ? read.node : undefined;
}
