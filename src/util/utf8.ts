// Text in UTF-8: lengths as Go counts them, bytes of text and text of bytes.

/** The number of bytes of the text in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && index + 1 < text.length) {
      bytes += 2;
      index++;
    } else bytes += 2;
  }
  return bytes;
}

/** The UTF-8 bytes of the text; a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): number[] {
  return asciiBytes(text) ?? wideBytes(text);
}

function asciiBytes(text: string): number[] | undefined {
  const bytes = new Array<number>(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return undefined;
    bytes[index] = code;
  }
  return bytes;
}

function wideBytes(text: string): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    let code = text.codePointAt(index) as number;
    if (code > 0xffff) index++;
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** The text of UTF-8 bytes; each byte that begins no character becomes U+FFFD. */
export function utf8Text(bytes: ArrayLike<number>): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const code = codePointAt(bytes, at);
    text += code < 0 ? '\ufffd' : String.fromCodePoint(code);
    at += widthOf(code);
  }
  return text;
}

/** The text of UTF-8 bytes; undefined when they are not UTF-8. */
export function strictUtf8Text(bytes: ArrayLike<number>): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const code = codePointAt(bytes, at);
    if (code < 0) return undefined;
    text += String.fromCodePoint(code);
    at += widthOf(code);
  }
  return text;
}

function widthOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** The character that begins at a byte; -1 when none does. */
function codePointAt(bytes: ArrayLike<number>, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return lead;
  const width = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (width === 0) return -1;
  let code = lead & (0x7f >> width);
  for (let step = 1; step < width; step++) {
    const next = bytes[at + step] ?? 0;
    if (next >> 6 !== 2) return -1;
    code = (code << 6) | (next & 63);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0x10ffff || isSurrogate || widthOf(code) !== width ? -1 : code;
}

/** A byte that is no UTF-8 stands as this plus the byte: a lone surrogate, which no valid text holds. */
const strayByte = 0xdc00;

/** The text of bytes in UTF-8. Bytes that are none are kept as lone surrogates, so that a reader can say what is wrong with them. */
export function decodeBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const width = sequenceWidth(first);
    let code = width === 1 ? first : first & (0xff >> (width + 1));
    let isValid = width > 0 && at + width <= bytes.length;
    for (let index = 1; isValid && index < width; index++) {
      const next = bytes[at + index] as number;
      isValid = (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    if (isValid && isScalar(code) && code >= LEAST[width as 1 | 2 | 3 | 4]) {
      text += String.fromCodePoint(code);
      at += width;
    } else {
      text += String.fromCharCode(strayByte + first);
      at++;
    }
  }
  return text;
}

/** What kubectl's YAML library says of the byte that decodeBytes kept at the offset; undefined when there is none. */
export function strayByteProblem(text: string, offset: number): string | undefined {
  const first = strayByteAt(text, offset);
  if (first === undefined) return undefined;
  if (offset === 0 && first === 0xff && strayByteAt(text, 1) === 0xfe) return 'incomplete UTF-16 character';
  const width = sequenceWidth(first);
  if (width === 0) return 'invalid leading UTF-8 octet';
  const rest = Array.from({ length: width - 1 }, (_, index) => strayByteAt(text, offset + 1 + index));
  if (offset + width > text.length) return 'incomplete UTF-8 octet sequence';
  if (rest.some((byte) => byte === undefined || (byte & 0xc0) !== 0x80)) return 'invalid trailing UTF-8 octet';
  const code = rest.reduce<number>((sum, byte) => (sum << 6) | ((byte as number) & 0x3f), first & (0xff >> (width + 1)));
  return code < LEAST[width as 2 | 3 | 4] ? 'invalid length of a UTF-8 sequence' : 'invalid Unicode character';
}

/** The least character that needs so many bytes. */
const LEAST = { 1: 0, 2: 0x80, 3: 0x800, 4: 0x10000 } as const;

function sequenceWidth(first: number): 0 | 1 | 2 | 3 | 4 {
  return first < 0x80 ? 1 : (first & 0xe0) === 0xc0 ? 2 : (first & 0xf0) === 0xe0 ? 3 : (first & 0xf8) === 0xf0 ? 4 : 0;
}

function isScalar(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

function strayByteAt(text: string, offset: number): number | undefined {
  const code = text.charCodeAt(offset);
  return code >= strayByte + 0x80 && code <= strayByte + 0xff ? code - strayByte : undefined;
}
