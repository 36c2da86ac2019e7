// The most that evaluating an expression can cost, judged before it ever runs: sizes come from the schema of the values.
// Source: google/cel-go checker/cost.go
import { estimateCall, type CallCost, type CostNode } from './callCosts.js';
import type { CelComprehension, CelExpression } from './celExpression.js';
import type { CelType } from './celType.js';
import type { CelProgram } from './compileCel.js';
import type { CelOverload } from './functionDeclaration.js';
import { addRanges, fixed, scaleRange, scaleRangeBy, UNBOUNDED, unionOf, unknownRange, type CostRange } from './costRange.js';

/** Where a value stands: a variable, then field names, '@items', '@keys', '@values' or '@indices'. */
export type ValuePath = readonly string[];

const EMPTY_PATH: ValuePath = [];
const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;
const STRING_FACTOR = 0.1;
const REGEX_FACTOR = 0.25;
const COMPARISONS: ReadonlySet<string> = new Set(['_<_', '_>_', '_<=_', '_>=_']);

interface EntrySizes { readonly isList: boolean; readonly key: CostRange; readonly value: CostRange }
interface Local { readonly path: ValuePath; readonly size: CostRange | undefined; readonly entries: EntrySizes | undefined }

interface PricedCall {
  readonly node: CelExpression & { kind: 'call' };
  readonly name: string;
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
  readonly argumentCosts: readonly CostRange[];
  readonly argumentSum: CostRange;
}

/** The highest cost of a program. `sizeOf` knows the size of the value at a path, or nothing. */
export function estimateMaxCost({ expression, checked }: CelProgram, sizeOf: (path: ValuePath) => CostRange | undefined): number {
  const paths = new Map<number, ValuePath>();
  const locals = new Map<string, Local[]>();
  const sizes = new Map<number, CostRange>();
  const entrySizes = new Map<number, EntrySizes>();

  const typeOf = (node: CelExpression): CelType | undefined => checked.types.get(node.id);
  const localOf = (node: CelExpression): Local | undefined => (node.kind === 'ident' ? locals.get(node.name)?.at(-1) : undefined);
  const pathOf = (node: CelExpression): ValuePath => localOf(node)?.path ?? paths.get(node.id) ?? EMPTY_PATH;
  const push = (name: string, local: Local): void => void (locals.get(name) ?? locals.set(name, []).get(name))?.push(local);
  const pop = (name: string): void => void locals.get(name)?.pop();

  const entriesOf = (node: CelExpression): EntrySizes | undefined => entrySizes.get(node.id) ?? localOf(node)?.entries;
  const setEntries = (node: CelExpression, entries: EntrySizes | undefined): void => { if (entries !== undefined) entrySizes.set(node.id, entries); };
  const setSize = (node: CelExpression, size: CostRange | undefined): void => { if (size !== undefined) sizes.set(node.id, size); };
  const sizeOfNode = (node: CelExpression): CostRange | undefined => {
    const known = sizes.get(node.id) ?? literalSize(node);
    if (known !== undefined) return known;
    const path = pathOf(node);
    const declared = path.length === 0 ? undefined : sizeOf(path);
    if (declared !== undefined) {
      sizes.set(node.id, declared);
      return declared;
    }
    return isScalar(typeOf(node)) ? fixed(1) : localOf(node)?.size;
  };
  const sizeOrUnknown = (node: CelExpression): CostRange => sizeOfNode(node) ?? unknownRange;
  const costNode = (node: CelExpression): CostNode => ({ path: pathOf(node), type: typeOf(node), expression: node, size: sizeOfNode(node) });

  const cost = (node: CelExpression): CostRange => {
    switch (node.kind) {
      case 'literal': return fixed(0);
      case 'ident':
        paths.set(node.id, localOf(node)?.path ?? [node.name]);
        return fixed(1);
      case 'select': return costOfSelect(node);
      case 'call': return costOfCall(node);
      case 'list': {
        const sum = node.elements.reduce((total, element) => addRanges(total, cost(element)), fixed(LIST_COST));
        entrySizes.set(node.id, { isList: true, key: fixed(1), value: unionOf(node.elements.map(sizeOrUnknown)) });
        return sum;
      }
      case 'map': {
        const sum = node.entries.reduce((total, { key, value }) => addRanges(total, addRanges(cost(key), cost(value))), fixed(MAP_COST));
        entrySizes.set(node.id, { isList: false, key: unionOf(node.entries.map(({ key }) => sizeOrUnknown(key))), value: unionOf(node.entries.map(({ value }) => sizeOrUnknown(value))) });
        return sum;
      }
      case 'struct': return node.fields.reduce((total, { value }) => addRanges(total, cost(value)), fixed(STRUCT_COST));
      case 'comprehension': return isBinding(node) ? costOfBinding(node) : costOfFold(node);
    }
  };

  const costOfSelect = (node: CelExpression & { kind: 'select' }): CostRange => {
    const name = checked.qualifiedNames.get(node.id);
    if (name !== undefined) {
      paths.set(node.id, [name]);
      return fixed(1);
    }
    const operand = cost(node.operand);
    // Asking for the presence of a field costs nothing.
    if (node.testOnly) return operand;
    paths.set(node.id, [...pathOf(node.operand), node.field]);
    const kind = typeOf(node.operand)?.kind;
    return kind === 'map' || kind === 'struct' || kind === 'typeParam' ? addRanges(operand, fixed(1)) : operand;
  };

  const costOfBinding = (node: CelComprehension): CostRange => {
    const before = addRanges(cost(node.range), cost(node.accuInit));
    push(node.accuVar, { path: pathOf(node.accuInit), size: sizeOfNode(node.accuInit), entries: entriesOf(node.accuInit) });
    const sum = addRanges(before, cost(node.result));
    pop(node.accuVar);
    setSize(node, sizeOfNode(node.result));
    setEntries(node, entriesOf(node.result));
    return sum;
  };

  const costOfFold = (node: CelComprehension): CostRange => {
    let sum = addRanges(cost(node.range), cost(node.accuInit));
    push(node.accuVar, { path: pathOf(node.accuInit), size: sizeOfNode(node.accuInit), entries: entriesOf(node.accuInit) });
    const entries = entriesOf(node.range);
    const isList = entries?.isList ?? typeOf(node.range)?.kind === 'list';
    const path = pathOf(node.range);
    const [key, value]: Local[] = [
      { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key, entries: undefined }, { path: [...path, isList ? '@items' : '@values'], size: entries?.value, entries: undefined },
    ];
    push(node.iterVar, (node.iterVar2 !== undefined || !isList ? key : value) as Local);
    if (node.iterVar2 !== undefined) push(node.iterVar2, value as Local);
    const condition = cost(node.condition);
    const step = cost(node.step);
    pop(node.iterVar);
    if (node.iterVar2 !== undefined) pop(node.iterVar2);
    sum = addRanges(sum, cost(node.result));
    pop(node.accuVar);
    const count = sizeOrUnknown(node.range);
    if (node.accuInit.kind === 'literal') setSize(node, sizeOfNode(node.accuInit));
    else if (node.accuInit.kind === 'list' || node.accuInit.kind === 'map') {
      setSize(node, count);
      setEntries(node, entriesOf(node.step));
    }
    return addRanges(sum, scaleRange(count, addRanges(step, condition)));
  };

  const costOfCall = (node: CelExpression & { kind: 'call' }): CostRange => {
    const qualified = checked.qualifiedNames.get(node.id);
    const name = qualified ?? (node.function.startsWith('.') ? node.function.slice(1) : node.function);
    if (name === 'dyn') {
      const [inner] = node.args as [CelExpression];
      const sum = addRanges(fixed(1), cost(inner));
      setSize(node, sizeOfNode(inner));
      setEntries(node, entriesOf(inner));
      return sum;
    }
    const argumentCosts = node.args.map(cost);
    const args = node.args.map(costNode);
    const target = qualified === undefined ? node.target : undefined;
    const targetCost = target === undefined ? fixed(0) : cost(target);
    const call: PricedCall = { node, name, target: target === undefined ? undefined : costNode(target), args, argumentCosts, argumentSum: argumentCosts.reduce(addRanges, fixed(0)) };
    const overloads = checked.overloads.get(node.id) ?? [undefined];
    let total: CostRange = { min: UNBOUNDED, max: 0 };
    let size: CostRange | undefined;
    for (const overload of overloads) {
      const found = costOfOverload(call, overload);
      total = { min: Math.min(total.min, found.cost.min), max: Math.max(total.max, found.cost.max) };
      if (found.size !== undefined) size = size === undefined ? found.size : unionOf([size, found.size]);
      const container = overload?.params[0]?.kind;
      if (name === '_[_]' && (container === 'list' || container === 'map')) {
        const [collection] = node.args as [CelExpression];
        size = entriesOf(collection)?.value;
        paths.set(node.id, [...pathOf(collection), container === 'list' ? '@items' : '@values']);
      }
      size ??= sizeOfNode(node);
    }
    setSize(node, size);
    return addRanges(targetCost, total);
  };

  const costOfOverload = (call: PricedCall, overload: CelOverload | undefined): CallCost => {
    const { node, name, target, args, argumentCosts, argumentSum } = call;
    if (name === '_&&_' || name === '_||_') {
      // The second operand may never be looked at.
      const [left, right] = argumentCosts as [CostRange, CostRange];
      return { cost: { min: left.min, max: addRanges(left, right).max } };
    }
    if (name === '_?_:_') {
      const [condition, yes, no] = argumentCosts as [CostRange, CostRange, CostRange];
      const [, yesNode, noNode] = node.args as [CelExpression, CelExpression, CelExpression];
      setEntries(node, unionOfEntries(entriesOf(yesNode), entriesOf(noNode)));
      return { cost: addRanges(condition, unionOf([yes, no])), size: unionOf([sizeOrUnknown(yesNode), sizeOrUnknown(noNode)]) };
    }
    const known = estimateCall(name, overload, target, args, sizeOf) ?? costOfOperator(call, overload);
    return known === undefined ? { cost: addRanges(fixed(1), argumentSum) } : { ...known, cost: addRanges(known.cost, argumentSum) };
  };

  /** The cost of a call without that of its arguments; undefined when it is always the same. */
  const costOfOperator = ({ node, name, target, args }: PricedCall, overload: CelOverload | undefined): CallCost | undefined => {
    const [first, second] = args as [CostNode, CostNode];
    const sizeOfArgument = (argument: CostNode): CostRange => argument.size ?? unknownRange;
    const kind = overload?.params[0]?.kind;
    switch (name) {
      case '_+_':
        if (kind === 'string' || kind === 'bytes' || kind === 'list') {
          const size = addRanges(sizeOfArgument(first), sizeOfArgument(second));
          const [left, right] = node.args as [CelExpression, CelExpression];
          setEntries(node, unionOfEntries(entriesOf(left), entriesOf(right)));
          return { cost: kind === 'list' ? fixed(1) : scaleRangeBy(size, STRING_FACTOR), size };
        }
        return undefined;
      case '@in': return overload?.params[1]?.kind === 'list' ? { cost: sizeOfArgument(second) } : undefined;
      case 'startsWith':
      case 'endsWith': return { cost: scaleRangeBy(sizeOfArgument(first), STRING_FACTOR) };
      case 'contains': return target === undefined ? undefined : { cost: scaleRange(scaleRangeBy(sizeOfArgument(target), STRING_FACTOR), scaleRangeBy(sizeOfArgument(first), STRING_FACTOR)) };
      case 'matches':
        return target === undefined ? undefined : { cost: scaleRange(scaleRangeBy(addRanges(sizeOfArgument(target), fixed(1)), STRING_FACTOR), scaleRangeBy(sizeOfArgument(first), REGEX_FACTOR)) };
      case 'format': return target === undefined ? undefined : { cost: scaleRangeBy(sizeOfArgument(target), STRING_FACTOR) };
      case 'strings.quote': {
        const size = sizeOfArgument(first);
        return { cost: scaleRangeBy(size, STRING_FACTOR), size: addRanges(scaleRange({ min: 1, max: 2 }, size), fixed(2)) };
      }
      case 'bytes':
      case 'string': {
        if (kind !== (name === 'bytes' ? 'string' : 'bytes')) return undefined;
        const size = sizeOfArgument(first);
        return { cost: scaleRangeBy(size, STRING_FACTOR), size: name === 'bytes' ? scaleRange({ min: 1, max: 4 }, size) : { min: Math.floor(size.min / 4), max: size.max } };
      }
      default:
    }
    if (name !== '_==_' && name !== '_!=_' && !(COMPARISONS.has(name) && (kind === 'string' || kind === 'bytes'))) return undefined;
    const smaller = Math.min(sizeOfArgument(first).max, sizeOfArgument(second).max);
    return { cost: scaleRangeBy({ min: smaller > 0 ? 1 : 0, max: smaller }, STRING_FACTOR) };
  };

  return cost(expression).max;
}

/** `cel.bind` and what else names a value: a fold over nothing. */
function isBinding({ range, condition, accuVar }: CelComprehension): boolean {
  return range.kind === 'list' && range.elements.length === 0 && condition.kind === 'literal' && condition.value === false && accuVar !== '@result';
}

function unionOfEntries(left: EntrySizes | undefined, right: EntrySizes | undefined): EntrySizes | undefined {
  return left === undefined || right === undefined ? undefined : { isList: left.isList, key: unionOf([left.key, right.key]), value: unionOf([left.value, right.value]) };
}

function literalSize(node: CelExpression): CostRange | undefined {
  if (node.kind === 'list') return fixed(node.elements.length);
  if (node.kind === 'map') return fixed(node.entries.length);
  if (node.kind !== 'literal') return undefined;
  const { value } = node;
  if (typeof value === 'string') return fixed(Array.from(value).length);
  return fixed(typeof value === 'object' && value !== null && value.tag === 'bytes' ? value.value.length : 1);
}

const SCALARS: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType | undefined): boolean {
  if (type === undefined) return false;
  return SCALARS.has(type.kind) || (type.kind === 'opaque' && type.name === 'optional_type' && isScalar(type.params[0]));
}
