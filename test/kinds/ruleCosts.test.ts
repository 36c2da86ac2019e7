// What rules in CEL cost at most, by the schema of the values they look at: with nothing said of sizes, and with sizes.
import { expect, test } from 'vitest';
import type { JSONSchemaProps } from '../../src/api/types.js';
import { celEnvironment, compileCel } from '../../src/cel/compileCel.js';
import { estimateMaxCost } from '../../src/cel/costEstimate.js';
import { schemaToCelType } from '../../src/cel/schemaTypes.js';
import { schemaSizes, sizeAtPath } from '../../src/kinds/structuralSchema/schemaSizes.js';

type MakeSchema = (max: number | undefined) => JSONSchemaProps;

const maxItems = (max: number | undefined): object => (max === undefined ? {} : { maxItems: max });
const maxLength = (max: number | undefined): object => (max === undefined ? {} : { maxLength: max });
const maxProperties = (max: number | undefined): object => (max === undefined ? {} : { maxProperties: max });
const item = (type: string): JSONSchemaProps =>
  type === 'int-or-string' ? { 'x-kubernetes-int-or-string': true } : ['duration', 'date', 'date-time'].includes(type) ? { type: 'string', format: type } : { type };
const listOf = (items: JSONSchemaProps): MakeSchema => (max) => ({ type: 'array', items, ...maxItems(max) });
const mapOf = (value: JSONSchemaProps): MakeSchema => (max) => ({ type: 'object', additionalProperties: value, ...maxProperties(max) });
const list = (type: string): MakeSchema => listOf(item(type));
const map = (type: string): MakeSchema => mapOf(item(type));
const text: MakeSchema = (max) => ({ type: 'string', ...maxLength(max) });
const bytes: MakeSchema = (max) => ({ type: 'string', format: 'byte', ...maxLength(max) });
const texts: MakeSchema = (max) => ({ type: 'array', items: text(max), ...maxItems(max) });
const object = (properties: Record<string, JSONSchemaProps>): JSONSchemaProps => ({ type: 'object', properties });

function costOf(schema: JSONSchemaProps, rule: string): number | string {
  const self = schemaToCelType(schema, false, 'selfType');
  const sizes = schemaSizes(schema, false);
  if (self === undefined || sizes === undefined) return 'no type';
  const { program, error } = compileCel(rule, celEnvironment({ self, oldSelf: self }));
  return program === undefined ? error : estimateMaxCost(program, (path) => sizeAtPath(sizes, path));
}

test.each<[string, MakeSchema, number, number, number]>([
  ['self.all(x, true)', list('number'), 4718591, 10, 32],
  ['self.all(x, true)', list('string'), 3145727, 20, 62],
  ['self.all(x, true)', list('boolean'), 1887437, 5, 17],
  ['self.all(x, true)', listOf({ type: 'array', items: { type: 'number' } }), 3145727, 100, 302],
  ['self.all(x, true)', list('int-or-string'), 4718591, 10, 32],
  ['self.all(x, true)', list('duration'), 2359295, 5, 17],
  ['self.all(x, true)', list('date'), 725936, 15, 47],
  ['self.all(x, true)', list('date-time'), 428963, 25, 77],
  ['self.all(x, true)', map('number'), 1348169, 10, 32],
  ['self.all(x, true)', map('string'), 1179647, 3, 11],
  ['self.all(x, true)', map('boolean'), 943718, 100, 302],
  ['self.all(x, true)', map('int-or-string'), 1348169, 15, 47],
  ['self.all(x, true)', map('duration'), 1048577, 5, 17],
  ['self.all(x, true)', map('date'), 524288, 10, 32],
  ['self.all(x, true)', map('date-time'), 349526, 25, 77],
  ['has(self.x)', map('number'), 1, 100, 1],
  ["self.contains('test')", text, 314574, 10, 5],
  ["self.startsWith('test')", text, 2, 15, 2],
  ["self.endsWith('test')", text, 2, 30, 2],
  ['size(self + "hello") > size("hello")', text, 314578, 4, 7],
  ['self[1] == 0.0', list('number'), 2, 5000, 2],
  ['self[1] == self[1]', list('string'), 314577, 8, 314577],
  ['self.all(x, self.all(y, true))', list('number'), 7421701914624, 10, 352],
  ['self.all(x, self.all(y, self.all(z, true)))', list('number'), 11673320338545967104, 10, 3552],
  ['self.matches("x")', text, 314574, 50, 22],
  ['"".matches("(((((((((())))))))))[0-9]")', text, 7, 10, 7],
  ['self.matches("")', text, 1, 100, 1],
  ['self[3] == 0.0', list('number'), 2, 0, 2],
  ['self["x"] == 0.0', map('number'), 2, 0, 2],
  ['self == "x"', text, 2, 0, 1],
  ['self == b"x"', bytes, 2, 0, 1],
  ['self.all(x, x == 0.0)', list('number'), 6291454, 3 * 1024 * 2048, 25165826],
  ['self[0] == 5', list('int-or-string'), 3, 10, 3],
  ['self[0] == false', list('boolean'), 2, 25, 2],
  ['self[0][0] == -1.0', listOf({ type: 'array', items: { type: 'number' } }), 3, 51, 3],
  ['self.all(x, x.y == 25.2)', listOf({ type: 'object', additionalProperties: { type: 'number' } }), 6291452, 12, 74],
  ['self[0].x > 2.0', listOf({ type: 'object', additionalProperties: { type: 'number' } }), 4, 3000, 4],
  ['self[0].getHours() == 2', list('duration'), 4, 525, 4],
  ['self[2].getDayOfMonth() == 13', list('date'), 4, 42, 4],
  ["self.find('[0-9]+') == ''", text, 629147, 10, 11],
  ["self.join(' ') == 'aa bb'", texts, 329853068905, 10, 43],
  ['self.isSorted() == true', texts, 329854432052, 10, 52],
  ["self.str.replace(self.before, self.after) == 'does not matter'", (max) => object({ str: text(max), before: text(2), after: text(4) }), 629154, 4, 12],
  ['self.str.split(self.separator) == []', (max) => object({ str: text(max), separator: text(max) }), 629160, 10, 22],
  ["self.lowerAscii() == 'lower!'", text, 314575, 10, 6],
  ['oldSelf.size() == self.size()', map('integer'), 5, 10, 5],
  ['self["a"] == self["b"]', map('date-time'), 8, 7, 8],
  ['self["c"] == self["d"]', map('duration'), 8, 42, 8],
  ["self.contains('A')", (max) => ({ type: 'string', enum: ['A', 'B', 'C', 'LongValue'], ...maxLength(max) }), 2, 1000, 401],
  ['isQuantity(self)', (max) => ({ 'x-kubernetes-int-or-string': true, ...maxLength(max) }), 314574, 20, 9],
])('%s', (rule, schema, unbounded, max, bounded) => {
  expect([costOf(schema(undefined), rule), costOf(schema(max), rule)]).toEqual([unbounded, bounded]);
});
