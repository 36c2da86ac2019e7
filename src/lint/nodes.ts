// `each` of a rule: a path with wildcards, expanded to the nodes it names in one object.
import { isRecord } from '../util/objects.js';
import type { LintObject, World } from './world.js';

/** A value inside an object and its path. */
export interface Node {
  value: unknown;
  /** As the API server prints paths. */
  path: string;
}

/** A compiled pattern. */
export interface NodePattern {
  readonly beginsAtPodSpec: boolean;
  readonly steps: readonly Step[];
}

/** A field to go into, or every item of a list or a map. */
type Step = { readonly field: string } | { readonly every: 'item' | 'entry' };

/**
 * Compiles a pattern: field names, `[*]` for every item of a list, `{*}` for every entry of a map.
 * It begins at the object, or with `podSpec` at the pod spec of whatever kind the object is. '' names the object itself.
 */
export function compilePattern(pattern: string): NodePattern {
  const steps: Step[] = [];
  for (const part of pattern === '' ? [] : pattern.split('.')) {
    const field = part.replace(/(\[\*\]|\{\*\})*$/, '');
    steps.push({ field });
    for (const [wildcard] of part.slice(field.length).matchAll(/\[\*\]|\{\*\}/g)) steps.push({ every: wildcard === '[*]' ? 'item' : 'entry' });
  }
  const [first] = steps;
  const beginsAtPodSpec = first !== undefined && 'field' in first && first.field === 'podSpec';
  return { beginsAtPodSpec, steps: beginsAtPodSpec ? steps.slice(1) : steps };
}

/** The nodes that the pattern names in the object. */
export function expand(object: LintObject, { beginsAtPodSpec, steps }: NodePattern, world: World): Node[] {
  const nodes: Node[] = [];
  if (!beginsAtPodSpec) collect(object.object, '', 0, { steps, nodes });
  else {
    const template = world.templateOf(object);
    if (template !== undefined) collect(template.spec, template.specPath, 0, { steps, nodes });
  }
  return nodes;
}

function collect(value: unknown, path: string, at: number, found: { steps: readonly Step[]; nodes: Node[] }): void {
  const step = found.steps[at];
  if (step === undefined) {
    found.nodes.push({ value, path });
    return;
  }
  if ('field' in step) {
    const next = isRecord(value) ? value[step.field] : undefined;
    if (next !== undefined && next !== null) collect(next, path === '' ? step.field : `${path}.${step.field}`, at + 1, found);
  } else if (step.every === 'item') {
    if (Array.isArray(value)) value.forEach((item: unknown, index) => collect(item, `${path}[${index}]`, at + 1, found));
  } else if (isRecord(value)) for (const key of Object.keys(value)) collect(value[key], `${path}[${key}]`, at + 1, found);
}
