// What a version of a custom resource holds: its schema, subresources, printed columns and selectable fields.
// Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go (ValidateCustomResourceDefinitionOpenAPISchema, ValidateCustomResourceDefinitionSubresources, ValidateCustomResourceColumnDefinition, ValidateCustomResourceSelectableFields)
import { asJson, duplicate, forbidden, invalid, required, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { CustomResourceColumnDefinition, CustomResourceSubresources, JSONSchemaProps, SelectableField } from '../../api/types.js';
import { validateDefaults } from './defaultRules.js';
import { validateOpenApiSchema } from './openApiRules.js';
import { readFieldPath } from './schemaPath.js';
import { conversionProblem, validateStructural } from './structuralRules.js';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_SELECTABLE_FIELDS = 8;
const ROOT_FIELDS = ['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum', 'MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'];

/** The schema of a version, or of the spec when all versions have the same. */
export function validateSchema(schema: JSONSchemaProps | undefined, { hasStatus, isUnchanged }: { hasStatus: boolean; isUnchanged: boolean }, path: FieldPath, errors: FieldErrors): void {
  if (schema === undefined) return;
  const at = child(path, 'openAPIV3Schema');
  const before = errors.length;
  if (hasStatus) {
    // The check walks the fields in the order of the struct; the first field that is out of place ends it.
    const misplaced = firstMisplacedRootField(schema);
    if (misplaced === 'Type') invalid(errors, child(at, 'type'), schema.type ?? '', 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled');
    else if (misplaced !== undefined) invalid(errors, at, asJson(schema), `only [${ROOT_FIELDS.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`);
  }
  if (schema.nullable === true) forbidden(errors, child(at, 'nullable'), 'nullable cannot be true at the root');
  let isStructural = false;
  const conversion = conversionProblem(schema);
  if (conversion === undefined) {
    const structural: FieldErrors = [];
    validateStructural(schema, at, structural);
    if (structural.length === 0) validateDefaults(schema, at, structural);
    errors.push(...structural);
    isStructural = structural.length === 0;
  }
  validateOpenApiSchema(schema, at, errors, { isStructural, isUnchanged });
  if (errors.length === before && conversion !== undefined) invalid(errors, at, '', conversion);
}

/** In the order of the struct, the fields that may not stand at the root when status is a subresource. */
function firstMisplacedRootField(schema: JSONSchemaProps): string | undefined {
  const fields: readonly (readonly [string, unknown])[] = [
    ['ID', schema.id], ['Schema', schema.$schema], ['Ref', schema.$ref], ['Nullable', schema.nullable], ['Type', schema.type === 'object' ? undefined : schema.type],
    ['Default', schema.default], ['Enum', schema.enum], ['MaxProperties', schema.maxProperties], ['MinProperties', schema.minProperties],
    ['AllOf', schema.allOf], ['OneOf', schema.oneOf], ['AnyOf', schema.anyOf], ['Not', schema.not], ['AdditionalProperties', schema.additionalProperties],
    ['PatternProperties', schema.patternProperties], ['Dependencies', schema.dependencies], ['AdditionalItems', schema.additionalItems], ['Definitions', schema.definitions],
    ['XEmbeddedResource', schema['x-kubernetes-embedded-resource']], ['XIntOrString', schema['x-kubernetes-int-or-string']],
    ['XListMapKeys', schema['x-kubernetes-list-map-keys']], ['XListType', schema['x-kubernetes-list-type']], ['XMapType', schema['x-kubernetes-map-type']],
  ];
  return fields.find(([, value]) => value !== undefined && value !== null && value !== false && value !== '')?.[0];
}

/** Where the scale subresource finds its numbers. */
export function validateSubresources(subresources: CustomResourceSubresources | undefined, path: FieldPath, errors: FieldErrors): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  const scalePath = child(path, 'scale');
  for (const [name, prefix] of [['specReplicasPath', '.spec'], ['statusReplicasPath', '.status']] as const) {
    const value = scale[name] ?? '';
    const at = child(scalePath, name);
    if (value === '') required(errors, at);
    else if (!value.startsWith('.')) invalid(errors, at, value, 'must be a simple json path starting with .');
    else if (!value.startsWith(`${prefix}.`)) invalid(errors, at, value, `should be a json path under ${prefix}`);
  }
  const selector = scale.labelSelectorPath ?? '';
  if (selector === '') return;
  const at = child(scalePath, 'labelSelectorPath');
  if (!selector.startsWith('.')) invalid(errors, at, selector, 'must be a simple json path starting with .');
  else if (!selector.startsWith('.spec.') && !selector.startsWith('.status.')) invalid(errors, at, asJson(selector), 'should be a json path under either .spec or .status');
}

/** A column that kubectl prints. */
export function validateColumn(column: CustomResourceColumnDefinition, path: FieldPath, errors: FieldErrors): void {
  if (!column.name) required(errors, child(path, 'name'));
  const oneOfTypes = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!column.type) required(errors, child(path, 'type'), oneOfTypes);
  else if (!COLUMN_TYPES.includes(column.type)) invalid(errors, child(path, 'type'), column.type, oneOfTypes);
  if (column.format && !COLUMN_FORMATS.includes(column.format)) invalid(errors, child(path, 'format'), column.format, `must be one of ${COLUMN_FORMATS.join(',')}`);
  if (!column.jsonPath) required(errors, child(path, 'JSONPath'));
  else if (!column.jsonPath.startsWith('.')) invalid(errors, child(path, 'JSONPath'), column.jsonPath, 'must be a simple json path starting with .');
}

/** Fields that lists can be filtered by: of a version, or of the spec when all versions have the same. */
export function validateSelectable(fields: readonly SelectableField[] | undefined, schema: JSONSchemaProps | undefined, place: { at: FieldPath; isVersion: boolean }, errors: FieldErrors): void {
  if (fields === undefined || fields.length === 0) return;
  const path = child(place.at, 'selectableFields');
  if (schema === undefined) {
    // The words for versions say the contrary of what is meant.
    invalid(errors, path, '', place.isVersion ? 'may only be set when `version.schema.openAPIV3Schema` is not included' : 'may only be set when validations.schema is included');
    return;
  }
  const problem = conversionProblem(schema);
  if (problem !== undefined) invalid(errors, child(child(place.at, 'schema'), 'openAPIV3Schema'), '', problem);
  const seen = new Set<string>();
  fields.forEach((field, index) => {
    const at = child(indexed(path, index), 'jsonPath');
    if (!field.jsonPath) { required(errors, at); return; }
    const found = readFieldPath(field.jsonPath, schema, false);
    if (found.problem !== undefined) { invalid(errors, at, field.jsonPath, `is an invalid path: ${found.problem}`); return; }
    if (found.root === 'metadata') invalid(errors, at, field.jsonPath, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) {
      invalid(errors, at, field.jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.');
    }
    if (seen.has(found.path)) duplicate(errors, at, field.jsonPath);
    seen.add(found.path);
  });
  if (seen.size > MAX_SELECTABLE_FIELDS) tooMany(errors, path, seen.size, MAX_SELECTABLE_FIELDS);
}
