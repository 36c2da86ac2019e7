// Turns a checked expression into closures. Errors are values: they travel up until `&&`, `||`, `?:` or a fold decides what they mean.
// Source: google/cel-go interpreter

import type { CelComprehension, CelExpression } from './celExpression.js';
import type { CheckedCel, CelDeclarations } from './checker.js';
import {
  celError, isCelError, listItem, listSize, mapGet, mapKey, mapKeys, noneOptional, noSuchOverload, typeNameOf,
  type CelError, type CelJsonList, type CelValue,
} from './celValue.js';
import { optionalIndex } from './library/operators.js';

/** Where free variables come from; undefined when there is none of that name. */
export type CelBindings = (name: string) => CelValue | undefined;

/** The state of one evaluation. */
interface Frame {
  readonly bindings: CelBindings;
  readonly locals: CelValue[];
  /** Steps still allowed; every loop iteration takes one. */
  stepsLeft: number;
}

type Step = (frame: Frame) => CelValue;

const maxSteps = 1_000_000;
const outOfSteps = celError('operation cancelled: actual cost limit exceeded');

/** Compiles a checked tree into a function of its free variables. */
export function planCel(expression: CelExpression, checked: CheckedCel, declarations: CelDeclarations): (bindings: CelBindings) => CelValue {
  const scopes: Map<string, number>[] = [];
  let slots = 0;

  const slotOf = (name: string): number | undefined => {
    for (let index = scopes.length - 1; index >= 0; index--) {
      const slot = scopes[index]!.get(name);
      if (slot !== undefined) return slot;
    }
    return undefined;
  };

  const planVariable = (written: string): Step => {
    const name = written.startsWith('.') ? written.slice(1) : written;
    const slot = written === name ? slotOf(name) : undefined;
    if (slot !== undefined) return (frame) => frame.locals[slot]!;
    if (declarations.variables.has(name)) {
      const missing = celError(`no such attribute(s): ${name}`);
      return (frame) => orElse(frame.bindings(name), missing);
    }
    const value: CelValue = { tag: 'type', name };
    return () => value;
  };

  const plan = (node: CelExpression): Step => {
    switch (node.kind) {
      case 'literal': {
        const { value } = node;
        return () => value;
      }
      case 'ident': return planVariable(node.name);
      case 'select': {
        const qualified = checked.qualifiedNames.get(node.id);
        return qualified === undefined ? planSelect(node.operand, node.field, node.testOnly) : planVariable(qualified);
      }
      case 'call': return planCall(node);
      case 'list': return planList(node);
      case 'map': return planMap(node);
      case 'struct': return planStruct(node);
      case 'comprehension': return planComprehension(node);
    }
  };

  const planSelect = (operandNode: CelExpression, field: string, testOnly: boolean): Step => {
    const operand = plan(operandNode);
    const missing = celError(`no such key: ${field}`);
    const inList = celError("unsupported index type 'string' in list");
    const select = (value: CelValue): CelValue => {
      if (typeof value === 'object' && value !== null) {
        switch (value.tag) {
          case 'jsonMap': case 'map': {
            const found = mapGet(value, field);
            return testOnly ? found !== undefined : orElse(found, missing);
          }
          case 'struct': {
            const found = value.get(field);
            return testOnly ? found !== undefined : orElse(found, missing);
          }
          case 'optional': {
            if (value.value === undefined) return testOnly ? false : noneOptional;
            if (testOnly) return select(value.value);
            return optionalIndex(value, field);
          }
          case 'list': case 'jsonList': return inList;
          case 'error': return value;
          default:
        }
      }
      // What has no fields at all, null too, lacks this one.
      return testOnly ? false : missing;
    };
    return (frame) => select(operand(frame));
  };

  const planCall = (node: CelExpression & { kind: 'call' }): Step => {
    const qualified = checked.qualifiedNames.get(node.id);
    const args = node.args.map(plan);
    switch (node.function) {
      case '_&&_': return logical(args[0]!, args[1]!, false);
      case '_||_': return logical(args[0]!, args[1]!, true);
      case '_?:_': case '_?_:_': {
        const [condition, whenTrue, whenFalse] = args as [Step, Step, Step];
        return (frame) => {
          const value = condition(frame);
          if (value === true) return whenTrue(frame);
          if (value === false) return whenFalse(frame);
          return isCelError(value) ? value : noSuchOverload;
        };
      }
      case '@not_strictly_false': {
        const [value] = args as [Step];
        return (frame) => value(frame) !== false;
      }
      case '_?._': {
        const operand = args[0]!;
        const field = (node.args[1] as { value: string }).value;
        return (frame) => {
          const value = operand(frame);
          if (isCelError(value)) return value;
          if (value === null) return noneOptional;
          return optionalIndex(value, field);
        };
      }
      case 'or': case 'orValue': {
        if (node.target === undefined || args.length !== 1) break;
        const target = plan(node.target);
        const other = args[0]!;
        const keepsOptional = node.function === 'or';
        return (frame) => {
          const value = target(frame);
          if (typeof value !== 'object' || value === null || value.tag !== 'optional') return isCelError(value) ? value : noSuchOverload;
          if (value.value === undefined) return other(frame);
          return keepsOptional ? value : value.value;
        };
      }
      default:
    }
    const name = qualified ?? (node.function.startsWith('.') ? node.function.slice(1) : node.function);
    const declared = declarations.functions.get(name);
    if (declared === undefined) {
      const missing = celError(`no such overload: ${name}`);
      return () => missing;
    }
    const { evaluate } = declared;
    const all = qualified === undefined && node.target !== undefined ? [plan(node.target), ...args] : args;
    // Appending to the accumulator of a fold changes it in place: nobody else holds it.
    const accumulatorSlot = name === '_+_' && node.args[0]!.kind === 'ident' && node.args[0]!.name === '@result' && node.args[1]!.kind === 'list' ? slotOf('@result') : undefined;
    if (accumulatorSlot !== undefined) {
      const addition = args[1]!;
      return (frame) => {
        const added = addition(frame);
        if (isCelError(added)) return added;
        const accumulator = frame.locals[accumulatorSlot]!;
        if (typeof accumulator !== 'object' || accumulator === null || accumulator.tag !== 'list') return isCelError(accumulator) ? accumulator : noSuchOverload;
        (accumulator.items as CelValue[]).push(...(added as { items: readonly CelValue[] }).items);
        return accumulator;
      };
    }
    if (all.length === 1) {
      const only = all[0]!;
      return (frame) => {
        const value = only(frame);
        if (isCelError(value)) return value;
        const result = evaluate([value]);
        return result === undefined ? noOverload(name, [value]) : result;
      };
    }
    if (all.length === 2) {
      const [left, right] = all as [Step, Step];
      return (frame) => {
        const a = left(frame);
        if (isCelError(a)) return a;
        const b = right(frame);
        if (isCelError(b)) return b;
        const result = evaluate([a, b]);
        return result === undefined ? noOverload(name, [a, b]) : result;
      };
    }
    return (frame) => {
      const values: CelValue[] = [];
      for (const step of all) {
        const value = step(frame);
        if (isCelError(value)) return value;
        values.push(value);
      }
      const result = evaluate(values);
      return result === undefined ? noOverload(name, values) : result;
    };
  };

  /** `&&` and `||`: the deciding value wins over an error on the other side. */
  const logical = (left: Step, right: Step, deciding: boolean): Step => (frame) => {
    const a = left(frame);
    if (a === deciding) return deciding;
    const b = right(frame);
    if (b === deciding) return deciding;
    if (typeof a === 'boolean' && typeof b === 'boolean') return !deciding;
    if (isCelError(a)) return a;
    if (isCelError(b)) return b;
    return noSuchOverload;
  };

  const planList = (node: CelExpression & { kind: 'list' }): Step => {
    const elements = node.elements.map(plan);
    const { optionalIndices } = node;
    return (frame) => {
      const items: CelValue[] = [];
      for (let index = 0; index < elements.length; index++) {
        const value = elements[index]!(frame);
        if (isCelError(value)) return value;
        if (!optionalIndices.has(index)) items.push(value);
        else if (typeof value !== 'object' || value === null || value.tag !== 'optional') return celError(`cannot initialize optional list element from non-optional value ${typeNameOf(value)}`);
        else if (value.value !== undefined) items.push(value.value);
      }
      return { tag: 'list', items };
    };
  };

  const planMap = (node: CelExpression & { kind: 'map' }): Step => {
    const planned = node.entries.map((entry) => ({ key: plan(entry.key), value: plan(entry.value), optional: entry.optional }));
    return (frame) => {
      const entries = new Map<string, [CelValue, CelValue]>();
      for (const entry of planned) {
        const key = entry.key(frame);
        if (isCelError(key)) return key;
        let value: CelValue | undefined = entry.value(frame);
        if (isCelError(value)) return value;
        if (entry.optional) {
          if (typeof value !== 'object' || value === null || value.tag !== 'optional') return celError(`cannot initialize optional entry '${String(key)}' from non-optional value ${typeNameOf(value)}`);
          value = value.value;
        }
        const encoded = mapKey(key);
        if (encoded === undefined) return celError(`unsupported key type: ${typeNameOf(key)}`);
        if (value !== undefined) entries.set(encoded, [key, value]);
      }
      return { tag: 'map', entries };
    };
  };

  const planStruct = (node: CelExpression & { kind: 'struct' }): Step => {
    const fields = node.fields.map((field) => ({ name: field.name, value: plan(field.value), optional: field.optional }));
    const name = node.typeName.startsWith('.') ? node.typeName.slice(1) : node.typeName;
    return (frame) => {
      const values = new Map<string, CelValue>();
      for (const field of fields) {
        const value = field.value(frame);
        if (isCelError(value)) return value;
        if (!field.optional) values.set(field.name, value);
        else if (typeof value === 'object' && value !== null && value.tag === 'optional') {
          if (value.value !== undefined) values.set(field.name, value.value);
        } else return celError(`cannot initialize optional entry '${field.name}' from non-optional value ${typeNameOf(value)}`);
      }
      return { tag: 'struct', name, get: (wanted) => values.get(wanted), fieldNames: Array.from(values.keys()) };
    };
  };

  const planComprehension = (node: CelComprehension): Step => {
    const range = plan(node.range);
    const accuInit = plan(node.accuInit);
    const accuSlot = slots++;
    scopes.push(new Map([[node.accuVar, accuSlot]]));
    const firstSlot = slots++;
    const secondSlot = slots++;
    const loop = new Map([[node.iterVar, firstSlot]]);
    if (node.iterVar2 !== undefined) loop.set(node.iterVar2, secondSlot);
    scopes.push(loop);
    const condition = plan(node.condition);
    const step = plan(node.step);
    scopes.pop();
    const result = plan(node.result);
    scopes.pop();
    const hasTwo = node.iterVar2 !== undefined;
    return (frame) => {
      const over = range(frame);
      if (isCelError(over)) return over;
      const { locals } = frame;
      locals[accuSlot] = accuInit(frame);
      const keys = mapKeys(over);
      const size = keys?.length ?? listSize(over);
      if (size === undefined) return notIterable(over);
      for (let index = 0; index < size; index++) {
        if (--frame.stepsLeft < 0) return outOfSteps;
        if (keys !== undefined) {
          locals[firstSlot] = keys[index]!;
          if (hasTwo) locals[secondSlot] = mapGet(over as Parameters<typeof mapGet>[0], keys[index]!)!;
        } else {
          const item = listItem(over as CelJsonList, index);
          locals[firstSlot] = hasTwo ? BigInt(index) : item;
          if (hasTwo) locals[secondSlot] = item;
        }
        if (condition(frame) === false) break;
        locals[accuSlot] = step(frame);
      }
      return result(frame);
    };
  };

  const root = plan(expression);
  const slotCount = slots;
  return (bindings) => root({ bindings, locals: new Array<CelValue>(slotCount).fill(null), stepsLeft: maxSteps });
}

/** Null is a value; only undefined is none. */
function orElse(value: CelValue | undefined, otherwise: CelValue): CelValue {
  return value === undefined ? otherwise : value;
}

const goNames: Readonly<Record<string, string>> = { null_type: 'Null', string: 'String', bool: 'Bool', int: 'Int', uint: 'Uint', double: 'Double', bytes: 'Bytes' };

function notIterable(value: CelValue): CelError {
  const goName = goNames[typeNameOf(value)];
  return goName === undefined ? noSuchOverload : celError(`got 'types.${goName}', expected iterable type`);
}

const lackOperators: ReadonlySet<string> = new Set(['map', 'jsonMap', 'type', 'optional', 'struct', 'opaque']);

/** What cel-go says when values fit no overload. */
function noOverload(name: string, values: readonly CelValue[]): CelError {
  if (/^[A-Za-z]/.test(name)) return celError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
  const [left] = values;
  const knowsOperators = left !== null && typeof left !== 'boolean' && !(typeof left === 'object' && lackOperators.has(left.tag));
  return knowsOperators ? noSuchOverload : celError(`no such overload: ${name}`);
}

