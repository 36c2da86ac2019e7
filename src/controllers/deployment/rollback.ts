// The rollback that an annotation asks for, kept for objects of extensions/v1beta1.
// Source: pkg/controller/deployment/rollback.go
import type { Deployment, ReplicaSet } from '../../api/types.js';
import { revisionOf } from './arithmetic.js';
import { ensureNewReplicaSet, isSameTemplate, OWN_ANNOTATIONS, POD_TEMPLATE_HASH, ROLLBACK_TO } from './newReplicaSet.js';
import type { Rollout } from './rollout.js';

/** The revision that the annotation names, 0 for the last one; undefined without it and for what is no number. */
export function rollbackRevision({ metadata }: Deployment): number | undefined {
  const text = metadata.annotations?.[ROLLBACK_TO];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Takes the template of an earlier revision back and removes the annotation. */
export function rollBack(rollout: Rollout, sets: readonly ReplicaSet[]): void {
  const { client } = rollout;
  const { newSet, old } = ensureNewReplicaSet(rollout, sets);
  if (rollout.hasFailed) return;
  const all = newSet === undefined ? old : [...old, newSet];
  const asked = rollbackRevision(rollout.deployment) ?? 0;
  const revision = asked === 0 ? lastRevision(all) : asked;
  const target = revision === 0 ? undefined : all.find((set) => revisionOf(set) === revision);
  const current = rollout.deployment;
  const name = current.metadata.name ?? '';
  let restored: Deployment = current;
  if (target === undefined) {
    const message = revision === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.';
    client.event(current, 'Warning', 'DeploymentRollbackRevisionNotFound', message);
  } else if (isSameTemplate(target.spec?.template, current.spec?.template)) {
    client.event(current, 'Warning', 'DeploymentRollbackTemplateUnchanged', `The rollback revision contains the same template as current deployment "${name}"`);
  } else {
    restored = restoredFrom(current, target);
    client.event(current, 'Normal', 'DeploymentRollback', `Rolled back deployment "${name}" to revision ${revision}`);
  }
  const { [ROLLBACK_TO]: _, ...annotations } = restored.metadata.annotations ?? {};
  if (client.update({ ...restored, metadata: { ...restored.metadata, annotations } }).object === undefined) rollout.hasFailed = true;
}

/** The second highest revision; 0 when there is none. */
function lastRevision(sets: readonly ReplicaSet[]): number {
  return sets.map(revisionOf).sort((a, b) => b - a)[1] ?? 0;
}

function restoredFrom(current: Deployment, set: ReplicaSet): Deployment {
  const template = set.spec?.template ?? {};
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(current.metadata.annotations ?? {})) if (OWN_ANNOTATIONS.has(name)) annotations[name] = value;
  for (const [name, value] of Object.entries(set.metadata.annotations ?? {})) if (!OWN_ANNOTATIONS.has(name)) annotations[name] = value;
  return {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...(current.spec ?? { selector: {} }), template: { ...template, metadata: { ...template.metadata, labels } } },
  };
}
