// What unquoted scalars and keys mean.
import { describe, expect, test } from 'vitest';
import { floatKey, plainScalar } from '../../src/manifest/scalar.js';

describe('plainScalar', () => {
  test.each<[string, unknown]>([
    ['', null], ['~', null], ['null', null], ['NULL', null], ['nUll', 'nUll'],
    ['y', true], ['Yes', true], ['on', true], ['TRUE', true], ['tRue', 'tRue'], ['n', false], ['No', false], ['OFF', false],
    ['0', 0], ['12', 12], ['-12', -12], ['+12', 12], ['-0', 0], ['1_000', 1000], ['12_', 12], ['_1', '_1'], ['010', 8], ['0o17', 15], ['0O17', 15], ['08', 8], ['09.5', 9.5],
    ['0x1F', 31], ['0X1f', 31], ['-0x1F', -31], ['0x', '0x'], ['0b11', 3], ['0b12', '0b12'], ['00', 0], ['0x_1', 1],
    ['9007199254740993', 9007199254740992], ['18446744073709551615', 18446744073709552000], ['99999999999999999999', 1e20], ['0xFFFFFFFFFFFFFFFFF', '0xFFFFFFFFFFFFFFFFF'],
    ['1e3', 1000], ['1E-2', 0.01], ['1.', 1], ['.5', 0.5], ['-.5', -0.5], ['1_0.5_0', 10.5], ['.5_0', 0.5], ['.5_', '.5_'], ['1e400', '1e400'], ['0.1.2', '0.1.2'], ['1e', '1e'], ['12e5', 1200000],
    ['.', '.'], ['.inf', Number.POSITIVE_INFINITY], ['-.Inf', Number.NEGATIVE_INFINITY], ['inf', 'inf'], ['.NaN', Number.NaN],
    ['1:30', '1:30'], ['2001-01-01', '2001-01-01'], ['+', '+'], ['-', '-'], ['1 2', '1 2'], ['5Gi', '5Gi'], ['<<', '<<'],
  ])('%j', (text, value) => {
    expect(plainScalar(text)).toBe(value);
  });
});

describe('floatKey', () => {
  test.each<[number, string]>([[1000, '1000'], [3.14159265358979, '3.1415927'], [0.1, '0.1'], [1e6, '1e+06'], [123456, '123456'], [1.5e-5, '1.5e-05'], [0.0001, '0.0001'], [-2.5, '-2.5'], [1e21, '1e+21'], [Number.POSITIVE_INFINITY, '.inf'], [0, '0'], [12345678, '1.2345678e+07']])('%d', (value, text) => {
    expect(floatKey(value)).toBe(text);
  });
});
