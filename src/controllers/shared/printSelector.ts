// Label selectors in messages.
// Source: apimachinery/pkg/apis/meta/v1/generated.pb.go (LabelSelector.String), pkg/labels/selector.go (Requirement.String)
import type { LabelSelector } from '../../api/types.js';
import { compareStrings, sortedKeys } from '../../util/compare.js';

/** The selector as Go's generated String method prints it; 'nil' when there is none. */
export function printSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = sortedKeys(selector.matchLabels).map((name) => `${name}: ${selector.matchLabels?.[name] ?? ''},`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`);
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** The selector in the form of a query: 'app=web,tier in (a,b),!old', by key. */
export function printSelectorQuery({ matchLabels, matchExpressions }: LabelSelector): string {
  const parts: [key: string, text: string][] = Object.entries(matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`]);
  for (const { key, operator, values } of matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`;
    parts.push([key, operator === 'In' ? `${key} in ${list}` : operator === 'NotIn' ? `${key} notin ${list}` : operator === 'Exists' ? key : `!${key}`]);
  }
  return parts.sort(([a], [b]) => compareStrings(a, b)).map(([, text]) => text).join(',');
}
