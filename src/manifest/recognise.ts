// What a document is that is no manifest of an object: so that it is skipped by name instead of refused.
import type { JsonValue } from './yamlValue.js';

/** Why a document is skipped. */
export type SkipReason = 'empty' | 'helmTemplate' | 'helmValues' | 'helmChart' | 'kustomization' | 'patch' | 'notAnObject';

/** A skipped document: the reason, and a sentence that names it. */
export interface Skip {
  readonly reason: SkipReason;
  readonly message: string;
}

const messages: { readonly [reason in SkipReason]: string } = {
  empty: 'nothing but blanks and comments',
  helmTemplate: 'a Helm template; render it first (helm template)',
  helmValues: 'values for a Helm chart',
  helmChart: "a Helm chart's own description",
  kustomization: 'a kustomization; build it first (kubectl kustomize)',
  patch: 'part of an object, to be merged into another one',
  notAnObject: 'neither apiVersion nor kind: not a Kubernetes object',
};

/** Fields that only objects of a cluster have at their top. */
const objectFields = ['metadata', 'spec', 'data', 'stringData', 'rules', 'subjects', 'roleRef', 'template'];
const kustomizationFields = ['resources', 'bases', 'patches', 'patchesStrategicMerge', 'patchesJson6902', 'configMapGenerator', 'secretGenerator', 'commonLabels', 'namePrefix', 'nameSuffix', 'images', 'components', 'generators', 'transformers', 'helmCharts'];

/** Says why a document is skipped, or undefined for an object (or an error). `value` is undefined when the text can't be read. */
export function recognise(text: string, value: JsonValue | undefined, file: string): Skip | undefined {
  const reason = reasonFor(text, value, file.slice(file.lastIndexOf('/') + 1));
  return reason === undefined ? undefined : { reason, message: messages[reason] };
}

function reasonFor(text: string, value: JsonValue | undefined, name: string): SkipReason | undefined {
  if (value === undefined) return /\{\{-?\s*(?:\/\*|[.$(]|(?:if|else|end|range|with|define|include|template|block|toYaml|tpl|required|default|printf|quote|fail|lookup)\b)/.test(text) ? 'helmTemplate' : undefined;
  if (value === null) return 'empty';
  if (typeof value !== 'object') return 'notAnObject';
  if (Array.isArray(value)) {
    const isJsonPatch = value.length > 0 && value.every((item) => item !== null && typeof item === 'object' && !Array.isArray(item) && 'op' in item && 'path' in item);
    return isJsonPatch ? 'patch' : 'notAnObject';
  }
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/')) return 'kustomization';
  if ((kind === undefined || apiVersion === undefined) && /^kustomization\.ya?ml$|^Kustomization$/.test(name)) return 'kustomization';
  const hasVersion = typeof apiVersion === 'string' && apiVersion !== '';
  const hasKind = typeof kind === 'string' && kind !== '';
  if (hasVersion && hasKind) {
    const isNamedByTemplate = metadata !== null && typeof metadata === 'object' && !Array.isArray(metadata) && typeof metadata['name'] === 'string' && metadata['name'].includes('{{');
    return isNamedByTemplate ? 'helmTemplate' : undefined;
  }
  if (/^Chart\.ya?ml$/.test(name) && 'name' in value && 'version' in value) return 'helmChart';
  if (hasKind || (hasVersion && !('name' in value))) return undefined;
  if (/^values(?:[-._].*)?\.ya?ml$/.test(name) || /[-._]values\.ya?ml$/.test(name)) return 'helmValues';
  if (kustomizationFields.filter((field) => Array.isArray(value[field])).length > 0 && !('spec' in value)) return 'kustomization';
  if (objectFields.some((field) => field in value) && /patch|overlay|merge/i.test(name)) return 'patch';
  if ('spec' in value && !('metadata' in value)) return 'patch';
  if (hasVersion) return 'helmChart';
  return objectFields.some((field) => field in value) ? undefined : 'notAnObject';
}
