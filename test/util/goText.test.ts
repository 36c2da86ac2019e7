import { describe, expect, test } from 'vitest';
import { goJson, goQuote } from '../../src/util/goText.js';

describe('goJson', () => {
  test('sorts keys, drops what is undefined and escapes as encoding/json does', () => {
    expect(goJson({ b: [1, undefined, 'ü<&>\u2028'], a: { d: undefined, c: null } })).toBe('{"a":{"c":null},"b":[1,null,"ü\\u003c\\u0026\\u003e\\u2028"]}');
  });

  test('keeps the order of keys when asked to', () => expect(goJson({ b: true, a: { d: 1.5, c: 1e21 } }, false)).toBe('{"b":true,"a":{"d":1.5,"c":1e+21}}'));
});

describe('goQuote', () => {
  test.each([
    ['plain', '"plain"'],
    ['say "hi" \\ bye', '"say \\"hi\\" \\\\ bye"'],
    ['\x07\b\t\n\v\f\r', '"\\a\\b\\t\\n\\v\\f\\r"'],
    ['\u0000\u001b\u007f', '"\\x00\\x1b\\x7f"'],
    ['ü日🙂', '"ü日🙂"'],
    ['\u0080\u00a0\u200b\u{e0001}', '"\\u0080\\u00a0\\u200b\\U000e0001"'],
  ])('%j', (text, quoted) => expect(goQuote(text)).toBe(quoted));
});
