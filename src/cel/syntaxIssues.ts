// placeholder
import type { CelIssue } from './celExpression.js';
import type { CelToken } from './lexer.js';
export function syntaxIssues(_tokens: readonly CelToken[]): CelIssue[] { return []; }
