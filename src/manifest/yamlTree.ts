// The tree of one YAML document with the place of every node, by the grammar of kubectl's YAML library.
// What the nodes mean (types, merges, aliases) is yamlValue.ts.
// Source: vendor/go.yaml.in/yaml/v2/parserc.go, decode.go (parser)
import { createScanner, type Scanner } from './yamlScanner.js';
import { tokenKind, YamlError, type Token } from './yamlToken.js';

/** What a node is. */
export type NodeKind = 'scalar' | 'mapping' | 'sequence' | 'alias';

/** A node with its offsets in the document's text. */
export interface YamlNode {
  readonly kind: NodeKind;
  readonly start: number;
  end: number;
  /** The full tag, '' if there is none. */
  readonly tag: string;
  /** The text of a scalar, the name of an alias. */
  readonly value: string;
  /** True when the text alone decides the type of a scalar. */
  readonly isImplicit: boolean;
  /** The items of a sequence; the keys and values of a mapping in turn. */
  readonly children: YamlNode[];
  /** What an alias stands for. */
  readonly target: YamlNode | undefined;
}

/**
 * How deep collections may stand in each other.
 * Differs: kubectl goes down to 10,000; no manifest comes near, and the stack must hold.
 */
export const maxNesting = 1000;

const none: never[] = [];
const coreTagPrefix = 'tag:yaml.org,2002:';

/**
 * The root of the document's first YAML document, or undefined if it has none. Throws YamlError.
 * What follows its end is ignored, as kubectl does; its offset is added to `ignored`.
 */
export function parseTree(document: string, ignored: number[] = []): YamlNode | undefined {
  const scanner = createScanner(document);
  const anchors = new Map<string, YamlNode>();
  const first = scanner.peek();
  if (first.kind === tokenKind.streamEnd) return undefined;
  const tagPrefixes = new Map<string, string>();
  const isExplicit = first.kind === tokenKind.versionDirective || first.kind === tokenKind.tagDirective || first.kind === tokenKind.documentStart;
  if (isExplicit) readDirectives(scanner, tagPrefixes);
  if (!tagPrefixes.has('!')) tagPrefixes.set('!', '!');
  if (!tagPrefixes.has('!!')) tagPrefixes.set('!!', coreTagPrefix);
  const context: Context = { scanner, anchors, tagPrefixes, depth: 0 };
  let root: YamlNode;
  if (isExplicit) {
    const token = scanner.peek();
    if (token.kind !== tokenKind.documentStart) failParsing('did not find expected <document start>', token, 0);
    scanner.skip();
    const next = scanner.peek();
    const isEmpty = next.kind <= tokenKind.documentEnd;
    root = isEmpty ? emptyScalar(next.start) : parseNode(context, true, false);
  } else {
    root = parseNode(context, true, false);
  }
  const after = scanner.peek();
  if (after.kind !== tokenKind.streamEnd && after.kind !== tokenKind.documentEnd) ignored.push(after.start);
  return root;
}

interface Context {
  readonly scanner: Scanner;
  readonly anchors: Map<string, YamlNode>;
  readonly tagPrefixes: ReadonlyMap<string, string>;
  depth: number;
}

/** The library prints the line before the token's; on the first line it prints that of the surrounding node, if it has one. */
function failParsing(problem: string, token: { readonly start: number; readonly line: number }, contextLine: number): never {
  throw new YamlError(problem, token.start, token.line !== 0 ? token.line : contextLine);
}

function readDirectives(scanner: Scanner, tagPrefixes: Map<string, string>): void {
  let hasVersion = false;
  for (;;) {
    const token = scanner.peek();
    if (token.kind === tokenKind.versionDirective) {
      if (hasVersion) failParsing('found duplicate %YAML directive', token, 0);
      if (Number(token.value) !== 1 || Number(token.suffix) !== 1) failParsing('found incompatible YAML document', token, 0);
      hasVersion = true;
    } else if (token.kind === tokenKind.tagDirective) {
      if (tagPrefixes.has(token.value)) failParsing('found duplicate %TAG directive', token, 0);
      tagPrefixes.set(token.value, token.suffix);
    } else {
      return;
    }
    scanner.skip();
  }
}

function emptyScalar(offset: number): YamlNode {
  return { kind: 'scalar', start: offset, end: offset, tag: '', value: '', isImplicit: true, children: none, target: undefined };
}

function parseNode(context: Context, isBlock: boolean, mayBeIndentless: boolean): YamlNode {
  if (++context.depth > maxNesting) throw new YamlError('exceeded max depth of 10000', context.scanner.peek().start, 0);
  const node = parseNodeHere(context, isBlock, mayBeIndentless);
  context.depth--;
  return node;
}

function parseNodeHere(context: Context, isBlock: boolean, mayBeIndentless: boolean): YamlNode {
  const { scanner, anchors } = context;
  let token = scanner.peek();
  if (token.kind === tokenKind.alias) {
    scanner.skip();
    const target = anchors.get(token.value);
    if (target === undefined) throw new YamlError(`unknown anchor '${token.value}' referenced`, token.start, 0);
    return { kind: 'alias', start: token.start, end: token.end, tag: '', value: token.value, isImplicit: true, children: none, target };
  }
  const first = token;
  let anchor: string | undefined;
  let tagToken: Token | undefined;
  let propertiesEnd = first.start;
  while ((token.kind === tokenKind.anchor && anchor === undefined) || (token.kind === tokenKind.tag && tagToken === undefined)) {
    if (token.kind === tokenKind.anchor) anchor = token.value;
    else tagToken = token;
    propertiesEnd = token.end;
    scanner.skip();
    token = scanner.peek();
  }
  let tag = '';
  if (tagToken !== undefined) {
    const prefix = tagToken.value === '' ? '' : context.tagPrefixes.get(tagToken.value);
    if (prefix === undefined) failParsing('found undefined tag handle', tagToken, first.line);
    tag = prefix + tagToken.suffix;
  }
  const keep = (node: YamlNode): YamlNode => {
    if (anchor !== undefined) anchors.set(anchor, node);
    return node;
  };
  switch (token.kind) {
    case tokenKind.scalar:
      scanner.skip();
      return keep({ kind: 'scalar', start: token.start, end: token.end, tag, value: token.value, isImplicit: (tag === '' && token.isPlain) || tag === '!', children: none, target: undefined });
    case tokenKind.flowSequenceStart:
      return parseFlowSequence(context, keep(collection('sequence', token, tag)));
    case tokenKind.flowMappingStart:
      return parseFlowMapping(context, keep(collection('mapping', token, tag)));
    case tokenKind.blockEntry:
      if (mayBeIndentless) return parseIndentlessSequence(context, keep(collection('sequence', token, tag)));
      break;
    case tokenKind.blockSequenceStart:
      if (isBlock) return parseBlockSequence(context, keep(collection('sequence', token, tag)));
      break;
    case tokenKind.blockMappingStart:
      if (isBlock) return parseBlockMapping(context, keep(collection('mapping', token, tag)));
      break;
  }
  if (anchor !== undefined || tag !== '') {
    return keep({ kind: 'scalar', start: propertiesEnd, end: propertiesEnd, tag, value: '', isImplicit: tag === '', children: none, target: undefined });
  }
  failParsing('did not find expected node content', token, first.line);
}

function collection(kind: NodeKind, token: Token, tag: string): YamlNode {
  return { kind, start: token.start, end: token.end, tag, value: '', isImplicit: tag === '', children: [], target: undefined };
}

function addChild(node: YamlNode, item: YamlNode): void {
  node.children.push(item);
  if (item.end > node.end) node.end = item.end;
}

function parseBlockSequence(context: Context, node: YamlNode): YamlNode {
  const { scanner } = context;
  const startLine = scanner.peek().line;
  scanner.skip();
  for (;;) {
    const token = scanner.peek();
    if (token.kind === tokenKind.blockEnd) {
      scanner.skip();
      return node;
    }
    if (token.kind !== tokenKind.blockEntry) failParsing("did not find expected '-' indicator", token, startLine);
    scanner.skip();
    const next = scanner.peek().kind;
    addChild(node, next === tokenKind.blockEntry || next === tokenKind.blockEnd ? emptyScalar(token.end) : parseNode(context, true, false));
  }
}

function parseIndentlessSequence(context: Context, node: YamlNode): YamlNode {
  const { scanner } = context;
  for (let token = scanner.peek(); token.kind === tokenKind.blockEntry; token = scanner.peek()) {
    scanner.skip();
    const next = scanner.peek().kind;
    const isEmpty = next === tokenKind.blockEntry || next === tokenKind.key || next === tokenKind.value || next === tokenKind.blockEnd;
    addChild(node, isEmpty ? emptyScalar(token.end) : parseNode(context, true, false));
  }
  return node;
}

function parseBlockMapping(context: Context, node: YamlNode): YamlNode {
  const { scanner } = context;
  const startLine = scanner.peek().line;
  scanner.skip();
  const endsPart = (): boolean => {
    const next = scanner.peek().kind;
    return next === tokenKind.key || next === tokenKind.value || next === tokenKind.blockEnd;
  };
  for (;;) {
    const token = scanner.peek();
    if (token.kind === tokenKind.blockEnd) {
      scanner.skip();
      return node;
    }
    if (token.kind !== tokenKind.key) failParsing('did not find expected key', token, startLine);
    scanner.skip();
    addChild(node, endsPart() ? emptyScalar(token.end) : parseNode(context, true, true));
    const value = scanner.peek();
    if (value.kind !== tokenKind.value) {
      addChild(node, emptyScalar(node.end));
      continue;
    }
    scanner.skip();
    addChild(node, endsPart() ? emptyScalar(value.end) : parseNode(context, true, true));
  }
}

function parseFlowSequence(context: Context, node: YamlNode): YamlNode {
  const { scanner } = context;
  const startLine = scanner.peek().line;
  scanner.skip();
  for (let isFirst = true; ; isFirst = false) {
    let token = scanner.peek();
    if (token.kind !== tokenKind.flowSequenceEnd && !isFirst) {
      if (token.kind !== tokenKind.flowEntry) failParsing("did not find expected ',' or ']'", token, startLine);
      scanner.skip();
      token = scanner.peek();
    }
    if (token.kind === tokenKind.flowSequenceEnd) {
      scanner.skip();
      node.end = token.end;
      return node;
    }
    addChild(node, token.kind === tokenKind.key ? parsePair(context) : parseNode(context, false, false));
  }
}

/** A single `key: value` inside brackets is a mapping of one entry. */
function parsePair(context: Context): YamlNode {
  const { scanner } = context;
  const node = collection('mapping', scanner.peek(), '');
  scanner.skip();
  const key = scanner.peek();
  if (key.kind === tokenKind.value || key.kind === tokenKind.flowEntry || key.kind === tokenKind.flowSequenceEnd) {
    scanner.skip();
    addChild(node, emptyScalar(key.end));
  } else {
    addChild(node, parseNode(context, false, false));
  }
  addChild(node, parseFlowValue(context, tokenKind.flowSequenceEnd));
  return node;
}

function parseFlowValue(context: Context, closing: number): YamlNode {
  const { scanner } = context;
  const token = scanner.peek();
  if (token.kind !== tokenKind.value) return emptyScalar(token.start);
  scanner.skip();
  const next = scanner.peek();
  return next.kind === tokenKind.flowEntry || next.kind === closing ? emptyScalar(token.end) : parseNode(context, false, false);
}

function parseFlowMapping(context: Context, node: YamlNode): YamlNode {
  const { scanner } = context;
  const startLine = scanner.peek().line;
  scanner.skip();
  for (let isFirst = true; ; isFirst = false) {
    let token = scanner.peek();
    if (token.kind !== tokenKind.flowMappingEnd && !isFirst) {
      if (token.kind !== tokenKind.flowEntry) failParsing("did not find expected ',' or '}'", token, startLine);
      scanner.skip();
      token = scanner.peek();
    }
    if (token.kind === tokenKind.flowMappingEnd) {
      scanner.skip();
      node.end = token.end;
      return node;
    }
    if (token.kind === tokenKind.key) {
      scanner.skip();
      const next = scanner.peek();
      const isEmpty = next.kind === tokenKind.value || next.kind === tokenKind.flowEntry || next.kind === tokenKind.flowMappingEnd;
      addChild(node, isEmpty ? emptyScalar(next.start) : parseNode(context, false, false));
      addChild(node, parseFlowValue(context, tokenKind.flowMappingEnd));
    } else {
      addChild(node, parseNode(context, false, false));
      addChild(node, emptyScalar(scanner.peek().start));
    }
  }
}
