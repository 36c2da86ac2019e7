// What makes an OpenAPI schema structural.
// Source: apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go
import { compareStrings } from '../../util/compare.js';
import { fieldErrorText, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps } from '../../api/types.js';
import { compileRe2 } from '../../cel/regularExpression.js';
import { deepEqual } from '../../util/objects.js';

type Level = 'root' | 'item' | 'field';
const intOrString: readonly JSONSchemaProps[] = [{ type: 'integer' }, { type: 'string' }];

/** Why the schema can't be turned into a structural one at all, in the server's words. */
export function conversionProblem(schema: JSONSchemaProps): string | undefined {
  if (Array.isArray(schema.items) && schema.items.length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  for (const [name, value] of [['id', schema.id], ['schema', schema.$schema], ['$ref', schema.$ref], ['patternProperties', schema.patternProperties], ['dependencies', schema.dependencies], ['additionalItems', schema.additionalItems], ['definitions', schema.definitions]] as const) {
    if (value !== undefined && value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0 && name !== 'dependencies' && name !== 'additionalItems')) return `OpenAPIV3Schema '${name}' is not supported`;
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  for (const below of schemasBelow(schema)) {
    const problem = conversionProblem(below);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Every schema directly inside this one. */
export function schemasBelow(schema: JSONSchemaProps): JSONSchemaProps[] {
  const { items, additionalProperties } = schema;
  return [
    ...(items === undefined ? [] : Array.isArray(items) ? items : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.values(schema.properties ?? {}),
    ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.not === undefined ? [] : [schema.not]),
  ];
}

/** Checks that the schema is structural; errors come sorted by their text. */
export function validateStructural(schema: JSONSchemaProps, path: FieldPath, errors: FieldErrors): void {
  const found: FieldErrors = [];
  validateInvariants(schema, 'root', path, found);
  validateCompleteness(schema, schema, { at: path, definedIn: path }, found);
  found.sort((a, b) => compareStrings(fieldErrorText(a), fieldErrorText(b)));
  errors.push(...found);
}

function validateInvariants(schema: JSONSchemaProps, level: Level, path: FieldPath, errors: FieldErrors): void {
  const { type = '', items, properties = {}, additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  if (type === 'array' && (items === undefined || Array.isArray(items))) required(errors, child(path, 'items'), 'must be specified');
  if (items !== undefined && !Array.isArray(items)) validateInvariants(items, 'item', child(path, 'items'), errors);
  for (const name in properties) validateInvariants(properties[name]!, 'field', keyed(child(path, 'properties'), name), errors);
  if (additionalProperties !== undefined) {
    if (level === 'root') forbidden(errors, child(path, 'additionalProperties'), 'must not be used at the root');
    if (typeof additionalProperties === 'object') validateInvariants(additionalProperties, 'field', child(path, 'additionalProperties'), errors);
  }
  if (isIntOrString && preserves) invalid(errors, child(path, 'x-kubernetes-preserve-unknown-fields'), true, 'must be false if x-kubernetes-int-or-string is true');
  if (isIntOrString && isEmbedded) invalid(errors, child(path, 'x-kubernetes-embedded-resource'), true, 'must be false if x-kubernetes-int-or-string is true');
  validateJunctors(schema, { skipAnyOf: deepEqual(schema.anyOf, intOrString), skipFirstAllOf: deepEqual(schema.allOf?.[0]?.anyOf, intOrString) }, path, errors);
  const checksMetadata = level === 'root' || isEmbedded;
  const typePath = child(path, 'type');
  if (isEmbedded && type !== 'object') {
    if (type === '') required(errors, typePath, 'must be object if x-kubernetes-embedded-resource is true');
    else invalid(errors, typePath, type, 'must be object if x-kubernetes-embedded-resource is true');
  } else if (type === '' && !isIntOrString && !preserves) {
    required(errors, typePath, level === 'root' ? 'must not be empty at the root' : level === 'item' ? 'must not be empty for specified array items' : 'must not be empty for specified object fields');
  }
  if (isEmbedded && additionalProperties !== undefined) forbidden(errors, child(path, 'additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set');
  if (level === 'root' && type !== '' && type !== 'object') invalid(errors, typePath, type, 'must be object at the root');
  if (checksMetadata) {
    for (const name of ['kind', 'apiVersion']) {
      const declared = Object.hasOwn(properties, name) ? properties[name]! : undefined;
      if (declared !== undefined && declared.type !== 'string') invalid(errors, child(keyed(child(path, 'properties'), name), 'type'), declared.type ?? '', 'must be string');
    }
  }
  if (Object.hasOwn(properties, 'metadata')) validateMetadata(properties['metadata']!, checksMetadata, level, keyed(child(path, 'properties'), 'metadata'), errors);
  if (isEmbedded && !preserves && Object.keys(properties).length === 0) {
    required(errors, child(path, 'properties'), 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields');
  }
}

function validateMetadata(metadata: JSONSchemaProps, checksMetadata: boolean, level: Level, path: FieldPath, errors: FieldErrors): void {
  if (checksMetadata && metadata.type !== 'object') invalid(errors, child(path, 'type'), metadata.type ?? '', 'must be object');
  if (level !== 'root') return;
  const { type: _type, properties, default: _default, ...rest } = metadata;
  const names = Object.keys(properties ?? {});
  const isAllowed = names.every((name) => name === 'name' || name === 'generateName') && names.length <= 2;
  const others = Object.values(rest).filter((value) => value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0));
  if (!isAllowed || others.length > 0) forbidden(errors, path, 'must not specify anything other than name and generateName, but metadata is implicitly specified');
}

/** anyOf, allOf, oneOf, not and the pattern of a schema. */
function validateJunctors(schema: JSONSchemaProps, { skipAnyOf, skipFirstAllOf }: { skipAnyOf: boolean; skipFirstAllOf: boolean }, path: FieldPath, errors: FieldErrors): void {
  if (!skipAnyOf) schema.anyOf?.forEach((branch, index) => validateNested(branch, false, indexed(child(path, 'anyOf'), index), errors));
  schema.allOf?.forEach((branch, index) => validateNested(branch, skipFirstAllOf && index === 0, indexed(child(path, 'allOf'), index), errors));
  schema.oneOf?.forEach((branch, index) => validateNested(branch, false, indexed(child(path, 'oneOf'), index), errors));
  if (schema.not !== undefined) validateNested(schema.not, false, child(path, 'not'), errors);
  if (schema.pattern !== undefined && schema.pattern !== '') {
    const { problem } = compileRe2(schema.pattern);
    if (problem !== undefined) invalid(errors, child(path, 'pattern'), schema.pattern, `must be a valid regular expression, but isn't: ${problem}`);
  }
}

function validateNested(schema: JSONSchemaProps, skipAnyOf: boolean, path: FieldPath, errors: FieldErrors): void {
  validateJunctors(schema, { skipAnyOf, skipFirstAllOf: false }, path, errors);
  if (schema.items !== undefined && !Array.isArray(schema.items)) validateNested(schema.items, false, child(path, 'items'), errors);
  for (const name in schema.properties) validateNested(schema.properties[name]!, false, keyed(child(path, 'properties'), name), errors);
  if (schema.type) forbidden(errors, child(path, 'type'), 'must be empty to be structural');
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) forbidden(errors, child(path, 'additionalProperties'), 'must be undefined to be structural');
  if ((schema.default ?? null) !== null) forbidden(errors, child(path, 'default'), 'must be undefined to be structural');
  if (schema.title) forbidden(errors, child(path, 'title'), 'must be empty to be structural');
  if (schema.description) forbidden(errors, child(path, 'description'), 'must be empty to be structural');
  if (schema.nullable === true) forbidden(errors, child(path, 'nullable'), 'must be false to be structural');
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const) {
    if (schema[name] === true) forbidden(errors, child(path, name), 'must be false to be structural');
  }
  if ((schema['x-kubernetes-list-map-keys'] ?? []).length > 0) forbidden(errors, child(path, 'x-kubernetes-list-map-keys'), 'must be empty to be structural');
  for (const name of ['x-kubernetes-list-type', 'x-kubernetes-map-type'] as const) {
    if (schema[name] !== undefined) forbidden(errors, child(path, name), 'must be undefined to be structural');
  }
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) forbidden(errors, child(path, 'x-kubernetes-validations'), 'must be empty to be structural');
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, 'metadata')) forbidden(errors, keyed(child(path, 'properties'), 'metadata'), 'must not be specified in a nested context');
}

/** Where a value validation stands and where the structure it speaks of should stand. */
interface Counterpart { at: FieldPath; definedIn: FieldPath }

/** Every value validation must have a structural counterpart. */
function validateCompleteness(validation: JSONSchemaProps, structure: JSONSchemaProps, { at, definedIn }: Counterpart, errors: FieldErrors): void {
  const nested = (branch: JSONSchemaProps, branchPath: FieldPath): void => validateNestedCompleteness(branch, structure, { at, definedIn: branchPath }, errors);
  if (validation.not !== undefined) nested(validation.not, child(definedIn, 'not'));
  validation.allOf?.forEach((branch, index) => nested(branch, indexed(child(definedIn, 'allOf'), index)));
  validation.anyOf?.forEach((branch, index) => nested(branch, indexed(child(definedIn, 'anyOf'), index)));
  validation.oneOf?.forEach((branch, index) => nested(branch, indexed(child(definedIn, 'oneOf'), index)));
}

function validateNestedCompleteness(validation: JSONSchemaProps, structure: JSONSchemaProps | undefined, { at, definedIn }: Counterpart, errors: FieldErrors): void {
  if (structure === undefined) { required(errors, at, `because it is defined in ${pathText(definedIn)}`); return; }
  validateCompleteness(validation, structure, { at, definedIn }, errors);
  if (validation.items !== undefined && !Array.isArray(validation.items)) {
    const items = Array.isArray(structure.items) ? undefined : structure.items;
    validateNestedCompleteness(validation.items, items, { at: child(at, 'items'), definedIn: child(definedIn, 'items') }, errors);
  }
  for (const name in validation.properties) {
    const below = { at: keyed(child(at, 'properties'), name), definedIn: keyed(child(definedIn, 'properties'), name) };
    const property = structure.properties !== undefined && Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
    if (property === undefined) required(errors, below.at, `because it is defined in ${pathText(below.definedIn)}`);
    else validateNestedCompleteness(validation.properties[name]!, property, below, errors);
  }
}
