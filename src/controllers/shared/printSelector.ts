// Label selectors in messages. Source: apimachinery/pkg/apis/meta/v1/generated.pb.go (LabelSelector.String)
import type { LabelSelector } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';

/** The selector as Go's generated String method prints it; 'nil' when there is none. */
export function printSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = sortedKeys(selector.matchLabels).map((name) => `${name}: ${selector.matchLabels?.[name] ?? ''},`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`);
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
