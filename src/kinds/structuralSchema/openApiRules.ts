// What the schema of a CustomResourceDefinition may say beyond being structural: Kubernetes' extensions and the rules in CEL.
// Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go (ValidateCustomResourceDefinitionOpenAPISchema)
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, ValidationRule } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { goJson } from '../../util/goText.js';
import { compileRules } from './celRules.js';
import { createCostBudget, type CostBudget } from './ruleCosts.js';
import { readFieldPath } from './schemaPath.js';
import { schemaSizes } from './schemaSizes.js';

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);
const reasons: readonly string[] = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What the walk carries down. */
interface Context {
  readonly isRoot: boolean;
  /** Why defaults are forbidden here; undefined where they are allowed. */
  readonly noDefaults: string | undefined;
  readonly isInsideMeta: boolean;
  /** The first ancestor whose parts can't be matched with those of the old object. */
  readonly uncorrelatable: FieldPath | undefined;
  /** Whether rules are compiled here. */
  readonly compilesRules: boolean;
  /** How often values of this schema can stand in one object; undefined when nothing bounds it. */
  readonly cardinality: number | undefined;
}

/** What is known of the schema as a whole. */
export interface OpenApiOptions {
  /** Rules are compiled only then. */
  readonly isStructural: boolean;
  /** True when an update leaves the schema as it is: rules that cost too much may stay. */
  readonly isUnchanged: boolean;
}

/** Checks the schema. Errors of rules come after all others, that of their cost together comes last. */
export function validateOpenApiSchema(schema: JSONSchemaProps, path: FieldPath, errors: FieldErrors, options: OpenApiOptions): void {
  const celErrors: FieldErrors = [];
  const budget = createCostBudget(options.isUnchanged);
  const context: Context = { isRoot: true, noDefaults: undefined, isInsideMeta: false, uncorrelatable: undefined, compilesRules: options.isStructural, cardinality: 1 };
  walk(schema, path, context, { errors, celErrors, budget });
  errors.push(...celErrors);
  budget.checkTotal(path, errors);
}

interface Sink { errors: FieldErrors; celErrors: FieldErrors; budget: CostBudget }

/** How many values one value of the schema can hold at most. */
function cardinalityBelow({ type, additionalProperties, maxProperties, maxItems }: JSONSchemaProps, cardinality: number | undefined): number | undefined {
  const count = type === 'array' ? maxItems : type === 'object' && additionalProperties !== undefined ? maxProperties : 1;
  return cardinality === undefined || count === undefined ? undefined : cardinality * Math.max(count, 0);
}

function walk(schema: JSONSchemaProps, path: FieldPath, context: Context, sink: Sink): void {
  const { errors } = sink;
  const before = errors.length;
  const { isRoot } = context;
  const cardinality = cardinalityBelow(schema, context.cardinality);
  checkForbidden(schema, path, context, errors);
  if (schema.uniqueItems === true) forbidden(errors, child(path, 'uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  const below = (part: JSONSchemaProps, at: FieldPath, changes: Partial<Context>): void => walk(part, at, { ...context, isRoot: false, cardinality, ...changes }, sink);
  const { additionalProperties, properties, items } = schema;
  if (additionalProperties !== undefined) {
    if (Object.keys(properties ?? {}).length > 0 && additionalProperties !== true) {
      forbidden(errors, child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive');
    }
    if (typeof additionalProperties === 'object') {
      below(additionalProperties, child(path, 'additionalProperties'), {
        ...(context.isInsideMeta ? { noDefaults: 'inside additionalProperties applying to object metadata' } : {}),
      });
    }
  }
  for (const name of sortedKeys(properties)) {
    const isCorrelatable = schema['x-kubernetes-map-type'] === undefined || schema['x-kubernetes-map-type'] === 'granular' || schema['x-kubernetes-map-type'] === 'atomic';
    const entersMeta = (isRoot || schema['x-kubernetes-embedded-resource'] === true) && metaFields.has(name);
    below(properties![name]!, keyed(child(path, 'properties'), name), {
      ...(isCorrelatable ? {} : { uncorrelatable: context.uncorrelatable ?? path }),
      ...(entersMeta ? { isInsideMeta: true } : {}),
      ...(entersMeta && isRoot ? { noDefaults: `in top-level ${name}` } : {}),
    });
  }
  const withoutRules: Partial<Context> = { compilesRules: false };
  if (schema.not !== undefined) below(schema.not, child(path, 'not'), withoutRules);
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) schema[junctor]?.forEach((branch, index) => below(branch, indexed(child(path, junctor), index), withoutRules));
  for (const name of sortedKeys(schema.definitions)) below(schema.definitions![name]!, keyed(child(path, 'definitions'), name), withoutRules);
  if (items !== undefined) {
    const changes: Partial<Context> = schema['x-kubernetes-list-type'] === 'map' ? {} : { uncorrelatable: context.uncorrelatable ?? path };
    if (Array.isArray(items)) items.forEach((item, index) => below(item, indexed(child(path, 'items'), index), { ...changes, compilesRules: false }));
    else below(items, child(path, 'items'), changes);
  }
  checkExtensions(schema, path, errors);
  checkRules(schema, path, errors);
  if (errors.length === before && context.compilesRules && (schema['x-kubernetes-validations'] ?? []).length > 0) {
    checkCompiledRules(schema, path, context, sink);
  }
}

function checkForbidden(schema: JSONSchemaProps, path: FieldPath, context: Context, errors: FieldErrors): void {
  if (schema.type && !types.includes(schema.type)) notSupported(errors, child(path, 'type'), schema.type, types);
  if ((schema.default ?? null) !== null && context.noDefaults !== undefined) forbidden(errors, child(path, 'default'), `must not be set ${context.noDefaults}`);
  if (schema.id) forbidden(errors, child(path, 'id'), 'id is not supported');
  if (schema.additionalItems !== undefined) forbidden(errors, child(path, 'additionalItems'), 'additionalItems is not supported');
  if (Object.keys(schema.patternProperties ?? {}).length > 0) forbidden(errors, child(path, 'patternProperties'), 'patternProperties is not supported');
  if (Object.keys(schema.definitions ?? {}).length > 0) forbidden(errors, child(path, 'definitions'), 'definitions is not supported');
  if (schema.dependencies !== undefined) forbidden(errors, child(path, 'dependencies'), 'dependencies is not supported');
  if (schema.$ref !== undefined) forbidden(errors, child(path, '$ref'), '$ref is not supported');
  if (schema.type === 'null') forbidden(errors, child(path, 'type'), 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(schema.items) && schema.items.length > 0) forbidden(errors, child(path, 'items'), 'items must be a schema object and not an array');
  if (context.isInsideMeta && schema['x-kubernetes-embedded-resource'] === true) forbidden(errors, child(path, 'x-kubernetes-embedded-resource'), 'must not be used inside of resource meta');
}

function checkExtensions(schema: JSONSchemaProps, path: FieldPath, errors: FieldErrors): void {
  const { type = '' } = schema;
  const listType = schema['x-kubernetes-list-type'];
  const mapType = schema['x-kubernetes-map-type'];
  const mapKeys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) invalid(errors, child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined');
  if (mapType !== undefined && type !== 'object') mustBeType(errors, path, type, 'must be object if x-kubernetes-map-type is specified');
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') notSupported(errors, child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular']);
  if (listType !== undefined && type !== 'array') mustBeType(errors, path, type, 'must be array if x-kubernetes-list-type is specified');
  else if (listType === 'set' && items !== undefined) {
    const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    const itemListType = items['x-kubernetes-list-type'];
    if (items.type === 'array' && itemListType !== undefined && itemListType !== 'atomic') invalid(errors, child(child(path, 'items'), 'x-kubernetes-list-type'), asJson(itemListType), detail);
    if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') invalid(errors, child(child(path, 'items'), 'x-kubernetes-map-type'), asJson(itemListType ?? null), detail);
  }
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) notSupported(errors, child(path, 'x-kubernetes-list-type'), listType, ['atomic', 'set', 'map']);
  if (mapKeys.length > 0) {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    if (listType === undefined) required(errors, child(path, 'x-kubernetes-list-type'), detail);
    else if (listType !== 'map') invalid(errors, child(path, 'x-kubernetes-list-type'), listType, detail);
  }
  if (listType === 'map') checkMapList(schema, path, items, errors);
  if ((listType === 'set' || listType === 'map') && items !== undefined) {
    if (items.nullable === true) forbidden(errors, child(child(path, 'items'), 'nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`);
    if (listType === 'map') {
      for (const name of mapKeys) {
        const property = items.properties?.[name];
        if (property === undefined) continue;
        const at = keyed(child(child(path, 'items'), 'properties'), name);
        if (items.required?.includes(name) !== true && (property.default ?? null) === null) required(errors, child(at, 'default'), 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property');
        if (property.nullable === true) forbidden(errors, child(at, 'nullable'), 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable');
      }
    }
  }
}

function mustBeType(errors: FieldErrors, path: FieldPath, type: string, detail: string): void {
  if (type === '') required(errors, child(path, 'type'), detail);
  else invalid(errors, child(path, 'type'), type, detail);
}

function checkMapList(schema: JSONSchemaProps, path: FieldPath, items: JSONSchemaProps | undefined, errors: FieldErrors): void {
  const mapKeys = schema['x-kubernetes-list-map-keys'] ?? [];
  const itemsPath = child(path, 'items');
  if (mapKeys.length === 0) required(errors, child(path, 'x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map');
  if (schema.items === undefined) required(errors, itemsPath, 'must have a schema if x-kubernetes-list-type is map');
  if (Array.isArray(schema.items)) invalid(errors, itemsPath, asJson(schema.items), 'must only have a single schema if x-kubernetes-list-type is map');
  if (items === undefined) return;
  if (items.type !== 'object') { invalid(errors, child(itemsPath, 'type'), items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"); return; }
  const seen = new Set<string>();
  for (const name of mapKeys) {
    const property = items.properties?.[name];
    const keysPath = child(path, 'x-kubernetes-list-map-keys');
    if (property === undefined) invalid(errors, keysPath, mapKeys, 'entries must all be names of item properties');
    else if (property.type === 'array' || property.type === 'object') {
      invalid(errors, child(keyed(child(itemsPath, 'properties'), name), 'type'), items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
    }
    if (seen.has(name)) invalid(errors, keysPath, mapKeys, 'must not contain duplicate entries');
    seen.add(name);
  }
}

const hasNewlines = (text: string): boolean => /[\n\r]/.test(text);

/** What can be said about rules without compiling them. */
function checkRules(schema: JSONSchemaProps, path: FieldPath, errors: FieldErrors): void {
  schema['x-kubernetes-validations']?.forEach((rule, index) => {
    const at = indexed(child(path, 'x-kubernetes-validations'), index);
    const expression = (rule.rule ?? '').trim();
    const message = rule.message ?? '';
    if (expression === '') required(errors, child(at, 'rule'), 'rule is not specified');
    else if (message !== '' && message.trim() === '') invalid(errors, child(at, 'message'), message, 'must be non-empty if specified');
    else if (hasNewlines(message.trim())) invalid(errors, child(at, 'message'), message, 'must not contain line breaks');
    else if (hasNewlines(expression) && message.trim() === '') required(errors, child(at, 'message'), 'message must be specified if rule contains line breaks');
    if (rule.messageExpression && rule.messageExpression.trim() === '') required(errors, child(at, 'messageExpression'), 'messageExpression must be non-empty if specified');
    if (rule.reason !== undefined && !reasons.includes(rule.reason)) notSupported(errors, child(at, 'reason'), asJson(rule.reason), reasons);
    const fieldPath = rule.fieldPath ?? '';
    if (fieldPath === '') return;
    if (fieldPath.trim() === '') invalid(errors, child(at, 'fieldPath'), fieldPath, 'must be non-empty if specified');
    if (hasNewlines(fieldPath)) invalid(errors, child(at, 'fieldPath'), fieldPath, 'must not contain line breaks');
    if (readFieldPath(fieldPath, schema, true).problem !== undefined) invalid(errors, child(at, 'fieldPath'), fieldPath, 'must be a valid path');
  });
}

/** A rule as the internal struct prints it. */
const printedRule = (rule: ValidationRule): { json: string } => ({
  json: goJson({
    Rule: rule.rule ?? '', Message: rule.message ?? '', MessageExpression: rule.messageExpression ?? '', Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '', OptionalOldSelf: rule.optionalOldSelf ?? null,
  }, false).replaceAll(/:undefined/g, ':null'),
});

function checkCompiledRules(schema: JSONSchemaProps, path: FieldPath, context: Context, { celErrors: errors, budget }: Sink): void {
  const isResourceRoot = context.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const compiled = compileRules(schema, isResourceRoot);
  if (compiled === undefined) {
    errors.push({ reason: 'InternalError', field: pathText(child(path, 'x-kubernetes-validations')), body: 'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations' });
    return;
  }
  const sizes = schemaSizes(schema, isResourceRoot);
  compiled.rules.forEach((rule, index) => {
    const at = indexed(child(path, 'x-kubernetes-validations'), index);
    if (sizes !== undefined && rule.program !== undefined) budget.chargeRule(rule.program, sizes, context.cardinality, child(at, 'rule'), errors);
    if (rule.problem !== undefined) invalid(errors, child(at, 'rule'), printedRule(rule.rule), rule.problem);
    if (rule.messageProblem !== undefined) invalid(errors, child(at, 'messageExpression'), printedRule(rule.rule), rule.messageProblem);
    else if (sizes !== undefined && rule.messageProgram !== undefined) budget.chargeMessage(rule.messageProgram, sizes, child(at, 'messageExpression'), errors);
    if (rule.usesOldSelf) {
      if (context.uncorrelatable !== undefined) invalid(errors, child(at, 'rule'), rule.rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${pathText(context.uncorrelatable)}`);
    } else if (rule.rule.optionalOldSelf !== undefined) invalid(errors, child(at, 'optionalOldSelf'), rule.rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  });
}
