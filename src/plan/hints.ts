// Why an object was refused when another object of the input, or its place in the order, is the reason.
import type { AppliedObject } from './simulate.js';

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
  return undefined;
}

function place({ source }: AppliedObject): string {
  return `${source.file}:${source.line}`;
}
