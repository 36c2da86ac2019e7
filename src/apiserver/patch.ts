// PATCH and the scale subresource: a stored object is changed in part, then goes the way of a PUT.
// Source: apiserver/pkg/endpoints/handlers/patch.go, pkg/registry/apps/deployment/storage (ScaleREST)
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import { jsonMergePatch, jsonPatch, type JsonPatchOperation } from './patch/jsonPatches.js';
import { strategicMergePatch } from './patch/strategicMergePatch.js';
import type { Json } from './patch/threeWayMerge.js';
import { badRequest, notFoundRefusal, refused } from './refusal.js';
import { resolveRef, type RequestContext } from './requestContext.js';
import { updateObject, type UpdateOptions } from './update.js';

/** A patch and how it is to be read. */
export type Patch = { type: 'strategic' | 'merge'; patch: Json } | { type: 'json'; patch: readonly JsonPatchOperation[] };

/** Patches the object. */
export function patchObject(context: RequestContext, ref: ObjectRef, patch: Patch, options: UpdateOptions, actor: string): Response {
  const resolved = resolveRef(context, ref);
  if ('refusal' in resolved) return refused(resolved.refusal);
  const { kind, key } = resolved;
  const current = context.store.get(key) as unknown as Json | undefined;
  if (current === undefined) return refused(notFoundRefusal(kind.resource, ref.name));
  let patched: unknown;
  if (patch.type === 'json') {
    const result = jsonPatch(current, patch.patch);
    if ('error' in result) return refused({ code: 422, reason: 'Invalid', message: `the server rejected our request due to an error in our request: ${result.error}` });
    patched = result.object;
  } else if (patch.type === 'merge') patched = jsonMergePatch(current, patch.patch);
  else if (kind.definition === undefined) return refused({ code: 415, reason: 'UnsupportedMediaType', message: 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml' });
  else patched = strategicMergePatch(kind.definition, current, patch.patch);
  return updateObject(context, patched, options, actor);
}

/** The Scale subresource: sets spec.replicas. */
export function scaleObject(context: RequestContext, ref: ObjectRef, replicas: number, actor: string): Response {
  const resolved = resolveRef(context, ref);
  if ('refusal' in resolved) return refused(resolved.refusal);
  const { kind, key } = resolved;
  const current = context.store.get(key) as (KubernetesObject & { spec?: Json }) | undefined;
  if (current === undefined) return refused(notFoundRefusal(kind.resource, ref.name));
  if (!Number.isInteger(replicas)) return refused(badRequest('spec.replicas must be a whole number'));
  return updateObject(context, { ...current, spec: { ...current.spec, replicas } }, {}, actor);
}
