// Findings from what reading and the API server had to say, beside those of the rules.
import type { Response } from '../api/meta.js';
import type { Finding, Severity, SourceRange } from '../lint/finding.js';
import { findingObject } from '../lint/runRules.js';
import type { LintObject } from '../lint/world.js';
import { removedVersionHint } from './hints.js';
import type { InputObject } from './appliedObject.js';
import { entryAt, pathIn, unknownFields } from './verdictPlaces.js';

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
  const inWords = (message: string): Pick<Finding, 'object' | 'source' | 'path' | 'related'> => {
    const [unknown, ...others] = unknownFields(message);
    const related = others.map((field) => ({ message: `unknown field ${JSON.stringify(field)}`, source: input.locateKey(field) }));
    // What is wrong with an unknown field is its name.
    return unknown === undefined ? { ...at(pathIn(message, input.object)), related } : { object, source: input.locateKey(unknown), path: unknown, related };
  };
  const findings: Finding[] = response.warnings.map((message) => ({ rule: 'server-warning', severity: 'warning', message, ...inWords(message) }));
  if (response.code < 300) return findings;
  if (response.causes === undefined || response.causes.length === 0) {
    const fix = removedVersionHint(input.object, response);
    findings.push({ rule: 'refused', severity: 'error', message: response.message ?? '', ...inWords(response.message ?? ''), ...(fix === undefined ? {} : { fix }) });
  }
  const told = new Set<string>();
  for (const cause of response.causes ?? []) {
    // kubectl says the same thing only once, too.
    if (told.has(`${cause.field}: ${cause.message}`)) continue;
    told.add(`${cause.field}: ${cause.message}`);
    const isMismatch = cause.field === 'spec.template.metadata.labels' && cause.message.includes('`selector` does not match template `labels`');
    const related = isMismatch ? [{ message: 'the selector', source: input.locate('spec.selector') }] : [];
    findings.push({ rule: 'refused', severity: 'error', message: `${cause.field}: ${cause.message}`, related, ...at(entryAt(cause.field, cause.message, input.object)) });
  }
  return findings;
}
