// The ReplicaSet of a Deployment's present template: found among those that stand, or made.
// Source: pkg/controller/deployment/sync.go (getNewReplicaSet), util/deployment_util.go (SetNewReplicaSetAnnotations, FindNewReplicaSet)
import { findCondition } from '../../api/conditions.js';
import { LAST_APPLIED } from '../../api/meta.js';
import { controllerReference, isControlledBy } from '../../api/ownerReference.js';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.js';
import { semanticEqualSpec } from '../../kinds/shared/checks.js';
import { isNamespaceTerminating } from '../shared/podControl.js';
import { templateHash } from '../shared/templateHash.js';
import { compareAge, DESIRED_REPLICAS, MAX_REPLICAS, newReplicaSetSize, REVISION, REVISION_HISTORY, revisionOf } from './arithmetic.js';
import { hasProgressDeadline, withCondition, type NewCondition } from './conditions.js';
import { setReplicaAnnotations, writeStatus, type Rollout } from './rollout.js';

/** The label that tells the pods of a Deployment's ReplicaSets apart. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';
/** The annotation by which extensions/v1beta1 asked for a rollback. */
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to';
/** Annotations that a Deployment and its ReplicaSets have each for themselves. Source: annotationsToSkip */
export const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO]);
const MAX_HISTORY_LENGTH = 2000;
const MAX_NAME_LENGTH = 253;

/** The ReplicaSets of a Deployment, parted by template. */
export interface PartedSets {
  newSet: ReplicaSet | undefined;
  old: ReplicaSet[];
}

/** The oldest ReplicaSet of the present template, and the others in the order of their age. */
function partReplicaSets(deployment: Deployment, sets: readonly ReplicaSet[]): PartedSets {
  let newSet: ReplicaSet | undefined;
  const old: ReplicaSet[] = [];
  for (const set of sets.length < 2 ? sets : [...sets].sort(compareAge)) {
    if (newSet === undefined && isSameTemplate(set.spec?.template, deployment.spec?.template)) newSet = set;
    else old.push(set);
  }
  return { newSet, old };
}

/** Template of a ReplicaSet → what it was compared with last: neither changes while a status is written. */
const compared = new WeakMap<PodTemplateSpec, { other: PodTemplateSpec; isSame: boolean }>();

/** True when the templates are equal but for the label of the hash. */
export function isSameTemplate(a: PodTemplateSpec = {}, b: PodTemplateSpec = {}): boolean {
  const before = compared.get(a);
  if (before?.other === b) return before.isSame;
  const isSame = semanticEqualSpec(a.spec ?? {}, b.spec ?? {}) && semanticEqualSpec(withoutHash(a), withoutHash(b));
  compared.set(a, { other: b, isSame });
  return isSame;
}

function withoutHash({ metadata }: PodTemplateSpec): object {
  const { labels, ...rest } = metadata ?? {};
  const { [POD_TEMPLATE_HASH]: _, ...others } = labels ?? {};
  return { ...rest, labels: others };
}

/** Finds the new ReplicaSet and brings its revision and the Deployment's up to date. */
export function syncNewReplicaSet(rollout: Rollout, sets: readonly ReplicaSet[]): PartedSets {
  const { newSet, old } = partReplicaSets(rollout.deployment, sets);
  if (newSet === undefined) return { newSet, old };
  return { newSet: adoptRevision(rollout, newSet, nextRevision(old)), old };
}

/** As syncNewReplicaSet, and makes the new ReplicaSet when there is none; undefined when that was refused. */
export function ensureNewReplicaSet(rollout: Rollout, sets: readonly ReplicaSet[]): PartedSets {
  const parted = syncNewReplicaSet(rollout, sets);
  return parted.newSet !== undefined ? parted : { newSet: createNewReplicaSet(rollout, parted.old), old: parted.old };
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return 1 + old.reduce((max, set) => Math.max(max, revisionOf(set)), 0);
}

function adoptRevision(rollout: Rollout, set: ReplicaSet, revision: number): ReplicaSet {
  const { client, deployment } = rollout;
  const current = set.metadata.annotations ?? {};
  const annotations = revisedAnnotations(current, { deployment, revision });
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  if (annotations !== current || (set.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    const spec = { ...(set.spec ?? { selector: {} }), minReadySeconds };
    const response = client.update<ReplicaSet>({ ...set, metadata: { ...set.metadata, annotations }, spec });
    if (response.object === undefined) rollout.hasFailed = true;
    return response.object ?? set;
  }
  const isTold = !hasProgressDeadline(deployment) || findCondition(deployment.status?.conditions, 'Progressing') !== undefined;
  writeRevision(rollout, set, isTold ? undefined : { type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message: `Found new replica set "${set.metadata.name ?? ''}"` });
  return set;
}

/** Brings the Deployment's revision up to that of its new ReplicaSet, and sets a condition. */
function writeRevision(rollout: Rollout, set: ReplicaSet, condition: NewCondition | undefined): void {
  const { deployment } = rollout;
  const revision = set.metadata.annotations?.[REVISION];
  const annotations = deployment.metadata.annotations ?? {};
  const isRevised = revision !== undefined && annotations[REVISION] !== revision;
  // Nearly every sync finds it told already.
  if (condition === undefined && !isRevised) return;
  const status = { ...deployment.status };
  if (condition !== undefined) status.conditions = withCondition(status.conditions, condition, rollout.nowMs);
  writeStatus(rollout, status, isRevised ? { ...annotations, [REVISION]: revision } : undefined);
}

/** The annotations of the new ReplicaSet: the Deployment's, its revision, and the revisions it had before. The very same ones when nothing is new. */
function revisedAnnotations(current: Record<string, string>, { deployment, revision }: { deployment: Deployment; revision: number }): Record<string, string> {
  let annotations = current;
  const own = deployment.metadata.annotations;
  for (const name in own) {
    if (OWN_ANNOTATIONS.has(name) || current[name] === own[name]) continue;
    if (annotations === current) annotations = { ...current };
    annotations[name] = own[name] as string;
  }
  const before = current[REVISION];
  if (before !== undefined && before !== '' && !/^[+-]?\d+$/.test(before)) return annotations;
  if (Number(before ?? '0') >= revision) return annotations;
  if (annotations === current) annotations = { ...current };
  annotations[REVISION] = String(revision);
  if (before !== undefined) annotations[REVISION_HISTORY] = lengthenedHistory(current[REVISION_HISTORY] ?? '', before);
  return annotations;
}

function lengthenedHistory(history: string, revision: string): string {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  while (length > MAX_HISTORY_LENGTH && revisions.length > 0) length -= (revisions.shift() as string).length + 1;
  return [...revisions, revision].join(',');
}

function createNewReplicaSet(rollout: Rollout, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const { client, deployment } = rollout;
  const template = deployment.spec?.template ?? {};
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const size = newReplicaSetSize(deployment, old, 0);
  const { namespace = '', name: deploymentName = '' } = deployment.metadata;
  const name = `${deploymentName.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
  const selector = deployment.spec?.selector ?? {};
  const annotations = revisedAnnotations({}, { deployment, revision: nextRevision(old) });
  setReplicaAnnotations(annotations, deployment);
  const made: ReplicaSet = {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: { name, namespace, labels, ownerReferences: [controllerReference(deployment)], annotations },
    spec: {
      replicas: size, minReadySeconds: deployment.spec?.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  const response = client.create(made);
  let set = response.object;
  if (set === undefined) {
    const existing = response.reason === 'AlreadyExists' ? client.read.get('replicasets.apps', namespace, name) : undefined;
    if (existing !== undefined && isControlledBy(existing, deployment) && isSameTemplate(existing.spec?.template, template)) set = existing;
    else {
      rollout.hasFailed = !isNamespaceTerminating(response);
      if (existing !== undefined) writeStatus(rollout, { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 });
      else if (rollout.hasFailed) refuse(rollout, name, response.message ?? '');
      return undefined;
    }
  } else if (size > 0) client.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  writeRevision(rollout, set, hasProgressDeadline(deployment) ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` } : undefined);
  return set;
}

function refuse(rollout: Rollout, name: string, error: string): void {
  const { client, deployment } = rollout;
  const message = `Failed to create new replica set "${name}": ${error}`;
  if (hasProgressDeadline(deployment)) {
    const conditions = withCondition(deployment.status?.conditions, { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message }, rollout.nowMs);
    writeStatus(rollout, { ...deployment.status, conditions });
  }
  client.event(deployment, 'Warning', 'ReplicaSetCreateError', message);
}
