// What lint tells: plain data, with places already found.

/** How bad a finding is. */
export type Severity = 'error' | 'warning' | 'info';

/** A stretch of a file, 1-based; the end is behind the last character. */
export interface SourceRange {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** The object a finding is about. */
export interface FindingObject {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Another place that belongs to a finding. */
export interface RelatedPlace {
  message: string;
  source: SourceRange;
}

/** One problem at one place. */
export interface Finding {
  /** The rule's id; 'read' for what cannot be read, 'refused' and 'server-warning' for what the API server says. */
  rule: string;
  severity: Severity;
  message: string;
  /** Null when the problem belongs to a file, not to an object. */
  object: FindingObject | null;
  source: SourceRange;
  /** The field, as the API server prints paths; '' for the whole object. */
  path: string;
  related: RelatedPlace[];
  /** What to do. */
  fix?: string;
}

/** A file, or a part of one, that was not looked at. */
export interface SkippedFile {
  file: string;
  reason: string;
}

/** Everything a lint run has to say. */
export interface LintResult {
  summary: { files: number; documents: number; objects: number; skipped: number; errors: number; warnings: number; infos: number; suppressed: number };
  /** Sorted by file, line, column and rule. */
  findings: Finding[];
  skipped: SkippedFile[];
}
