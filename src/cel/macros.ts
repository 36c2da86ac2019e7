// The macros Kubernetes enables: calls that become folds, presence tests or conditionals before they are type-checked.
// Source: google/cel-go parser/macro.go, ext/comprehensions.go, ext/lists.go (sortBy), cel/library.go (optMap, optFlatMap)

import type { CelComprehension, CelExpression, CelIssue } from './celExpression.js';
import type { CelValue } from './celValue.js';

/** Where the nodes a macro makes get their ids and their place from. */
export interface MacroBuilder { newId: () => number; offset: number }

/** The accumulator of every fold; not writable in source. */
const accumulatorName = '@result';

/** What the call expands to, an issue with its arguments, or undefined when no macro has this form. */
export function expandMacro(builder: MacroBuilder, name: string, target: CelExpression | undefined, args: CelExpression[]): CelExpression | CelIssue | undefined {
  const literal = (value: CelValue): CelExpression => ({ kind: 'literal', id: builder.newId(), offset: builder.offset, value });
  const ident = (identName: string): CelExpression => ({ kind: 'ident', id: builder.newId(), offset: builder.offset, name: identName });
  const accumulator = (): CelExpression => ident(accumulatorName);
  const call = (name: string, ...callArgs: CelExpression[]): CelExpression => ({ kind: 'call', id: builder.newId(), offset: builder.offset, function: name, target: undefined, args: callArgs });
  const memberCall = (name: string, callTarget: CelExpression, ...callArgs: CelExpression[]): CelExpression => ({ kind: 'call', id: builder.newId(), offset: builder.offset, function: name, target: callTarget, args: callArgs });
  const list = (...elements: CelExpression[]): CelExpression => ({ kind: 'list', id: builder.newId(), offset: builder.offset, elements, optionalIndices: new Set() });
  const emptyMap = (): CelExpression => ({ kind: 'map', id: builder.newId(), offset: builder.offset, entries: [] });
  const fold = (parts: Omit<CelComprehension, 'kind' | 'id' | 'offset' | 'accuVar'> & { accuVar?: string }): CelExpression =>
    ({ kind: 'comprehension', id: builder.newId(), offset: builder.offset, accuVar: accumulatorName, ...parts });

  if (target === undefined) {
    if (name !== 'has' || args.length !== 1) return undefined;
    const [argument] = args as [CelExpression];
    if (argument.kind !== 'select') return { offset: argument.offset, message: 'invalid argument to has() macro' };
    return { kind: 'select', id: builder.newId(), offset: builder.offset, operand: argument.operand, field: argument.field, testOnly: true };
  }

  const simpleName = (argument: CelExpression, message: string): string | CelIssue => {
    if (argument.kind !== 'ident') return { offset: argument.offset, message };
    if (argument.name === accumulatorName || argument.name === '__result__') return { offset: argument.offset, message: 'iteration variable overwrites accumulator variable' };
    return argument.name;
  };

  /** The folds of `all`, `exists` and `exists_one`, over one or two variables. */
  const quantifier = (iterVar: string, iterVar2: string | undefined, predicate: CelExpression): CelExpression => {
    const range = target;
    if (name === 'all') {
      return fold({
        range, iterVar, iterVar2, accuInit: literal(true), condition: call('@not_strictly_false', accumulator()),
        step: call('_&&_', accumulator(), predicate), result: accumulator(),
      });
    }
    if (name === 'exists') {
      return fold({
        range, iterVar, iterVar2, accuInit: literal(false), condition: call('@not_strictly_false', call('!_', accumulator())),
        step: call('_||_', accumulator(), predicate), result: accumulator(),
      });
    }
    return fold({
      range, iterVar, iterVar2, accuInit: literal(0n), condition: literal(true),
      step: call('_?_:_', predicate, call('_+_', accumulator(), literal(1n)), accumulator()), result: call('_==_', accumulator(), literal(1n)),
    });
  };
  /** A fold that adds one thing per element, if the filter lets it. */
  const collect = (iterVar: string, iterVar2: string | undefined, accuInit: CelExpression, add: CelExpression, filter: CelExpression | undefined): CelExpression =>
    fold({
      range: target, iterVar, iterVar2, accuInit, condition: literal(true),
      step: filter === undefined ? add : call('_?_:_', filter, add, accumulator()), result: accumulator(),
    });

  const count = args.length;
  switch (name) {
    case 'all': case 'exists': case 'exists_one': case 'existsOne': {
      if (count === 2) {
        const iterVar = simpleName(args[0]!, 'argument must be a simple name');
        return typeof iterVar === 'string' ? quantifier(iterVar, undefined, args[1]!) : iterVar;
      }
      if (count !== 3) return undefined;
      const names = twoNames(args, simpleName);
      return 'message' in names ? names : quantifier(names.first, names.second, args[2]!);
    }
    case 'map': case 'filter': {
      if (count !== 2 && !(name === 'map' && count === 3)) return undefined;
      const iterVar = simpleName(args[0]!, 'argument is not an identifier');
      if (typeof iterVar !== 'string') return iterVar;
      const element = name === 'filter' ? args[0]! : args[count - 1]!;
      return collect(iterVar, undefined, list(), call('_+_', accumulator(), list(element)), name === 'filter' ? args[1] : count === 3 ? args[1] : undefined);
    }
    case 'transformList': case 'transformMap': case 'transformMapEntry': {
      if (count !== 3 && count !== 4) return undefined;
      const names = twoNames(args, simpleName);
      if ('message' in names) return names;
      const filter = count === 4 ? args[2] : undefined;
      const transform = args[count - 1]!;
      if (name === 'transformList') return collect(names.first, names.second, list(), call('_+_', accumulator(), list(transform)), filter);
      const add = name === 'transformMap' ? call('cel.@mapInsert', accumulator(), ident(names.first), transform) : call('cel.@mapInsert', accumulator(), transform);
      return collect(names.first, names.second, emptyMap(), add, filter);
    }
    case 'optMap': case 'optFlatMap': {
      if (count !== 2) return undefined;
      const variable = args[0]!;
      if (variable.kind !== 'ident') return { offset: variable.offset, message: `${name}() variable name must be a simple identifier` };
      const inner = fold({
        range: list(), iterVar: '#unused', iterVar2: undefined, accuVar: variable.name, accuInit: memberCall('value', target),
        condition: literal(false), step: ident(variable.name), result: args[1]!,
      });
      return call('_?_:_', memberCall('hasValue', target), name === 'optMap' ? call('optional.of', inner) : inner, call('optional.none'));
    }
    case 'sortBy': {
      if (count !== 2) return undefined;
      if (target.kind !== 'list' && target.kind !== 'select' && target.kind !== 'ident' && target.kind !== 'comprehension' && target.kind !== 'call') {
        return { offset: target.offset, message: 'sortBy can only be applied to a list, identifier, comprehension, call or select expression' };
      }
      const iterVar = simpleName(args[0]!, 'argument is not an identifier');
      if (typeof iterVar !== 'string') return iterVar;
      const inputName = '@__sortBy_input__';
      const keys = fold({
        range: ident(inputName), iterVar, iterVar2: undefined, accuInit: list(), condition: literal(true),
        step: call('_+_', accumulator(), list(args[1]!)), result: accumulator(),
      });
      return fold({
        range: list(), iterVar: '#unused', iterVar2: undefined, accuVar: inputName, accuInit: target,
        condition: literal(false), step: ident(inputName), result: memberCall('@sortByAssociatedKeys', ident(inputName), keys),
      });
    }
    default: return undefined;
  }
}

function twoNames(args: readonly CelExpression[], simpleName: (argument: CelExpression, message: string) => string | CelIssue): { first: string; second: string } | CelIssue {
  const first = simpleName(args[0]!, 'argument must be a simple name');
  if (typeof first !== 'string') return first;
  const second = simpleName(args[1]!, 'argument must be a simple name');
  if (typeof second !== 'string') return second;
  if (first === second) return { offset: args[1]!.offset, message: `duplicate variable name: ${first}` };
  return { first, second };
}
