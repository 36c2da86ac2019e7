// Label selectors: compiled once, matched against label maps. Source: apimachinery/pkg/labels/selector.go
import { sortedKeys } from '../util/compare.js';
import type { LabelSelector } from './types.js';

type Labels = Record<string, string>;

/** One requirement of a compiled selector. */
export interface LabelRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values: readonly string[];
}

/** A compiled selector: every requirement must hold. Empty selects everything. */
export type CompiledSelector = readonly LabelRequirement[];

const compiled = new WeakMap<LabelSelector, CompiledSelector>();

/** Compiles a metav1.LabelSelector; results are remembered by identity, so pass stored (frozen) selectors. */
export function compileLabelSelector(selector: LabelSelector): CompiledSelector {
  const known = compiled.get(selector);
  if (known !== undefined) return known;
  const requirements = compileLabelMap(selector.matchLabels ?? {});
  for (const expression of selector.matchExpressions ?? []) {
    requirements.push({ key: expression.key, operator: expression.operator as LabelRequirement['operator'], values: expression.values ?? [] });
  }
  if (Object.isFrozen(selector)) compiled.set(selector, requirements);
  return requirements;
}

/** Compiles an equality map (Service.spec.selector, ReplicationController.spec.selector). */
export function compileLabelMap(map: Labels): LabelRequirement[] {
  return sortedKeys(map).map((name) => ({ key: name, operator: 'In', values: [map[name] as string] }));
}

/** True when the labels satisfy every requirement. */
export function selectorMatches(selector: CompiledSelector, labels: Labels | undefined): boolean {
  for (let index = 0; index < selector.length; index++) if (!requirementMatches(selector[index] as LabelRequirement, labels)) return false;
  return true;
}

/** The label of that key as 'key=value'; undefined where there is none. */
export function labelPair(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? `${key}=${labels[key]}` : undefined;
}

/** Each label as 'key=value', what `requiredLabel` finds it by. */
export function labelPairs(labels: Labels | undefined): string[] {
  const pairs: string[] = [];
  for (const key in labels) pairs.push(`${key}=${labels[key]}`);
  return pairs;
}

/** The first label that the selector requires, as 'key=value'; '' when it requires none. What it selects can be filed under its labels and found by this one. */
export function requiredLabel(selector: CompiledSelector): string {
  for (const { key, operator, values } of selector) if (operator === 'In' && values.length === 1) return `${key}=${values[0]}`;
  return '';
}

function requirementMatches({ key, operator, values }: LabelRequirement, labels: Labels | undefined): boolean {
  const value = labels === undefined || !Object.hasOwn(labels, key) ? undefined : labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** True when the selector, as it stands in an object, selects the labels; an absent selector selects nothing. */
export function labelSelectorMatches(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  const { matchLabels, matchExpressions } = selector;
  // Asked of objects that are on their way into the store, it is seldom asked twice: most need not be compiled.
  if (matchExpressions !== undefined && matchExpressions.length > 0) return selectorMatches(compileLabelSelector(selector), labels);
  for (const key in matchLabels) if (labels === undefined || !Object.hasOwn(labels, key) || labels[key] !== matchLabels[key]) return false;
  return true;
}
