// What kubectl says of a document that is readable but no object: no kind, not a map, metadata of the wrong types.
// Source: apimachinery/pkg/apis/meta/v1/unstructured/helpers.go (unstructuredJSONScheme), cli-runtime/pkg/resource/metadata_decoder.go
import { sortedKeys } from '../util/compare.js';
import { goJson } from '../util/goText.js';
import type { JsonValue } from './yamlValue.js';

/** kubectl's words, and the path of the field they are about ('' for the whole document). */
export interface DecodeProblem {
  readonly message: string;
  readonly path: string;
}

type Fields = { readonly [name: string]: string };

/** The types of metadata's fields as Go names them. */
const metadataFields: Fields = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'types.UID',
  resourceVersion: 'string',
  generation: 'int64',
  deletionGracePeriodSeconds: 'int64',
  labels: 'map[string]string',
  annotations: 'map[string]string',
  finalizers: '[]string',
  ownerReferences: '[]v1.OwnerReference',
  managedFields: '[]v1.ManagedFieldsEntry',
  creationTimestamp: 'time',
  deletionTimestamp: 'time',
};

const ownerReferenceFields: Fields = { apiVersion: 'string', kind: 'string', name: 'string', uid: 'types.UID', controller: 'bool', blockOwnerDeletion: 'bool' };

const WRITTEN_AS_TEXT: ReadonlySet<string> = new Set(['string', 'types.UID', 'time']);

/** Why kubectl can't make an object of the value, or undefined if it can. `json` gives its text where it was written in JSON. */
export function decodeProblem(value: JsonValue, json: () => string | undefined): DecodeProblem | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { message: `json: cannot unmarshal ${jsonType(value)} into Go value of type unstructured.detector`, path: '' };
  }
  const { apiVersion, kind, items, metadata } = value;
  // Whatever has items is a list.
  if (items !== undefined && items !== null && !Array.isArray(items)) {
    return { message: mismatch(items, 'decodeList.items', '[]json.RawMessage'), path: 'items' };
  }
  if (typeof kind !== 'string' || kind === '') return { message: `Object 'Kind' is missing in '${json() ?? goJson(value)}'`, path: 'kind' };
  if (apiVersion !== undefined && apiVersion !== null && typeof apiVersion !== 'string') {
    return { message: mismatch(apiVersion, 'metadataOnlyObject.TypeMeta.apiVersion', 'string'), path: 'apiVersion' };
  }
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    return { message: mismatch(metadata, 'metadataOnlyObject.metadata', 'v1.ObjectMeta'), path: 'metadata' };
  }
  return fieldsProblem(metadata, metadataFields, 'ObjectMeta', 'metadata', 'metadata');
}

function fieldsProblem(object: { readonly [key: string]: JsonValue }, fields: Fields, struct: string, goPath: string, path: string): DecodeProblem | undefined {
  for (const name of sortedKeys(object)) {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const value = object[name] as JsonValue;
    // Most are texts that may be texts: paths are made for the others only.
    if (type === undefined || (typeof value === 'string' && WRITTEN_AS_TEXT.has(type))) continue;
    const problem = valueProblem(value, type, `${struct}.${goPath}.${name}`, `${path}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function valueProblem(value: JsonValue, type: string, goPath: string, path: string): DecodeProblem | undefined {
  if (value === null) return undefined;
  const refuse = (expected: string): DecodeProblem => ({ message: mismatch(value, goPath, expected), path });
  if (type === 'time') {
    if (typeof value === 'string') return undefined;
    return { message: `json: cannot unmarshal ${jsonType(value)} into Go value of type string`, path };
  }
  if (type === 'map[string]string') {
    if (typeof value !== 'object' || Array.isArray(value)) return refuse(type);
    for (const key of sortedKeys(value)) {
      if (typeof value[key] === 'string') continue;
      const problem = valueProblem(value[key] as JsonValue, 'string', goPath, `${path}[${key}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) return refuse(type);
    for (const [index, item] of value.entries()) {
      const itemPath = `${path}[${index}]`;
      const itemType = type.slice(2);
      if (itemType === 'string') {
        const problem = valueProblem(item, itemType, goPath, itemPath);
        if (problem !== undefined) return problem;
      } else if (item !== null && (typeof item !== 'object' || Array.isArray(item))) {
        return { message: mismatch(item, goPath, itemType), path: itemPath };
      } else if (item !== null && itemType === 'v1.OwnerReference') {
        const problem = fieldsProblem(item, ownerReferenceFields, 'OwnerReference', 'metadata.ownerReferences', itemPath);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }
  if (type === 'int64') {
    if (typeof value !== 'number') return refuse(type);
    return Number.isInteger(value) ? undefined : { message: `json: cannot unmarshal number ${value} into Go struct field ${goPath} of type ${type}`, path };
  }
  if (type === 'bool') return typeof value === 'boolean' ? undefined : refuse(type);
  return typeof value === 'string' ? undefined : refuse(type);
}

function mismatch(value: JsonValue, field: string, type: string): string {
  return `json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${type}`;
}

function jsonType(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
