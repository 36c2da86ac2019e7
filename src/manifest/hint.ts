// One sentence on what to change for the mistakes that people make most in YAML. kubectl's words alone rarely say it.

import type { DocumentSource } from './splitDocuments.js';

/** A hint for a syntax error at an offset of the document's text; empty when there is none to give. Lines are those of the file. */
export function hintFor(message: string, source: DocumentSource, offset: number): { readonly hint?: string } {
  const hint = sentence(message, source, offset);
  return hint === undefined ? {} : { hint };
}

function sentence(message: string, source: DocumentSource, offset: number): string | undefined {
  const { text } = source;
  const at = Math.min(offset, text.length);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const number = source.textLine + countLines(text, lineStart) - 1;
  const tabbed = firstTabbedLine(text, lineStart);
  if (/cannot start any token|violates indentation|indentation space is expected|mapping values are not allowed|did not find expected key|could not find expected ':'/.test(message) && tabbed !== undefined) {
    return `Line ${source.textLine + tabbed - 1} is indented with a tab; YAML allows only spaces.`;
  }
  if (/\{\{/.test(line) && /invalid map key|did not find expected|cannot start any token|looking for beginning|could not find/.test(message)) {
    return 'The braces {{ }} look like a template: render it first (helm template) or fill them in.';
  }
  if (message.includes('cannot start any token')) {
    const character = text[at];
    return character === '\t' ? `Line ${number} has a tab where YAML allows only spaces.` : `Quote the value: a plain text may not begin with ${character}.`;
  }
  if (message.includes('did not find expected key') || message.includes("did not find expected '-' indicator")) {
    const expected = expectedIndents(text, lineStart);
    const width = line.length - line.trimStart().length;
    if (expected.length > 0 && !expected.some((choice) => choice.width === width)) {
      const choices = expected.map((choice) => `${choice.width} (like ${choice.name})`).join(' or ');
      return `Line ${number} is indented by ${width} spaces, which fits no line above it; indent it by ${choices}.`;
    }
    return `Check the indentation of line ${number} and that the quotes above it are closed.`;
  }
  if (message.includes('mapping values are not allowed')) {
    if (line.split(/:\s/).length > 3) return `Line ${number} holds several entries; put each on a line of its own.`;
    const before = text.slice(0, lineStart).trimEnd();
    const previous = before.slice(before.lastIndexOf('\n') + 1);
    const isDeeper = indentOf(line) > indentOf(previous) && /:\s+\S/.test(previous);
    return isDeeper
      ? `Line ${number} is indented deeper than the entry above it, which already has a value; indent both alike.`
      : 'A value that contains ": " must be quoted.';
  }
  if (/UTF-(8|16)|invalid Unicode/.test(message)) return `The file is not written in UTF-8${message.includes('UTF-16') ? ' but in UTF-16' : ''}: save it as UTF-8.`;
  if (message.includes('unexpected end of stream')) return 'A quote is opened here and never closed.';
  if (message.includes("could not find expected ':'")) return `The line before line ${number} is no "key: value"; add the colon or indent it.`;
  if (message.includes('unknown escape')) return 'Double the backslash or use single quotes.';
  if (message.includes("expected ',' or")) return 'A bracket or brace is not closed, or a comma is missing.';
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function countLines(text: string, end: number): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The nearest line, at or before the place, whose indentation has a tab; only the place's own line and the one above are looked at. */
function firstTabbedLine(text: string, lineStart: number): number | undefined {
  const isTabbed = (start: number): boolean => /^[ ]*\t/.test(text.slice(start, start + 200));
  const before = lineStart === 0 ? 0 : text.lastIndexOf('\n', lineStart - 2) + 1;
  if (isTabbed(lineStart)) return countLines(text, lineStart);
  return isTabbed(before) ? countLines(text, before) : undefined;
}

/** The nearest lower and the nearest higher indentation of the maps and lists open above a line, and the line's own if it is one; with what stands there. */
function expectedIndents(text: string, lineStart: number): { width: number; name: string }[] {
  const open: { width: number; name: string }[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const line of text.slice(0, lineStart).split('\n').reverse()) {
    const trimmed = line.trim();
    const width = indentOf(line);
    if (trimmed === '' || trimmed.startsWith('#') || width >= least) continue;
    least = width;
    open.push({ width, name: (trimmed.split(':')[0] ?? trimmed).slice(0, 40) });
    if (width === 0) break;
  }
  const lineEnd = text.indexOf('\n', lineStart);
  const own = indentOf(text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd));
  const below = open.find(({ width }) => width < own);
  const above = open.findLast(({ width }) => width > own);
  return [below, open.find(({ width }) => width === own), above].filter((choice) => choice !== undefined);
}
