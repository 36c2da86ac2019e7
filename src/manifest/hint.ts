// One sentence on what to change for the mistakes that people make most in YAML. kubectl's words alone rarely say it.

/** A hint for a syntax error at an offset of the document's text; empty when there is none to give. */
export function hintFor(message: string, text: string, offset: number): { readonly hint?: string } {
  const hint = sentence(message, text, offset);
  return hint === undefined ? {} : { hint };
}

function sentence(message: string, text: string, offset: number): string | undefined {
  const at = Math.min(offset, text.length);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const number = countLines(text, lineStart);
  const tabbed = firstTabbedLine(text, lineStart);
  if (/cannot start any token|violates indentation|indentation space is expected|mapping values are not allowed|did not find expected key|could not find expected ':'/.test(message) && tabbed !== undefined) {
    return `Line ${tabbed} of the document is indented with a tab; YAML allows only spaces.`;
  }
  if (/\{\{/.test(line) && /invalid map key|did not find expected|cannot start any token|looking for beginning|could not find/.test(message)) {
    return 'This looks like a Helm template; render it first (helm template), or quote the braces.';
  }
  if (message.includes('cannot start any token')) {
    const character = text[at];
    return character === '\t' ? `Line ${number} of the document has a tab where YAML allows only spaces.` : `Quote the value: a plain text may not begin with ${character}.`;
  }
  if (message.includes('did not find expected key') || message.includes("did not find expected '-' indicator")) {
    const expected = expectedIndents(text, lineStart);
    const width = line.length - line.trimStart().length;
    if (expected.length > 0 && !expected.includes(width)) {
      const choices = expected.map(String).join(' or ');
      return `Line ${number} of the document is indented by ${width} spaces, which fits no line above it; indent it by ${choices}.`;
    }
    return `Check the indentation of line ${number} of the document and that the quotes above it are closed.`;
  }
  if (message.includes('mapping values are not allowed')) {
    const before = text.slice(0, lineStart).trimEnd();
    const previous = before.slice(before.lastIndexOf('\n') + 1);
    const isDeeper = indentOf(line) > indentOf(previous) && /:\s+\S/.test(previous);
    return isDeeper
      ? `Line ${number} of the document is indented deeper than the entry above it, which already has a value; indent both alike.`
      : 'A value that contains ": " must be quoted.';
  }
  if (message.includes('unexpected end of stream')) return 'A quote is opened here and never closed.';
  if (message.includes("could not find expected ':'")) return `The line before line ${number} of the document is no "key: value"; add the colon or indent it.`;
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

/** The indentations of the maps and lists that are open above a line. */
function expectedIndents(text: string, lineStart: number): number[] {
  const found: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const line of text.slice(0, lineStart).split('\n').reverse()) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const width = line.length - trimmed.length;
    if (width >= least) continue;
    least = width;
    found.unshift(width);
    if (width === 0) break;
  }
  const own = text.slice(lineStart);
  const width = own.length - own.trimStart().length;
  const below = found.filter((indent) => indent < width).at(-1);
  const above = found.find((indent) => indent > width);
  return [below, above, ...(found.includes(width) ? [width] : [])].filter((indent) => indent !== undefined);
}
