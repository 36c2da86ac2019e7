// The x-kubernetes-validations of a schema: compiled once per schema, evaluated on every value they stand over.
// Source: apiextensions-apiserver/pkg/apiserver/schema/cel/{compilation,validation}.go
import { duplicate, fieldErrorText, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, JsonValue, ValidationRule } from '../../api/types.js';
import { celEnvironment, compileCel, type CelEnvironment, type CelProgram } from '../../cel/compileCel.js';
import { visitExpression } from '../../cel/literalChecks.js';
import { optionalType, typeToString } from '../../cel/celType.js';
import { fromJsonWithSchema, noneOptional, someOptional, type CelValue } from '../../cel/celValue.js';
import { schemaToCelType, withTypeAndObjectMeta } from '../../cel/schemaTypes.js';
import { deepEqual } from '../../util/objects.js';
import { correlatedField, correlatedItem, type Correlation } from './correlation.js';
import { readFieldPath } from './schemaPath.js';

/** One rule of a schema after compilation. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program?: CelProgram;
  /** What the CustomResourceDefinition is refused with. */
  readonly problem?: string;
  readonly messageProgram?: CelProgram;
  readonly messageProblem?: string;
  readonly usesOldSelf: boolean;
  /** The printed fieldPath below the value. */
  readonly fieldPath: string;
}

interface CompiledRules { readonly rules: readonly CompiledRule[]; readonly selfSchema: JSONSchemaProps }

const compiledRules = new WeakMap<JSONSchemaProps, CompiledRules>();
const rulesBelow = new WeakMap<JSONSchemaProps, boolean>();

/** The compiled rules that stand at this schema; undefined when expressions can't see its values. */
export function compileRules(schema: JSONSchemaProps, isResourceRoot: boolean): CompiledRules | undefined {
  const known = compiledRules.get(schema);
  if (known !== undefined) return known;
  const declared = schemaToCelType(schema, isResourceRoot, 'selfType');
  if (declared === undefined) return undefined;
  const plain = celEnvironment({ self: declared, oldSelf: declared });
  const withOptional = celEnvironment({ self: declared, oldSelf: optionalType(declared) });
  const rules = (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, rule.optionalOldSelf === true ? withOptional : plain, schema));
  const compiled: CompiledRules = { rules, selfSchema: isResourceRoot ? withTypeAndObjectMeta(schema) : schema };
  compiledRules.set(schema, compiled);
  return compiled;
}

function compileRule(rule: ValidationRule, environment: CelEnvironment, schema: JSONSchemaProps): CompiledRule {
  const fieldPath = rule.fieldPath ? (readFieldPath(rule.fieldPath, schema, true).path ?? '') : '';
  const base = { rule, usesOldSelf: false, fieldPath };
  if ((rule.rule ?? '').trim() === '') return base;
  const { program, error } = compileCel(rule.rule, environment);
  if (program === undefined) return { ...base, problem: `compilation failed: ${error}` };
  if (typeToString(program.type) !== 'bool') return { ...base, problem: 'cel expression must evaluate to a bool' };
  let usesOldSelf = false;
  visitExpression(program.expression, (node) => { if (node.kind === 'ident' && node.name === 'oldSelf') usesOldSelf = true; });
  if (!rule.messageExpression) return { ...base, program, usesOldSelf };
  const message = compileCel(rule.messageExpression, environment);
  if (message.program === undefined) return { ...base, program, usesOldSelf, messageProblem: `messageExpression compilation failed: ${message.error}` };
  if (typeToString(message.program.type) !== 'string') return { ...base, program, usesOldSelf, messageProblem: 'messageExpression must evaluate to a string' };
  return { ...base, program, usesOldSelf, messageProgram: message.program };
}

/** True when the schema or one below it has rules. */
export function hasRules(schema: JSONSchemaProps): boolean {
  const known = rulesBelow.get(schema);
  if (known !== undefined) return known;
  const found = (schema['x-kubernetes-validations'] ?? []).length > 0
    || (schema.items !== undefined && !Array.isArray(schema.items) && hasRules(schema.items))
    || (typeof schema.additionalProperties === 'object' && hasRules(schema.additionalProperties))
    || Object.values(schema.properties ?? {}).some(hasRules);
  rulesBelow.set(schema, found);
  return found;
}

/** Where the outcome of rules goes. `warn` gets what an update would be refused for if the value were new. */
export interface RuleOutcome { readonly errors: FieldErrors; readonly warn: (text: string) => void }

/** Evaluates every rule over the value. `old` is what the value continues; `isUnchanged` that it stands inside something an update left alone. */
export function validateRules(schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined, outcome: RuleOutcome, place: { isResourceRoot: boolean; old: Correlation | undefined; isUnchanged?: boolean }): void {
  if (value === null || !hasRules(schema)) return;
  const { old } = place;
  const isUnchanged = place.isUnchanged === true || (old !== undefined && deepEqual(value, old.value));
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) evaluateRules(schema, value, path, outcome, { ...place, isUnchanged });
  const below = (belowSchema: JSONSchemaProps, belowValue: JsonValue, belowPath: FieldPath, belowOld: Correlation | undefined): void =>
    validateRules(belowSchema, belowValue, belowPath, outcome, { isResourceRoot: belowSchema['x-kubernetes-embedded-resource'] === true, old: belowOld, isUnchanged });
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined || Array.isArray(items)) return;
    value.forEach((item, index) => below(items, item, indexed(path, index), old === undefined ? undefined : correlatedItem(schema, item, old)));
    return;
  }
  if (typeof value !== 'object') return;
  for (const name of Object.keys(value).sort()) {
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const oldField = old === undefined ? undefined : correlatedField(name, old);
    if (property !== undefined) below(property, value[name]!, child(path, name), oldField);
    else if (typeof schema.additionalProperties === 'object') below(schema.additionalProperties, value[name]!, keyed(path, name), oldField);
  }
}

function evaluateRules(schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined, { errors, warn }: RuleOutcome, place: { isResourceRoot: boolean; old: Correlation | undefined; isUnchanged: boolean }): void {
  const compiled = compileRules(schema, place.isResourceRoot);
  const type = schema.type ?? '';
  if (compiled === undefined) {
    invalid(errors, path, type, 'rule compiler initialization error: failed to convert to declType for CEL validation rules');
    return;
  }
  const self = fromJsonWithSchema(value, compiled.selfSchema);
  const oldValue = place.old === undefined || place.old.value === null ? undefined : fromJsonWithSchema(place.old.value, compiled.selfSchema);
  for (const { rule, program, problem, usesOldSelf, messageProgram, fieldPath } of compiled.rules) {
    if (problem !== undefined) { invalid(errors, path, type, `rule compile error: ${problem}`); continue; }
    if (program === undefined) continue;
    if (usesOldSelf && oldValue === undefined && rule.optionalOldSelf !== true) continue;
    const oldSelf = rule.optionalOldSelf === true ? (oldValue === undefined ? noneOptional : someOptional(oldValue)) : (oldValue ?? null);
    const bindings: Record<string, CelValue> = { self, oldSelf };
    const { value: result, error } = program.evaluate(bindings);
    if (error !== undefined) {
      const shown = (rule.message ?? '') === '' ? rule.rule.trim() : rule.message!.trim();
      if (error.message.startsWith('no such overload')) {
        invalid(errors, path, type, `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`);
      } else if (error.message.startsWith('operation cancelled: actual cost limit exceeded')) {
        invalid(errors, path, type, `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`);
        return;
      } else invalid(errors, path, type, `${error.message} evaluating rule: ${shown}`);
      continue;
    }
    if (result === true) continue;
    const found: FieldErrors = [];
    const at = fieldPath === '' ? path : child(path, fieldPath);
    const detail = evaluatedMessage(messageProgram, bindings) ?? ((rule.message ?? '') === '' ? `failed rule: ${rule.rule.trim()}` : rule.message!.trim());
    const isContainer = type === 'object' || type === 'array';
    switch (rule.reason) {
      case 'FieldValueForbidden': forbidden(found, at, detail); break;
      case 'FieldValueRequired': required(found, at, detail); break;
      case 'FieldValueDuplicate':
        if (isContainer) found.push({ reason: 'FieldValueDuplicate', field: pathText(at), body: 'Duplicate value' });
        else duplicate(found, at, value);
        break;
      default:
        if (isContainer) found.push({ reason: 'FieldValueInvalid', field: pathText(at), body: `Invalid value: ${detail}` });
        else invalid(found, at, value, detail);
    }
    if (!usesOldSelf && place.isUnchanged) found.forEach((failure) => warn(fieldErrorText(failure)));
    else errors.push(...found);
  }
}

const maxMessageBytes = 5120;

/** The message an expression gives, unless it fails or gives something unfit. */
function evaluatedMessage(program: CelProgram | undefined, bindings: Readonly<Record<string, CelValue>>): string | undefined {
  const { value } = program?.evaluate(bindings) ?? {};
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' || text.length > maxMessageBytes || text.includes('\n') ? undefined : text;
}
