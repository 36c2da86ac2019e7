// Reads a file of manifests: its documents, the objects in them, what was skipped and why, and every problem with its place.
import { decodeProblem } from './decodeProblem.js';
import { hintFor } from './hint.js';
import { locate, locateKey, placeOf } from './locate.js';
import { documentTree, readDocument } from './readDocument.js';
import type { ManifestDocument, PlainObject } from './manifestDocument.js';
import { recognise } from './recognise.js';
import { type DocumentSource, splitDocuments } from './splitDocuments.js';
import type { JsonValue } from './yamlValue.js';

/** Something to say about the text of a file. */
export interface ReadProblem {
  /** `syntax`: kubectl stops here. `decode`: readable, but no object. `listItem`: an item that kubectl refuses when it unrolls the list. `duplicateKey` and `ignoredText`: warnings of ours. */
  readonly kind: 'syntax' | 'decode' | 'listItem' | 'duplicateKey' | 'ignoredText';
  readonly severity: 'error' | 'warning';
  /** kubectl's own words for errors. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** The document it is in, from 0. */
  readonly documentIndex: number;
  /** A second place that belongs to it. */
  readonly related?: { readonly line: number; readonly column: number; readonly message: string };
  /** One sentence on what to change. */
  readonly hint?: string;
}

/** A file as read. */
export interface ManifestFile {
  readonly file: string;
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly ReadProblem[];
}

/**
 * Reads the text of a file. Never throws; reads on after an error, but says what kubectl would not reach.
 * Skipped documents have no object and no problems; one unreadable Helm template makes its whole file a template.
 */
export function readManifest(text: string, file: string): ManifestFile {
  const read = readAsKubectl(text, file);
  if (read.documents.every(({ skipped }) => skipped === undefined)) return read;
  const template = read.documents.find(({ skipped }) => skipped?.reason === 'helmTemplate')?.skipped;
  const documents = read.documents.map((document) => {
    const skipped = document.skipped?.reason === 'empty' ? document.skipped : (template ?? document.skipped);
    return skipped === undefined ? document : { ...document, object: undefined, skipped };
  });
  const indexes = new Set(documents.filter(({ skipped }) => skipped !== undefined).map(({ index }) => index));
  const problems = template === undefined ? read.problems.filter(({ documentIndex }) => !indexes.has(documentIndex)) : [];
  return { file, documents, problems };
}

/** Reads as kubectl does, without judging what is meant to be a manifest: skipped documents keep objects and problems. */
export function readAsKubectl(text: string, file: string): ManifestFile {
  const documents: ManifestDocument[] = [];
  const problems: ReadProblem[] = [];
  const pieces = splitDocuments(text, file);
  let isReached = true;
  let index = 0;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at];
    if (piece === undefined) break;
    if (piece.kind === 'badSeparator') {
      const message = `invalid Yaml document separator: ${piece.text}`;
      problems.push({ kind: 'syntax', severity: 'error', message, line: piece.line, column: 1, documentIndex: index, hint: 'Put what follows --- on the next line; kubectl allows only a comment behind it.' });
      isReached = false;
      continue;
    }
    if (piece.kind === 'badJson') {
      // The rest of the stream is tried as YAML; only if that fails too, the JSON error is told.
      const next = pieces[at + 1];
      const retried = next?.kind === 'document' ? readDocument(next.source, next.value) : undefined;
      if (retried !== undefined && 'value' in retried) continue;
      const place = placeOf(piece.source, piece.error.offset);
      const skipped = recognise(text, undefined, file);
      problems.push({ kind: 'syntax', severity: 'error', message: piece.message, ...place, documentIndex: index, ...hintFor(piece.message, piece.source, piece.error.offset) });
      documents.push({ file, index, line: place.line, object: undefined, skipped, isReached, pathInDocument: '', source: piece.source });
      return { file, documents, problems };
    }
    const { source } = piece;
    const read = readDocument(source, piece.value);
    // A bad separator makes kubectl lose the document it ends.
    if (pieces[at + 1]?.kind === 'badSeparator') isReached = false;
    const shared: Shared = { file, index, line: source.line, source, isReached };
    if ('message' in read) {
      const place = placeOf(source, read.offset);
      const skipped = recognise(source.text, undefined, file);
      problems.push({ kind: 'syntax', severity: 'error', message: read.message, ...place, documentIndex: index, ...hintFor(read.message, source, read.offset) });
      documents.push(documentOf(shared, { object: undefined, skipped, pathInDocument: '' }));
      isReached = false;
      index++;
      continue;
    }
    for (const { key, firstOffset, offset } of read.duplicates) {
      const message = `key ${JSON.stringify(key)} stands twice in this map; kubectl keeps only the later one`;
      problems.push({ kind: 'duplicateKey', severity: 'warning', message, ...placeOf(source, offset), documentIndex: index, related: { ...placeOf(source, firstOffset), message: 'first written here' } });
    }
    if (read.ignored !== undefined) {
      problems.push({ kind: 'ignoredText', severity: 'warning', message: 'the document has ended before this place; kubectl ignores the rest of it', ...placeOf(source, read.ignored), documentIndex: index, hint: 'Indent the top-level keys alike, or put --- before a new document.' });
    }
    addObjects(read.value, shared, documents, problems);
    index++;
  }
  return { file, documents, problems };
}

type Shared = Pick<ManifestDocument, 'file' | 'index' | 'line' | 'source' | 'isReached'>;

/** Written out field by field: V8 would give each object that is put together by spreading a layout of its own. */
function documentOf({ file, index, line, source, isReached }: Shared, { object, skipped, pathInDocument }: Omit<ManifestDocument, keyof Shared>): ManifestDocument {
  return { file, index, line, object, skipped, isReached, pathInDocument, source };
}

function addObjects(value: JsonValue, shared: Shared, documents: ManifestDocument[], problems: ReadProblem[]): void {
  if (value === null) {
    documents.push(documentOf(shared, { object: undefined, skipped: recognise(shared.source.text, null, shared.file), pathInDocument: '' }));
    return;
  }
  const skipped = recognise(shared.source.text, value, shared.file);
  const { source } = shared;
  const problem = decodeProblem(value, () => jsonText(source));
  if (problem !== undefined || !isObject(value)) {
    const document = documentOf(shared, { object: undefined, skipped, pathInDocument: '' });
    documents.push(document);
    const { line, column } = locate(document, problem?.path ?? '');
    problems.push({ kind: 'decode', severity: 'error', message: problem?.message ?? '', line, column, documentIndex: shared.index });
    return;
  }
  // Whatever has items is a list to kubectl, also an empty one.
  const items = value['items'] === null ? [] : value['items'];
  if (!Array.isArray(items)) {
    documents.push(documentOf(shared, { object: value, skipped, pathInDocument: '' }));
    return;
  }
  const { kind, apiVersion } = value;
  for (const [position, item] of items.entries()) {
    const pathInDocument = `items[${position}]`;
    if (!isObject(item)) {
      const document = documentOf(shared, { object: undefined, skipped: undefined, pathInDocument });
      const { line, column } = locate(document, '');
      const type = Array.isArray(item) ? 'array' : typeof item === 'boolean' ? 'bool' : typeof item;
      if (item !== null) problems.push({ kind: 'decode', severity: 'error', message: `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`, line, column, documentIndex: shared.index });
      documents.push(document);
      continue;
    }
    // A list of one kind, such as a PodList, need not repeat kind and version in its items.
    const isBare = !item['kind'] && !item['apiVersion'] && typeof kind === 'string';
    const object = isBare ? { ...item, kind: kind.replace(/List$/, ''), apiVersion: apiVersion ?? '' } : item;
    const document = documentOf(shared, { object, skipped: undefined, pathInDocument });
    documents.push(document);
    if (typeof object['kind'] !== 'string' || object['kind'] === '') {
      const { line, column } = locate(document, 'kind');
      problems.push({ kind: 'listItem', severity: 'error', message: `unable to get type info from the object "*unstructured.Unstructured": Object 'Kind' is missing in 'object has no kind field '`, line, column, documentIndex: shared.index });
    } else if (Array.isArray(object['items'])) {
      const { line, column } = locateKey(document, 'items');
      problems.push({ kind: 'listItem', severity: 'error', message: '*unstructured.Unstructured is not a list: no Items field in this object', line, column, documentIndex: shared.index, hint: 'kubectl unrolls only the outer List; move the inner items up.' });
    }
  }
}

function jsonText(source: DocumentSource): string | undefined {
  const tree = source.jsonFrom === undefined ? undefined : documentTree(source);
  return tree === undefined ? undefined : source.text.slice(tree.start, tree.end);
}

function isObject(value: JsonValue): value is PlainObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
