// Which nodes a pod's node selector and node affinity, or a volume's node affinity, allow.
// Source: component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go, apimachinery/pkg/labels/selector.go
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, PreferredSchedulingTerm } from './types.js';

type Labels = Record<string, string> | undefined;

/** What is read of a node. */
export interface NodeIdentity {
  /** '' where only labels count, as for volumes: then a term's fields are not looked at. */
  name: string;
  labels: Labels;
}

/** The identity of a Node object. */
export function nodeIdentity(node: Node): NodeIdentity {
  return { name: node.metadata.name ?? '', labels: node.metadata.labels };
}

/** True when the node has every pair of `spec.nodeSelector` and fits the required node affinity. */
export function requiredNodeAffinityMatches(spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: NodeIdentity): boolean {
  const { nodeSelector } = spec;
  if (nodeSelector !== undefined) {
    for (const key of Object.keys(nodeSelector)) if (labelOf(node.labels, key) !== nodeSelector[key]) return false;
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}

/** True when one term fits; a selector without terms fits nothing. */
export function nodeSelectorMatches(selector: NodeSelector, node: NodeIdentity): boolean {
  for (const term of selector.nodeSelectorTerms ?? []) if (nodeSelectorTermMatches(term, node)) return true;
  return false;
}

/** True when every requirement of the term holds; a term without requirements, or one that makes no sense, fits nothing. */
export function nodeSelectorTermMatches(term: NodeSelectorTerm, node: NodeIdentity): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  for (const expression of expressions) if (!isSensible(expression)) return false;
  for (const expression of expressions) if (!requirementHolds(expression, labelOf(node.labels, expression.key))) return false;
  for (const field of fields) if (!fieldHolds(field, node)) return false;
  return true;
}

/** Sum of the weights of the preferred terms that fit. */
export function preferredNodeAffinityWeight(terms: readonly PreferredSchedulingTerm[], node: NodeIdentity): number {
  let weight = 0;
  for (const term of terms) if (term.weight !== 0 && nodeSelectorTermMatches(term.preference, node)) weight += term.weight;
  return weight;
}

function labelOf(labels: Labels, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** What parsing a requirement accepts. */
function isSensible({ operator, values }: NodeSelectorRequirement): boolean {
  const count = values?.length ?? 0;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0;
    case 'Exists':
    case 'DoesNotExist':
      return count === 0;
    case 'Gt':
    case 'Lt':
      return count === 1 && parseInt64(values?.[0]) !== undefined;
    default:
      return false;
  }
}

function requirementHolds({ operator, values }: NodeSelectorRequirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && (values as string[]).includes(label);
    case 'NotIn':
      return label === undefined || !(values as string[]).includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default: {
      const found = parseInt64(label);
      const bound = parseInt64(values?.[0]);
      if (found === undefined || bound === undefined) return false;
      return operator === 'Gt' ? found > bound : found < bound;
    }
  }
}

/** The only field is the name, compared with exactly one value. */
function fieldHolds({ key, operator, values }: NodeSelectorRequirement, node: NodeIdentity): boolean {
  if (key !== 'metadata.name' || values?.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return false;
  return node.name === '' || (node.name === values[0]) === (operator === 'In');
}

/** The whole number of the text, if it is one of 64 bits in decimal digits. */
export function parseInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
