// IP addresses and CIDR ranges as API fields: lenient parsing, strict checks, canonical text, warnings.
// Source: apimachinery/pkg/util/validation/ip.go, k8s.io/utils/internal/third_party/forked/golang/net/parse.go
import { invalid, type FieldErrors } from '../../api/fieldError.js';
import { pathText, type FieldPath } from '../../api/fieldPath.js';
import { goQuote } from '../../util/goText.js';

/** A parsed address. An IPv4-mapped IPv6 address counts as IPv4. */
export interface IpAddress {
  readonly family: 'IPv4' | 'IPv6';
  /** 4 or 16 numbers from 0 to 255. */
  readonly bytes: readonly number[];
  /** Written as ::ffff:1.2.3.4. */
  readonly isMapped: boolean;
  readonly hasLeadingZeros: boolean;
}

/** A parsed range. */
export interface CidrRange {
  /** The address as written. */
  readonly ip: IpAddress;
  /** The address with all bits beyond the prefix cleared. */
  readonly network: IpAddress;
  /** Bits of the prefix; of the IPv4 part when the address is mapped. */
  readonly prefixLength: number;
  readonly hasLeadingZeros: boolean;
}

const ZERO = '0'.charCodeAt(0);

/** The address, read as leniently as Go once did (leading zeros), or undefined. */
export function parseIp(text: string): IpAddress | undefined {
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '.') return parseIpv4(text);
    if (text[index] === ':') return parseIpv6(text);
  }
  return undefined;
}

function parseIpv4(text: string): IpAddress | undefined {
  const bytes: number[] = [];
  let hasLeadingZeros = false;
  let start = 0;
  let value = 0;
  for (let index = 0; index <= text.length; index++) {
    if (index === text.length || text[index] === '.') {
      if (index === start) return undefined;
      if (index > start + 1 && text[start] === '0') hasLeadingZeros = true;
      bytes.push(value);
      start = index + 1;
      value = 0;
      continue;
    }
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
    if (value > 255) return undefined;
  }
  if (bytes.length !== 4) return undefined;
  return { family: 'IPv4', bytes, isMapped: false, hasLeadingZeros };
}

function parseIpv6(text: string): IpAddress | undefined {
  let rest = text;
  let hasLeadingZeros = false;
  let tail: number[] = [];
  const lastColon = rest.lastIndexOf(':');
  if (rest.includes('.')) {
    const v4 = parseIpv4(rest.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    tail = [...v4.bytes];
    hasLeadingZeros = v4.hasLeadingZeros;
    rest = rest.slice(0, lastColon + 1);
    if (!rest.endsWith('::')) rest = rest.slice(0, -1);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const groups: number[][] = [];
  for (const half of halves) {
    const values: number[] = [];
    for (const part of half === '' ? [] : half.split(':')) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      const value = Number.parseInt(part, 16);
      values.push(value >> 8, value & 255);
    }
    groups.push(values);
  }
  const head = groups[0] as number[];
  let bytes: number[];
  if (halves.length === 1) bytes = [...head, ...tail];
  else {
    const end = [...(groups[1] as number[]), ...tail];
    const missing = 16 - head.length - end.length;
    if (missing < 2) return undefined;
    bytes = [...head, ...new Array<number>(missing).fill(0), ...end];
  }
  if (bytes.length !== 16) return undefined;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return { family: 'IPv4', bytes: bytes.slice(12), isMapped, hasLeadingZeros };
  return { family: 'IPv6', bytes, isMapped, hasLeadingZeros };
}

/** The range, read leniently, or undefined. */
export function parseCidr(text: string): CidrRange | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (ip === undefined || !/^[0-9]+$/.test(length)) return undefined;
  const written = Number(length);
  if (written > (ip.family === 'IPv6' || ip.isMapped ? 128 : 32)) return undefined;
  if (ip.isMapped && written < 96) return undefined;
  const prefixLength = ip.isMapped ? written - 96 : written;
  return { ip, network: { ...ip, bytes: maskedBytes(ip.bytes, prefixLength) }, prefixLength, hasLeadingZeros: ip.hasLeadingZeros || (length.length > 1 && length[0] === '0') };
}

function maskedBytes(bytes: readonly number[], prefixLength: number): number[] {
  return bytes.map((byte, index) => {
    const bits = Math.min(Math.max(prefixLength - index * 8, 0), 8);
    return byte & (0xff << (8 - bits)) & 0xff;
  });
}

/** The canonical text: dotted, or RFC 5952. */
export function ipText(ip: IpAddress): string {
  const { bytes } = ip;
  if (bytes.length === 4) return bytes.join('.');
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2) groups.push(((bytes[index] as number) << 8) | (bytes[index + 1] as number));
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

/** 'network/length' in canonical form. */
export function cidrText(range: CidrRange): string {
  return `${ipText(range.network)}/${range.prefixLength}`;
}

/** True when the address lies in the range. */
export function cidrContains(range: CidrRange, ip: IpAddress): boolean {
  if (range.ip.bytes.length !== ip.bytes.length) return false;
  return maskedBytes(ip.bytes, range.prefixLength).every((byte, index) => byte === range.network.bytes[index]);
}

/** Checks an address as new values must be written. Source: IsValidIPForLegacyField; `knownGood` are values of the old object. */
export function validateIp(text: string, path: FieldPath, errors: FieldErrors, knownGood: readonly string[] = []): IpAddress | undefined {
  if (knownGood.includes(text)) return parseIp(text);
  const ip = parseIp(text);
  if (ip === undefined) invalid(errors, path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  else if (ip.hasLeadingZeros) invalid(errors, path, text, 'must not have leading 0s');
  else if (ip.isMapped) invalid(errors, path, text, 'must not be an IPv4-mapped IPv6 address');
  return ip;
}

/** As validateIp; the text must be the canonical one too. Source: IsValidIP */
export function validateCanonicalIp(text: string, path: FieldPath, errors: FieldErrors): IpAddress | undefined {
  const before = errors.length;
  const ip = validateIp(text, path, errors);
  if (ip !== undefined && errors.length === before && ipText(ip) !== text) invalid(errors, path, text, `must be in canonical form (${goQuote(ipText(ip))})`);
  return ip;
}

/** Checks a range as new values must be written. Source: IsValidCIDRForLegacyField; `knownGood` are values of the old object. */
export function validateCidr(text: string, path: FieldPath, errors: FieldErrors, knownGood: readonly string[] = []): CidrRange | undefined {
  const range = parseCidr(text);
  if (knownGood.includes(text)) return range;
  if (range === undefined) invalid(errors, path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  else if (range.hasLeadingZeros) invalid(errors, path, text, 'must not have leading 0s in IP or prefix length');
  else if (range.ip.isMapped) invalid(errors, path, text, 'must not have an IPv4-mapped IPv6 address');
  else if (hasHostBits(range)) invalid(errors, path, text, 'must not have bits set beyond the prefix length');
  return range;
}

/** As validateCidr; the text must be the canonical one too. Source: IsValidCIDR */
export function validateCanonicalCidr(text: string, path: FieldPath, errors: FieldErrors): CidrRange | undefined {
  const before = errors.length;
  const range = validateCidr(text, path, errors);
  if (range !== undefined && errors.length === before && cidrText(range) !== text) invalid(errors, path, text, `must be in canonical form (${goQuote(cidrText(range))})`);
  return range;
}

function hasHostBits(range: CidrRange): boolean {
  return range.ip.bytes.some((byte, index) => byte !== range.network.bytes[index]);
}

/** Refuses addresses that no endpoint can have. Source: pkg/apis/core/validation/validation.go (ValidateEndpointIP) */
export function validateEndpointIp(text: string, path: FieldPath, errors: FieldErrors): void {
  const ip = parseIp(text);
  if (ip === undefined) return invalid(errors, path, text, 'must be a valid IP address');
  const { bytes } = ip;
  const [first, second, third] = bytes as [number, number, number];
  const isV6 = bytes.length === 16;
  if (bytes.every((byte) => byte === 0)) invalid(errors, path, text, `may not be unspecified (${text})`);
  if (isV6 ? bytes.every((byte, index) => byte === (index === 15 ? 1 : 0)) : first === 127) invalid(errors, path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (isV6 ? first === 0xfe && (second & 0xc0) === 0x80 : first === 169 && second === 254) invalid(errors, path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (isV6 ? first === 0xff && (second & 0x0f) === 2 : first === 224 && second === 0 && third === 0) invalid(errors, path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}

/** Warns of an address that is not written as it should be. Source: GetWarningsForIP */
export function warnOfIp(text: string, path: FieldPath, warnings: string[]): void {
  const ip = parseIp(text);
  if (ip === undefined) return;
  if (ip.hasLeadingZeros || ip.isMapped) warnings.push(`${pathText(path)}: non-standard IP address ${goQuote(text)} is invalid: use ${goQuote(ipText(ip))}`);
  else if (ip.family === 'IPv6' && ipText(ip) !== text) warnings.push(`${pathText(path)}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(ipText(ip))})`);
}

/** Warns of a range that is not written as it should be. Source: GetWarningsForCIDR */
export function warnOfCidr(text: string, path: FieldPath, warnings: string[]): void {
  const range = parseCidr(text);
  if (range === undefined) return;
  if (hasHostBits(range)) {
    warnings.push(`${pathText(path)}: CIDR value ${goQuote(text)} is ambiguous in this context (should be ${goQuote(cidrText(range))} or ${goQuote(`${ipText(range.ip)}/${range.ip.bytes.length * 8}`)}?)`);
  }
  if (range.hasLeadingZeros || range.ip.isMapped) warnings.push(`${pathText(path)}: non-standard CIDR value ${goQuote(text)} is invalid: use ${goQuote(cidrText(range))}`);
  else if (range.ip.family === 'IPv6' && !hasHostBits(range) && cidrText(range) !== text) {
    warnings.push(`${pathText(path)}: IPv6 CIDR value ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(cidrText(range))})`);
  }
}
