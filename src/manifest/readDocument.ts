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
  if (source.isJson) return readJsonDocument(source);
  const value = readFast(source.text);
  if (value === unsure) return readExactly(source);
  return { value: value ?? null, duplicates: noDuplicates };
}

function readJsonDocument(source: DocumentSource): DocumentValue {
  const duplicates: DuplicateKey[] = [];
  return { value: JSON.parse(source.text) as JsonValue, duplicates };
}

/** The complete reader: every rule of kubectl's YAML library, its refusals included. */
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
  if (!source.isJson) return parseTree(source.text);
  const read = readJson(source.text, 0);
  return read !== 'end' && 'node' in read ? read.node : undefined;
}
