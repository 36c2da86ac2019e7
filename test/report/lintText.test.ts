// The excerpt of the source: whole lines, and of long ones, as JSON on one line is, the part that a finding is about.
import { expect, test } from 'vitest';
import type { LintResult } from '../../src/lint/finding.js';
import { lintText } from '../../src/report/lintText.js';

function excerptOf(text: string, part: string): string[] {
  const at = text.indexOf(part);
  const source = { file: 'a.json', line: 1, column: at + 1, endLine: 1, endColumn: at + 1 + part.length };
  const finding = { severity: 'warning', message: 'm', rule: 'r', source, related: [], object: null } as unknown as LintResult['findings'][number];
  const result = { findings: [finding], skipped: [], summary: { files: 1, objects: 1, errors: 0, warnings: 1, infos: 0, skipped: 0 } } as unknown as LintResult;
  return lintText(result, { color: false, sourceOf: () => text }).split('\n').slice(1, 3);
}

const marked = ([line = '', carets = '']: string[]): string => line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);

test.each([
  ['a short line', '{"kind": "Pod"}', '"Pod"'],
  ['the beginning of a long line', `{"kind": "Pod"${' '.repeat(500)}}`, '"Pod"'],
  ['the middle of a very long line', `{"a": "${'x'.repeat(100_000)}", "kind": "Pod", "b": "${'y'.repeat(100_000)}"}`, '"Pod"'],
  ['the end of a long line', `{"a": "${'x'.repeat(300)}", "kind": "Pod"}`, '"Pod"'],
])('%s', (_name, text, part) => {
  const lines = excerptOf(text, part);
  expect(marked(lines)).toBe(part);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(9 + 160 + 2);
});

test('a stretch that is longer than what is shown is underlined as far as that goes', () => {
  const [line = '', carets = ''] = excerptOf(`{"a": 1, "b": "${'x'.repeat(1000)}"}`, `"${'x'.repeat(1000)}"`);
  expect(carets.length).toBeLessThanOrEqual(line.length);
});
