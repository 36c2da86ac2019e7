// Terms of pod affinity and anti-affinity, compiled once. Source: kube-scheduler/framework/types.go (AffinityTerm)
import { compileLabelSelector, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import type { LabelSelector, PodAffinityTerm } from '../../api/types.js';

/** A term. A selector that is undefined selects nothing. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: CompiledSelector | undefined;
  readonly namespaceSelector: CompiledSelector | undefined;
  /** Equal for terms that say the same. */
  readonly id: string;
}

/** A preferred term. */
export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number;
}

const NO_LABELS: Record<string, string> = {};

/** Compiles a term of a pod in that namespace. */
export function compileAffinityTerm(term: PodAffinityTerm, podNamespace: string): AffinityTerm {
  const isOwnNamespace = (term.namespaces?.length ?? 0) === 0 && term.namespaceSelector === undefined;
  const namespaces = isOwnNamespace ? [podNamespace] : [...(term.namespaces ?? [])].sort();
  return {
    topologyKey: term.topologyKey,
    namespaces: new Set(namespaces),
    selector: compileOptional(term.labelSelector),
    namespaceSelector: compileOptional(term.namespaceSelector),
    id: JSON.stringify([term.topologyKey, namespaces, term.labelSelector ?? 0, term.namespaceSelector ?? 0]),
  };
}

function compileOptional(selector: LabelSelector | undefined): CompiledSelector | undefined {
  return selector === undefined ? undefined : compileLabelSelector(selector);
}

/** True when the term selects a pod with these labels in a namespace with those. */
export function termMatches(term: AffinityTerm, pod: { namespace: string; labels: Record<string, string> | undefined }, namespaceLabels: Record<string, string> = NO_LABELS): boolean {
  if (!term.namespaces.has(pod.namespace) && !(term.namespaceSelector !== undefined && selectorMatches(term.namespaceSelector, namespaceLabels))) return false;
  return term.selector !== undefined && selectorMatches(term.selector, pod.labels);
}
