// CEL: what compiles, what it evaluates to, and cel-go's words for what does not.
import { describe, expect, it } from 'vitest';
import { dynType, intType, listType, stringType } from '../../src/cel/celType.js';
import { fromJson, fromJsonWithSchema, type CelValue } from '../../src/cel/celValue.js';
import { celEnvironment, compileCel, resultTypeProblem } from '../../src/cel/compileCel.js';
import { unknownAuthorizer } from '../../src/cel/library/kubernetes.js';
import { schemaToCelType } from '../../src/cel/schemaTypes.js';

const selfSchema = {
  type: 'object',
  required: ['replicas'],
  properties: {
    replicas: { type: 'integer', format: 'int64' }, name: { type: 'string' }, labels: { type: 'object', additionalProperties: { type: 'string' } },
    ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' }, 'target-port': { 'x-kubernetes-int-or-string': true } } } },
    since: { type: 'string', format: 'date-time' }, for: { type: 'string', format: 'duration' }, namespace: { type: 'string' },
  },
};
const self = { replicas: 3, name: 'web', labels: { app: 'web', tier: 'front' }, ports: [{ port: 80, 'target-port': 'http' }, { port: 443, 'target-port': 8443 }], namespace: 'prod' };
const environment = celEnvironment({ self: schemaToCelType(selfSchema, false, 'selfType')!, any: dynType, nothing: dynType, numbers: listType(intType), text: stringType });
const bindings: Record<string, CelValue> = { self: fromJsonWithSchema(self, selfSchema), any: fromJson({ a: [{ b: 1 }], s: 'x', none: null, mixed: [1, null] }), nothing: null, numbers: fromJson([3, 1, 2]), text: 'Grüße' };

/** The value as it prints, or the error. */
function run(expression: string): unknown {
  const { program, error } = compileCel(expression, environment);
  if (program === undefined) return error;
  const result = program.evaluate(bindings);
  return result.error === undefined ? result.value : `error: ${result.error.message}`;
}

describe('expressions that hold', () => {
  it.each([
    ['self.replicas == 3 && self.name.startsWith("w")'],
    ['has(self.labels.app) && !has(self.since)'],
    ['has(any.a[0].b) && !has(any.a[0].c)'],
    ['self.ports.all(p, p.port > 0) && self.ports.exists_one(p, p.port == 443)'],
    ['self.labels.all(k, v, k != v || k == "app")'],
    ['self.ports.map(p, p.port > 100, p.port) == [443]'],
    ['[1, 2, 3].exists(i, v, i == 2 && v == 3)'],
    ["self.ports[0].target__dash__port == 'http' && self.ports[1].target__dash__port == 8443"],
    ['self.__namespace__ == "prod"'],
    ['[?any.?s, ?any.?missing] == ["x"]'],
    ['{?"a": optional.none(), "b": 1} == {"b": 1}'],
    ['any.?a[0].?b.orValue(7) == 1 && any.?zzz.hasValue() == false'],
    ['numbers.sum() == 6 && numbers.max() == 3 && numbers.min() == 1 && !numbers.isSorted() && numbers.indexOf(1) == 1'],
    ['sets.contains([1, 2, 3], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])'],
    ['"a,b,c".split(",").join("-") == "a-b-c" && "%s has %d".format(["x", 3]) == "x has 3"'],
    ['text.size() == 5 && text.upperAscii() == "GRüßE" && text.charAt(2) == "ü" && text.substring(0, 2) == "Gr"'],
    ['"k8s-web-12".matches("^k8s-[a-z]+-[0-9]{2}$") && "a1b22".findAll("[0-9]+") == ["1", "22"]'],
    ['quantity("1.5Gi").isGreaterThan(quantity("1Gi")) && quantity("500m").add(quantity("0.5")) == quantity("1") && isQuantity("1x") == false'],
    ['ip("10.0.0.1").family() == 4 && cidr("10.0.0.0/8").containsIP("10.2.3.4") && !isIP("300.1.1.1")'],
    ['url("https://k8s.io:6443/a?b=c").getPort() == "6443" && url("https://k8s.io/a").getHost() == "k8s.io"'],
    ['semver("1.2.3").isLessThan(semver("1.10.0")) && isSemver("1.2") == false'],
    ['!format.dns1123Label().validate("a-b").hasValue() && format.dns1123Label().validate("A_b").hasValue()'],
    ['duration("90m") == duration("1h30m") && timestamp("2024-02-29T12:00:00Z").getDayOfYear() == 59'],
    ['9223372036854775807 > 1 && -7 / 2 == -3 && -7 % 2 == -1 && 7u + 1u == 8u'],
    ['dyn(1) == 1.0 && 1 < 1.5 && dyn([1]) == dyn([1.0])'],
    ['type(1) == int && type("") == string && type(null) == null_type'],
    ['self.replicas > 5 ? false : true'],
    ['(1 / 0 > 1) || true'],
    ["self.ports.map(p, string(p.port)).join(',') == '80,443'"],
    ['nothing == null && !has(nothing.s) && !nothing.?s.hasValue()'],
    ['has(any.none) && any.none == null && any["none"] == null && any.mixed[1] == null && any.mixed.exists(m, m == null)'],
    ['!has(any.none.s) && !has(any.s.length) && any.?none.hasValue() && dyn(null) == null'],
  ])('%s', (expression) => expect(run(expression)).toBe(true));
});

describe('errors of evaluation', () => {
  it.each([
    ['1 / 0', 'error: division by zero'],
    ['9223372036854775807 + self.replicas', 'error: integer overflow'],
    ['self.ports[7].port', 'error: index out of bounds: 7'],
    ['self.labels["none"]', 'error: no such key: none'],
    ['any.a[0].c', 'error: no such key: c'],
    ['self.since', 'error: no such key: since'],
    ['int("x")', 'error: strconv.ParseInt: parsing "x": invalid syntax'],
    ['any.s + 1', 'error: no such overload'],
    ['nothing.s', 'error: no such key: s'],
    ['any.none.s', 'error: no such key: s'],
    ['any.s.length', 'error: no such key: length'],
    ['any.none[0]', 'error: no such key: 0'],
    ['has(any.mixed.s)', "error: unsupported index type 'string' in list"],
    ['any.none.all(m, m > 0)', "error: got 'types.Null', expected iterable type"],
  ])('%s', (expression, message) => expect(run(expression)).toBe(message));
});

describe('errors of compilation', () => {
  it.each([
    ['self.replica > 1', 'self.replica > 1', 5, "undefined field 'replica'"],
    ['selfie', 'selfie', 1, "undeclared reference to 'selfie' (in container '')"],
    ['self.replicas == "3"', 'self.replicas == "3"', 15, "found no matching overload for '_==_' applied to '(int, string)'"],
    ['self.name + 1', 'self.name + 1', 11, "found no matching overload for '_+_' applied to '(string, int)'"],
    ['self.name.foo()', 'self.name.foo()', 14, "undeclared reference to 'foo' (in container '')"],
    ['"a".matches("(")', '"a".matches("(")', 13, 'invalid matches argument'],
    ['self.replicas >', 'self.replicas >', 16, "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"],
    ['1 +* 2', '1 +* 2', 4, "Syntax error: extraneous input '*' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"],
    ['(1', '(1', 3, "Syntax error: missing ')' at '<EOF>'"],
    ["'a", "'a", 1, "Syntax error: token recognition error at: ''a'"],
    ['has(self)', 'has(self)', 5, 'invalid argument to has() macro'],
  ])('%s', (expression, line, column, message) => {
    const printed = String(run(expression)).split('\n').slice(0, 3);
    expect(printed[0]).toContain(`ERROR: <input>:1:${column}: ${message}`);
    expect(printed.slice(1)).toEqual([` | ${line}`, ` | ${'.'.repeat(column - 1)}^`]);
  });
});

it('compiles an expression once', () => {
  expect(compileCel('1 + 1', environment)).toBe(compileCel('1 + 1', environment));
});

it.each([['self.replicas', 'must evaluate to bool but got int'], ['self.replicas > 1', undefined], ['any.s', undefined]])('the result of %s as a bool', (expression, problem) => {
  expect(resultTypeProblem(compileCel(expression, environment).program!, ['bool'])).toBe(problem);
});

it('tells an expression that only a real cluster can answer', () => {
  const { program } = compileCel('authorizer.group("").resource("pods").check("get").allowed()', celEnvironment({ authorizer: dynType }));
  expect(program!.evaluate({ authorizer: unknownAuthorizer }).error?.isUnevaluable).toBe(true);
});

describe('expressions of operations within operations', () => {
  const repeated = (count: number, piece: string): string => piece.repeat(count);
  const problemOf = (expression: string): string | undefined => compileCel(expression, environment).error?.split('\n')[0];
  const tooHigh = 'ERROR: <input>:-1:0: max recursion depth exceeded';
  it.each<[string, string, string | undefined]>([
    ['250 sums', `1${repeated(250, ' + 1')}`, undefined],
    ['251 sums', `1${repeated(251, ' + 1')}`, tooHigh],
    ['20000 sums', `1${repeated(20_000, '+1')}`, tooHigh],
    ['251 indexes', `any${repeated(251, '[0]')}`, tooHigh],
    ['251 selections', `any${repeated(251, '.s')}`, tooHigh],
    ['126 sums, each beside a list of 125 sums', `[${Array.from({ length: 126 }, () => `1${repeated(125, '+1')}`).join(', ')}].size()`, undefined],
    ['an index of 150 sums 150 times', `any[1${repeated(150, '+1')}]${repeated(150, '[0]')}`, tooHigh],
    ['terms of logic, which are balanced', `true${repeated(5000, ' && true')}`, undefined],
    ['251 parentheses', `${repeated(251, '(')}1${repeated(251, ')')}`, 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250'],
    ['50000 brackets after something else that is wrong', `1 + * ${repeated(50_000, '[')}`, 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250'],
    ['249 lists in lists', `${repeated(249, '[')}1${repeated(249, ']')} == 1`, "ERROR: <input>:1:501: found no matching overload for '_==_' applied to '(LISTS, int)'".replace('LISTS', `${repeated(249, 'list(')}int${repeated(249, ')')}`)],
    ['a list of 40000 items', `[${repeated(40_000, '1,')}1].size() > 0`, undefined],
  ])('%s', (_name, expression, problem) => expect(problemOf(expression)).toBe(problem));
});
