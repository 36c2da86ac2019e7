// Values against an OpenAPI v3 schema, with the errors the API server gives for custom resources.
// Source: kube-openapi/pkg/validation/validate, apiextensions-apiserver/pkg/apiserver/validation/{validation,ratcheting,formats}.go
import {
  invalid, notSupported, required, tooLong, tooMany, typeInvalid, type FieldErrors,
} from '../../api/fieldError.js';
import { child, indexed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { compileRe2, re2Matches } from '../../cel/regularExpression.js';
import { sortedKeys } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { isKnownFormat, matchesFormat } from './stringFormats.js';
import { correlatedItem, type Correlation } from './correlation.js';

/** One failed check before it becomes a field error. */
interface SchemaFailure {
  /** The message, by which repetitions are recognised. */
  message: string;
  push: (errors: FieldErrors, base: FieldPath | undefined) => void;
}

/** The failures of one value and how many checks it passed or at least met: the measure by which a branch of anyOf or oneOf is the best. */
interface SchemaResult { failures: SchemaFailure[]; matchCount: number }

const GO_CODE = 'body';

/**
 * Validates a value. Errors carry the path of the value below `base`; inside messages paths begin at the value.
 * With `old` (the value before an update) errors of unchanged parts are dropped.
 */
export function validateAgainstSchema(schema: JSONSchemaProps, value: JsonValue, base: FieldPath | undefined, errors: FieldErrors, old?: Correlation): void {
  const { failures } = validateNode(schema, value, undefined, old);
  for (const failure of failures) failure.push(errors, base);
}

const textOf = (path: FieldPath | undefined): string => (path === undefined ? '' : pathText(path));

/** The path of an error: the inner path appended to the base as one name. */
const joined = (base: FieldPath | undefined, inner: string): FieldPath | undefined => (inner === '' ? base : child(base, inner.replace(/^\./, '')));

function add(result: SchemaResult, message: string, push: SchemaFailure['push']): void {
  if (!result.failures.some((known) => known.message === message)) result.failures.push({ message, push });
}

function merge(result: SchemaResult, other: SchemaResult): void {
  for (const { message, push } of other.failures) add(result, message, push);
  result.matchCount += other.matchCount;
}

function plainFailure(result: SchemaResult, message: string): void {
  add(result, message, (errors, base) => invalid(errors, base, '', message));
}

function invalidFailure(result: SchemaResult, inner: string, value: unknown, message: string): void {
  add(result, message, (errors, base) => invalid(errors, joined(base, inner), value, message));
}

function typeFailure(result: SchemaResult, inner: string, expected: string, actual: string): void {
  const message = `${inner} in ${GO_CODE} must be of type ${expected}: ${JSON.stringify(actual)}`;
  add(result, message, (errors, base) => typeInvalid(errors, joined(base, inner), actual, message));
}

/** The types a schema allows, in the order messages name them. */
function typesOf(schema: JSONSchemaProps): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

/** The format that counts: unknown ones and those of another type are ignored. */
function formatOf(schema: JSONSchemaProps, types: readonly string[]): string {
  const { format } = schema;
  if (format === undefined || format === '') return '';
  const type = types.length === 1 ? types[0] : '';
  if (type === '' || type === 'string') return isKnownFormat(format) ? format : '';
  if (type === 'integer') return format === 'int32' || format === 'int64' ? format : '';
  return type === 'number' && (format === 'float' || format === 'double') ? format : '';
}

function jsonType(value: JsonValue): string {
  switch (typeof value) {
    case 'boolean': return 'boolean';
    case 'string': return 'string';
    case 'number': return Number.isInteger(value) ? 'integer' : 'number';
    default: return Array.isArray(value) ? 'array' : 'object';
  }
}

function validateNode(schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined, old: Correlation | undefined): SchemaResult {
  const result: SchemaResult = { failures: [], matchCount: 0 };
  const types = typesOf(schema);
  const format = formatOf(schema, types);
  if (value === null) {
    result.matchCount++;
    if (types.length > 0 && schema.nullable !== true) typeFailure(result, textOf(path), types.join(','), 'null');
    checkEnum(result, schema, value, path);
    return result;
  }
  if (types.length > 0 || format !== '') {
    checkType(result, types, format, value, path);
    result.matchCount++;
  }
  checkBranches(result, schema, value, path);
  result.matchCount += 2;
  if (typeof value === 'string') {
    checkString(result, schema, value, path);
    result.matchCount++;
    if (format !== '') {
      checkFormat(result, format, value, path);
      result.matchCount++;
    }
  } else if (typeof value === 'number') {
    checkNumber(result, schema, { value, path, typeName: types.length === 1 && (types[0] === 'integer' || types[0] === 'number') ? types[0] : '', format });
    result.matchCount += 2;
  } else if (Array.isArray(value)) {
    checkArray(result, schema, value, path, old);
    result.matchCount += 2;
  }
  checkEnum(result, schema, value, path);
  result.matchCount++;
  if (typeof value === 'object' && !Array.isArray(value)) {
    checkObject(result, schema, value, path, old);
    result.matchCount++;
  }
  result.matchCount++;
  if (old !== undefined && result.failures.length > 0 && deepEqual(value, old.value)) result.failures = [];
  return result;
}

function checkType(result: SchemaResult, types: readonly string[], format: string, value: JsonValue, path: FieldPath | undefined): void {
  const actual = jsonType(value);
  const isIntegerAsNumber = actual === 'integer' && types.includes('number');
  const fits = types.includes(actual) || isIntegerAsNumber;
  const isStringOrArray = actual === 'string' || actual === 'array';
  if (!isStringOrArray && format !== '' && !fits) {
    const goFormat = actual === 'integer' ? 'int64' : actual === 'number' ? 'float64' : '';
    if (goFormat !== format) { typeFailure(result, textOf(path), format, goFormat); return; }
  }
  const wantsNumber = types.includes('number') || types.includes('integer');
  if (!wantsNumber && format !== '' && isStringOrArray) { result.matchCount++; return; }
  if (!fits) typeFailure(result, textOf(path), types.join(','), actual);
  else result.matchCount++;
}

function checkEnum(result: SchemaResult, schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined): void {
  const allowed = schema.enum;
  if (allowed === undefined || allowed.length === 0 || allowed.some((candidate) => candidate !== null && deepEqual(candidate, value))) return;
  const inner = textOf(path);
  const shown = allowed.map((candidate) => (typeof candidate === 'string' ? candidate : JSON.stringify(candidate)));
  add(result, `${inner} in ${GO_CODE} should be one of [${shown.join(' ')}]`, (errors, base) => notSupported(errors, joined(base, inner), value, shown));
}

function checkString(result: SchemaResult, schema: JSONSchemaProps, value: string, path: FieldPath | undefined): void {
  const { maxLength, minLength, pattern } = schema;
  const length = maxLength === undefined && minLength === undefined ? 0 : codePointCount(value);
  if (maxLength !== undefined && length > maxLength) {
    const inner = textOf(path);
    add(result, `${inner} in ${GO_CODE} should be at most ${maxLength} chars long`, (errors, base) => tooLong(errors, joined(base, inner), maxLength));
    return;
  }
  if (minLength !== undefined && length < minLength) {
    const inner = textOf(path);
    invalidFailure(result, inner, value, `${inner} in ${GO_CODE} should be at least ${minLength} chars long`);
    return;
  }
  if (pattern === undefined || pattern === '') return;
  const compiled = compileRe2(pattern);
  if (compiled.pattern !== undefined && re2Matches(compiled.pattern, value)) return;
  const inner = textOf(path);
  const shown = compiled.pattern === undefined ? `${pattern}, but pattern is invalid: ${compiled.problem}` : pattern;
  invalidFailure(result, inner, value, `${inner} in ${GO_CODE} should match '${shown}'`);
}

function codePointCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) if ((text.charCodeAt(index) & 0xfc00) === 0xd800) count--;
  return count;
}

function checkFormat(result: SchemaResult, format: string, value: string, path: FieldPath | undefined): void {
  if (matchesFormat(format, value)) return;
  const inner = textOf(path);
  const message = `${inner} in ${GO_CODE} must be of type ${format}: ${JSON.stringify(value)}`;
  add(result, message, (errors, base) => typeInvalid(errors, joined(base, inner), value, message));
}

interface NumberCheck { value: number; path: FieldPath | undefined; typeName: string; format: string }

function checkNumber(result: SchemaResult, schema: JSONSchemaProps, check: NumberCheck): void {
  const { value, path } = check;
  rangeFailure(result, value, 'Checked', check);
  const inner = (): string => textOf(path);
  const { multipleOf, maximum, minimum } = schema;
  if (multipleOf !== undefined) {
    rangeFailure(result, multipleOf, 'MultipleOf', check);
    if (multipleOf <= 0) invalidFailure(result, inner(), multipleOf, `factor MultipleOf declared for ${inner()} must be positive: ${multipleOf}`);
    else if (!isWhole(multipleOf < 1 ? (1 / multipleOf) * value : value / multipleOf)) invalidFailure(result, inner(), value, `${inner()} in ${GO_CODE} should be a multiple of ${multipleOf}`);
  }
  // The merged order of the results: multipleOf, minimum, maximum.
  if (minimum !== undefined) {
    rangeFailure(result, minimum, 'Minimum boundary', check);
    const exclusive = schema.exclusiveMinimum === true;
    if (exclusive ? value <= minimum : value < minimum) invalidFailure(result, inner(), value, `${inner()} in ${GO_CODE} should be greater than ${exclusive ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined) {
    rangeFailure(result, maximum, 'Maximum boundary', check);
    const exclusive = schema.exclusiveMaximum === true;
    if (exclusive ? value >= maximum : value > maximum) invalidFailure(result, inner(), value, `${inner()} in ${GO_CODE} should be less than ${exclusive ? '' : 'or equal to '}${maximum}`);
  }
}

const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-9 * Math.max(1, Math.abs(value));

/** A number that is outside what the type and format can hold. Source: IsValueValidAgainstRange */
function rangeFailure(result: SchemaResult, value: number, what: string, { path, typeName, format }: NumberCheck): void {
  const isInside = typeName === 'integer'
    ? Number.isInteger(value) && (format === 'int32' ? value >= -(2 ** 31) && value < 2 ** 31 : value >= -(2 ** 63) && value < 2 ** 63)
    : format !== 'float' || Math.abs(value) <= 3.4028234663852886e38;
  if (!isInside) plainFailure(result, `${what} value must be of type ${typeName} ${format === '' ? '(default format)' : `with format ${format}`} in ${textOf(path)}`);
}

function checkArray(result: SchemaResult, schema: JSONSchemaProps, value: JsonValue[], path: FieldPath | undefined, old: Correlation | undefined): void {
  const items = schema.items;
  if (items !== undefined && !Array.isArray(items)) {
    for (let index = 0; index < value.length; index++) {
      merge(result, validateNode(items, value[index]!, indexed(path, index), old === undefined ? undefined : correlatedItem(schema, value[index]!, old)));
    }
  }
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && value.length < minItems) {
    const inner = textOf(path);
    invalidFailure(result, inner, value.length, `${inner} in ${GO_CODE} should have at least ${minItems} items`);
  }
  if (maxItems !== undefined && value.length > maxItems) {
    const inner = textOf(path);
    add(result, `${inner} in ${GO_CODE} should have at most ${maxItems} items`, (errors, base) => tooMany(errors, joined(base, inner), value.length, maxItems));
  }
  if (schema.uniqueItems === true && value.some((item, index) => value.findIndex((other) => deepEqual(other, item)) !== index)) {
    const inner = textOf(path);
    invalidFailure(result, inner, '', `${inner} in ${GO_CODE} shouldn't contain duplicates`);
  }
}

const sortedNames = new WeakMap<object, readonly string[]>();

/** The properties in a fixed order; the server's own order changes from request to request. */
function propertyNames(properties: { readonly [name: string]: JSONSchemaProps }): readonly string[] {
  let names = sortedNames.get(properties);
  if (names === undefined) sortedNames.set(properties, (names = sortedKeys(properties)));
  return names;
}

const MAP_SLOTS = 8;

/**
 * The server visits a small map from a random slot on, round to where it began. The likeliest order therefore begins
 * behind the longest run of slots without a failure.
 */
function inLikeliestOrder<T extends { slot: number }>(failed: readonly T[]): readonly T[] {
  if (failed.length < 2 || failed[failed.length - 1]!.slot >= MAP_SLOTS) return failed;
  let first = 0;
  let longest = -1;
  failed.forEach(({ slot }, index) => {
    const gap = index === 0 ? slot + MAP_SLOTS - failed[failed.length - 1]!.slot : slot - failed[index - 1]!.slot;
    if (gap > longest) [longest, first] = [gap, index];
  });
  return [...failed.slice(first), ...failed.slice(0, first)];
}

function checkObject(result: SchemaResult, schema: JSONSchemaProps, value: { [key: string]: JsonValue }, path: FieldPath | undefined, old: Correlation | undefined): void {
  const { minProperties, maxProperties, properties, additionalProperties } = schema;
  if (minProperties !== undefined || maxProperties !== undefined) {
    const count = Object.keys(value).length;
    const inner = textOf(path);
    if (minProperties !== undefined && count < minProperties) invalidFailure(result, inner, count, `${inner} in ${GO_CODE} should have at least ${minProperties} properties`);
    if (maxProperties !== undefined && count > maxProperties) {
      add(result, `${inner} in ${GO_CODE} should have at most ${maxProperties} properties`, (errors, base) => tooMany(errors, joined(base, inner), count, maxProperties));
    }
  }
  const oldOf = (name: string): Correlation | undefined => {
    if (old === undefined || old.value === null || typeof old.value !== 'object' || Array.isArray(old.value) || !Object.hasOwn(old.value, name)) return undefined;
    return { value: old.value[name]! };
  };
  if (additionalProperties === false) {
    for (const name of sortedKeys(value)) {
      if (properties !== undefined && Object.hasOwn(properties, name)) continue;
      const inner = textOf(path);
      invalidFailure(result, inner, name, `${inner}.${name} in ${GO_CODE} is a forbidden property`);
    }
  } else if (typeof additionalProperties === 'object') {
    for (const name of sortedKeys(value)) {
      if (properties === undefined || !Object.hasOwn(properties, name)) merge(result, validateNode(additionalProperties, value[name]!, child(path, name), oldOf(name)));
    }
  }
  if (properties !== undefined) {
    const failed: { slot: number; outcome: SchemaResult }[] = [];
    propertyNames(properties).forEach((name, slot) => {
      if (!Object.hasOwn(value, name)) return;
      const outcome = validateNode(properties[name]!, value[name]!, child(path, name), oldOf(name));
      if (outcome.failures.length > 0) failed.push({ slot, outcome });
      else result.matchCount += outcome.matchCount;
    });
    for (const { outcome } of inLikeliestOrder(failed)) merge(result, outcome);
  }
  for (const name of schema.required ?? []) {
    if (Object.hasOwn(value, name)) continue;
    const inner = `${textOf(path)}.${name}`;
    add(result, `${inner} in ${GO_CODE} is required`, (errors, base) => required(errors, joined(base, inner)));
  }
}

function checkBranches(result: SchemaResult, schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined): void {
  const shown = (): string => JSON.stringify(textOf(path));
  if (schema.anyOf !== undefined && schema.anyOf.length > 0) {
    let best: SchemaResult | undefined;
    let succeeded: SchemaResult | undefined;
    for (const branch of schema.anyOf) {
      const outcome = validateNode(branch, value, path, undefined);
      if (outcome.failures.length === 0) { succeeded = outcome; break; }
      if (best === undefined || outcome.matchCount > best.matchCount) best = outcome;
    }
    if (succeeded === undefined) plainFailure(result, `${shown()} must validate at least one schema (anyOf)`);
    const chosen = succeeded ?? best;
    if (chosen !== undefined) merge(result, chosen);
  }
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    let best: SchemaResult | undefined;
    let first: SchemaResult | undefined;
    let valid = 0;
    for (const branch of schema.oneOf) {
      const outcome = validateNode(branch, value, path, undefined);
      if (outcome.failures.length === 0) { valid++; best = undefined; first ??= outcome; continue; }
      if (valid === 0 && (best === undefined || outcome.matchCount > best.matchCount)) best = outcome;
    }
    if (valid !== 1) {
      plainFailure(result, `${shown()} must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`);
      if (best !== undefined) merge(result, best);
    } else if (first !== undefined) merge(result, first);
  }
  if (schema.allOf !== undefined && schema.allOf.length > 0) {
    let valid = 0;
    for (const branch of schema.allOf) {
      const outcome = validateNode(branch, value, path, undefined);
      if (outcome.failures.length === 0) valid++;
      merge(result, outcome);
    }
    if (valid !== schema.allOf.length) plainFailure(result, `${shown()} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (schema.not !== undefined && validateNode(schema.not, value, path, undefined).failures.length === 0) plainFailure(result, `${shown()} must not validate the schema (not)`);
}
