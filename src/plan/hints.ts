// What to change when an object was refused because of its place in the input, or for a version that is gone.
import type { KubernetesObject, Response } from '../api/meta.js';
import { removedApiHint } from '../apiserver/deprecations.js';
import type { AppliedObject } from './appliedObject.js';

interface DefinitionOfKind {
  spec?: { group?: string; names?: { kind?: string } };
}

/** A sentence on what to change, or undefined when the refusal says it all. */
export function hintFor(refused: AppliedObject, applied: readonly AppliedObject[]): string | undefined {
  const message = refused.response.message ?? '';
  const namespace = /^namespaces "([^"]*)" not found$/.exec(message)?.[1];
  if (namespace !== undefined) {
    const later = applied.find(({ object, verdict }) => object.kind === 'Namespace' && object.metadata.name === namespace && verdict !== 'refused');
    if (later === undefined) return `nothing in the input makes the namespace ${namespace}: add it, or declare it in the cluster`;
    return `${place(later)} makes the namespace later: kubectl applies files in the order of their names, so a second apply would be accepted`;
  }
  if (message.startsWith('no matches for kind')) {
    const group = String(refused.object.apiVersion).split('/')[0];
    const later = applied.find(({ object, verdict }) => {
      const { spec } = object as DefinitionOfKind;
      return verdict !== 'refused' && object.kind === 'CustomResourceDefinition' && spec?.group === group && spec?.names?.kind === refused.object.kind;
    });
    if (later !== undefined) return `${place(later)} defines the kind, but kubectl looks up every kind before it applies anything: a second apply would be accepted`;
  }
  return removedVersionHint(refused.object, refused.response);
}

/** Where the object's API version went, when it was refused for being gone. */
export function removedVersionHint({ apiVersion, kind }: KubernetesObject, { message = '' }: Response): string | undefined {
  const removed = message.startsWith('no matches for kind') ? removedApiHint(apiVersion, kind) : undefined;
  if (removed === undefined) return undefined;
  const { removedIn, replacement } = removed;
  return `${apiVersion} ${kind} was removed in Kubernetes ${removedIn}; ${replacement === '' ? 'nothing replaces it' : `write ${replacement}`}`;
}

function place({ source }: AppliedObject): string {
  const { file, line } = source();
  return `${file}:${line}`;
}
