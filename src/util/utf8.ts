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
