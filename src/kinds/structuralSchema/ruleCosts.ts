// The budget of the rules of one schema: what each may cost, and all together.
// Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/{validation,cel_validation}.go (TotalCost, getExpressionCost, getCostErrorMessage)
import { forbidden, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import type { CelProgram } from '../../cel/compileCel.js';
import { estimateMaxCost } from '../../cel/costEstimate.js';
import { UNBOUNDED } from '../../cel/costRange.js';
import { maxCardinality, sizeAtPath, type SchemaSizes } from './schemaSizes.js';

const RULE_LIMIT = 10_000_000;
const SCHEMA_LIMIT = 100_000_000;
const MAX_NAMED = 4;

/** Counts what the rules of a schema cost. */
export interface CostBudget {
  /** `cardinality` is how often the rule can be evaluated for one object, where that is bounded. */
  chargeRule(program: CelProgram, sizes: SchemaSizes, cardinality: number | undefined, path: FieldPath, errors: FieldErrors): void;
  chargeMessage(program: CelProgram, sizes: SchemaSizes, path: FieldPath, errors: FieldErrors): void;
  /** Refuses the schema when its rules cost too much together; names those that cost the most. */
  checkTotal(path: FieldPath, errors: FieldErrors): void;
}

/** A budget of which nothing is spent. `allowsCostlyRules` forgives single rules. */
export function createCostBudget(allowsCostlyRules: boolean): CostBudget {
  let total = 0;
  let costliest: { cost: number; path: FieldPath }[] = [];
  const charge = (cost: number, what: string, path: FieldPath, errors: FieldErrors): void => {
    if (!allowsCostlyRules && cost > RULE_LIMIT) forbidden(errors, path, excess(`estimated ${what} cost`, cost, RULE_LIMIT));
    total = Math.min(total + cost, UNBOUNDED);
    if (cost >= SCHEMA_LIMIT / 100) costliest = [...costliest, { cost, path }].sort((a, b) => b.cost - a.cost).slice(0, MAX_NAMED);
  };
  const costOf = (program: CelProgram, sizes: SchemaSizes): number => estimateMaxCost(program, (path) => sizeAtPath(sizes, path));
  return {
    chargeRule: (program, sizes, cardinality, path, errors) => charge(Math.min(costOf(program, sizes) * (cardinality ?? maxCardinality(sizes)), UNBOUNDED), 'rule', path, errors),
    chargeMessage: (program, sizes, path, errors) => charge(costOf(program, sizes), 'messageExpression', path, errors),
    checkTotal(path, errors) {
      if (total <= SCHEMA_LIMIT) return;
      for (const { path: at } of costliest) forbidden(errors, at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema');
      forbidden(errors, path, excess('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, SCHEMA_LIMIT));
    },
  };
}

function excess(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const times = factor > 100 ? 'more than 100x' : `${factor < 1.5 ? factor.toFixed(6) : toOneDigit(factor)}x`;
  return `${what} exceeds budget by factor of ${times} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** As Go prints `%.1f`: what lies in the middle goes to the even digit. */
function toOneDigit(value: number): string {
  const tenths = value * 10;
  const lower = Math.floor(tenths);
  return ((tenths - lower === 0.5 ? lower + (lower % 2) : Math.round(tenths)) / 10).toFixed(1);
}
