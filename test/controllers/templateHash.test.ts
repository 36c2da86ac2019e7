// Names made of contents.
import { describe, expect, it } from 'vitest';
import { fnv1aOfBytes, fnv1OfBytes, revisionHash, safeEncode, templateHash } from '../../src/controllers/shared/templateHash.js';
import { utf8Bytes } from '../../src/util/utf8.js';

describe('hashes of templates', () => {
  it('digits are spelled by a fixed substitution', () => {
    expect(safeEncode('0123456789')).toBe('456789bcdf');
  });

  it.each([
    ['', 0x811c9dc5, 0x811c9dc5],
    ['a', 0xe40c292c, 0x050c5d7e],
    ['foobar', 0xbf9cf968, 0x31f0b262],
  ])('FNV of %j', (text, want1a, want1) => {
    expect([fnv1aOfBytes(utf8Bytes(text)), fnv1OfBytes(utf8Bytes(text))]).toEqual([want1a, want1]);
  });

  it('a hash depends on the template and the collision count, not on the order of keys', () => {
    const hash = templateHash({ spec: { a: 1, b: 2 } }, undefined);
    expect(hash).toMatch(/^[4-9bcdf]{1,10}$/);
    expect(templateHash({ spec: { b: 2, a: 1 } }, undefined)).toBe(hash);
    expect(templateHash({ spec: { a: 1, b: 2 } }, 1)).not.toBe(hash);
    expect(revisionHash('{}', 0)).not.toBe(revisionHash('{}', 1));
  });

  it.each(['plain', 'grün', 'a\u{1F600}'])('a template is hashed by its bytes: %j', (text) => {
    const bytes = utf8Bytes(`{"text":"${text}"}`);
    expect(templateHash({ text }, undefined)).toBe(safeEncode(String(fnv1aOfBytes(bytes))));
    expect(templateHash({ text }, 258)).toBe(safeEncode(String(fnv1aOfBytes([...bytes, 2, 1, 0, 0, 0, 0, 0, 0]))));
  });

  it('the hash of a revision takes the collision count as decimal text', () => {
    expect(revisionHash('{}', 0)).toBe(safeEncode(String(fnv1OfBytes(utf8Bytes('{}0')))));
  });
});
