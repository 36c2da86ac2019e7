// Writes what the source derives from the recorded OpenAPI of the server: the TypeScript types of the API objects
// and the compact schema table that decoding, patching and custom resources read.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const SCALARS = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'quantity'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'intOrString'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', 'time'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', 'microTime'],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', 'rawExtension'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', 'json'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', 'json'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray', 'jsonSchemaOrArray'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool', 'jsonSchemaOrBool'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray', 'jsonSchemaOrStringArray'],
]);
const TS_SCALARS = {
  string: 'string', boolean: 'boolean', int32: 'number', int64: 'number', double: 'number', byte: 'string',
  quantity: 'Quantity', intOrString: 'number | string', time: 'string', microTime: 'string',
  rawExtension: 'JsonValue', json: 'JsonValue', jsonSchemaOrArray: 'JSONSchemaProps | JSONSchemaProps[]',
  jsonSchemaOrBool: 'JSONSchemaProps | boolean', jsonSchemaOrStringArray: 'JSONSchemaProps | string[]',
};
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** Definition name of the OpenAPI document → the short name used here; a group's name is put before a name that core, or another group, has too. */
export function shortNames(schemas) {
  const byLast = new Map();
  for (const name of Object.keys(schemas)) {
    const last = name.split('.').at(-1);
    byLast.set(last, [...(byLast.get(last) ?? []), name]);
  }
  const names = new Map();
  for (const [last, all] of byLast) {
    for (const name of all) {
      const [group, version] = name.split('.').slice(-3, -1);
      if (all.length === 1 || group === 'core') names.set(name, last);
      else if (group === 'autoscaling') names.set(name, version === 'v2' ? last : `${last}V1`);
      else names.set(name, capital(group) + last);
    }
  }
  return names;
}

/** The definitions and resources of the recorded document, by their short names. */
export function readModel() {
  const document = JSON.parse(fs.readFileSync(path.join(root, 'fixtures/openapi/v1.36.json'), 'utf8'));
  const names = shortNames(document.schemas);
  const typeOf = (schema) => {
    const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
    if (ref) {
      const target = ref.split('/').at(-1);
      return SCALARS.get(target) ?? `@${names.get(target)}`;
    }
    if (schema.type === 'array') return `[]${typeOf(schema.items)}`;
    if (schema.additionalProperties) return `{}${typeOf(schema.additionalProperties)}`;
    if (schema.type === 'object') return 'json';
    if (schema.type === 'string') return schema.format === 'byte' ? 'byte' : 'string';
    if (schema.type === 'integer') return schema.format ?? 'int64';
    if (schema.type === 'number') return 'double';
    if (schema.type === 'boolean') return 'boolean';
    return 'json';
  };
  const definitions = {};
  for (const name of Object.keys(document.schemas).sort()) {
    if (SCALARS.has(name)) continue;
    const schema = document.schemas[name];
    const fields = {};
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      const entry = { type: typeOf(property) };
      if (property.default !== undefined && JSON.stringify(property.default) !== '{}') entry.default = property.default;
      if (property.enum) entry.enum = property.enum;
      const strategy = property['x-kubernetes-patch-strategy'];
      if (strategy) entry.patchStrategy = strategy;
      if (property['x-kubernetes-patch-merge-key']) entry.patchMergeKey = property['x-kubernetes-patch-merge-key'];
      if (property['x-kubernetes-list-type']) entry.listType = property['x-kubernetes-list-type'];
      if (property['x-kubernetes-list-map-keys']) entry.listMapKeys = property['x-kubernetes-list-map-keys'];
      fields[field] = Object.keys(entry).length === 1 ? entry.type : entry;
    }
    definitions[names.get(name)] = { fields, ...(schema.required ? { required: schema.required } : {}) };
  }
  const resources = document.resources.map((resource) => {
    const [group, version] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : ['', resource.apiVersion];
    const name = Object.keys(document.schemas).find((candidate) => document.schemas[candidate]['x-kubernetes-group-version-kind']?.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === resource.kind));
    return { group, version, kind: resource.kind, plural: resource.plural, singular: resource.singular, namespaced: resource.namespaced, definition: names.get(name) ?? '', verbs: resource.verbs };
  });
  return { kubernetes: document.kubernetes, definitions, resources };
}

const HEADER = '// Generated by test/generate/generate.js from fixtures/openapi/v1.36.json. Do not edit.\n';

function typesFile(model) {
  const tsType = (type) => {
    if (type.startsWith('[]')) { const inner = tsType(type.slice(2)); return inner.includes('|') ? `(${inner})[]` : `${inner}[]`; }
    if (type.startsWith('{}')) return `Record<string, ${tsType(type.slice(2))}>`;
    if (type.startsWith('@')) return type.slice(1);
    return TS_SCALARS[type];
  };
  let out = `${HEADER}// The API objects of Kubernetes ${model.kubernetes} as they stand after decoding: a field is absent or has its type, never null.\n`;
  out += `\n/** A Kubernetes quantity in its written form ('100m', '1Gi'). */\nexport type Quantity = string;\n`;
  out += `/** Any JSON value. */\nexport type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };\n`;
  const gvks = new Map(model.resources.map((r) => [r.definition, r]));
  for (const [name, definition] of Object.entries(model.definitions)) {
    const required = new Set(definition.required ?? []);
    const isObject = gvks.has(name);
    out += `\nexport interface ${name} {\n`;
    for (const [field, entry] of Object.entries(definition.fields)) {
      const type = typeof entry === 'string' ? entry : entry.type;
      const key = /^[A-Za-z_$][\w$]*$/.test(field) ? field : `'${field}'`;
      const always = required.has(field) || (isObject && ['apiVersion', 'kind', 'metadata'].includes(field));
      out += `  ${key}${always ? '' : '?'}: ${tsType(type)};\n`;
    }
    out += '}\n';
  }
  return out;
}

function schemaFile(model) {
  const json = JSON.stringify({ definitions: model.definitions, resources: model.resources });
  return `${HEADER}/** Kubernetes ${model.kubernetes}: the schema table in JSON text; read it through schema/index.ts. */\nexport const schemaJson = ${JSON.stringify(json)};\n`;
}

/** Path below the project's root → the text that must stand there. */
export function generateKubernetesTypes() {
  const model = readModel();
  return new Map([
    ['src/api/types.ts', typesFile(model)],
    ['src/kinds/schema/v1_36.ts', schemaFile(model)],
  ]);
}
