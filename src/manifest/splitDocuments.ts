// Cuts a file into the documents that kubectl sees: a stream of JSON values, or YAML between lines that begin with ---.
// Source: apimachinery/pkg/util/yaml/decoder.go (YAMLOrJSONDecoder, YAMLReader, LineReader)
import { type JsonError, jsonShape, readJson } from './jsonReader.js';
import { maxNesting, type YamlNode } from './yamlTree.js';
import type { JsonValue } from './yamlValue.js';

/** The text of one document and where it stands. */
export interface DocumentSource {
  readonly file: string;
  /** The document's own text, or for JSON that of the whole stream. Lines end in a line feed, the last one too. */
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
const separator = '---';

/** The pieces in file order. A bad separator stands after the document it ends, which kubectl loses with it. */
export function splitDocuments(text: string, file: string): Piece[] {
  let lines = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
  if (lines !== '' && !lines.endsWith('\n')) lines += '\n';
  const pieces: Piece[] = [];
  if (!/^[\s\u0085]*\{/.test(lines.slice(0, jsonGuessLength)) || lines.charCodeAt(0) === 0xfeff) {
    splitYaml(lines, 0, 1, file, pieces);
    return pieces;
  }
  splitJson(lines, text, file, pieces);
  return pieces;
}

function splitJson(text: string, rawText: string, file: string, pieces: Piece[]): void {
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
    const offset = byteOffset(rawText, error.offset) + 1;
    const plain: Piece = { kind: 'badJson', error, message: error.text, source };
    const numbered: Piece = error.hasOffset ? { ...plain, message: `json: offset ${offset}: ${error.text}` } : plain;
    // After two values the stream is JSON for good; before, the rest may still be YAML.
    if (count > 1) {
      pieces.push(plain);
      return;
    }
    let rest = consumed;
    while (rest < text.length && /\s/.test(text[rest] as string)) if (text[rest++] === '\n') break;
    if (rest >= text.length) {
      pieces.push(numbered);
      return;
    }
    const before = pieces.length;
    splitYaml(text, rest, text.slice(0, rest).split('\n').length, file, pieces);
    // The error is told only if the first YAML document fails as well: the reader keeps it at hand.
    const first = pieces[before];
    if (first !== undefined) pieces.splice(before, 0, numbered);
    return;
  }
}

function splitYaml(text: string, from: number, firstLine: number, file: string, pieces: Piece[]): void {
  let start = from;
  let startLine = firstLine;
  let counted = from;
  let line = firstLine;
  const push = (end: number): void => {
    if (end > start) pieces.push({ kind: 'document', source: { file, text: text.slice(start, end), textLine: startLine, line: startLine, jsonFrom: undefined, tree: undefined } });
  };
  for (let at = text.startsWith(separator, from) ? from : nextSeparator(text, from); at >= 0; at = nextSeparator(text, at)) {
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

/** How many bytes of the file stand before a character, the carriage returns of line ends included. */
function byteOffset(rawText: string, index: number): number {
  let bytes = 0;
  for (let at = 0, seen = 0; seen < index; at++) {
    const code = rawText.charCodeAt(at);
    bytes += code < 0x80 || code !== code ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
    if (code !== 13 || rawText.charCodeAt(at + 1) !== 10) seen++;
  }
  return bytes;
}
