// Base64 as Go's encoding/base64 reads it (StdEncoding): line breaks are skipped, padding is demanded.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let index = 0; index < 64; index++) VALUES[ALPHABET.charCodeAt(index)] = index;

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
    if (text[position] !== '=' || inQuantum < 2) return { badByte: byteOffset(text, position) };
    position++;
    if (inQuantum === 2) {
      position = skip(position);
      if (position >= length) return { badByte: byteOffset(text, length) };
      if (text[position] !== '=') return { badByte: byteOffset(text, position) };
      position++;
    }
    position = skip(position);
    if (position < length) return { badByte: byteOffset(text, position) };
    const kept = inQuantum === 2 ? last & 0x30 : last & 0x3c;
    return { text: canonical.slice(0, -1) + ALPHABET[kept] + (inQuantum === 2 ? '==' : '=') };
  }
  // An unfinished quantum is reported at its first byte.
  if (count % 4 !== 0) return { badByte: byteOffset(text, length) - (count % 4) };
  return { text: canonical };
}

/** Bytes in base64. */
export function encodeBytes(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const word = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += (ALPHABET[word >> 18] as string) + ALPHABET[(word >> 12) & 63] + (left > 1 ? ALPHABET[(word >> 6) & 63] : '=') + (left > 2 ? ALPHABET[word & 63] : '=');
  }
  return text;
}

function byteOffset(text: string, index: number): number {
  let bytes = 0;
  for (const c of text.slice(0, index)) {
    const code = c.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
