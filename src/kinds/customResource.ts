// The kind that a CustomResourceDefinition makes known: decoding, defaults and rules come from its schema.
// Source: apiextensions-apiserver/pkg/registry/customresource/{strategy,validator,status_strategy}.go, pkg/apiserver/customresource_handler.go
import { invalid, type FieldErrors } from '../api/fieldError.js';
import { rootPath } from '../api/fieldPath.js';
import type { KubernetesObject } from '../api/meta.js';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion, CustomResourceSubresourceScale, JSONSchemaProps, JsonValue } from '../api/types.js';
import { goQuote } from '../util/goText.js';
import { deepCopy, deepEqual } from '../util/objects.js';
import type { Kind } from './kind.js';
import { qualifiedNameMessages } from './shared/formats.js';
import { validateRules } from './structuralSchema/celRules.js';
import { validateEmbeddedResources } from './structuralSchema/embeddedResources.js';
import { validateListTypes } from './structuralSchema/listTypes.js';
import { pruneForbiddenNulls, pruneUnknownFields, setSchemaDefaults } from './structuralSchema/pruneAndDefault.js';
import { validateAgainstSchema } from './structuralSchema/schemaValidator.js';

type JsonObject = { [key: string]: JsonValue };

const BLOCKING: ReadonlySet<string> = new Set(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);
const NOT_CHECKED = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
const MAX_INT32 = 2147483647;

/** The kind of one served version. Keep it: compiled rules hang on the definition's schema. */
export function customResourceKind(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const { spec } = crd;
  const schema: JSONSchemaProps = version.schema?.openAPIV3Schema ?? {};
  const hasStatus = version.subresources?.status !== undefined;
  const { scale } = version.subresources ?? {};
  // Nobody sees a stored version that is not served.
  const stored = spec.versions.find((candidate) => candidate.storage === true && candidate.served) ?? spec.versions.find(({ served }) => served) ?? version;
  const storedSchema: JSONSchemaProps = stored.schema?.openAPIV3Schema ?? {};
  const apiVersion = `${spec.group}/${version.name}`;
  let updateWarnings: string[] = [];

  const prune = (object: KubernetesObject, known: JSONSchemaProps): string[] => {
    const unknown = spec.preserveUnknownFields === true ? [] : pruneUnknownFields(asJson(object), known, true);
    pruneForbiddenNulls(asJson(object), known);
    return unknown;
  };
  const validateWhole = (object: JsonObject, old: JsonObject | undefined, errors: FieldErrors): void => {
    validateEmbeddedResources(schema, object, undefined, errors);
    const oldListErrors: FieldErrors = [];
    if (old !== undefined) validateListTypes(schema, old, undefined, oldListErrors);
    if (oldListErrors.length === 0) validateListTypes(schema, object, undefined, errors);
    if (errors.some((error) => BLOCKING.has(error.reason))) {
      if (schemaHasRules(schema)) errors.push({ reason: 'FieldValueInvalid', field: '<nil>', body: `Invalid value: null: ${NOT_CHECKED}` });
      return;
    }
    validateRules(schema, object, undefined, { errors, warn: (text) => updateWarnings.push(text) }, { isResourceRoot: true, old: old === undefined ? undefined : { value: old } });
  };

  const kind: Kind = {
    group: spec.group, version: version.name, kind: spec.names.kind, plural: spec.names.plural, singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
    shortNames: spec.names.shortNames ?? [], namespaced: spec.scope === 'Namespaced', definition: undefined, resource: `${spec.names.plural}.${spec.group}`,
    hasStatusSubresource: hasStatus,
    hasGeneration: true,
    allowUnconditionalUpdate: false,
    ...(stored.name === version.name ? {} : {
      storage: {
        apiVersion: `${spec.group}/${stored.name}`, kind: spec.names.kind,
        toStorage: (object) => ({ ...object, apiVersion: `${spec.group}/${stored.name}` }),
        fromStorage(object) {
          const copy = { ...deepCopy(object), apiVersion };
          prune(copy, schema);
          return copy;
        },
        // What a webhook would make of the object is not known.
        ...(spec.conversion?.strategy === 'Webhook' ? {} : { prune: (object: KubernetesObject) => void prune(object, storedSchema) }),
      },
    }),
    ...(version.deprecated === true ? { deprecation: version.deprecationWarning ?? defaultDeprecation(crd, version.name) } : {}),
    dropUnknownFields(object) {
      return prune(object, schema);
    },
    setDefaults(object) {
      setSchemaDefaults(asJson(object), schema);
    },
    validate(object, errors) {
      updateWarnings = [];
      const json = asJson(object);
      validateAgainstSchema(schema, json, undefined, errors);
      validateScale(json, scale, errors);
      validateWhole(json, undefined, errors);
    },
    prepareForUpdate(object, old) {
      if (!hasStatus && !deepEqual(asJson(object)['status'], asJson(old)['status'])) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validateUpdate(object, old, errors) {
      updateWarnings = [];
      const [json, oldJson] = [asJson(object), asJson(old)];
      validateAgainstSchema(schema, json, undefined, errors, { value: oldJson });
      validateScale(json, scale, errors);
      validateWhole(json, oldJson, errors);
    },
    validateStatusUpdate(object, old, errors) {
      updateWarnings = [];
      const [json, oldJson] = [asJson(object), asJson(old)];
      const statusSchema = schema.properties?.['status'];
      if (statusSchema !== undefined && json['status'] !== undefined) {
        validateAgainstSchema(statusSchema, json['status'], rootPath('status'), errors, oldJson['status'] === undefined ? undefined : { value: oldJson['status'] });
      }
      validateScale(json, scale === undefined ? undefined : { ...scale, specReplicasPath: '' }, errors);
      validateWhole(json, oldJson, errors);
    },
    warnings(object, old) {
      const known = old?.metadata.finalizers ?? [];
      const added = [...new Set(object.metadata.finalizers ?? [])].filter((finalizer) => !known.includes(finalizer)).sort();
      return [...updateWarnings, ...added.flatMap(finalizerWarnings)];
    },
  };
  return kind;
}

/** A decoded custom resource is plain JSON. */
const asJson = (object: KubernetesObject): JsonObject => object as unknown as JsonObject;

/** True when the root or any property has rules, even where they could not run. */
function schemaHasRules(schema: JSONSchemaProps): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const { items, additionalProperties } = schema;
  return (items !== undefined && !Array.isArray(items) && schemaHasRules(items))
    || (typeof additionalProperties === 'object' && schemaHasRules(additionalProperties))
    || Object.values(schema.properties ?? {}).some(schemaHasRules);
}

function validateScale(object: JsonObject, scale: CustomResourceSubresourceScale | undefined, errors: FieldErrors): void {
  if (scale === undefined) return;
  for (const jsonPath of [scale.specReplicasPath, scale.statusReplicasPath]) {
    const value = jsonPath === '' ? undefined : nestedValue(object, jsonPath);
    if (value === undefined || jsonPath === '') continue;
    const path = rootPath(jsonPath);
    if (typeof value !== 'number' || !Number.isInteger(value)) invalid(errors, path, 0, `${jsonPath} accessor error: ${goText(value)} is of the type ${goType(value)}, expected int64`);
    else if (value < 0) invalid(errors, path, value, 'should be a non-negative integer');
    else if (value > MAX_INT32) invalid(errors, path, value, `should be less than or equal to ${MAX_INT32}`);
  }
  const { labelSelectorPath } = scale;
  const selector = labelSelectorPath === undefined || labelSelectorPath === '' ? undefined : nestedValue(object, labelSelectorPath);
  if (selector !== undefined && typeof selector !== 'string') invalid(errors, rootPath(labelSelectorPath!), '', `${labelSelectorPath} accessor error: ${goText(selector)} is of the type ${goType(selector)}, expected string`);
}

function nestedValue(object: JsonObject, jsonPath: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const name of jsonPath.replace(/^\./, '').split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[name];
    if (value === undefined) return undefined;
  }
  return value;
}

const goText = (value: JsonValue): string => (value === null ? '<nil>' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const goType = (value: JsonValue): string =>
  value === null ? '<nil>' : typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';

function finalizerWarnings(finalizer: string): string[] {
  const warnings = qualifiedNameMessages(finalizer).map((message) => `metadata.finalizers: ${goQuote(finalizer)}: ${message}`);
  if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return warnings;
  const kindOfName = finalizer.includes('.') ? 'name including a path (/)' : 'name';
  return [...warnings, `metadata.finalizers: ${goQuote(finalizer)}: prefer a domain-qualified finalizer ${kindOfName} to avoid accidental conflicts with other finalizer writers`];
}

/** Newest first: stable before beta before alpha. Source: apimachinery/pkg/version/helpers.go (CompareKubeAwareVersionStrings) */
function rankOf(version: string): readonly [stability: number, major: number, minor: number] | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  return match === null ? undefined : [match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0, Number(match[1]), Number(match[3] ?? 0)];
}

function isNewer(a: string, b: string): boolean {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === undefined || right === undefined) return left !== undefined ? true : right === undefined && a < b;
  for (let index = 0; index < 3; index++) if (left[index] !== right[index]) return left[index]! > right[index]!;
  return false;
}

function defaultDeprecation({ spec }: CustomResourceDefinition, version: string): string {
  const better = spec.versions.filter((candidate) => candidate.served && candidate.deprecated !== true && isNewer(candidate.name, version)).map(({ name }) => name);
  const best = better.reduce<string | undefined>((newest, name) => (newest === undefined || isNewer(name, newest) ? name : newest), undefined);
  const text = `${spec.group}/${version} ${spec.names.kind} is deprecated`;
  return best === undefined ? text : `${text}; use ${spec.group}/${best} ${spec.names.kind}`;
}
