// `each` of a rule: a path with wildcards, expanded to the nodes it names in one object.
import { isRecord, type LintObject, type World } from './world.js';

/** A value inside an object and its path. */
export interface Node {
  value: unknown;
  /** As the API server prints paths. */
  path: string;
}

/**
 * The nodes that `pattern` names: field names, `[*]` for every item of a list, `{*}` for every entry of a map.
 * It begins at the object, or with `podSpec` at the pod spec of whatever kind the object is. '' names the object itself.
 */
export function expand(object: LintObject, pattern: string, world: World): Node[] {
  if (pattern === '') return [{ value: object.object, path: '' }];
  const steps = pattern.split('.');
  let nodes: Node[] = [{ value: object.object, path: '' }];
  if (steps[0]?.startsWith('podSpec') === true) {
    const template = world.templateOf(object);
    if (template === undefined) return [];
    if (steps[0] === 'podSpec') steps.shift();
    nodes = [{ value: template.spec, path: template.specPath }];
  }
  for (const step of steps) nodes = nodes.flatMap((node) => take(node, step));
  return nodes;
}

function take({ value, path }: Node, step: string): Node[] {
  const match = /^([^[{]*)((?:\[\*\]|\{\*\})*)$/.exec(step);
  const field = match?.[1] ?? step;
  const wildcards = match?.[2] ?? '';
  let nodes: Node[] = [];
  if (isRecord(value) && value[field] !== undefined && value[field] !== null) nodes = [{ value: value[field], path: path === '' ? field : `${path}.${field}` }];
  for (let index = 0; index < wildcards.length; index += 3) nodes = nodes.flatMap((node) => entries(node, wildcards[index] === '['));
  return nodes;
}

function entries({ value, path }: Node, isList: boolean): Node[] {
  if (isList) return Array.isArray(value) ? value.map((item: unknown, index) => ({ value: item, path: `${path}[${index}]` })) : [];
  return isRecord(value) ? Object.keys(value).map((key) => ({ value: value[key], path: `${path}[${key}]` })) : [];
}
