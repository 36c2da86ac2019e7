// Findings as one JSON document; its shape is lint.schema.json beside this file.
import type { LintResult } from '../lint/finding.js';

/** The document, indented, with a newline at the end. */
export function lintJson(result: LintResult): string {
  return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Lint', ...result }, undefined, 2)}\n`;
}
