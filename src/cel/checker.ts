// Gives every node of an expression its type, resolves names and reports what does not fit.
// Source: google/cel-go checker/checker.go

import type { CelComprehension, CelExpression, CelIssue } from './celExpression.js';
import {
  assignable, boolType, bytesType, doubleType, dynType, errorType, formatType, intType, isDyn, isDynOrError, isExactType, listType, mapType,
  mostGeneral, nullType, optionalType, stringType, substitute, uintType, unwrapOptional, type CelType, type Substitutions,
} from './celType.js';
import type { CelValue } from './celValue.js';
import type { CelFunction, CelOverload } from './functionDeclaration.js';

/** The names an expression may use. */
export interface CelDeclarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, CelFunction>;
  /** Message types by name, for literals such as `Object.spec{}`; also type names used as values. */
  readonly messageTypes: ReadonlyMap<string, CelType>;
}

/** What the checker found out. */
export interface CheckedCel {
  readonly type: CelType;
  readonly types: ReadonlyMap<number, CelType>;
  /** Select chains and calls that turned out to be one qualified name. */
  readonly qualifiedNames: ReadonlyMap<number, string>;
  /** For each call, the overloads that its arguments may have. */
  readonly overloads: ReadonlyMap<number, readonly CelOverload[]>;
}

/** Checks an expression against declared names. */
export function checkCel(expression: CelExpression, declarations: CelDeclarations): { checked: CheckedCel; issues: CelIssue[] } {
  const types = new Map<number, CelType>();
  const qualifiedNames = new Map<number, string>();
  const overloads = new Map<number, readonly CelOverload[]>();
  const issues: CelIssue[] = [];
  const scopes: Map<string, CelType>[] = [];
  let bound: Substitutions = new Map();
  let freeVariables = 0;

  const report = (node: { offset: number }, message: string): void => { issues.push({ offset: node.offset, message }); };
  const newTypeVariable = (): CelType => ({ kind: 'typeParam', name: `_var${freeVariables++}`, params: [] });
  const typeOfNode = (node: CelExpression): CelType => types.get(node.id) ?? errorType;
  const isAssignable = (a: CelType, b: CelType): boolean => {
    const found = assignable(bound, [a], [b]);
    if (found === undefined) return false;
    bound = found;
    return true;
  };
  const mismatch = (node: { offset: number }, expected: CelType, actual: CelType): void =>
    report(node, `expected type '${formatType(expected)}' but found '${formatType(actual)}'`);

  const lookupVariable = (name: string): CelType | undefined => {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    if (plain === name) {
      for (let index = scopes.length - 1; index >= 0; index--) {
        const found = scopes[index]!.get(name);
        if (found !== undefined) return found;
      }
    }
    return declarations.variables.get(plain) ?? typeNameTypes.get(plain) ?? (declarations.messageTypes.has(plain) ? { kind: 'type', name: 'type', params: [declarations.messageTypes.get(plain)!] } : undefined);
  };

  const check = (node: CelExpression): void => {
    switch (node.kind) {
      case 'literal': types.set(node.id, literalType(node.value)); break;
      case 'ident': {
        const found = lookupVariable(node.name);
        if (found === undefined) report(node, `undeclared reference to '${node.name}' (in container '')`);
        types.set(node.id, found ?? errorType);
        break;
      }
      case 'select': types.set(node.id, checkSelect(node)); break;
      case 'call': types.set(node.id, checkCall(node)); break;
      case 'list': types.set(node.id, checkList(node)); break;
      case 'map': types.set(node.id, checkMap(node)); break;
      case 'struct': types.set(node.id, checkStruct(node)); break;
      case 'comprehension': types.set(node.id, checkComprehension(node)); break;
    }
  };

  const checkSelect = (node: CelExpression & { kind: 'select' }): CelType => {
    if (!node.testOnly) {
      const name = qualifiedNameOf(node);
      if (name !== undefined) {
        const first = name.slice(0, name.indexOf('.', 1));
        const isShadowed = scopes.some((scope) => scope.has(first));
        const found = isShadowed ? undefined : lookupVariable(name);
        if (found !== undefined) {
          qualifiedNames.set(node.id, name);
          return found;
        }
      }
    }
    const result = checkField(node, node.operand, node.field, false);
    return node.testOnly ? boolType : substitute(bound, result, false);
  };

  const checkField = (node: CelExpression, operand: CelExpression, field: string, optional: boolean): CelType => {
    check(operand);
    const { type: target, wasOptional } = unwrapOptional(substitute(bound, typeOfNode(operand), false));
    let result: CelType = errorType;
    switch (target.kind) {
      case 'map': result = target.params[1]!; break;
      case 'struct': {
        const found = target.fields?.get(field);
        if (found === undefined) report(node, `undefined field '${field}'`);
        else result = found;
        break;
      }
      case 'typeParam':
        isAssignable(dynType, target);
        result = dynType;
        break;
      default:
        if (!isDynOrError(target)) report(node, `type '${formatType(target)}' does not support field selection`);
        result = dynType;
    }
    return wasOptional || optional ? optionalType(result) : result;
  };

  const checkCall = (node: CelExpression & { kind: 'call' }): CelType => {
    if (node.function === '_?._') {
      const [operand, field] = node.args as [CelExpression, CelExpression];
      if (field.kind !== 'literal' || typeof field.value !== 'string') {
        report(field, 'unsupported optional field selection');
        return errorType;
      }
      return substitute(bound, checkField(node, operand, field.value, true), false);
    }
    for (const argument of node.args) check(argument);
    if (node.target === undefined) {
      const name = node.function.startsWith('.') ? node.function.slice(1) : node.function;
      const declared = declarations.functions.get(name);
      if (declared === undefined) {
        report(node, `undeclared reference to '${node.function}' (in container '')`);
        return errorType;
      }
      return resolve(node, declared, undefined);
    }
    const prefix = qualifiedNameOf(node.target);
    if (prefix !== undefined) {
      const qualified = `${prefix}.${node.function}`;
      const declared = declarations.functions.get(qualified.startsWith('.') ? qualified.slice(1) : qualified);
      if (declared !== undefined) {
        qualifiedNames.set(node.id, declared.name);
        return resolve(node, declared, undefined);
      }
    }
    check(node.target);
    const declared = declarations.functions.get(node.function);
    if (declared !== undefined) return resolve(node, declared, node.target);
    report(node, `undeclared reference to '${node.function}' (in container '')`);
    return errorType;
  };

  const resolve = (node: CelExpression & { kind: 'call' }, declared: CelFunction, target: CelExpression | undefined): CelType => {
    const argTypes = (target === undefined ? node.args : [target, ...node.args]).map(typeOfNode);
    if (declared.name === '_&&_' || declared.name === '_||_') {
      let failed = false;
      argTypes.forEach((argType, index) => {
        if (isAssignable(argType, boolType)) return;
        mismatch(node.args[index]!, boolType, argType);
        failed = true;
      });
      return failed ? errorType : boolType;
    }
    let result: CelType | undefined;
    const matching: CelOverload[] = [];
    overloads.set(node.id, matching);
    for (const overload of declared.overloads) {
      if (overload.isMember !== (target !== undefined)) continue;
      let params = overload.params;
      let overloadResult = overload.result;
      if (overload.typeParams.length > 0) {
        const fresh: Substitutions = new Map(overload.typeParams.map((name) => [name, newTypeVariable()]));
        params = params.map((param) => substitute(fresh, param, false));
        overloadResult = substitute(fresh, overloadResult, false);
      }
      const found = assignable(bound, argTypes, params);
      if (found === undefined) continue;
      bound = found;
      matching.push(overload);
      const candidate = substitute(bound, overloadResult, false);
      if (result === undefined) result = candidate;
      else if (!isDyn(result) && !isExactType(candidate, result)) result = dynType;
    }
    if (result !== undefined) return result;
    const shown = argTypes.map((argType) => formatType(substitute(bound, argType, true)));
    const signature = target === undefined ? `(${shown.join(', ')})` : `${shown[0]}.(${shown.slice(1).join(', ')})`;
    report(node, `found no matching overload for '${declared.name}' applied to '${signature}'`);
    return errorType;
  };

  const joinTypes = (previous: CelType | undefined, current: CelType): CelType => {
    if (previous === undefined) return current;
    if (isAssignable(previous, current)) return mostGeneral(previous, current);
    return dynType;
  };

  const unwrapElement = (node: CelExpression, type: CelType): CelType => {
    const { type: inner, wasOptional } = unwrapOptional(type);
    if (!wasOptional && !isDyn(inner)) mismatch(node, optionalType(inner), inner);
    return inner;
  };

  const checkList = (node: CelExpression & { kind: 'list' }): CelType => {
    let joined: CelType | undefined;
    node.elements.forEach((element, index) => {
      check(element);
      const type = node.optionalIndices.has(index) ? unwrapElement(element, typeOfNode(element)) : typeOfNode(element);
      joined = joinTypes(joined, type);
    });
    return listType(joined ?? newTypeVariable());
  };

  const checkMap = (node: CelExpression & { kind: 'map' }): CelType => {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of node.entries) {
      check(entry.key);
      key = joinTypes(key, typeOfNode(entry.key));
      check(entry.value);
      value = joinTypes(value, entry.optional ? unwrapElement(entry.value, typeOfNode(entry.value)) : typeOfNode(entry.value));
    }
    return mapType(key ?? newTypeVariable(), value ?? newTypeVariable());
  };

  const checkStruct = (node: CelExpression & { kind: 'struct' }): CelType => {
    const name = node.typeName.startsWith('.') ? node.typeName.slice(1) : node.typeName;
    const message = declarations.messageTypes.get(name);
    if (message === undefined) {
      const other = lookupVariable(name);
      if (other === undefined) report(node, `undeclared reference to '${node.typeName}' (in container '')`);
      else if (other.kind !== 'type') report(node, `'${formatType(other)}' is not a type`);
      else report(node, `'${name}' is not a message type`);
      return errorType;
    }
    for (const field of node.fields) {
      check(field.value);
      let fieldType = errorType;
      const found = message.fields?.get(field.name);
      if (found === undefined && !isDyn(message)) report(field, `undefined field '${field.name}'`);
      else fieldType = found ?? dynType;
      const valueType = field.optional ? unwrapElement(field.value, typeOfNode(field.value)) : typeOfNode(field.value);
      if (!isAssignable(fieldType, valueType)) {
        report(field, `expected type of field '${field.name}' is '${formatType(fieldType)}' but provided type is '${formatType(valueType)}'`);
      }
    }
    return message;
  };

  const checkComprehension = (node: CelComprehension): CelType => {
    check(node.range);
    check(node.accuInit);
    const range = substitute(bound, typeOfNode(node.range), false);
    const accumulator = typeOfNode(node.accuInit);
    scopes.push(new Map([[node.accuVar, accumulator]]));
    let first: CelType = errorType;
    let second: CelType = errorType;
    switch (range.kind) {
      case 'list':
        [first, second] = node.iterVar2 === undefined ? [range.params[0]!, errorType] : [intType, range.params[0]!];
        break;
      case 'map': [first, second] = [range.params[0]!, range.params[1]!]; break;
      case 'dyn': case 'any': case 'error': case 'typeParam':
        isAssignable(dynType, range);
        [first, second] = [dynType, dynType];
        break;
      default: report(node.range, `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
    }
    const loop = new Map([[node.iterVar, first]]);
    if (node.iterVar2 !== undefined) loop.set(node.iterVar2, second);
    scopes.push(loop);
    check(node.condition);
    if (!isAssignable(boolType, typeOfNode(node.condition))) mismatch(node.condition, boolType, typeOfNode(node.condition));
    check(node.step);
    if (!isAssignable(accumulator, typeOfNode(node.step))) mismatch(node.step, accumulator, typeOfNode(node.step));
    scopes.pop();
    check(node.result);
    scopes.pop();
    return substitute(bound, typeOfNode(node.result), false);
  };

  check(expression);
  for (const [id, type] of types) types.set(id, substitute(bound, type, true));
  return { checked: { type: typeOfNode(expression), types, qualifiedNames, overloads }, issues };
}

/** `a.b.c` when the chain is nothing but names. */
function qualifiedNameOf(node: CelExpression): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.testOnly) return undefined;
  const prefix = qualifiedNameOf(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}

function literalType(value: CelValue): CelType {
  switch (typeof value) {
    case 'bigint': return intType;
    case 'number': return doubleType;
    case 'string': return stringType;
    case 'boolean': return boolType;
    default: return value === null ? nullType : value.tag === 'uint' ? uintType : bytesType;
  }
}

const asTypeValue = (type: CelType): CelType => ({ kind: 'type', name: 'type', params: [type] });

/** The names of types as values. */
const typeNameTypes: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', asTypeValue(boolType)], ['int', asTypeValue(intType)], ['uint', asTypeValue(uintType)], ['double', asTypeValue(doubleType)],
  ['string', asTypeValue(stringType)], ['bytes', asTypeValue(bytesType)], ['null_type', asTypeValue(nullType)],
  ['list', asTypeValue(listType(dynType))], ['map', asTypeValue(mapType(dynType, dynType))], ['type', asTypeValue({ kind: 'type', name: 'type', params: [] })],
  ['google.protobuf.Timestamp', asTypeValue({ kind: 'timestamp', name: 'google.protobuf.Timestamp', params: [] })],
  ['google.protobuf.Duration', asTypeValue({ kind: 'duration', name: 'google.protobuf.Duration', params: [] })],
  ['optional_type', asTypeValue(optionalType(dynType))],
  ['net.IP', asTypeValue({ kind: 'opaque', name: 'net.IP', params: [] })], ['net.CIDR', asTypeValue({ kind: 'opaque', name: 'net.CIDR', params: [] })],
]);
