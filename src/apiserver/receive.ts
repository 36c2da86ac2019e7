// The first part of every write: from the body of a request to an object of the API with its defaults.
import type { KubernetesObject } from '../api/meta.js';
import type { OwnerReference, PodTemplateSpec } from '../api/types.js';
import { builtInKinds } from '../kinds/index.js';
import { apiVersionOf, type Kind } from '../kinds/kind.js';
import { deepCopy } from '../util/objects.js';
import { deprecationWarning } from './deprecations.js';
import { decode } from './decode.js';
import { noMatch, type RequestContext, type WriteOptions, EXTERNAL_ACTOR } from './requestContext.js';
import { badRequest, type Refusal } from './refusal.js';

/** A body that was understood. */
export interface Received {
  /** The kind that was asked for; refusals name it. */
  kind: Kind;
  /** The kind that is stored; its strategy judges. The same as `kind` for all but a few versions. */
  stored: Kind;
  /** The pipeline's own copy, of the stored kind. */
  object: KubernetesObject;
  warnings: string[];
  /** '' for a kind of the whole cluster. */
  namespace: string;
}

/** How a body is to be read. */
export type ReceiveOptions = WriteOptions & {
  subresource?: string;
  /** What to answer when the body, made by a patch, cannot be decoded; given the decoder's words. */
  undecodable?: (error: string) => Refusal;
};

/** Decodes, resolves the namespace and sets defaults; or says why not. The warnings come with a refusal too. */
export function receive(context: RequestContext, body: unknown, options: ReceiveOptions, actor: string): Received | { refusal: Refusal; warnings: string[] } {
  const { apiVersion, kind: kindName } = (body ?? {}) as Partial<KubernetesObject>;
  const kind = context.kindOf(textOf(apiVersion), textOf(kindName));
  if (kind === undefined) return { refusal: lowerCaseKind(context, textOf(apiVersion), textOf(kindName)) ?? noMatch(textOf(apiVersion), textOf(kindName)), warnings: [] };
  const deprecation = actor === EXTERNAL_ACTOR ? deprecationWarning(kind, context.minor) : undefined;
  const warnings = deprecation === undefined ? [] : [deprecation];
  const namespace = namespaceOf(kind, body as KubernetesObject, options);
  if (namespace.includes('/')) return { refusal: { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' }, warnings };
  const decoded = actor === EXTERNAL_ACTOR ? decode(kind, body, { fieldValidation: options.fieldValidation ?? 'Warn', minor: context.minor }) : { object: copyOf(body as KubernetesObject), warnings: [] };
  if ('refusal' in decoded) return { refusal: options.undecodable?.(decoded.error) ?? decoded.refusal, warnings };
  const { object } = decoded;
  for (const text of decoded.warnings) warnings.push(text);
  object.metadata ??= {};
  const meta = object.metadata;
  if (meta.managedFields !== undefined) delete meta.managedFields;
  if (kind.namespaced) meta.namespace = namespace;
  else if (meta.namespace !== undefined) delete meta.namespace;
  const duplicates = dropRepeatedOwners(object);
  if (duplicates !== '') {
    warnings.push(`.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates}`);
  }
  kind.setDefaults?.(object);
  if (kind.storage === undefined) return { kind, stored: kind, object, warnings, namespace };
  const stored = context.kindOf(kind.storage.apiVersion, kind.storage.kind);
  if (stored === undefined) return { refusal: badRequest(`no kind "${kind.storage.kind}" is registered for version "${kind.storage.apiVersion}"`), warnings };
  const converted = kind.storage.toStorage(object);
  converted.apiVersion = apiVersionOf(stored);
  // The defaults of a custom resource's stored version come when it is stored.
  if (stored.definition !== undefined) stored.setDefaults?.(converted);
  return { kind, stored, object: converted, warnings, namespace };
}

/** A client finds the address of a kind in lower case too; the server then does not know the kind. Source: client-go/restmapper/discovery.go (NewDiscoveryRESTMapper) */
function lowerCaseKind(context: RequestContext, apiVersion: string, name: string): Refusal | undefined {
  if (name === '' || name !== name.toLowerCase()) return undefined;
  for (const kind of builtInKinds(context.minor).values()) {
    if (kind.kind.toLowerCase() !== name || apiVersionOf(kind) !== apiVersion) continue;
    return badRequest(`${name} in version "${kind.version}" cannot be handled as a ${kind.kind}: no kind "${name}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`);
  }
  return undefined;
}

/** The pipeline's copy of what a component wrote. It shares the template of a stored object, as a ReplicaSet's is its Deployment's: that has been through the pipeline. */
function copyOf(body: KubernetesObject): KubernetesObject {
  const { spec } = body as { spec?: { template?: PodTemplateSpec } };
  const template = spec?.template;
  const podSpec = template?.spec;
  if (spec === undefined || template === undefined || podSpec === undefined || !Object.isFrozen(podSpec)) return deepCopy(body);
  const templateCopy = copyWith(template, 'spec', undefined);
  templateCopy.spec = podSpec;
  return copyWith(body as KubernetesObject & { spec: unknown }, 'spec', copyWith(spec, 'template', templateCopy));
}

/** A deep copy with another value in one field; without the field when there is none. */
function copyWith<T extends object, K extends keyof T & string>(value: T, field: K, other: T[K] | undefined): T {
  const copy: Partial<T> = {};
  for (const name in value) {
    if (name as string !== field) copy[name] = deepCopy(value[name]);
    else if (other !== undefined) copy[field] = other;
  }
  return copy as T;
}

/** The stored object as the kind that was asked for shows it. */
export function asRequested<T extends KubernetesObject | undefined>(kind: Kind, object: T): T | KubernetesObject {
  return object === undefined || kind.storage === undefined ? object : kind.storage.fromStorage(object);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function namespaceOf(kind: Kind, body: KubernetesObject, options: WriteOptions): string {
  if (!kind.namespaced) return '';
  const named: unknown = (body.metadata as { namespace?: unknown } | undefined)?.namespace;
  return (typeof named === 'string' && named) || options.namespace || 'default';
}

/** Keeps the first of several references to one owner; returns the uids that came again, joined. Source: apiserver/pkg/endpoints/handlers/rest.go (dedupOwnerReferences) */
function dropRepeatedOwners({ metadata }: KubernetesObject): string {
  const owners = metadata.ownerReferences;
  if (!Array.isArray(owners) || owners.length < 2) return '';
  const seen = new Set<string>();
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const owner of owners) {
    const uid = owner.uid ?? '';
    if (seen.has(uid)) repeated.push(uid);
    else kept.push(owner);
    seen.add(uid);
  }
  if (repeated.length > 0) metadata.ownerReferences = kept;
  return repeated.join(', ');
}
