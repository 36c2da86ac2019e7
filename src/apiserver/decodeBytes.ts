// Base64 as Go's encoding/base64 reads it (StdEncoding): line breaks are skipped, padding is demanded.
import { BASE64_ALPHABET } from '../util/base64.js';
import { byteLength } from '../util/utf8.js';

const VALUES = new Int8Array(128).fill(-1);
for (let index = 0; index < 64; index++) VALUES[BASE64_ALPHABET.charCodeAt(index)] = index;

/** The text without line breaks, in canonical form; or the position of the byte at which Go stops. */
export function decodeBytes(text: string): { text: string } | { badByte: number } {
  const length = text.length;
  let position = 0;
  let count = 0;
  let canonical = '';
  let last = 0;
  /** The position after the line breaks that follow. */
  const skip = (from: number): number => {
    let at = from;
    while (at < length && (text[at] === '\n' || text[at] === '\r')) at++;
    return at;
  };
  for (position = skip(position); position < length; position = skip(position)) {
    const code = text.charCodeAt(position);
    const value = code < 128 ? (VALUES[code] as number) : -1;
    if (value >= 0) {
      canonical += text[position];
      last = value;
      count++;
      position++;
      continue;
    }
    const inQuantum = count % 4;
    if (text[position] !== '=' || inQuantum < 2) return { badByte: byteLength(text.slice(0, position)) };
    position++;
    if (inQuantum === 2) {
      position = skip(position);
      if (position >= length) return { badByte: byteLength(text) };
      if (text[position] !== '=') return { badByte: byteLength(text.slice(0, position)) };
      position++;
    }
    position = skip(position);
    if (position < length) return { badByte: byteLength(text.slice(0, position)) };
    const kept = inQuantum === 2 ? last & 0x30 : last & 0x3c;
    return { text: canonical.slice(0, -1) + BASE64_ALPHABET[kept] + (inQuantum === 2 ? '==' : '=') };
  }
  // An unfinished quantum is reported at its first byte.
  if (count % 4 !== 0) return { badByte: byteLength(text) - (count % 4) };
  return { text: canonical };
}
