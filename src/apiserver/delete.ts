// DELETE: at once, gracefully, or when finalizers allow it. Source: apiserver/pkg/registry/rest/delete.go (BeforeDelete),
// apiserver/pkg/registry/generic/registry/store.go (Delete, deletionFinalizersForGarbageCollection), pkg/registry/core/{pod,namespace}
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import type { CustomResourceDefinition, Namespace, ObjectMeta, Pod } from '../api/types.js';
import { qualifiedKind, type Kind } from '../kinds/kind.js';
import { formatTime, parseTime } from '../util/time.js';
import { deepEqual } from '../util/objects.js';
import { asRequested } from './receive.js';
import { conflict, notFoundRefusal, refused } from './refusal.js';
import { resolveRef, type DeleteOptions, type RequestContext } from './requestContext.js';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
/** Their dependents outlive them unless the request says otherwise. Source: DefaultGarbageCollectionPolicy of their strategies */
const ORPHANS_BY_DEFAULT = new Set(['jobs.batch', 'replicationcontrollers']);

/** Source: pkg/registry/batch/job/storage/storage.go (Delete) */
const ORPHANED_PODS = 'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** Deletes the object, or marks it as to be deleted. */
export function deleteObject(context: RequestContext, ref: ObjectRef, options: DeleteOptions, actor: string): Response {
  const resolved = resolveRef(context, ref);
  if ('refusal' in resolved) return refused(resolved.refusal);
  const { kind, key } = resolved;
  const warnings: string[] = kind.resource === 'jobs.batch' && options.propagationPolicy === undefined ? [ORPHANED_PODS] : [];
  const old = context.store.get(key);
  if (old === undefined) return refused(notFoundRefusal(kind.resource, ref.name), warnings);
  if (options.uid !== undefined && options.uid !== old.metadata.uid) {
    const detail = `the UID in the precondition (${options.uid}) does not match the UID in record (${old.metadata.uid ?? ''}). The object might have been deleted and then recreated`;
    return refused(conflict(qualifiedKind(kind), ref.name, detail), warnings);
  }
  const attributes = {
    operation: 'DELETE' as const, kind, subresource: '', namespace: key.namespace, name: ref.name, object: old, old, dryRun: options.dryRun === true, actor,
    warn: (text: string) => void warnings.push(text),
  };
  const denied = context.admit(attributes) ?? context.validate(attributes);
  if (denied !== undefined) return refused(denied, warnings);
  const marked = mark(context, kind, old, options);
  const isRemoved = marked === undefined;
  if (options.dryRun === true) return { code: 200, warnings, object: asRequested(kind, marked ?? old) };
  // A further request that changes nothing writes nothing.
  const isUnchanged = marked === old || (old.metadata.deletionTimestamp !== undefined && deepEqual(marked, old));
  if (!isRemoved) return { code: 200, warnings, object: asRequested(kind, isUnchanged ? old : (context.store.update(key, marked, old) as KubernetesObject)) };
  const gone = context.store.delete(key) as KubernetesObject;
  return { code: 200, warnings, object: asRequested(kind, gone) };
}

/** The object as it stands while it waits to be deleted; undefined when it goes at once. */
function mark(context: RequestContext, kind: Kind, old: KubernetesObject, options: DeleteOptions): KubernetesObject | undefined {
  const finalizers = finalizersFor(kind, old.metadata, options);
  if (kind.resource === 'namespaces') return markNamespace(context, old as Namespace, finalizers);
  if (kind.resource === 'customresourcedefinitions.apiextensions.k8s.io') return markDefinition(context, old as CustomResourceDefinition, finalizers);
  const nowMs = context.nowMs();
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = old.metadata;
  if (deletionTimestamp !== undefined && deletionGracePeriodSeconds > 0) return shortened(old, options, { finalizers, nowMs });
  const graceSeconds = kind.resource === 'pods' && deletionTimestamp === undefined ? graceOf(old as Pod, options) : 0;
  if (graceSeconds === 0 && finalizers.length === 0) return undefined;
  return terminating(old, { finalizers, graceSeconds, atMs: nowMs + graceSeconds * 1000 });
}

/** A second request can only shorten the time that the object was given; whatever its phase is by now, it does nothing else. */
function shortened(old: KubernetesObject, { gracePeriodSeconds }: DeleteOptions, { finalizers, nowMs }: { finalizers: readonly string[]; nowMs: number }): KubernetesObject | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = old.metadata;
  const asked = gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds;
  if (asked === undefined || asked >= deletionGracePeriodSeconds) return old;
  if (asked === 0 && finalizers.length === 0) return undefined;
  const atMs = (parseTime(deletionTimestamp ?? '') ?? nowMs) + (asked - deletionGracePeriodSeconds) * 1000;
  const isOver = atMs < nowMs;
  return { ...old, metadata: { ...withFinalizers(old, finalizers).metadata, deletionTimestamp: formatTime(isOver ? nowMs : atMs), deletionGracePeriodSeconds: isOver && asked > 0 ? 1 : asked } };
}

/** How long the pod is given. Source: pkg/registry/core/pod/strategy.go (CheckGracefulDelete) */
function graceOf({ spec, status }: Pod, options: DeleteOptions): number {
  if (!spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  const seconds = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

/** The finalizers that stand while dependents are dealt with. */
function finalizersFor(kind: Kind, { finalizers = [] }: ObjectMeta, { propagationPolicy }: DeleteOptions): readonly string[] {
  const wanted = propagationPolicy === 'Orphan' ? ORPHAN : propagationPolicy === 'Foreground' ? FOREGROUND : propagationPolicy === 'Background' ? ''
    : finalizers.includes(ORPHAN) ? ORPHAN : finalizers.includes(FOREGROUND) ? FOREGROUND : ORPHANS_BY_DEFAULT.has(kind.resource) ? ORPHAN : '';
  if (wanted === '' && !finalizers.includes(ORPHAN) && !finalizers.includes(FOREGROUND)) return finalizers;
  const others = finalizers.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  return wanted === '' ? others : [...others, wanted];
}

function withFinalizers(object: KubernetesObject, finalizers: readonly string[]): KubernetesObject {
  const before = object.metadata.finalizers ?? [];
  if (before.length === finalizers.length && before.every((name, index) => name === finalizers[index])) return object;
  const metadata = { ...object.metadata, finalizers: [...finalizers] };
  if (finalizers.length === 0) delete (metadata as ObjectMeta).finalizers;
  return { ...object, metadata };
}

function terminating(old: KubernetesObject, { finalizers, graceSeconds, atMs }: { finalizers: readonly string[]; graceSeconds: number; atMs: number }): KubernetesObject {
  const { metadata } = withFinalizers(old, finalizers);
  const isFirst = metadata.deletionGracePeriodSeconds === undefined;
  return {
    ...old,
    metadata: {
      ...metadata,
      ...(isFirst && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}),
      deletionTimestamp: graceSeconds > 0 || metadata.deletionTimestamp === undefined ? formatTime(atMs) : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}

/** A Namespace goes when both its lists of finalizers are empty; until then it is Terminating. */
function markNamespace(context: RequestContext, old: Namespace, finalizers: readonly string[]): KubernetesObject | undefined {
  if (old.metadata.deletionTimestamp === undefined) {
    const marked = terminating(old, { finalizers, graceSeconds: 0, atMs: context.nowMs() });
    return { ...marked, status: { ...old.status, phase: 'Terminating' } } as KubernetesObject;
  }
  return (old.spec?.finalizers?.length ?? 0) > 0 || finalizers.length > 0 ? old : undefined;
}

/**
 * A CustomResourceDefinition waits until its objects are gone.
 * Source: apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go (Delete)
 */
function markDefinition(context: RequestContext, old: CustomResourceDefinition, finalizers: readonly string[]): KubernetesObject | undefined {
  if (old.metadata.deletionTimestamp !== undefined) return finalizers.length > 0 ? old as KubernetesObject : undefined;
  const deletionTimestamp = formatTime(context.nowMs());
  const pending = {
    type: 'Terminating', status: 'True', lastTransitionTime: deletionTimestamp, reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const conditions = [...(old.status?.conditions ?? []).filter(({ type }) => type !== 'Terminating'), pending];
  return {
    ...old,
    metadata: { ...old.metadata, deletionTimestamp, finalizers: [...finalizers.filter((name) => name !== CLEANUP), CLEANUP] },
    status: { ...old.status, conditions },
  } as KubernetesObject;
}
