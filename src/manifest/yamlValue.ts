// What a YAML tree means as JSON: types of scalars and keys, tags, merges, aliases, and what kubectl refuses in them.
// Source: vendor/go.yaml.in/yaml/v2/decode.go (decoder), vendor/sigs.k8s.io/yaml/yaml.go (convertToJSONableObject)
import { decodeStrictBase64 } from '../util/base64.js';
import { goQuote } from '../util/goText.js';
import { utf8Text } from '../util/utf8.js';
import { floatKey, isIntegerText, plainScalar, type ScalarValue } from './scalar.js';
import { YamlError } from './yamlToken.js';
import type { YamlNode } from './yamlTree.js';

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A key that stands twice in one mapping; kubectl silently keeps the later one. Offsets into the document's text. */
export interface DuplicateKey {
  readonly key: string;
  readonly firstOffset: number;
  readonly offset: number;
}

/** A failure after parsing whose text has no `yaml: ` before it. */
export class ConversionError {
  readonly problem: string;
  readonly offset: number;
  constructor(problem: string, offset: number) {
    this.problem = problem;
    this.offset = offset;
  }
}

interface Decoder {
  decodeCount: number;
  aliasCount: number;
  aliasDepth: number;
  readonly openAliases: Set<YamlNode>;
  readonly duplicates: DuplicateKey[];
  keyError: ConversionError | undefined;
  numberError: ConversionError | undefined;
}

type JsonObject = { [key: string]: JsonValue };

const coreTag = 'tag:yaml.org,2002:';
/** Up to this many decodings 99 % may come out of aliases, from the second number on 10 %. */
const aliasRatioRange = [400000, 4000000] as const;

/** The document's value; a repeated key adds to `duplicates`. Throws YamlError or ConversionError. */
export function treeValue(root: YamlNode, duplicates: DuplicateKey[]): JsonValue {
  const decoder: Decoder = { decodeCount: 1, aliasCount: 0, aliasDepth: 0, openAliases: new Set(), duplicates, keyError: undefined, numberError: undefined };
  const value = decode(decoder, root);
  const error = decoder.keyError ?? decoder.numberError;
  if (error !== undefined) throw error;
  return value;
}

function count(decoder: Decoder, node: YamlNode): void {
  decoder.decodeCount++;
  if (decoder.aliasDepth > 0) decoder.aliasCount++;
  if (decoder.aliasCount <= 100 || decoder.decodeCount <= 1000) return;
  const [low, high] = aliasRatioRange;
  const share = Math.min(Math.max((decoder.decodeCount - low) / (high - low), 0), 1);
  if (decoder.aliasCount / decoder.decodeCount > 0.99 - 0.89 * share) fail('document contains excessive aliasing', node);
}

function fail(problem: string, node: YamlNode): never {
  throw new YamlError(problem, node.start, 0);
}

function decode(decoder: Decoder, node: YamlNode): JsonValue {
  count(decoder, node);
  switch (node.kind) {
    case 'alias':
      return followAlias(decoder, node, (target) => decode(decoder, target));
    case 'sequence':
      return node.children.map((item) => decode(decoder, item));
    case 'mapping': {
      const object: JsonObject = {};
      decodeEntries(decoder, node, object);
      return object;
    }
    case 'scalar': {
      const value = scalarValue(node);
      if (typeof value === 'number' && !Number.isFinite(value)) {
        const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
        decoder.numberError ??= new ConversionError(`json: unsupported value: ${name}`, node.start);
      }
      return value;
    }
  }
}

function followAlias<T>(decoder: Decoder, node: YamlNode, visit: (target: YamlNode) => T): T {
  if (decoder.openAliases.has(node)) fail(`anchor '${node.value}' value contains itself`, node);
  decoder.openAliases.add(node);
  decoder.aliasDepth++;
  const result = visit(node.target as YamlNode);
  decoder.aliasDepth--;
  decoder.openAliases.delete(node);
  return result;
}

function decodeEntries(decoder: Decoder, node: YamlNode, object: JsonObject): void {
  const { children } = node;
  let firstOffsets: Map<string, number> | undefined;
  for (let at = 0; at + 1 < children.length; at += 2) {
    const keyNode = children[at] as YamlNode;
    const valueNode = children[at + 1] as YamlNode;
    if (isMerge(keyNode)) {
      merge(decoder, valueNode, object);
      continue;
    }
    count(decoder, keyNode);
    const target = keyNode.kind === 'alias' ? followAlias(decoder, keyNode, (anchored) => (count(decoder, anchored), anchored)) : keyNode;
    if (target.kind === 'mapping' || target.kind === 'sequence') fail(`invalid map key: ${goSyntax(target, 'top')}`, keyNode);
    const key = keyText(decoder, target, valueNode);
    const value = decode(decoder, valueNode);
    if (decoder.aliasDepth === 0 && Object.hasOwn(object, key)) {
      firstOffsets ??= keyOffsets(node);
      const firstOffset = firstOffsets.get(key);
      // What a merge brought in may be overwritten without a word.
      if (firstOffset !== undefined && firstOffset < keyNode.start) decoder.duplicates.push({ key, firstOffset, offset: keyNode.start });
    }
    setEntry(object, key, value);
  }
}

/** Sets an own property whatever its name. */
function setEntry(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** Where each key of a mapping first stands. */
function keyOffsets(node: YamlNode): Map<string, number> {
  const offsets = new Map<string, number>();
  for (let at = 0; at < node.children.length; at += 2) {
    const keyNode = node.children[at] as YamlNode;
    const key = isMerge(keyNode) ? undefined : nodeKey(keyNode);
    if (key !== undefined && !offsets.has(key)) offsets.set(key, keyNode.start);
  }
  return offsets;
}

/** True for the key `<<`, whose value's entries are copied in where it stands. */
export function isMerge(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.isImplicit || node.tag === `${coreTag}merge`);
}

function merge(decoder: Decoder, node: YamlNode, object: JsonObject): void {
  if (node.kind === 'sequence') {
    // Backwards, because earlier ones win.
    for (let at = node.children.length - 1; at >= 0; at--) mergeOne(decoder, node.children[at] as YamlNode, object);
  } else {
    mergeOne(decoder, node, object);
  }
}

function mergeOne(decoder: Decoder, node: YamlNode, object: JsonObject): void {
  const target = node.kind === 'alias' ? (node.target as YamlNode) : node;
  if (target.kind !== 'mapping') fail('map merge requires map or sequence of maps as the value', node);
  count(decoder, node);
  if (node.kind === 'alias') {
    followAlias(decoder, node, (anchored) => {
      count(decoder, anchored);
      decodeEntries(decoder, anchored, object);
    });
  } else {
    decodeEntries(decoder, node, object);
  }
}

function scalarValue(node: YamlNode): ScalarValue {
  if (node.tag === '') return node.isImplicit ? plainScalar(node.value) : node.value;
  const text = node.value;
  const mismatch = (found: string): never => fail(`cannot decode !!${found} \`${text}\` as a ${node.tag.replace(coreTag, '!!')}`, node);
  switch (node.tag) {
    case `${coreTag}binary`:
      return binaryText(text) ?? fail('!!binary value contains invalid base64 data', node);
    case `${coreTag}null`:
    case `${coreTag}bool`:
    case `${coreTag}int`:
    case `${coreTag}float`: {
      const value = plainScalar(text);
      const found = typeName(value, text);
      if (coreTag + found !== node.tag && !(found === 'int' && node.tag === `${coreTag}float`)) mismatch(found);
      return value;
    }
    case `${coreTag}timestamp`:
      return isTimestamp(text) ? text : mismatch(typeName(plainScalar(text), text));
    default:
      return text;
  }
}

function typeName(value: ScalarValue, text: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return isTimestamp(text) ? 'timestamp' : 'str';
  return isIntegerText(text) ? 'int' : 'float';
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d))|(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?$/.test(text);
}

function keyText(decoder: Decoder, node: YamlNode, valueNode: YamlNode): string {
  const key = nodeKey(node);
  if (key !== undefined) return key;
  const [type, shown] = ['%!s(<nil>)', '<nil>'];
  decoder.keyError ??= new ConversionError(`unsupported map key of type: ${type}, key: ${shown}, value: ${goSyntax(valueNode, 'top')}`, node.start);
  return 'null';
}

/** The text under which an entry of a mapping is found, or undefined for a key that JSON can't have. */
export function nodeKey(node: YamlNode): string | undefined {
  const target = node.kind === 'alias' ? (node.target as YamlNode) : node;
  if (target.kind !== 'scalar') return undefined;
  const value = scalarValue(target);
  if (value === null) return undefined;
  if (typeof value === 'number') return isIntegerText(target.value) ? String(value) : floatKey(value);
  return String(value);
}

/** A value as Go prints it in source form, which is how the library shows a key it refuses. */
function goSyntax(node: YamlNode, place: 'top' | 'inside'): string {
  switch (node.kind) {
    case 'alias':
      return node.target === undefined ? 'nil' : goSyntax(node.target, place);
    case 'sequence':
      return `[]interface {}{${node.children.map((item) => goSyntax(item, 'inside')).join(', ')}}`;
    case 'mapping': {
      const entries: string[] = [];
      for (let at = 0; at + 1 < node.children.length; at += 2) {
        entries.push(`${goSyntax(node.children[at] as YamlNode, 'inside')}:${goSyntax(node.children[at + 1] as YamlNode, 'inside')}`);
      }
      return `map[interface {}]interface {}{${entries.sort().join(', ')}}`;
    }
    case 'scalar': {
      const value = scalarValue(node);
      if (value === null) return place === 'top' ? '<nil>' : 'interface {}(nil)';
      return typeof value === 'string' ? goQuote(value) : String(value);
    }
  }
}

/** The text of base64, in which line breaks are allowed. */
function binaryText(base64: string): string | undefined {
  const bytes = decodeStrictBase64(base64.replace(/[\r\n]/g, ''));
  return bytes === undefined ? undefined : utf8Text(bytes);
}
