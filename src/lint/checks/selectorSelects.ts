// A selector over pods must select some pod template of the namespace. The node is the selector.
// Parameters: form: 'labels' for an equality map, 'selector' for a LabelSelector. In the message: {selector}, {namespace}.
import { compileLabelMap, compileLabelSelector, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import type { LabelSelector } from '../../api/types.js';
import { isRecord } from '../../util/objects.js';
import { valueAt, type PodTemplateView } from '../world.js';
import type { Check } from './check.js';

/** One finding for a selector that selects nothing, with the template that comes nearest. */
export const selectorSelects: Check = ({ value, path }, { object, world, parameters }) => {
  if (!isRecord(value)) return [];
  const selector = parameters['form'] === 'labels' ? labelMap(value) : labelSelector(value);
  if (selector === undefined || selector.length === 0) return [];
  if (valueAt(object.object, 'spec.type') === 'ExternalName') return [];
  if (world.selected(object.namespace, selector).length > 0) return [];
  // What an operator makes of a custom resource cannot be known, but it mostly carries the labels that the resource states.
  if (world.custom(object.namespace).some((custom) => selectorMatches(selector, statedLabels(custom.object)))) return [];
  const near = nearestTemplate(selector, world.templates(object.namespace));
  const text = selector.map(({ key, operator, values }) => (operator === 'In' && values.length === 1 ? `${key}=${values[0]}` : `${key} ${operator}${values.length > 0 ? ` (${values.join(', ')})` : ''}`)).join(',');
  return [{
    path,
    args: { selector: text, namespace: object.namespace },
    ...(near === undefined ? {} : {
      hint: `${near.owner.object.kind} ${near.owner.object.metadata.name ?? ''} has ${Object.entries(near.labels).map(([key, label]) => `${key}=${label}`).join(',')}`,
      related: [{ object: near.owner, path: near.labelsPath, message: 'the labels that come nearest' }],
    }),
  }];
};

/** Every label that stands in a map named `labels` anywhere in the object. */
function statedLabels(value: unknown, into: Record<string, string> = {}): Record<string, string> {
  if (Array.isArray(value)) for (const item of value) statedLabels(item, into);
  else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      const field = value[key];
      if (key === 'labels' && isRecord(field)) for (const label of Object.keys(field)) into[label] = String(field[label]);
      else statedLabels(field, into);
    }
  }
  return into;
}

function labelMap(value: Record<string, unknown>): CompiledSelector | undefined {
  return Object.values(value).every((each) => typeof each === 'string') ? compileLabelMap(value as Record<string, string>) : undefined;
}

/** Undefined when the selector has a shape that the API server refuses. */
function labelSelector(value: Record<string, unknown>): CompiledSelector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = value;
  if (!isRecord(matchLabels) || !Array.isArray(matchExpressions) || !matchExpressions.every((each) => isRecord(each) && typeof each['key'] === 'string')) return undefined;
  return compileLabelSelector(value as LabelSelector);
}

/** The template that satisfies the most requirements, or has the most of their keys. */
function nearestTemplate(selector: CompiledSelector, templates: readonly PodTemplateView[]): PodTemplateView | undefined {
  let best: PodTemplateView | undefined;
  let bestScore = 0;
  for (const template of templates) {
    let score = 0;
    for (const requirement of selector) {
      if (selectorMatches([requirement], template.labels)) score += 2;
      else if (template.labels[requirement.key] !== undefined) score += 1;
    }
    if (score > bestScore) {
      best = template;
      bestScore = score;
    }
  }
  return best;
}
