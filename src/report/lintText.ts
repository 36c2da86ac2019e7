// Findings for people at a terminal: what, where, the lines it is about, what to do.
import { createColors } from 'picocolors';
import type { Finding, LintResult, SourceRange } from '../lint/finding.js';

/** How the text is written. */
export interface LintTextOptions {
  color: boolean;
  /** The text of a file that was read. */
  sourceOf(file: string): string | undefined;
}

const LONGEST_LINE = 160;
/** So much is shown of a long line before the stretch that a finding is about. */
const LEFT_OF_STRETCH = 40;

/** The findings as text that ends with a newline. */
export function lintText(result: LintResult, { color, sourceOf }: LintTextOptions): string {
  const colors = createColors(color);
  const lines = new Map<string, string[]>();
  const linesOf = (file: string): string[] => {
    let split = lines.get(file);
    if (split === undefined) {
      split = (sourceOf(file) ?? '').split(/\r?\n/);
      lines.set(file, split);
    }
    return split;
  };
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan };
  const out: string[] = [];
  for (const finding of result.findings) {
    const { severity, message, rule, source, related, fix } = finding;
    out.push(`${place(source)} ${paint[severity](severity)} ${message} ${colors.dim(`[${rule}]`)}${objectText(finding)}`);
    out.push(...excerpt(linesOf(source.file), source, paint[severity]));
    for (const each of related) out.push(`    ${colors.dim(`${place(each.source)} ${each.message}`)}`);
    if (fix !== undefined) out.push(`    ${colors.dim('fix:')} ${fix}`);
    out.push('');
  }
  if (result.skipped.length > 0) {
    out.push('Not looked at:');
    for (const { file, reason } of result.skipped) out.push(`  ${file}: ${reason}`);
    out.push('');
  }
  const { files, objects, errors, warnings, infos, skipped } = result.summary;
  out.push(`${counted(objects, 'object')} in ${counted(files, 'file')}${skipped === 0 ? '' : ` (${skipped} skipped)`}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(infos, 'note')}.  Exit ${errors > 0 ? 1 : 0}.`);
  return `${out.join('\n')}\n`;
}

function place({ file, line, column }: SourceRange): string {
  return `${file}:${line}:${column}:`;
}

function objectText({ object }: Finding): string {
  return object === null ? '' : `\n    ${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
}

/** The line with the stretch underlined; of a long one the part around the beginning of the stretch. */
function excerpt(lines: readonly string[], { line, column, endLine, endColumn }: SourceRange, paint: (text: string) => string): string[] {
  const text = lines[line - 1];
  if (text === undefined || text.trim() === '') return [];
  const isShownFromStart = text.length <= LONGEST_LINE || column <= LONGEST_LINE - LEFT_OF_STRETCH;
  const from = isShownFromStart ? 0 : column - 1 - LEFT_OF_STRETCH;
  const before = from > 0 ? '…' : '';
  const after = from + LONGEST_LINE < text.length ? '…' : '';
  const shown = before + text.slice(from, from + LONGEST_LINE) + after;
  const indent = before.length + column - 1 - from;
  const length = Math.min(endLine === line ? endColumn - column : text.trimEnd().length - column + 1, LONGEST_LINE - 1 - indent);
  const gutter = String(line).padStart(6);
  return [`${gutter} | ${shown.replace(/\t/g, ' ')}`, `${' '.repeat(6)} | ${' '.repeat(Math.max(0, indent))}${paint('^'.repeat(Math.max(1, length)))}`];
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
