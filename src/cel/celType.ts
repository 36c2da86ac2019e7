// The types of the Common Expression Language and the questions a type checker asks of them.
// Source: google/cel-go checker/types.go, common/types/types.go

/** What a type is at its root. */
export type CelKind =
  | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' | 'duration' | 'timestamp'
  | 'dyn' | 'error' | 'list' | 'map' | 'struct' | 'opaque' | 'type' | 'typeParam' | 'any';

/** A CEL type; structs know their fields. Types are compared by meaning, never by identity. */
export interface CelType {
  readonly kind: CelKind;
  /** The declared name: `int`, `list`, `kubernetes.Quantity`, `selfType.spec`. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The field types of a struct, by escaped field name. */
  readonly fields?: ReadonlyMap<string, CelType>;
}

const simple = (kind: CelKind, name: string): CelType => ({ kind, name, params: [] });

export const boolType = simple('bool', 'bool');
export const intType = simple('int', 'int');
export const uintType = simple('uint', 'uint');
export const doubleType = simple('double', 'double');
export const stringType = simple('string', 'string');
export const bytesType = simple('bytes', 'bytes');
export const nullType = simple('null', 'null_type');
export const durationType = simple('duration', 'google.protobuf.Duration');
export const timestampType = simple('timestamp', 'google.protobuf.Timestamp');
export const dynType = simple('dyn', 'dyn');
export const errorType = simple('error', '*error*');

/** `list(element)` */
export const listType = (element: CelType): CelType => ({ kind: 'list', name: 'list', params: [element] });
/** `map(key, value)` */
export const mapType = (key: CelType, value: CelType): CelType => ({ kind: 'map', name: 'map', params: [key, value] });
/** `optional_type(value)` */
export const optionalType = (value: CelType): CelType => ({ kind: 'opaque', name: 'optional_type', params: [value] });
/** `type(value)` */
export const typeOf = (value: CelType): CelType => ({ kind: 'type', name: 'type', params: [value] });
/** A type variable of a generic function. */
export const typeParam = (name: string): CelType => ({ kind: 'typeParam', name, params: [] });
/** A type that has no structure visible to expressions, such as `kubernetes.Quantity`. */
export const opaqueType = (name: string, ...params: CelType[]): CelType => ({ kind: 'opaque', name, params });
/** A message type with named fields. */
export const structType = (name: string, fields: ReadonlyMap<string, CelType>): CelType => ({ kind: 'struct', name, params: [], fields });

/** How compile errors print a type. Source: checker/format.go FormatCELType */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'any': return 'any';
    case 'duration': return 'duration';
    case 'timestamp': return 'timestamp';
    case 'error': return '!error!';
    case 'null': return 'null';
    default: return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`;
  }
}

/** How the API server prints a type outside of compile errors (`null_type`, `list(string)`). */
export function typeToString(type: CelType): string {
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(typeToString).join(', ')})`;
}

/** Bindings of type variables found so far, by variable name. */
export type Substitutions = Map<string, CelType>;

export const isDyn = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'any';
export const isDynOrError = (type: CelType): boolean => type.kind === 'error' || isDyn(type);
const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type';

/** The type inside an optional, or the type itself. */
export function unwrapOptional(type: CelType): { type: CelType; wasOptional: boolean } {
  return isOptional(type) ? { type: type.params[0] ?? dynType, wasOptional: true } : { type, wasOptional: false };
}

/** True when both are the same type in every part. */
export function isExactType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.params.length !== b.params.length || a.name !== b.name) return false;
  for (let index = 0; index < a.params.length; index++) if (!isExactType(a.params[index]!, b.params[index]!)) return false;
  return true;
}

function isEqualOrLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'typeParam') return true;
  if (isDyn(b) || b.kind === 'typeParam') return false;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'opaque':
      return a.name === b.name && a.params.length === b.params.length && a.params.every((param, index) => isEqualOrLessSpecific(param, b.params[index]!));
    case 'list':
    case 'map':
      return a.params.every((param, index) => isEqualOrLessSpecific(param, b.params[index]!));
    case 'type': return true;
    default: return isExactType(a, b);
  }
}

/** The more general of two types that are known to unify. */
export const mostGeneral = (a: CelType, b: CelType): CelType => (isEqualOrLessSpecific(a, b) ? a : b);

function notReferencedIn(bound: Substitutions, type: CelType, within: CelType): boolean {
  if (isExactType(type, within)) return false;
  if (within.kind === 'typeParam') {
    const found = bound.get(within.name);
    return found === undefined || notReferencedIn(bound, type, found);
  }
  return within.params.every((param) => notReferencedIn(bound, type, param));
}

function substitutionIsValid(bound: Substitutions, a: CelType, b: CelType): { valid: boolean; hasSubstitution: boolean } {
  if (a.kind === b.kind && isExactType(a, b)) return { valid: true, hasSubstitution: true };
  const found = bound.get(b.name);
  if (found !== undefined) {
    if (a.kind === found.kind && isExactType(a, found)) return { valid: true, hasSubstitution: true };
    if (assign(bound, a, found)) {
      const general = mostGeneral(a, found);
      if (notReferencedIn(bound, b, general)) bound.set(b.name, general);
      return { valid: true, hasSubstitution: true };
    }
    return { valid: false, hasSubstitution: true };
  }
  if (notReferencedIn(bound, b, a)) {
    bound.set(b.name, a);
    return { valid: true, hasSubstitution: false };
  }
  return { valid: false, hasSubstitution: false };
}

const isNullable = (type: CelType): boolean =>
  type.kind === 'opaque' || type.kind === 'struct' || type.kind === 'any' || type.kind === 'duration' || type.kind === 'timestamp' || type.kind === 'null';

function assign(bound: Substitutions, a: CelType, b: CelType): boolean {
  if (b.kind === 'typeParam') {
    const { valid, hasSubstitution } = substitutionIsValid(bound, a, b);
    if (valid) return true;
    if (hasSubstitution) return false;
  }
  if (a.kind === 'typeParam') return substitutionIsValid(bound, b, a).valid;
  if (isDynOrError(a) || isDynOrError(b)) return true;
  if (a.kind === 'null') return isNullable(b);
  if (b.kind === 'null') return isNullable(a);
  switch (a.kind) {
    case 'type': return b.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return a.kind === b.kind && a.name === b.name && assignAll(bound, a.params, b.params);
    default: return a.kind === b.kind && a.name === b.name;
  }
}

function assignAll(bound: Substitutions, a: readonly CelType[], b: readonly CelType[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!assign(bound, a[index]!, b[index]!)) return false;
  return true;
}

/** The substitutions under which every type of `a` can stand where `b` is wanted, or undefined if there are none. `bound` is not changed. */
export function assignable(bound: Substitutions, a: readonly CelType[], b: readonly CelType[]): Substitutions | undefined {
  const copy: Substitutions = new Map(bound);
  return assignAll(copy, a, b) ? copy : undefined;
}

/** The type with bound variables replaced; unbound ones become dyn when `unboundToDyn`. */
export function substitute(bound: Substitutions, type: CelType, unboundToDyn: boolean): CelType {
  if (type.kind === 'typeParam') {
    const found = bound.get(type.name);
    if (found !== undefined) return substitute(bound, found, unboundToDyn);
    return unboundToDyn ? dynType : type;
  }
  if (type.params.length === 0) return type;
  const params = type.params.map((param) => substitute(bound, param, unboundToDyn));
  return params.every((param, index) => param === type.params[index]) ? type : { ...type, params };
}
