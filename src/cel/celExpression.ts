// The syntax tree of a CEL expression after macros were expanded. Every node knows the offset (in UTF-16 code units) that errors point at.

import type { CelValue } from './celValue.js';

interface Node {
  /** Unique within one expression; keys the checker's tables. */
  readonly id: number;
  /** Offset of the token that errors about this node point at. */
  readonly offset: number;
}

/** One expression node. */
export type CelExpression =
  | (Node & { kind: 'literal'; value: CelValue })
  | (Node & { kind: 'ident'; name: string })
  | (Node & { kind: 'select'; operand: CelExpression; field: string; testOnly: boolean })
  | (Node & { kind: 'call'; function: string; target: CelExpression | undefined; args: CelExpression[] })
  | (Node & { kind: 'list'; elements: CelExpression[]; optionalIndices: ReadonlySet<number> })
  | (Node & { kind: 'map'; entries: CelMapEntry[] })
  | (Node & { kind: 'struct'; typeName: string; fields: CelStructField[] })
  | CelComprehension;

/** One `key: value` of a map literal. */
export interface CelMapEntry { key: CelExpression; value: CelExpression; optional: boolean }

/** One `name: value` of a message literal. */
export interface CelStructField extends Node { name: string; value: CelExpression; optional: boolean }

/** A fold over a list or map: what the macros `all`, `exists`, `map`, … become. */
export interface CelComprehension extends Node {
  kind: 'comprehension';
  range: CelExpression;
  iterVar: string;
  iterVar2: string | undefined;
  accuVar: string;
  accuInit: CelExpression;
  condition: CelExpression;
  step: CelExpression;
  result: CelExpression;
}

/** A problem found while reading or checking an expression. */
export interface CelIssue {
  /** Offset in the source, or -1 when the problem has no place. */
  offset: number;
  message: string;
}

/** Prints issues the way cel-go does, ordered by place. Source: common/error.go ToDisplayString, common/errors.go */
export function formatIssues(source: string, issues: readonly CelIssue[]): string {
  const lines = source.split('\n').map((text) => Array.from(text));
  const lineStarts = [0];
  for (let index = source.indexOf('\n'); index >= 0; index = source.indexOf('\n', index + 1)) lineStarts.push(index + 1);
  const located = issues.map((issue) => {
    if (issue.offset < 0) return { line: -1, column: -1, message: issue.message };
    // An empty text has no line to show, and its end lies before the first column.
    if (source === '') return { line: 1, column: -1, message: issue.message };
    let line = 0;
    while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= issue.offset) line++;
    return { line: line + 1, column: Array.from(source.slice(lineStarts[line]!, issue.offset)).length, message: issue.message };
  });
  const maxShown = 100;
  const shown = located.slice(0, maxShown);
  shown.sort((a, b) => a.line - b.line || a.column - b.column);
  const texts = shown.map(({ line, column, message }) => {
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    const text = lines[line - 1];
    if (text === undefined || source === '' || text.length > 16384) return head;
    const snippet = text.map((character) => (character === '\t' ? ' ' : character));
    const isWide = (character: string | undefined): boolean => character !== undefined && character.codePointAt(0)! > 0x7f;
    const dots = snippet.slice(0, Math.max(column, 0)).map((character) => (isWide(character) ? '\uff0e' : '.')).join('');
    return `${head}\n | ${snippet.join('')}\n | ${dots}${isWide(snippet[column]) ? '\uff3e' : '^'}`;
  });
  if (located.length > maxShown) texts.push(`${located.length - maxShown} more errors were truncated`);
  return texts.join('\n');
}
