// Merging an apply configuration into an object as server-side apply merges: lists with keys by their keys, the rest whole.
// Source: apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go, sigs.k8s.io/structured-merge-diff/typed
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { schemaTable, type SchemaField } from '../../kinds/schema/index.js';
import { deepCopy, deepEqual } from '../../util/objects.js';

type JsonObject = { [key: string]: JsonValue };

/** What a value is to a merge; undefined where nothing is known of it. */
export type MergeNode =
  | { readonly kind: 'struct'; readonly isAtomic: boolean; readonly field: (name: string) => MergeNode | undefined }
  | { readonly kind: 'map'; readonly isAtomic: boolean; readonly element: MergeNode | undefined }
  | { readonly kind: 'list'; readonly listType: string; readonly keys: readonly string[]; readonly element: MergeNode | undefined }
  | { readonly kind: 'scalar' };

const scalar: MergeNode = { kind: 'scalar' };
/** Structs that are replaced as one. */
const atomicStructs = /(^|\.)(LabelSelector|NodeSelector|NodeSelectorTerm|ObjectReference|LocalObjectReference|TypedLocalObjectReference|SecretReference|ConfigMapKeySelector|SecretKeySelector|ObjectFieldSelector|ResourceFieldSelector|FileKeySelector|ScopeSelector|ScopedResourceSelectorRequirement|TopologySelectorTerm|RoleRef|Subject|RbacSubject|OwnerReference|ServiceBackendPort|EndpointAddress|EndpointPort|DiscoveryEndpointPort|ParamKind|ParamRef|MatchResources|NamedRuleWithOperations|Variable)$/;
/** Maps that are replaced as one. */
const atomicMaps: ReadonlySet<string> = new Set(['PodSpec.nodeSelector', 'ServiceSpec.selector', 'ReplicationControllerSpec.selector', 'Scheduling.nodeSelector']);
const atomicMap: MergeNode = { kind: 'map', isAtomic: true, element: scalar };
const madeNodes = new Map<string, MergeNode>();

/** The node of a type of the schema table. */
export function mergeNodeOf(definition: string): MergeNode {
  const known = madeNodes.get(definition);
  if (known !== undefined) return known;
  const { definitions } = schemaTable();
  const node: MergeNode = {
    kind: 'struct',
    isAtomic: atomicStructs.test(definition),
    field(name) {
      const fields = definitions[definition]?.fields;
      const field = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined) return undefined;
      if (atomicMaps.has(`${definition}.${name}`)) return atomicMap;
      return typeof field === 'string' ? nodeOfType(field, undefined) : nodeOfType(field.type, field);
    },
  };
  madeNodes.set(definition, node);
  return node;
}

function nodeOfType(type: string, field: SchemaField | undefined): MergeNode {
  if (type.startsWith('[]')) return { kind: 'list', listType: field?.listType ?? 'atomic', keys: field?.listMapKeys ?? [], element: nodeOfType(type.slice(2), undefined) };
  if (type.startsWith('{}')) return { kind: 'map', isAtomic: false, element: nodeOfType(type.slice(2), undefined) };
  return type.startsWith('@') ? mergeNodeOf(type.slice(1)) : scalar;
}

/** The node of a custom resource's schema. */
export function mergeNodeOfSchema(schema: JSONSchemaProps): MergeNode {
  const { items, additionalProperties } = schema;
  if (schema.type === 'array') {
    return { kind: 'list', listType: schema['x-kubernetes-list-type'] ?? 'atomic', keys: schema['x-kubernetes-list-map-keys'] ?? [], element: items === undefined || Array.isArray(items) ? undefined : mergeNodeOfSchema(items) };
  }
  if (schema.type !== 'object') return scalar;
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  if (typeof additionalProperties === 'object') return { kind: 'map', isAtomic, element: mergeNodeOfSchema(additionalProperties) };
  return { kind: 'struct', isAtomic, field: (name) => (schema.properties?.[name] === undefined ? undefined : mergeNodeOfSchema(schema.properties[name])) };
}

/** The merged object, or what the server says against the configuration. */
export function applyConfiguration(live: JsonObject, patch: JsonObject, node: MergeNode): { object: JsonObject; problem?: undefined } | { object?: undefined; problem: string } {
  const unknown = unknownFields(patch, node, '');
  if (unknown.length > 0) return { problem: `error applying patch: failed to convert patch object to typed object: ${unknown.length === 1 ? unknown[0] : `errors:\n${unknown.map((text) => `  ${text}`).join('\n')}`}` };
  const atomics = atomicsIn(patch, node, '');
  if (atomics.length > 0) return { problem: `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}` };
  return { object: merge(live, patch, node) as JsonObject };
}

const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function unknownFields(value: JsonValue, node: MergeNode | undefined, path: string): string[] {
  if (node === undefined) return [];
  if (Array.isArray(value)) return node.kind === 'list' ? value.flatMap((item, index) => unknownFields(item, node.element, `${path}[${itemKey(item, node.keys) ?? index}]`)) : [];
  if (!isObject(value)) return [];
  if (node.kind === 'map') return Object.keys(value).flatMap((name) => unknownFields(value[name]!, node.element, `${path}.${name}`));
  if (node.kind !== 'struct') return [];
  return Object.keys(value).sort().flatMap((name) => {
    const field = node.field(name);
    return field === undefined ? [`${path}.${name}: field not declared in schema`] : unknownFields(value[name]!, field, `${path}.${name}`);
  });
}

const itemKey = (item: JsonValue, keys: readonly string[]): string | undefined => (keys.length === 0 || !isObject(item) ? undefined : keys.map((key) => `${key}=${JSON.stringify(item[key] ?? null)}`).join(','));

function atomicsIn(value: JsonValue, node: MergeNode | undefined, path: string): string[] {
  if (node === undefined) return [];
  if (Array.isArray(value)) {
    if (node.kind !== 'list') return [];
    return [...(node.listType === 'atomic' ? [path] : []), ...value.flatMap((item, index) => atomicsIn(item, node.element, `${path}[${index}]`))];
  }
  if (!isObject(value) || (node.kind !== 'struct' && node.kind !== 'map')) return [];
  const here = node.isAtomic ? [path] : [];
  return [...here, ...Object.keys(value).flatMap((name) => atomicsIn(value[name]!, node.kind === 'struct' ? node.field(name) : node.element, `${path}.${name}`))];
}

function merge(live: JsonValue | undefined, patch: JsonValue, node: MergeNode | undefined): JsonValue {
  if (Array.isArray(patch)) {
    if (node?.kind !== 'list' || !Array.isArray(live) || node.listType === 'atomic') return deepCopy(patch);
    return mergeLists(live, patch, node);
  }
  if (!isObject(patch)) return patch;
  if (!isObject(live) || (node !== undefined && 'isAtomic' in node && node.isAtomic)) return merge({}, patch, undefined);
  const merged: JsonObject = { ...live };
  for (const name of Object.keys(patch)) merged[name] = merge(live[name], patch[name]!, node?.kind === 'struct' ? node.field(name) : node?.kind === 'map' ? node.element : undefined);
  return merged;
}

function mergeLists(live: readonly JsonValue[], patch: readonly JsonValue[], node: MergeNode & { kind: 'list' }): JsonValue[] {
  const isSame = (a: JsonValue, b: JsonValue): boolean => (node.listType === 'map' ? itemKey(a, node.keys) === itemKey(b, node.keys) : deepEqual(a, b));
  const merged = live.map((item) => {
    const change = patch.find((candidate) => isSame(candidate, item));
    return change === undefined ? item : merge(item, change, node.element);
  });
  for (const item of patch) if (!live.some((existing) => isSame(existing, item))) merged.push(deepCopy(item));
  return merged;
}
