import { describe, expect, test } from 'vitest';
import { base64Length, decodeBase64, decodeStrictBase64, encodeBase64 } from '../../src/util/base64.js';
import { byteLength, strictUtf8Text, utf8Bytes, utf8Text } from '../../src/util/utf8.js';

describe('UTF-8', () => {
  test.each(['', 'plain', 'é', '日本', '🙂 and \u{10ffff}', '\ud7ff\ue000', '\u07ff\u0800\uffff'])('%j there and back', (text) => {
    const bytes = [...Buffer.from(text)];
    expect(utf8Bytes(text)).toEqual(bytes);
    expect(byteLength(text)).toBe(bytes.length);
    expect(utf8Text(bytes)).toBe(text);
    expect(strictUtf8Text(bytes)).toBe(text);
  });

  test.each<[string, number[], string]>([
    ['a byte that goes on with nothing', [0x61, 0x80, 0x62], 'a\ufffdb'],
    ['a character cut off', [0xe6, 0x97], '\ufffd\ufffd'],
    ['more bytes than needed', [0xc0, 0xaf, 0xe0, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd\ufffd'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    ['beyond the last character', [0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
    ['no lead at all', [0xff], '\ufffd'],
  ])('%s', (_name, bytes, expected) => {
    expect(utf8Text(bytes)).toBe(expected);
    expect(strictUtf8Text(bytes)).toBeUndefined();
  });
});

describe('base64', () => {
  test.each(['', 'a', 'ab', 'abc', 'abcd', '\u0000ÿ🙂'])('%j there and back', (text) => {
    const bytes = [...Buffer.from(text)];
    const encoded = Buffer.from(text).toString('base64');
    expect(encodeBase64(bytes)).toBe(encoded);
    expect(decodeStrictBase64(encoded)).toEqual(bytes);
    expect(base64Length(encoded)).toBe(bytes.length);
  });

  test('only the lenient reader passes over line breaks', () => {
    expect(decodeBase64('YW\nJj')).toEqual([97, 98, 99]);
    expect(['YW\nJj', 'YWJ', 'YW=j', 'YWJ*', 'Y===', 'YW=='].map(decodeStrictBase64)).toEqual([undefined, undefined, undefined, undefined, undefined, [97]]);
  });
});
