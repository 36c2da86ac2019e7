// Findings from what reading and the API server had to say, beside those of the rules.
import type { Response } from '../api/meta.js';
import type { Finding, Severity, SourceRange } from '../lint/finding.js';
import { findingObject } from '../lint/runRules.js';
import type { LintObject } from '../lint/world.js';
import { removedVersionHint } from './hints.js';
import type { InputObject } from './appliedObject.js';

/** A problem of reading a file. */
export interface ReadingProblem {
  severity: Severity;
  message: string;
  source: SourceRange;
  /** What to change. */
  hint?: string;
}

/** One finding a problem. */
export function readingFindings(problems: readonly ReadingProblem[]): Finding[] {
  return problems.map(({ severity, message, source, hint }) => ({ rule: 'read', severity, message, object: null, source, path: '', related: [], ...(hint === undefined ? {} : { fix: hint }) }));
}

/** One finding a cause of a refusal, or the refusal itself; one a warning. */
export function verdictFindings(input: InputObject & LintObject, response: Response): Finding[] {
  if (response.code < 300 && response.warnings.length === 0) return [];
  const object = findingObject(input);
  const at = (path: string): Pick<Finding, 'object' | 'source' | 'path'> => ({ object, source: input.locate(path), path });
  const findings: Finding[] = response.warnings.map((message) => ({ rule: 'server-warning', severity: 'warning', message, related: [], ...at(pathIn(message)) }));
  if (response.code < 300) return findings;
  if (response.causes === undefined || response.causes.length === 0) {
    const fix = removedVersionHint(input.object, response);
    findings.push({ rule: 'refused', severity: 'error', message: response.message ?? '', related: [], ...at(pathIn(response.message ?? '')), ...(fix === undefined ? {} : { fix }) });
  }
  for (const cause of response.causes ?? []) {
    const isMismatch = cause.field === 'spec.template.metadata.labels' && cause.message.includes('`selector` does not match template `labels`');
    const related = isMismatch ? [{ message: 'the selector', source: input.locate('spec.selector') }] : [];
    findings.push({ rule: 'refused', severity: 'error', message: `${cause.field}: ${cause.message}`, related, ...at(cause.field) });
  }
  return findings;
}

/** The field a text of the server begins with or names, or '' when it names none. */
function pathIn(message: string): string {
  return /unknown field "([^"]+)"/.exec(message)?.[1] ?? /Go struct field \w+\.(\S+) of type/.exec(message)?.[1] ?? /^((?:spec|metadata|status|data|rules)[\w.[\]/-]*)(?::|\s)/.exec(message)?.[1] ?? '';
}
