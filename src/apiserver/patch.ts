// PATCH and the scale subresource: a stored object is changed in part, then goes the way of a PUT.
// Source: apiserver/pkg/endpoints/handlers/patch.go, pkg/registry/apps/deployment/storage (ScaleREST)
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';
import { jsonMergePatch, jsonPatch, type JsonPatchOperation } from './patch/jsonPatches.js';
import { strategicMergePatch } from './patch/strategicMergePatch.js';
import { undecodablePatch, unconvertiblePatch } from './patch/patchedObject.js';
import type { Json } from './patch/patchSchema.js';
import { asRequested } from './receive.js';
import { badRequest, notFoundRefusal, refused, type Refusal } from './refusal.js';
import { resolveRef, type RequestContext } from './requestContext.js';
import { updateObject, type UpdateOptions } from './update.js';

const UNSUPPORTED = 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/** A patch and how it is to be read. */
export type Patch = { type: 'strategic' | 'merge'; patch: Json } | { type: 'json'; patch: readonly JsonPatchOperation[] };

/** Patches the object. */
export function patchObject(context: RequestContext, ref: ObjectRef, patch: Patch, options: UpdateOptions, actor: string): Response {
  const resolved = resolveRef(context, ref);
  if ('refusal' in resolved) return refused(resolved.refusal);
  const { kind, key } = resolved;
  const stored = context.store.get(key);
  if (stored === undefined) return refused(notFoundRefusal(kind.resource, ref.name));
  return patchStored(context, { kind, current: asRequested(kind, stored) as unknown as Json }, patch, options, actor);
}

/** Patches an object that was read, as its kind shows it. */
export function patchStored(context: RequestContext, { kind, current }: { kind: Kind; current: Json }, patch: Patch, options: UpdateOptions, actor: string): Response {
  const patched = applyPatch(kind, current, patch);
  if ('code' in patched) return refused(patched);
  const { object } = patched;
  const undecodable = (decodeError: string): Refusal => (patch.type === 'strategic' ? unconvertiblePatch(kind, { patched: object, patch: patch.patch, decodeError }) : undecodablePatch(object, decodeError));
  return updateObject(context, object, { ...options, undecodable }, actor);
}

function applyPatch(kind: Kind, current: Json, patch: Patch): { object: Json } | Refusal {
  if (patch.type === 'merge') return { object: jsonMergePatch(current, patch.patch) as Json };
  if (patch.type === 'json') {
    const result = jsonPatch(current, patch.patch);
    return 'error' in result ? { code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request' } : { object: result.object as Json };
  }
  if (kind.definition === undefined) return { code: 415, reason: 'UnsupportedMediaType', message: UNSUPPORTED };
  const result = strategicMergePatch(kind.definition, current, patch.patch);
  if ('object' in result) return result;
  const { text = '', isMalformed } = result.problem;
  return isMalformed ? badRequest(text) : { code: 500, reason: '', message: text };
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
