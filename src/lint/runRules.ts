// Runs the rules over the objects. Rules always report; severities and places are settled here, in one place.
import { fromJson, type CelValue } from '../cel/celValue.js';
import type { CelProgram } from '../cel/compileCel.js';
import type { JsonValue } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import type { CheckFinding } from './checks/check.js';
import type { Finding, FindingObject } from './finding.js';
import { expand, type Node } from './nodes.js';
import type { Rule } from './rule.js';
import { isRecord } from '../util/objects.js';
import { ruleKind, valueAt, type LintObject, type World } from './world.js';

/** Every finding of every rule that is not off, sorted. */
export function runRules(rules: readonly Rule[], world: World): Finding[] {
  const findings: Finding[] = [];
  const byKind = new Map<string, Rule[]>();
  for (const object of world.objects) {
    const kind = ruleKind(object.object);
    let applicable = byKind.get(kind);
    if (applicable === undefined) {
      applicable = rules.filter((rule) => rule.severity !== 'off' && (rule.kinds === undefined || rule.kinds.has(kind)));
      byKind.set(kind, applicable);
    }
    for (const rule of applicable) runRule(rule, { object, world, findings });
  }
  return sortFindings(findings);
}

/** Orders by file, line, column, rule and message. */
export function sortFindings(findings: Finding[]): Finding[] {
  return findings.sort(
    (a, b) => compareStrings(a.source.file, b.source.file) || a.source.line - b.source.line || a.source.column - b.source.column || compareStrings(a.rule, b.rule) || compareStrings(a.message, b.message),
  );
}

/** The name of a linted object. */
export function findingObject({ object, namespace }: LintObject): FindingObject {
  return { apiVersion: object.apiVersion, kind: object.kind, ...(namespace === '' ? {} : { namespace }), name: object.metadata?.name ?? object.metadata?.generateName ?? '' };
}

function runRule(rule: Rule, { object, world, findings }: { object: LintObject; world: World; findings: Finding[] }): void {
  if (rule.where !== undefined && evaluate(rule.where, object, world, undefined) !== true) return;
  for (const node of rule.each.flatMap((pattern) => expand(object, pattern, world))) {
    const found = rule.check === undefined ? assertion(rule, object, world, node) : rule.check(node, { object, world, parameters: rule.with });
    for (const each of found) findings.push(toFinding(rule, object, each));
  }
}

function assertion(rule: Rule, object: LintObject, world: World, node: Node): CheckFinding[] {
  // An assertion that cannot be evaluated on what is there says nothing: the shape is the API server's finding.
  if (rule.assert === undefined || evaluate(rule.assert, object, world, node.value) !== false) return [];
  const path = rule.at === '' ? node.path : node.path === '' ? rule.at : `${node.path}.${rule.at}`;
  return [{ path, args: placeholders(rule.message, object, node) }];
}

/** What the expression gives; undefined when it needs what is not there. */
function evaluate(program: CelProgram, object: LintObject, world: World, item: unknown): CelValue | undefined {
  return program.evaluate((name): CelValue | undefined => {
    if (name === 'object') return fromJson(object.object as unknown as JsonValue);
    if (name === 'item') return fromJson(item as JsonValue);
    const template = world.templateOf(object);
    return template === undefined ? undefined : fromJson(template.spec as unknown as JsonValue);
  }).value;
}

/** `{item.name}` and `{object.metadata.name}` in a message. */
function placeholders(message: string, object: LintObject, node: Node): Record<string, string> {
  const args: Record<string, string> = {};
  for (const [, path] of message.matchAll(/\{([^}]+)\}/g)) {
    const [root, ...rest] = (path as string).split('.');
    const value = root === 'item' ? (rest.length === 0 ? node.value : valueAt(node.value, rest.join('.'))) : valueAt(object.object, rest.join('.'));
    args[path as string] = isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : String(value ?? '');
  }
  return args;
}

function toFinding(rule: Rule, object: LintObject, { path, args, related = [], hint }: CheckFinding): Finding {
  const message = rule.message.replace(/\{([^}]+)\}/g, (_, name: string) => args[name] ?? '');
  return {
    rule: rule.id,
    severity: rule.severity === 'off' ? 'info' : rule.severity,
    message: hint === undefined ? message : `${message}; ${hint}`,
    object: findingObject(object),
    source: object.locate(path),
    path,
    related: related.map((each) => ({ message: each.message, source: each.object.locate(each.path) })),
    ...(rule.fix === '' ? {} : { fix: rule.fix }),
  };
}
