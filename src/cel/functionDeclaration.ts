// What a function is to the checker (its overloads) and to the evaluator (one implementation that looks at the values it gets).

import {
  boolType, bytesType, doubleType, durationType, dynType, intType, listType, mapType, nullType, opaqueType, optionalType, stringType,
  timestampType, typeOf, typeParam, uintType, type CelType,
} from './celType.js';
import type { CelValue } from './celValue.js';

/** One way to call a function. */
export interface CelOverload {
  /** True for `target.name(args)`; the target is then the first of `params`. */
  readonly isMember: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Names of the type variables in the signature. */
  readonly typeParams: readonly string[];
}

/** A function by name with all its overloads. */
export interface CelFunction {
  readonly name: string;
  readonly overloads: readonly CelOverload[];
  /** Undefined when the values fit no overload. No argument is an error. */
  readonly evaluate: (args: readonly CelValue[]) => CelValue | undefined;
}

const namedTypes: Readonly<Record<string, CelType>> = {
  bool: boolType, int: intType, uint: uintType, double: doubleType, string: stringType, bytes: bytesType, null: nullType,
  duration: durationType, timestamp: timestampType, dyn: dynType,
  quantity: opaqueType('kubernetes.Quantity'), url: opaqueType('kubernetes.URL'), ip: opaqueType('net.IP'), cidr: opaqueType('net.CIDR'),
  semver: opaqueType('kubernetes.Semver'), format: opaqueType('kubernetes.NamedFormat'),
  authorizer: opaqueType('kubernetes.authorization.Authorizer'), pathCheck: opaqueType('kubernetes.authorization.PathCheck'),
  groupCheck: opaqueType('kubernetes.authorization.GroupCheck'), resourceCheck: opaqueType('kubernetes.authorization.ResourceCheck'),
  decision: opaqueType('kubernetes.authorization.Decision'),
};

/** The type a signature names, such as `list<string>` or `quantity`. */
function parseType(text: string): CelType {
  const open = text.indexOf('<');
  if (open < 0) return namedTypes[text] ?? typeParam(text);
  const params: CelType[] = [];
  let depth = 0;
  let start = open + 1;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '<') depth++;
    if ((character === ',' && depth === 0) || index === text.length - 1) {
      params.push(parseType(text.slice(start, index).trim()));
      start = index + 1;
    }
    if (character === '>') depth--;
  }
  switch (text.slice(0, open)) {
    case 'list': return listType(params[0]!);
    case 'map': return mapType(params[0]!, params[1]!);
    case 'optional': return optionalType(params[0]!);
    default: return typeOf(params[0]!);
  }
}

function typeParamsOf(types: readonly CelType[], found = new Set<string>()): Set<string> {
  for (const type of types) {
    if (type.kind === 'typeParam') found.add(type.name);
    typeParamsOf(type.params, found);
  }
  return found;
}

/** Reads `string.(int) string` (a member) or `(list<A>, A) bool` (a global function). */
function parseOverload(signature: string): CelOverload {
  const open = signature.indexOf('(');
  const close = signature.lastIndexOf(')');
  const isMember = open > 0;
  const params: CelType[] = isMember ? [parseType(signature.slice(0, open - 1))] : [];
  let depth = 0;
  let start = open + 1;
  for (let index = start; index <= close; index++) {
    const character = signature[index];
    if (character === '<') depth++;
    if (character === '>') depth--;
    if ((character === ',' && depth === 0) || index === close) {
      const piece = signature.slice(start, index).trim();
      if (piece !== '') params.push(parseType(piece));
      start = index + 1;
    }
  }
  const result = parseType(signature.slice(close + 1).trim());
  return { isMember, params, result, typeParams: Array.from(typeParamsOf([...params, result])) };
}

/** Declares a function by its signatures. */
export function celFunction(name: string, signatures: readonly string[], evaluate: CelFunction['evaluate']): CelFunction {
  return { name, overloads: signatures.map(parseOverload), evaluate };
}

/** One table of functions by name; functions that several libraries declare are joined, earlier implementations tried first. */
export function joinFunctions(...libraries: readonly (readonly CelFunction[])[]): ReadonlyMap<string, CelFunction> {
  const table = new Map<string, CelFunction>();
  for (const library of libraries) {
    for (const declared of library) {
      const before = table.get(declared.name);
      if (before === undefined) { table.set(declared.name, declared); continue; }
      table.set(declared.name, {
        name: declared.name,
        overloads: [...before.overloads, ...declared.overloads],
        evaluate: (args) => before.evaluate(args) ?? declared.evaluate(args),
      });
    }
  }
  return table;
}
