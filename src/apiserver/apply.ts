// kubectl apply: create, or the three-way merge against what was applied last, which an annotation remembers.
// Source: kubectl/pkg/cmd/apply/{apply,patcher}.go, kubectl/pkg/util/apply.go
import { LAST_APPLIED, type KubernetesObject, type Response } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';
import { goJson } from '../util/goText.js';
import { deepCopy } from '../util/objects.js';
import { createApplied, createObject } from './create.js';
import { isMap, type Json } from './patch/patchSchema.js';
import { threeWayPatch } from './patch/threeWayPatch.js';
import { patchStored } from './patch.js';
import { asRequested } from './receive.js';
import { decode } from './decode.js';
import { deprecationWarning } from './deprecations.js';
import { badRequest, refused, type Refusal } from './refusal.js';
import { EXTERNAL_ACTOR, storeKey, type RequestContext, type WriteOptions } from './requestContext.js';

/** 201 for a new object, 200 for one that was there. */
export function applyObject(context: RequestContext, body: unknown, options: WriteOptions): Response {
  const { apiVersion = '', kind: kindName = '' } = (body ?? {}) as Partial<KubernetesObject>;
  const kind = context.kindOf(String(apiVersion), String(kindName));
  if (kind === undefined) return createObject(context, body, options, EXTERNAL_ACTOR);
  const given = (body as Partial<KubernetesObject>).metadata as unknown;
  // What cannot be read as metadata is left for the server to refuse.
  if (given !== undefined && given !== null && !isMap(given)) return createObject(context, body, options, EXTERNAL_ACTOR);
  const modified = modifiedConfiguration(kind, body as Json, options);
  const metadata = modified['metadata'] as Json;
  const name = metadata['name'];
  if (!name && typeof metadata['generateName'] === 'string' && metadata['generateName'] !== '') {
    return refused(badRequest(`from ${metadata['generateName']}: cannot use generate name with apply`));
  }
  const stored = kind.storage === undefined ? kind : (context.kindOf(kind.storage.apiVersion, kind.storage.kind) ?? kind);
  const standing = typeof name === 'string' && name !== '' ? context.store.get(storeKey(stored, metadata['namespace'] as string | undefined, name)) : undefined;
  if (standing === undefined) return createApplied(context, modified as unknown as KubernetesObject, options);
  const unreadable = metadataError(context, kind, metadata);
  if (unreadable !== undefined) return refused(unreadable);
  const current = asRequested(kind, standing) as unknown as Json;
  const made = threeWayPatch(kind.definition, { original: lastApplied(current), modified: deepCopy(modified), current });
  // kubectl itself fails here and sends nothing.
  if ('error' in made) return refused({ code: 400, reason: '', message: made.error });
  if (Object.keys(made.patch).length === 0) return unchanged(context, kind, current);
  return patchStored(context, { kind, current }, { type: kind.definition === undefined ? 'merge' : 'strategic', patch: made.patch }, options, EXTERNAL_ACTOR);
}

/** kubectl has read the object and has nothing to send: nobody is asked whether what stands is right. */
function unchanged({ minor }: RequestContext, kind: Kind, current: Json): Response {
  const deprecation = deprecationWarning(kind, minor);
  return { code: 200, warnings: deprecation === undefined ? [] : [deprecation], object: current as unknown as KubernetesObject };
}

/** kubectl reads the metadata of every object itself, as Go does, and sends nothing when it cannot. */
function metadataError(context: RequestContext, { kind, version }: Kind, metadata: Json): Refusal | undefined {
  const like = context.kindOf('v1', 'ConfigMap');
  const decoded = like === undefined ? undefined : decode(like, { metadata }, { fieldValidation: 'Ignore' });
  return decoded === undefined || !('refusal' in decoded) ? undefined : badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${decoded.error}`);
}

/** The object as kubectl sends it: with its namespace, and with itself in the annotation. It shares the rest with the body. */
export function modifiedConfiguration(kind: Kind, body: Json, options: WriteOptions): Json {
  // Not spread: V8 gives a spread copy that gets another key a layout of its own, and everything that reads it is slow.
  const metadata: Json = isMap(body['metadata']) ? Object.assign({}, body['metadata']) : {};
  const copy: Json = { ...body, metadata };
  if (kind.namespaced && !metadata['namespace']) metadata['namespace'] = options.namespace ?? 'default';
  const annotations: Json = isMap(metadata['annotations']) ? Object.assign({}, metadata['annotations']) : {};
  // Annotations that are no map are left for the server to refuse.
  if (metadata['annotations'] !== undefined && metadata['annotations'] !== null && !isMap(metadata['annotations'])) return copy;
  if (annotations[LAST_APPLIED] !== undefined) delete annotations[LAST_APPLIED];
  metadata['annotations'] = annotations;
  annotations[LAST_APPLIED] = `${goJson(copy)}\n`;
  return copy;
}

/** What was applied last; nothing when there is no annotation or it cannot be read. */
export function lastApplied(current: Json): Json {
  const text = ((current['metadata'] as Json | undefined)?.['annotations'] as Json | undefined)?.[LAST_APPLIED];
  if (typeof text !== 'string') return {};
  try {
    const original: unknown = JSON.parse(text);
    return isMap(original) ? original : {};
  } catch {
    return {};
  }
}
