// What keeps a term of a node selector from being read. The API server lets some of it pass: bounds that are no integers, odd values in preferred terms.
// Source: component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go (newNodeSelectorTerm, NewPreferredSchedulingTerms), apimachinery/pkg/labels/selector.go (NewRequirement)
import { parseInt64 } from '../../api/nodeAffinity.js';
import type { NodeSelectorRequirement, NodeSelectorTerm, PreferredSchedulingTerm } from '../../api/types.js';
import { labelValueMessages, qualifiedNameMessages } from '../../kinds/shared/formats.js';

const OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
const FIELD_OPERATORS: readonly string[] = ['In', 'NotIn'];

/** What is wrong with the term, as 'field: what'. */
export function nodeSelectorTermProblems({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, path: string): string[] {
  return [
    ...matchExpressions.flatMap((requirement, index) => expressionProblems(requirement, `${path}.matchExpressions[${index}]`)),
    ...matchFields.flatMap((requirement, index) => fieldProblems(requirement, `${path}.matchFields[${index}]`)),
  ];
}

/** The same of preferred terms, those without weight left out; `path` is that of the list. */
export function preferredTermProblems(terms: readonly PreferredSchedulingTerm[], path: string): string[] {
  return terms.flatMap(({ weight, preference }, index) => (weight ? nodeSelectorTermProblems(preference ?? {}, `${path}[${index}]`) : []));
}

function expressionProblems({ key, operator, values }: NodeSelectorRequirement, path: string): string[] {
  if (!OPERATORS.includes(operator)) return [notSupported(operator, OPERATORS, path)];
  const problems: string[] = [];
  const refuse = (field: string, value: unknown, detail: string): void => void problems.push(`${path}.${field}: Invalid value: ${JSON.stringify(value)}: ${detail}`);
  const count = values?.length ?? 0;
  if (qualifiedNameMessages(key ?? '').length > 0) refuse('key', key ?? '', qualifiedNameMessages(key ?? '').join('; '));
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) refuse('values', values ?? null, "for 'in', 'notin' operators, values set can't be empty");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) refuse('values', values, 'values set must be empty for exists and does not exist');
  } else {
    if (count !== 1) refuse('values', values ?? null, "for 'Gt', 'Lt' operators, exactly one value is required");
    for (const [index, value] of (values ?? []).entries()) if (parseInt64(value) === undefined) refuse(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer");
  }
  for (const [index, value] of (values ?? []).entries()) {
    const messages = labelValueMessages(value);
    if (messages.length > 0) refuse(`values[${index}][${key}]`, value, messages.join('; '));
  }
  return problems;
}

function fieldProblems({ operator, values }: NodeSelectorRequirement, path: string): string[] {
  if (!FIELD_OPERATORS.includes(operator)) return [notSupported(operator, FIELD_OPERATORS, path)];
  return values?.length === 1 ? [] : [`${path}.values: Invalid value: ${JSON.stringify(values ?? null)}: must have one element`];
}

function notSupported(operator: string | undefined, supported: readonly string[], path: string): string {
  return `${path}.operator: Unsupported value: "${operator ?? ''}": supported values: ${supported.map((name) => `"${name}"`).join(', ')}`;
}
