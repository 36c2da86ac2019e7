// Cuts a file into the documents that kubectl sees: a stream of JSON values, or YAML between lines that begin with ---.
// Source: apimachinery/pkg/util/yaml/decoder.go (YAMLOrJSONDecoder, YAMLReader, LineReader)
import { byteLength } from '../util/utf8.js';
import { type JsonError, jsonShape, readJson } from './jsonReader.js';
import { maxNesting, type YamlNode } from './yamlTree.js';
import type { JsonValue } from './yamlValue.js';

/** The text of one document and where it stands. */
export interface DocumentSource {
  readonly file: string;
  /** The document's own text, its lines ending in a line feed, the last one too; or for JSON the whole stream as it stands. */
  readonly text: string;
  /** The line of the file at which the text begins, from 1. */
  readonly textLine: number;
  /** The line at which the document begins, from 1. */
  readonly line: number;
  /** For a value of a JSON stream: the offset at which it is looked for; undefined for YAML. */
  readonly jsonFrom: number | undefined;
  /** The places of its values, made when first asked for; null if the text can't be read. */
  tree: YamlNode | null | undefined;
  /** The offsets at which lines begin, made when a place is first asked for. */
  lineStarts?: readonly number[];
}

/** A piece of the file: a document, or a place at which kubectl stops reading. */
export type Piece =
  | { readonly kind: 'document'; readonly source: DocumentSource; /** Known already for a file that is one JSON value. */ readonly value?: JsonValue }
  | { readonly kind: 'badSeparator'; readonly line: number; readonly text: string }
  | { readonly kind: 'badJson'; readonly error: JsonError; readonly message: string; readonly source: DocumentSource };

/** How far kubectl looks for the brace that makes a stream JSON. */
const jsonGuessLength = 4096;
const peekLength = 4;
const separator = '---';

/** The pieces in file order. A bad separator stands after the document it ends, which kubectl loses with it. */
export function splitDocuments(text: string, file: string): Piece[] {
  const pieces: Piece[] = [];
  const mayBeJson = /^[\s\u0085]*\{/.test(text.slice(0, jsonGuessLength)) && text.charCodeAt(0) !== 0xfeff;
  if (mayBeJson) splitJson(text, file, pieces);
  else splitYaml(text, 1, file, pieces);
  return pieces;
}

function splitJson(text: string, file: string, pieces: Piece[]): void {
  const whole = parseWhole(text);
  if (whole !== undefined) {
    const line = text.slice(0, text.indexOf('{')).split('\n').length;
    pieces.push({ kind: 'document', source: { file, text, textLine: 1, line, jsonFrom: 0, tree: undefined }, value: whole });
    return;
  }
  let consumed = 0;
  let line = 1;
  let lineStart = 0;
  for (let count = 0; ; count++) {
    const read = readJson(text, consumed);
    if (read === 'end') return;
    if ('node' in read) {
      const { start, end } = read.node;
      for (let at = text.indexOf('\n', lineStart); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) {
        line++;
        lineStart = at + 1;
      }
      pieces.push({ kind: 'document', source: { file, text, textLine: 1, line, jsonFrom: consumed, tree: read.node } });
      consumed = end;
      continue;
    }
    const { error } = read;
    const source: DocumentSource = { file, text, textLine: 1, line, jsonFrom: consumed, tree: null };
    const offset = byteLength(text.slice(0, error.offset)) + 1;
    const plain: Piece = { kind: 'badJson', error, message: error.text, source };
    const numbered: Piece = error.hasOffset ? { ...plain, message: `json: offset ${offset}: ${error.text}` } : plain;
    // After two values the stream is JSON for good; before, the rest may still be YAML.
    if (count > 1) {
      pieces.push(plain);
      return;
    }
    // Blanks are skipped up to the next line; kubectl peeks four bytes at a time and takes a shorter rest for the end.
    let rest = consumed;
    while (rest + peekLength <= text.length && /\s/.test(text[rest] as string)) if (text[rest++] === '\n') break;
    if (rest + peekLength > text.length && text[rest - 1] !== '\n') {
      pieces.push(numbered);
      return;
    }
    const before = pieces.length;
    splitYaml(text.slice(rest), text.slice(0, rest).split('\n').length, file, pieces);
    // The error is told only if the first YAML document fails as well: the reader keeps it at hand.
    const first = pieces[before];
    if (first !== undefined) pieces.splice(before, 0, numbered);
    return;
  }
}

function splitYaml(rawText: string, firstLine: number, file: string, pieces: Piece[]): void {
  let text = rawText.includes('\r\n') ? rawText.replaceAll('\r\n', '\n') : rawText;
  if (text !== '' && !text.endsWith('\n')) text += '\n';
  let start = 0;
  let startLine = firstLine;
  let counted = 0;
  let line = firstLine;
  const push = (end: number): void => {
    if (end > start) pieces.push({ kind: 'document', source: { file, text: text.slice(start, end), textLine: startLine, line: startLine, jsonFrom: undefined, tree: undefined } });
  };
  for (let at = text.startsWith(separator) ? 0 : nextSeparator(text, 0); at >= 0; at = nextSeparator(text, at)) {
    while (counted < at) {
      counted = text.indexOf('\n', counted) + 1;
      line++;
    }
    const lineEnd = text.indexOf('\n', at);
    const rest = text.slice(at + separator.length, lineEnd).trim();
    if (rest !== '' && !rest.startsWith('#')) {
      push(at);
      pieces.push({ kind: 'badSeparator', line, text: rest });
      start = lineEnd + 1;
      startLine = line + 1;
    } else if (at > start) {
      push(at);
      start = lineEnd + 1;
      startLine = line + 1;
    }
  }
  push(text.length);
}

function nextSeparator(text: string, from: number): number {
  const found = text.indexOf('\n---', from);
  return found < 0 ? -1 : found + 1;
}

function parseWhole(text: string): JsonValue | undefined {
  try {
    return jsonShape(text).depth > maxNesting ? undefined : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}
