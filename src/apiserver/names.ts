// Names the server makes: generated suffixes and uids. Random in a real server; here a function of the seed and of a text.
// Source: apiserver/pkg/storage/names/generate.go, apimachinery/pkg/util/rand/rand.go

/** The characters of generated suffixes: no vowels, no characters that look alike. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const MAX_GENERATED_BASE = 58;

/** 32-bit FNV-1a of the text, a code unit a step. */
function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Five characters that depend on the text and the seed alone. */
export function randomSuffix(text: string, seed: number): string {
  let rest = mix(fnv1a(text, (0x811c9dc5 ^ seed) >>> 0));
  let suffix = '';
  for (let count = 0; count < 5; count++) {
    suffix += SUFFIX_ALPHABET[rest % 27];
    rest = Math.floor(rest / 27);
  }
  return suffix;
}

/** Spreads the bits of a hash, so that texts that differ in their end differ everywhere. */
function mix(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The base of a generated name, cut so that the whole name has at most 63 characters. */
export function generatedBase(generateName: string): string {
  return generateName.slice(0, MAX_GENERATED_BASE);
}

const DIGITS: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** The character codes of the last UUID: '8-4-4-4-12' digits, the dashes in their places. */
const codes: number[] = Array.from('00000000-0000-0000-0000-000000000000', (digit) => digit.charCodeAt(0));

/** Writes the lower `count` hexadecimal digits of the word. */
function putHex(word: number, at: number, count: number): void {
  for (let digit = 0; digit < count; digit++) codes[at + digit] = DIGITS[(word >>> (4 * (count - 1 - digit))) & 15] as number;
}

/** A version 4 UUID that depends on the seed and the counter alone. */
export function uidOf(counter: number, seed: number): string {
  const word = (salt: number): number => mix((Math.imul(counter, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca77) ^ seed) >>> 0);
  const second = (word(1) & 0xffff0fff) | 0x4000;
  const third = (word(2) & 0x3fffffff) | 0x80000000;
  putHex(word(0), 0, 8);
  putHex(second >>> 16, 9, 4);
  putHex(second, 14, 4);
  putHex(third >>> 16, 19, 4);
  putHex(third, 24, 4);
  putHex(word(3), 28, 8);
  // One flat text: what is put together from parts is put together again when it first becomes a key.
  return String.fromCharCode(...codes);
}
