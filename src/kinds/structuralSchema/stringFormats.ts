// The string formats a custom resource's schema can ask for.
// Source: kube-openapi/pkg/validation/strfmt/default.go, apiextensions-apiserver/pkg/apiserver/validation/formats.go
import { parseDuration, parseTimestamp } from '../../cel/celTime.js';
import { parseUrl } from '../../cel/library/urls.js';
import { parseCidr, parseIp } from '../../cel/library/ipAddress.js';
import { decodeStrictBase64 } from '../../util/base64.js';

const isV4 = (text: string): boolean => text.includes('.') && !text.includes(':') && !('problem' in parseIp(text));
const uuid = (third: string, fourth: string): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`, 'i');
const anyGroup = '[0-9a-f]{4}';
const hostnamePattern = /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return Array.from(digits).reduce((sum, digit, index) => sum + (digit === 'X' ? 10 : Number(digit)) * (10 - index), 0) % 11 === 0;
}
function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  return /^\d{13}$/.test(digits) && Array.from(digits).reduce((sum, digit, index) => sum + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!/^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/.test(digits)) return false;
  let sum = 0;
  Array.from(digits).reverse().forEach((digit, index) => {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return sum % 10 === 0;
}
/** Go's duration, or a number and the name of a unit (`22 ns`, `3 days`). */
const isDuration = (text: string): boolean => parseDuration(text) !== undefined || /^\s*[+-]?(\d+(\.\d+)?\s*(ns|nanos?|nanoseconds?|us|\u00b5s|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s*)+$/i.test(text);

const checks: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['bsonobjectid', (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ['uri', (text) => !('problem' in parseUrl(text))],
  ['email', (text) => /^(?:.*<\s*)?[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+>?$/.test(text)],
  ['hostname', (text) => text.length <= 255 && hostnamePattern.test(text) && text.split('.').every((part) => part.length <= 63)],
  ['ipv4', isV4],
  ['ipv6', (text) => text.includes(':') && !text.includes('%') && !('problem' in parseIp(text) && !/^::ffff:/i.test(text))],
  ['cidr', (text) => !('problem' in parseCidr(text))],
  ['mac', (text) => /^([0-9a-f]{2}([:-]))([0-9a-f]{2}\2){4}([0-9a-f]{2})(\2[0-9a-f]{2}){0,14}$/i.test(text) || /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(\.[0-9a-f]{4})*$/i.test(text)],
  ['uuid', (text) => uuid(anyGroup, anyGroup).test(text)],
  ['uuid3', (text) => uuid('3[0-9a-f]{3}', anyGroup).test(text)],
  ['uuid4', (text) => uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}').test(text)],
  ['uuid5', (text) => uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}').test(text)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ['rgbcolor', (text) => /^rgb\(\s*((0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*){2}(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/.test(text)],
  ['byte', (text) => text !== '' && decodeStrictBase64(text) !== undefined],
  ['password', () => true],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined],
  ['duration', isDuration],
  ['datetime', (text) => /[tT]/.test(text) && parseTimestamp(text) !== undefined],
  ['k8sshortname', (text) => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)],
  ['k8slongname', (text) => text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)],
]);

const normalized = (format: string): string => format.replaceAll('-', '');

/** True when the server checks strings of this format. */
export const isKnownFormat = (format: string): boolean => checks.has(normalized(format));

/** True when the text has the format, or the format is not checked. */
export const matchesFormat = (format: string, text: string): boolean => checks.get(normalized(format))?.(text) ?? true;
