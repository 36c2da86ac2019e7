// Taking over an object that stood in a cluster before: as it is, without admission and validation.
import type { KubernetesObject, Response } from '../api/meta.js';
import { formatTime } from '../util/time.js';
import { receive } from './receive.js';
import { refused } from './refusal.js';
import { EXTERNAL_ACTOR, storeKey, type RequestContext } from './requestContext.js';
import { serialise } from './serialise.js';

/** Stores the object with its status, uid and owners; one that stands there is replaced. */
export function restoreObject(context: RequestContext, body: unknown, namespace: string): Response {
  const received = receive(context, body, { namespace, fieldValidation: 'Ignore' }, EXTERNAL_ACTOR);
  if ('refusal' in received) return refused(received.refusal);
  const { stored, object, warnings } = received;
  const meta = object.metadata;
  meta.uid = meta.uid || context.newUid();
  meta.creationTimestamp = meta.creationTimestamp || formatTime(context.nowMs());
  if (stored.hasGeneration === true) meta.generation ??= 1;
  if (stored.definition !== undefined) serialise(stored.definition, object);
  const key = storeKey(stored, meta.namespace, meta.name ?? '');
  const old = context.store.get(key);
  const written = old === undefined ? context.store.create(key, object) : context.store.update(key, object, old);
  context.restored.add(written as KubernetesObject);
  return { code: old === undefined ? 201 : 200, warnings, object: written as KubernetesObject };
}
