// The characters that mean something in YAML, by their codes.

export const tab = 9;
export const lineFeed = 10;
export const carriageReturn = 13;
export const space = 32;
export const exclamationMark = 33;
export const doubleQuote = 34;
export const hash = 35;
export const percent = 37;
export const ampersand = 38;
export const singleQuote = 39;
export const asterisk = 42;
export const plus = 43;
export const comma = 44;
export const dash = 45;
export const dot = 46;
export const zero = 48;
export const colon = 58;
export const lessThan = 60;
export const greaterThan = 62;
export const questionMark = 63;
export const atSign = 64;
export const openBracket = 91;
export const backslash = 92;
export const closeBracket = 93;
export const backtick = 96;
export const openBrace = 123;
export const bar = 124;
export const closeBrace = 125;

/** A space or a tab. */
export function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** One of the line breaks of YAML 1.1. */
export function isBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** A line break, or the zero behind the text. */
export function isBreakOrEnd(code: number): boolean {
  return code === lineFeed || code === 0 || code === carriageReturn || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** A blank, a line break, or the zero behind the text. */
export function isBlankOrEnd(code: number): boolean {
  return code === space || code === tab || isBreakOrEnd(code);
}

/** 0 to 9. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** What names of anchors, tags and directives are made of. */
export function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 95 || code === dash;
}
