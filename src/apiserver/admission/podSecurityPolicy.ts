// The policy of a namespace, read from its labels, and what a pod violates of it. Source: pod-security-admission/api/helpers.go, policy/registry.go
import { asJson, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, keyed, rootPath } from '../../api/fieldPath.js';
import type { PodSpec } from '../../api/types.js';
import { POD_SECURITY_CHECKS, type CheckedPod, type PodSecurityCheck, type Violation } from './podSecurityChecks.js';

/** A level of the Pod Security Standards in one of its versions. */
export interface LevelVersion {
  readonly level: 'privileged' | 'baseline' | 'restricted';
  /** Infinity for the latest. */
  readonly minor: number;
}

/** What a namespace says of pods. */
export interface NamespacePolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

type Mode = 'enforce' | 'audit' | 'warn';
type Labels = Record<string, string> | undefined;

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
const LABELS = rootPath('metadata');
const PRIVILEGED: LevelVersion = { level: 'privileged', minor: Infinity };

/** True when nothing is demanded: 'privileged'. */
export function allowsAll({ level }: LevelVersion): boolean {
  return level === 'privileged';
}

/** 'restricted:latest', 'baseline:v1.29'. */
export function levelVersionText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === Infinity ? 'latest' : `v1.${minor}`}`;
}

const ASKS_NOTHING: NamespacePolicy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED };
/** Policies by the labels of stored namespaces, which never change. */
const known = new WeakMap<Record<string, string>, NamespacePolicy>();

/** The policy of the labels. A level that makes no sense restricts when it is enforced and asks nothing otherwise. */
export function policyOf(labels: Labels): NamespacePolicy {
  if (labels === undefined) return ASKS_NOTHING;
  let policy = known.get(labels);
  if (policy === undefined) {
    policy = readPolicy(labels);
    if (Object.isFrozen(labels)) known.set(labels, policy);
  }
  return policy;
}

function readPolicy(labels: Labels): NamespacePolicy {
  const enforce = levelVersion(labels, 'enforce', 'restricted');
  const ownWarn = labels?.[`${PREFIX}warn`];
  const warn = ownWarn !== undefined || allowsAll(enforce) || !isLevel(labels?.[`${PREFIX}enforce`]) ? levelVersion(labels, 'warn', 'privileged') : warnFollows(labels, enforce);
  return { enforce, audit: levelVersion(labels, 'audit', 'privileged'), warn };
}

/** Without a level of its own, `warn` is as strict as `enforce`. */
function warnFollows(labels: Labels, enforce: LevelVersion): LevelVersion {
  const text = labels?.[`${PREFIX}warn-version`];
  return text === undefined ? enforce : { level: enforce.level, minor: minorOf(text) ?? Infinity };
}

function levelVersion(labels: Labels, mode: Mode, whenInvalid: LevelVersion['level']): LevelVersion {
  const text = labels?.[PREFIX + mode];
  if (text === undefined) return PRIVILEGED;
  return { level: isLevel(text) ? text : whenInvalid, minor: minorOf(labels?.[`${PREFIX}${mode}-version`]) ?? Infinity };
}

function isLevel(text: string | undefined): text is LevelVersion['level'] {
  return text !== undefined && (LEVELS as readonly string[]).includes(text);
}

/** The minor version; undefined when there is no label or it makes no sense. */
function minorOf(text: string | undefined): number | undefined {
  if (text === 'latest') return Infinity;
  const match = /^v1\.(0|[1-9][0-9]*)$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** What is wrong with the labels. */
export function validatePolicyLabels(labels: Labels, errors: FieldErrors): void {
  for (const mode of ['enforce', 'audit', 'warn'] as const) {
    for (const name of [PREFIX + mode, `${PREFIX}${mode}-version`]) {
      const value = labels?.[name];
      if (value === undefined) continue;
      const path = keyed(child(LABELS, 'labels'), name);
      if (!name.endsWith('-version')) {
        if (!isLevel(value)) invalid(errors, path, value, `must be one of ${LEVELS.join(', ')}`);
      } else if (minorOf(value) === undefined) invalid(errors, path, asJson(value), 'must be "latest" or "v1.x"');
    }
  }
}

const MAX_VERSIONS = 200;
const checksOf = new Map<string, readonly PodSecurityCheck[]>();

function checksFor({ level, minor }: LevelVersion): readonly PodSecurityCheck[] {
  const name = `${level}:${minor}`;
  let checks = checksOf.get(name);
  if (checks === undefined) {
    const known = POD_SECURITY_CHECKS.filter((check) => check.since <= minor && (level === 'restricted' || check.level === 'baseline'));
    const replaced = new Set(known.map((check) => check.replaces));
    checks = known.filter((check) => !replaced.has(check.id));
    if (checksOf.size >= MAX_VERSIONS) checksOf.clear();
    checksOf.set(name, checks);
  }
  return checks;
}

/** What the pod violates of the level, in the order of the checks. */
export function violationsOf(policy: LevelVersion, spec: PodSpec, annotations: Record<string, string> | undefined): Violation[] {
  if (allowsAll(policy)) return [];
  const pod: CheckedPod = {
    spec, annotations: annotations ?? {}, minor: policy.minor,
    containers: [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])],
  };
  const violations: Violation[] = [];
  for (const check of checksFor(policy)) {
    const found = check.find(pod);
    if (found !== undefined) violations.push(found);
  }
  return violations;
}

/** 'host namespaces (hostNetwork=true), privileged (container "c" must not set securityContext.privileged=true)' */
export function violationsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
