// The door to CEL: compile an expression once against declared names, evaluate it as often as needed.

import { checkCel, type CelDeclarations, type CheckedCel } from './checker.js';
import { formatIssues, type CelExpression } from './celExpression.js';
import { typeToString, type CelType } from './celType.js';
import { isCelError, type CelError, type CelValue } from './celValue.js';
import { planCel, type CelBindings } from './evaluator.js';
import { celFunction, joinFunctions, type CelFunction } from './functionDeclaration.js';
import { collectionFunctions } from './library/collections.js';
import { jsonPatchFunctions, kubernetesFunctions } from './library/kubernetes.js';
import { standardFunctions } from './library/operators.js';
import { literalIssues } from './literalChecks.js';
import { parseCel } from './parser.js';

/** The names expressions of one place may use. Programs are remembered per environment, so keep and reuse it. */
export interface CelEnvironment extends CelDeclarations {
  readonly compiled: Map<string, CelCompilation>;
}

/** A compiled expression. */
export interface CelProgram {
  readonly expression: CelExpression;
  readonly checked: CheckedCel;
  /** The type of the result. */
  readonly type: CelType;
  /** Runs the program; an error says why there is no value, `isUnevaluable` that only a real cluster could tell. */
  evaluate(bindings: CelBindings | Readonly<Record<string, CelValue>>): { value: CelValue; error?: undefined } | { value?: undefined; error: CelError };
}

/** A program, or the compile errors as cel-go prints them (`ERROR: <input>:1:5: undefined field 'x'` …). */
export type CelCompilation = { readonly program: CelProgram; readonly error?: undefined } | { readonly program?: undefined; readonly error: string };

const addition = standardFunctions.find(({ name }) => name === '_+_') ?? celFunction('_+_', [], () => undefined);
const allFunctions: ReadonlyMap<string, CelFunction> = joinFunctions(standardFunctions, collectionFunctions(addition), kubernetesFunctions);
const mutationFunctions: ReadonlyMap<string, CelFunction> = joinFunctions(Array.from(allFunctions.values()), jsonPatchFunctions);

/** An environment with Kubernetes' functions and the given variables. */
export function celEnvironment(
  variables: Readonly<Record<string, CelType>> | ReadonlyMap<string, CelType>,
  options: { messageTypes?: ReadonlyMap<string, CelType>; mutation?: boolean } = {},
): CelEnvironment {
  return {
    variables: variables instanceof Map ? variables : new Map(Object.entries(variables)),
    functions: options.mutation === true ? mutationFunctions : allFunctions,
    messageTypes: options.messageTypes ?? new Map(),
    compiled: new Map(),
  };
}

const MAX_COMPILED = 5000;

/** Compiles an expression; the same text in the same environment is compiled once. */
export function compileCel(text: string, environment: CelEnvironment): CelCompilation {
  const known = environment.compiled.get(text);
  if (known !== undefined) return known;
  const compilation = compile(text, environment);
  if (environment.compiled.size >= MAX_COMPILED) environment.compiled.clear();
  environment.compiled.set(text, compilation);
  return compilation;
}

function compile(text: string, environment: CelEnvironment): CelCompilation {
  const parsed = parseCel(text);
  if (parsed.expression === undefined) return { error: formatIssues(text, parsed.issues) };
  const { expression } = parsed;
  const { checked, issues } = checkCel(expression, environment);
  const found = issues.length > 0 ? issues : literalIssues(expression, checked.types);
  if (found.length > 0) return { error: formatIssues(text, found) };
  const run = planCel(expression, checked, environment);
  return {
    program: {
      expression,
      checked,
      type: checked.type,
      evaluate(bindings) {
        const value = run(typeof bindings === 'function' ? bindings : (name) => (Object.hasOwn(bindings, name) ? bindings[name] : undefined));
        return isCelError(value) ? { error: value } : { value };
      },
    },
  };
}

/** What the API server says when a result type is not one it wants, or undefined if it is. `wanted` are type names as errors print them. */
export function resultTypeProblem(program: CelProgram, wanted: readonly string[]): string | undefined {
  const actual = typeToString(program.type);
  if (actual === 'dyn' || wanted.includes(actual)) return undefined;
  return wanted.length === 1 ? `must evaluate to ${wanted[0]} but got ${actual}` : `must evaluate to one of [${wanted.join(' ')}] but got ${actual}`;
}
