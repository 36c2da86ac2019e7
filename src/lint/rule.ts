// A rule as data: read from its file, checked for shape, compiled once.
import { celEnvironment, compileCel, resultTypeProblem, type CelProgram } from '../cel/compileCel.js';
import { dynType } from '../cel/celType.js';
import { CHECKS } from './checks/index.js';
import type { Check } from './checks/check.js';
import type { Severity } from './finding.js';
import { compilePattern, type NodePattern } from './nodes.js';
import { isRecord } from '../util/objects.js';
import { POD_TEMPLATE_KINDS } from './world.js';

/** A rule's examples: whole manifests, bad ones with a `# <- id` mark on the line of the finding. */
export interface RuleExample {
  good?: string;
  bad?: string;
}

/** A rule, ready to run. Exactly one of `assert` and `check` is set. */
export interface Rule {
  id: string;
  family: string;
  severity: Severity | 'off';
  /** Kinds it looks at; undefined means every kind. */
  kinds: ReadonlySet<string> | undefined;
  /** Only objects for which it is true. */
  where: CelProgram | undefined;
  /** Which nodes of an object, one evaluation each; '' is the object itself. */
  each: readonly NodePattern[];
  assert: CelProgram | undefined;
  check: Check | undefined;
  /** Parameters of the check. */
  with: Record<string, unknown>;
  /** The field below the node that the finding points at. */
  at: string;
  message: string;
  rationale: string;
  fix: string;
  examples: readonly RuleExample[];
}

/** The names a rule's expressions may use: the object, the node, and the pod spec where there is one. */
const ENVIRONMENT = celEnvironment({ object: dynType, item: dynType, podSpec: dynType });
/** Kind names that stand for several kinds. */
const GROUPS: Record<string, readonly string[]> = {
  podTemplate: POD_TEMPLATE_KINDS,
  workload: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob'],
};
const FIELDS = new Set(['id', 'family', 'severity', 'match', 'each', 'assert', 'check', 'with', 'at', 'message', 'rationale', 'fix', 'examples']);
const SEVERITIES: readonly string[] = ['error', 'warning', 'info', 'off'];

/** The rule a file holds, or what is wrong with it. `where` names the file in the problem's text. */
export function readRule(data: unknown, where: string): Rule | { problem: string } {
  if (!isRecord(data)) return { problem: `${where}: a rule is a map` };
  const unknown = Object.keys(data).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) return { problem: `${where}: unknown field ${JSON.stringify(unknown)}; a rule has ${[...FIELDS].join(', ')}` };
  const { id, family, severity, match = {}, each = '', assert, check, at = '', message, rationale = '', fix = '', examples = [] } = data;
  if (typeof id !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) return { problem: `${where}: id must be kebab-case` };
  if (typeof family !== 'string' || typeof message !== 'string' || typeof at !== 'string') return { problem: `${where}: family, message and at are texts` };
  const patterns: readonly unknown[] = Array.isArray(each) ? each : [each];
  if (!patterns.every((pattern) => typeof pattern === 'string')) return { problem: `${where}: each is a path or a list of paths` };
  if (typeof severity !== 'string' || !SEVERITIES.includes(severity)) return { problem: `${where}: severity is one of ${SEVERITIES.join(', ')}` };
  if (!isRecord(match)) return { problem: `${where}: match is a map of kinds and where` };
  if ((assert === undefined) === (check === undefined)) return { problem: `${where}: a rule has either assert or check` };
  const misnamed = assert === undefined ? undefined : /\{(?!(?:item|object)[.}])[^}]*\}/.exec(message)?.[0];
  if (misnamed !== undefined) return { problem: `${where}: message: ${misnamed} begins with neither item nor object` };
  const kinds = Array.isArray(match['kinds']) ? new Set(match['kinds'].flatMap((kind: unknown) => GROUPS[String(kind)] ?? [String(kind)])) : undefined;
  const condition = compileBoolean(match['where'], `${where}: match.where`);
  if (condition !== undefined && 'problem' in condition) return condition;
  const assertion = compileBoolean(assert, `${where}: assert`);
  if (assertion !== undefined && 'problem' in assertion) return assertion;
  const named = check === undefined ? undefined : CHECKS[String(check)];
  if (check !== undefined && named === undefined) return { problem: `${where}: there is no check ${JSON.stringify(check)}; the checks are ${Object.keys(CHECKS).join(', ')}` };
  return {
    id, family, each: (patterns as string[]).map(compilePattern), at, message, kinds: kinds?.has('any') === true ? undefined : kinds,
    severity: severity as Rule['severity'],
    where: condition?.program, assert: assertion?.program, check: named,
    with: isRecord(data['with']) ? data['with'] : {},
    rationale: String(rationale), fix: String(fix), examples: examples as RuleExample[],
  };
}

function compileBoolean(expression: unknown, where: string): { program: CelProgram } | { problem: string } | undefined {
  if (expression === undefined) return undefined;
  const compiled = compileCel(String(expression), ENVIRONMENT);
  if (compiled.program === undefined) return { problem: `${where}: ${compiled.error}` };
  const problem = resultTypeProblem(compiled.program, ['bool']);
  return problem === undefined ? { program: compiled.program } : { problem: `${where}: ${problem}` };
}
