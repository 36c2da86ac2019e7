// Checks of a well-typed expression that look at its literals: one type per list and map, readable durations, timestamps and patterns.
// Source: google/cel-go cel/validator.go

import type { CelExpression, CelIssue } from './celExpression.js';
import { dynType, formatType, isExactType, unwrapOptional, type CelType } from './celType.js';
import { parseDuration, parseTimestamp } from './celTime.js';
import { compileRe2 } from './regularExpression.js';

/** Every node below and including this one, parents first. */
export function visitExpression(node: CelExpression, visit: (node: CelExpression, parents: readonly CelExpression[]) => void, parents: readonly CelExpression[] = []): void {
  visit(node, parents);
  const below = [...parents, node];
  for (const child of childrenOf(node)) visitExpression(child, visit, below);
}

/** The nodes directly below this one. */
function childrenOf(node: CelExpression): readonly CelExpression[] {
  switch (node.kind) {
    case 'select': return [node.operand];
    case 'call': return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list': return node.elements;
    case 'map': return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct': return node.fields.map((field) => field.value);
    case 'comprehension': return [node.range, node.accuInit, node.condition, node.step, node.result];
    default: return [];
  }
}

const literalArguments: Readonly<Record<string, (text: string) => boolean>> = {
  duration: (text) => parseDuration(text) !== undefined,
  timestamp: (text) => parseTimestamp(text) !== undefined,
  matches: (text) => compileRe2(text).problem === undefined,
};

/** What the API server's validators say about a well-typed expression. */
export function literalIssues(root: CelExpression, types: ReadonlyMap<number, CelType>): CelIssue[] {
  const issues: CelIssue[] = [];
  const typeOfNode = (node: CelExpression, isOptional: boolean): CelType => {
    const type = types.get(node.id) ?? dynType;
    return isOptional ? unwrapOptional(type).type : type;
  };
  const mismatch = (node: CelExpression, expected: CelType, actual: CelType): void => {
    issues.push({ offset: node.offset, message: `expected type '${formatType(expected)}' but found '${formatType(actual)}'` });
  };
  visitExpression(root, (node, parents) => {
    if (node.kind === 'call') {
      const isReadable = Object.hasOwn(literalArguments, node.function) ? literalArguments[node.function] : undefined;
      const [argument] = node.args;
      if (isReadable !== undefined && argument?.kind === 'literal' && typeof argument.value === 'string' && !isReadable(argument.value)) {
        issues.push({ offset: argument.offset, message: `invalid ${node.function} argument` });
      }
      return;
    }
    if (node.kind !== 'list' && node.kind !== 'map') return;
    if (parents.some((parent) => parent.kind === 'call' && parent.function === 'format')) return;
    if (node.kind === 'list') {
      let expected: CelType | undefined;
      for (const [index, element] of node.elements.entries()) {
        const type = typeOfNode(element, node.optionalIndices.has(index));
        expected ??= type;
        if (!isExactType(expected, type)) { mismatch(element, expected, type); break; }
      }
      return;
    }
    const [first] = node.entries;
    if (first === undefined) return;
    const keyType = typeOfNode(first.key, false);
    const valueType = typeOfNode(first.value, first.optional);
    for (const entry of node.entries) {
      if (!isExactType(keyType, typeOfNode(entry.key, false))) mismatch(entry.key, keyType, typeOfNode(entry.key, false));
      if (!isExactType(valueType, typeOfNode(entry.value, entry.optional))) mismatch(entry.value, valueType, typeOfNode(entry.value, entry.optional));
    }
  });
  return issues;
}
