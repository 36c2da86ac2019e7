// Addresses and ranges: what is read, what is refused, what is canonical.
import { describe, expect, test } from 'vitest';
import type { FieldErrors } from '../../src/api/fieldError.js';
import { rootPath } from '../../src/api/fieldPath.js';
import { cidrContains, cidrText, ipText, parseCidr, parseIp, validateCidr, validateIp, warnOfCidr, warnOfIp, type CidrRange, type IpAddress } from '../../src/kinds/shared/ip.js';

const PATH = rootPath('f');

describe('addresses', () => {
  test.each<[string, string | undefined]>([
    ['10.0.0.1', '10.0.0.1'], ['010.0.0.1', '10.0.0.1'], ['256.0.0.1', undefined], ['1.2.3', undefined], ['::', '::'], ['2001:DB8:0:0:1::', '2001:db8:0:0:1::'], ['1::2::3', undefined],
    ['::ffff:1.2.3.4', '1.2.3.4'], ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'], ['1:2:3:4:5:6:7', undefined], ['fe80::1%eth0', undefined], ['::1.2.3.4', '::102:304'], ['', undefined],
  ])('%s reads as %s', (text, canonical) => {
    const ip = parseIp(text);
    expect(ip === undefined ? undefined : ipText(ip)).toBe(canonical);
  });

  test.each<[string, string[]]>([
    ['10.0.0.1', []], ['010.0.0.1', ['must not have leading 0s']], ['::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']], ['x', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ])('%s is refused with %j', (text, messages) => {
    const errors: FieldErrors = [];
    validateIp(text, PATH, errors);
    expect(errors.map(({ body }) => body)).toEqual(messages.map((message) => `Invalid value: ${JSON.stringify(text)}: ${message}`));
    const kept: FieldErrors = [];
    validateIp(text, PATH, kept, [text]);
    expect(kept).toEqual([]);
  });

  test('warnings', () => {
    const found: string[] = [];
    for (const text of ['10.0.0.1', '010.0.0.1', '2001:DB8::1', 'x']) warnOfIp(text, PATH, found);
    expect(found).toEqual(['f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"', 'f: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")']);
  });
});

describe('ranges', () => {
  test.each<[string, string | undefined]>([['10.1.2.3/8', '10.0.0.0/8'], ['10.0.0.0/33', undefined], ['::ffff:10.0.0.0/104', '10.0.0.0/8'], ['2001:db8::1/32', '2001:db8::/32'], ['10.0.0.0', undefined]])('%s reads as %s', (text, canonical) => {
    const range = parseCidr(text);
    expect(range === undefined ? undefined : cidrText(range)).toBe(canonical);
  });

  test('what lies within', () => {
    const contains = (range: string, ip: string): boolean => cidrContains(parseCidr(range) as CidrRange, parseIp(ip) as IpAddress);
    expect([contains('10.0.0.0/9', '10.127.0.1'), contains('10.0.0.0/9', '10.128.0.0'), contains('0.0.0.0/0', '::1')]).toEqual([true, false, false]);
  });

  test('refusals and warnings', () => {
    const errors: FieldErrors = [];
    for (const text of ['10.0.0.1/8', '010.0.0.0/8', 'x']) validateCidr(text, PATH, errors);
    expect(errors.map(({ body }) => body.replace(/^.*?": /, ''))).toEqual([
      'must not have bits set beyond the prefix length', 'must not have leading 0s in IP or prefix length', 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ]);
    const found: string[] = [];
    warnOfCidr('10.0.0.1/8', PATH, found);
    expect(found).toEqual(['f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)']);
  });
});
