// What calls of library functions cost at most, without their arguments.
// Source: apiserver/pkg/cel/library/cost.go (EstimateCallCost), google/cel-go ext/{lists,sets}.go
import type { CelExpression } from './celExpression.js';
import type { CelType } from './celType.js';
import { addRanges, fixed, scaleRange, scaleRangeBy, UNBOUNDED, unknownRange, type CostRange } from './costRange.js';
import type { CelOverload } from './functionDeclaration.js';

/** An argument as costs see it. */
export interface CostNode {
  /** Empty when the value does not come from a variable. */
  readonly path: readonly string[];
  readonly type: CelType | undefined;
  readonly expression: CelExpression | undefined;
  readonly size: CostRange | undefined;
}

/** What a call costs, and the size of what it gives if that is known. */
export interface CallCost { readonly cost: CostRange; readonly size?: CostRange }

const STRING_FACTOR = 0.1;
const REGEX_FACTOR = 0.25;
const MAX_NAME_FORMAT = 128;
const MAX_FORMAT = 64;
const AUTHORIZATION_CHECK = 350_000;
const ADDRESS_SIZE: CostRange = { min: 4, max: 16 };
const LIST_CALL_COST = 11;

/** Functions that only hand out or compare something small. */
const CHEAP: ReadonlySet<string> = new Set([
  'serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored',
  'masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast', 'format.named',
  'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch',
  'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery',
]);
/** Functions that read their first argument once. */
const READERS: ReadonlySet<string> = new Set(['cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity', 'semver', 'isSemver']);
const ONE_STEP_EQUALITY: ReadonlySet<string> = new Set([
  'net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver', 'kubernetes.authorization.Authorizer', 'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.GroupCheck', 'kubernetes.authorization.ResourceCheck', 'kubernetes.authorization.Decision',
]);
const SETS: Readonly<Record<string, number>> = { 'sets.contains': 1, 'sets.intersects': 1, 'sets.equivalent': 2 };

type SizeOf = (path: readonly string[]) => CostRange | undefined;

/** The cost of a call of a library function; undefined for what the language itself has. */
export function estimateCall(name: string, overload: CelOverload | undefined, target: CostNode | undefined, args: readonly CostNode[], sizeOf: SizeOf): CallCost | undefined {
  const [first, second] = args;
  const sizeOfNode = (node: CostNode): CostRange => node.size ?? unknownRange;
  const listCall = listCost(name, overload, target, args);
  if (listCall !== undefined) return listCall;
  if (CHEAP.has(name)) return { cost: fixed(1) };
  if (READERS.has(name)) {
    if (name === 'ip' && overload?.isMember === true) return { cost: fixed(1) };
    return first === undefined ? undefined : { cost: scaleRangeBy(sizeOfNode(first), STRING_FACTOR) };
  }
  switch (name) {
    case 'check': return { cost: fixed(AUTHORIZATION_CHECK) };
    case 'fieldSelector':
    case 'labelSelector': return first === undefined ? undefined : { cost: scaleRangeBy(sizeOfNode(first), STRING_FACTOR) };
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': return target === undefined ? undefined : { cost: traversalCost(target, sizeOf) };
    case 'url':
    case 'jsonpatch.escapeKey': return first === undefined ? undefined : { cost: scaleRangeBy(sizeOfNode(first), STRING_FACTOR), size: sizeOfNode(first) };
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim': return target === undefined ? undefined : { cost: scaleRangeBy(sizeOfNode(target), STRING_FACTOR), size: sizeOfNode(target) };
    case 'replace':
      if (target === undefined || first === undefined || second === undefined) return undefined;
      return { cost: scaleRangeBy(sizeOfNode(target), 2 * STRING_FACTOR), size: replacedSize(sizeOfNode(target), sizeOfNode(first), sizeOfNode(second)) };
    case 'split': {
      if (target === undefined) return undefined;
      const size = sizeOfNode(target);
      return { cost: scaleRangeBy(size, 2 * STRING_FACTOR), size: { min: 0, max: integerOf(second) ?? size.max } };
    }
    case 'join': {
      if (target === undefined) return undefined;
      const count = sizeOfNode(target);
      const element = elementOf(target, sizeOf);
      const separators = { min: Math.max(count.min - 1, 0), max: Math.max(count.max - 1, 0) };
      const texts = element === undefined ? fixed(0) : scaleRange(count, element.size);
      const size = first === undefined ? texts : addRanges(texts, scaleRange(sizeOfNode(first), separators));
      return { cost: scaleRangeBy(size, STRING_FACTOR), size };
    }
    case 'find':
    case 'findAll': {
      if (target === undefined || first === undefined) return undefined;
      const size = sizeOfNode(target);
      return { cost: scaleRange(scaleRangeBy(addRanges(size, fixed(1)), STRING_FACTOR), scaleRangeBy(sizeOfNode(first), REGEX_FACTOR)), size: { min: 0, max: size.max } };
    }
    case 'ip.isCanonical': return first === undefined ? undefined : { cost: scaleRangeBy(sizeOfNode(first), 2 * STRING_FACTOR) };
    case 'containsIP':
    case 'containsCIDR': return first === undefined ? undefined : { cost: containmentCost(name === 'containsCIDR', overload?.params[1]?.kind === 'string' ? sizeOfNode(first) : undefined) };
    case 'validate': return first === undefined ? undefined : { cost: scaleRangeBy(scaleRangeBy(sizeOfNode(first), STRING_FACTOR), MAX_NAME_FORMAT * REGEX_FACTOR) };
    case '_==_': return equalityCost(first, second);
    default: return undefined;
  }
}

/** An element of a list: its type and size, by its place if that is known. */
function elementOf({ path, type }: CostNode, sizeOf: SizeOf): { readonly type: CelType; readonly size: CostRange } | undefined {
  const element = type?.params[0];
  if (element === undefined) return undefined;
  return { type: element, size: (path.length === 0 ? undefined : sizeOf([...path, '@items'])) ?? unknownRange };
}

/** The cost of looking at every element of a list, or at every character of a text. */
function traversalCost(target: CostNode, sizeOf: SizeOf): CostRange {
  const size = target.size ?? unknownRange;
  const element = elementOf(target, sizeOf);
  if (element === undefined) return scaleRangeBy(size, STRING_FACTOR);
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
  return scaleRange(size, isText ? addRanges(fixed(1), scaleRangeBy(element.size, STRING_FACTOR)) : fixed(1));
}

/** The shortest and the longest text that replacing pieces can give. */
function replacedSize(text: CostRange, piece: CostRange, by: CostRange): CostRange {
  let [leastCount, mostCount, leastKept, mostKept] = [0, 0, 0, 0];
  if (piece.min === 0) [mostCount, mostKept] = [text.max < UNBOUNDED ? text.max + 1 : text.max, text.max];
  else if (by.max <= piece.min) mostKept = text.max;
  else mostCount = Math.ceil(text.max / piece.min);
  if (piece.max === 0) [leastCount, leastKept] = [text.min + 1, text.min];
  else if (piece.max <= by.min) leastKept = text.min;
  else leastCount = Math.ceil(text.min / piece.max);
  return addRanges(scaleRange({ min: leastCount, max: mostCount }, by), { min: leastKept, max: mostKept });
}

/** `textSize` is that of an address that must be read first. */
function containmentCost(isRange: boolean, textSize: CostRange | undefined): CostRange {
  let cost = scaleRangeBy(addRanges(ADDRESS_SIZE, ADDRESS_SIZE), STRING_FACTOR);
  if (isRange) cost = addRanges(addRanges(cost, scaleRangeBy(ADDRESS_SIZE, STRING_FACTOR)), fixed(1));
  return textSize === undefined ? cost : addRanges(cost, scaleRangeBy(textSize, STRING_FACTOR));
}

/** Kubernetes' own types compare in one step or by what they hold. */
function equalityCost(left: CostNode | undefined, right: CostNode | undefined): CallCost | undefined {
  if (left?.type?.kind !== 'opaque' || right?.type?.kind !== 'opaque' || left.type.name !== right.type.name) return undefined;
  const { name } = left.type;
  if (ONE_STEP_EQUALITY.has(name)) return { cost: fixed(1) };
  if (name === 'kubernetes.NamedFormat') return { cost: scaleRangeBy({ min: 1, max: MAX_FORMAT }, STRING_FACTOR) };
  return name === 'kubernetes.URL' ? { cost: scaleRangeBy({ min: 1, max: right.size?.max ?? 1 }, STRING_FACTOR) } : undefined;
}

/** Functions of lists and sets, which make new lists or compare every element with every other. */
function listCost(name: string, overload: CelOverload | undefined, target: CostNode | undefined, args: readonly CostNode[]): CallCost | undefined {
  const [first, second] = args;
  const sizeOfNode = (node: CostNode): CostRange => node.size ?? unknownRange;
  const newList = (factor: number, size: CostRange): CallCost => ({ cost: addRanges(scaleRangeBy(size, factor), fixed(LIST_CALL_COST)), size });
  const sorted = (size: CostRange, element: CelType | undefined): CallCost => newList(element?.kind === 'string' || element?.kind === 'bytes' ? 2 + STRING_FACTOR : 2, scaleRange(size, size));
  const factor = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (factor !== undefined && first !== undefined && second !== undefined) {
    return { cost: addRanges(scaleRangeBy(scaleRange(sizeOfNode(first), sizeOfNode(second)), factor), fixed(1)) };
  }
  if (name === 'lists.range') return first === undefined ? undefined : newList(1, fixed(integerOf(first) ?? UNBOUNDED));
  if (target === undefined || overload?.params[0]?.kind !== 'list') return undefined;
  const size = sizeOfNode(target);
  switch (name) {
    case 'slice': return first === undefined || second === undefined ? undefined : newList(1, fixed(Math.max((integerOf(second) ?? size.max) - (integerOf(first) ?? 0), 0)));
    case 'flatten': return newList(first === undefined ? 1 : (integerOf(first) ?? UNBOUNDED), size);
    case 'reverse': return newList(1, size);
    case 'distinct': return newList(2, scaleRange(size, size));
    case 'sort': return sorted(size, overload.params[0].params[0]);
    case '@sortByAssociatedKeys': return first === undefined ? undefined : sorted(sizeOfNode(first), overload.params[1]?.params[0]);
    default: return undefined;
  }
}

/** The number a literal stands for. */
function integerOf(node: CostNode | undefined): number | undefined {
  const expression = node?.expression;
  return expression?.kind === 'literal' && typeof expression.value === 'bigint' ? Number(expression.value) : undefined;
}
