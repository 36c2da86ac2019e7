// What Kubernetes adds to CEL: quantity, url, ip, cidr, semver, named formats, JSON patch keys, and the authorizer.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/library

import { compareQuantities, formatNano, parseQuantity, type ParsedQuantity } from '../../api/quantity.js';
import { celError, celList, isInt64, noneOptional, someOptional, type CelError, type CelValue } from '../celValue.js';
import { celFunction, type CelFunction } from '../functionDeclaration.js';
import { parseCidr, parseIp, type Cidr, type IpAddress } from './ipAddress.js';
import { namedFormats } from './namedFormats.js';
import { parseUrl, type ParsedUrl } from './urls.js';

const opaque = (name: string, data: unknown): CelValue => ({ tag: 'opaque', name, data });
function dataOf<T>(value: CelValue | undefined, name: string): T | undefined {
  return typeof value === 'object' && value !== null && value.tag === 'opaque' && value.name === name ? (value.data as T) : undefined;
}
const isText = (value: CelValue | undefined): value is string => typeof value === 'string';

type Quantity = Pick<ParsedQuantity, 'nano' | 'format' | 'text'>;
interface QuantityData { readonly parsed: Quantity; readonly compare: (other: unknown) => number }
const quantityName = 'kubernetes.Quantity';
const quantityValue = (parsed: Quantity): CelValue =>
  opaque(quantityName, { parsed, compare: (other: unknown) => compareQuantities(parsed.text, (other as QuantityData).parsed.text) } satisfies QuantityData);
const quantityOf = (value: CelValue | undefined): Quantity | undefined => dataOf<QuantityData>(value, quantityName)?.parsed;
const nano = 1_000_000_000n;

function quantitySum(a: Quantity, b: CelValue | undefined, sign: bigint): CelValue | undefined {
  const other = typeof b === 'bigint' ? { nano: b * nano, format: a.format } : quantityOf(b);
  if (other === undefined) return undefined;
  const format = a.nano === 0n ? other.format : a.format;
  const total = a.nano + sign * other.nano;
  return quantityValue({ nano: total, format, text: formatNano(total, format) });
}

const quantityFunctions: readonly CelFunction[] = [
  celFunction('quantity', ['(string) quantity'], ([value]) => {
    if (!isText(value)) return undefined;
    const parsed = parseQuantity(value);
    return typeof parsed === 'string' ? celError(parsed) : quantityValue(parsed);
  }),
  celFunction('isQuantity', ['(string) bool'], ([value]) => (isText(value) ? typeof parseQuantity(value) !== 'string' : undefined)),
  celFunction('sign', ['(quantity) int', 'quantity.() int'], ([value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? undefined : quantity.nano > 0n ? 1n : quantity.nano < 0n ? -1n : 0n;
  }),
  celFunction('asApproximateFloat', ['quantity.() double'], ([value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? undefined : Number(quantity.nano) / 1e9;
  }),
  celFunction('asInteger', ['quantity.() int'], ([value]) => {
    const quantity = quantityOf(value);
    if (quantity === undefined) return undefined;
    return quantity.nano % nano === 0n && isInt64(quantity.nano / nano) ? quantity.nano / nano : celError('cannot convert value to integer');
  }),
  celFunction('isInteger', ['quantity.() bool'], ([value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? undefined : quantity.nano % nano === 0n && isInt64(quantity.nano / nano);
  }),
  celFunction('add', ['quantity.(quantity) quantity', 'quantity.(int) quantity'], ([value, other]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? undefined : quantitySum(quantity, other, 1n);
  }),
  celFunction('sub', ['quantity.(quantity) quantity', 'quantity.(int) quantity'], ([value, other]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? undefined : quantitySum(quantity, other, -1n);
  }),
];

interface SemverData { readonly numbers: readonly bigint[]; readonly pre: readonly string[]; readonly compare: (other: unknown) => number }
const semverName = 'kubernetes.Semver';
const semverOf = (value: CelValue | undefined): SemverData | undefined => dataOf<SemverData>(value, semverName);

function parseSemver(text: string, normalize: boolean): SemverData | undefined {
  let source = text;
  if (normalize) {
    source = source.replace(/^v/, '');
    const [core, rest] = [/^[0-9.]*/.exec(source)![0], source.replace(/^[0-9.]*/, '')];
    const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
    while (parts.length < 3) parts.push('0');
    source = parts.join('.') + rest;
  }
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.exec(source);
  if (match === null) return undefined;
  const pre = match[4] === undefined ? [] : match[4].split('.');
  if (pre.some((part) => /^0\d+$/.test(part))) return undefined;
  const data: SemverData = { numbers: match.slice(1, 4).map(BigInt), pre, compare: (other) => compareSemver(data, other as SemverData) };
  return data;
}

function compareSemver(a: SemverData, b: SemverData): number {
  for (let index = 0; index < 3; index++) if (a.numbers[index] !== b.numbers[index]) return a.numbers[index]! < b.numbers[index]! ? -1 : 1;
  if (a.pre.length === 0 || b.pre.length === 0) return a.pre.length === b.pre.length ? 0 : a.pre.length === 0 ? 1 : -1;
  for (let index = 0; index < Math.min(a.pre.length, b.pre.length); index++) {
    const [left, right] = [a.pre[index]!, b.pre[index]!];
    if (left === right) continue;
    const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftIsNumber && rightIsNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
    return leftIsNumber ? -1 : rightIsNumber ? 1 : left < right ? -1 : 1;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

const semverPart = (name: string, index: number): CelFunction => celFunction(name, ['semver.() int'], ([value]) => semverOf(value)?.numbers[index]);

const semverFunctions: readonly CelFunction[] = [
  celFunction('semver', ['(string) semver', '(string, bool) semver'], ([value, normalize]) => {
    if (!isText(value)) return undefined;
    const parsed = parseSemver(value, normalize === true);
    return parsed === undefined ? celError('No Major.Minor.Patch elements found') : opaque(semverName, parsed);
  }),
  celFunction('isSemver', ['(string) bool', '(string, bool) bool'], ([value, normalize]) => (isText(value) ? parseSemver(value, normalize === true) !== undefined : undefined)),
  semverPart('major', 0), semverPart('minor', 1), semverPart('patch', 2),
];

/** `isGreaterThan`, `isLessThan` and `compareTo` serve quantities and versions alike. */
function compared(a: CelValue | undefined, b: CelValue | undefined): number | undefined {
  const [left, right] = [quantityOf(a), quantityOf(b)];
  if (left !== undefined && right !== undefined) return left.nano < right.nano ? -1 : left.nano > right.nano ? 1 : 0;
  const [leftVersion, rightVersion] = [semverOf(a), semverOf(b)];
  return leftVersion === undefined || rightVersion === undefined ? undefined : compareSemver(leftVersion, rightVersion);
}
const orderTest = (name: string, result: (order: number) => CelValue, type: string): CelFunction =>
  celFunction(name, [`quantity.(quantity) ${type}`, `semver.(semver) ${type}`], ([a, b]) => {
    const order = compared(a, b);
    return order === undefined ? undefined : result(order);
  });
const orderFunctions: readonly CelFunction[] = [
  orderTest('isGreaterThan', (order) => order > 0, 'bool'),
  orderTest('isLessThan', (order) => order < 0, 'bool'),
  orderTest('compareTo', (order) => BigInt(order), 'int'),
];

const ipName = 'net.IP';
const cidrName = 'net.CIDR';
const ipValue = (address: IpAddress): CelValue => opaque(ipName, { address, compare: (other: unknown) => (address.text === (other as { address: IpAddress }).address.text ? 0 : 1) });
const cidrValue = (cidr: Cidr): CelValue => opaque(cidrName, { cidr, compare: (other: unknown) => (cidr.text === (other as { cidr: Cidr }).cidr.text ? 0 : 1) });
const ipOf = (value: CelValue | undefined): IpAddress | undefined => dataOf<{ address: IpAddress }>(value, ipName)?.address;
const cidrOf = (value: CelValue | undefined): Cidr | undefined => dataOf<{ cidr: Cidr }>(value, cidrName)?.cidr;
const ipError = (text: string, problem: string): CelError => celError(`IP Address "${text}" parse error during conversion from string: ${problem}`);
const cidrError = (problem: string): CelError => celError(`network address parse error during conversion from string: ${problem}`);

const ipTest = (name: string, test: (address: IpAddress) => boolean): CelFunction => celFunction(name, ['ip.() bool'], ([value]) => {
  const address = ipOf(value);
  return address === undefined ? undefined : test(address);
});
const isV4 = (address: IpAddress): boolean => address.bits === 32;
const top = (address: IpAddress, count: number): bigint => address.value >> BigInt(address.bits - count);
const isMulticast = (address: IpAddress): boolean => (isV4(address) ? top(address, 4) === 0xen : top(address, 8) === 0xffn);
const isLoopback = (address: IpAddress): boolean => (isV4(address) ? top(address, 8) === 127n : address.value === 1n);
const isLinkLocalUnicast = (address: IpAddress): boolean => (isV4(address) ? top(address, 16) === 0xa9fen : top(address, 10) === 0x3fan);
const isUnspecified = (address: IpAddress): boolean => address.value === 0n;

function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  return cidr.address.bits === address.bits && cidr.prefixLength >= 0 && top(cidr.address, cidr.prefixLength) === top(address, cidr.prefixLength);
}

const addressFunctions: readonly CelFunction[] = [
  celFunction('ip', ['(string) ip', 'cidr.() ip'], ([value]) => {
    const cidr = cidrOf(value);
    if (cidr !== undefined) return ipValue(cidr.address);
    if (!isText(value)) return undefined;
    const parsed = parseIp(value);
    return 'problem' in parsed ? ipError(value, parsed.problem) : ipValue(parsed);
  }),
  celFunction('isIP', ['(string) bool'], ([value]) => (isText(value) ? !('problem' in parseIp(value)) : undefined)),
  celFunction('ip.isCanonical', ['(string) bool'], ([value]) => {
    if (!isText(value)) return undefined;
    const parsed = parseIp(value);
    return 'problem' in parsed ? ipError(value, parsed.problem) : parsed.text === value;
  }),
  celFunction('family', ['ip.() int'], ([value]) => {
    const address = ipOf(value);
    return address === undefined ? undefined : isV4(address) ? 4n : 6n;
  }),
  ipTest('isUnspecified', isUnspecified),
  ipTest('isLoopback', isLoopback),
  ipTest('isLinkLocalMulticast', (address) => (isV4(address) ? top(address, 24) === 0xe00000n : top(address, 8) === 0xffn && (top(address, 16) & 0xfn) === 2n)),
  ipTest('isLinkLocalUnicast', isLinkLocalUnicast),
  ipTest('isGlobalUnicast', (address) => !isUnspecified(address) && !isLoopback(address) && !isMulticast(address) && !isLinkLocalUnicast(address) && !(isV4(address) && address.value === 0xffffffffn)),
  celFunction('cidr', ['(string) cidr'], ([value]) => {
    if (!isText(value)) return undefined;
    const parsed = parseCidr(value);
    return 'problem' in parsed ? cidrError(parsed.problem) : cidrValue(parsed);
  }),
  celFunction('isCIDR', ['(string) bool'], ([value]) => (isText(value) ? !('problem' in parseCidr(value)) : undefined)),
  celFunction('containsIP', ['cidr.(string) bool', 'cidr.(ip) bool'], ([value, other]) => {
    const cidr = cidrOf(value);
    if (cidr === undefined) return undefined;
    const parsed = isText(other) ? parseIp(other) : ipOf(other);
    if (parsed === undefined) return undefined;
    return 'problem' in parsed ? ipError(other as string, parsed.problem) : cidrContains(cidr, parsed);
  }),
  celFunction('containsCIDR', ['cidr.(string) bool', 'cidr.(cidr) bool'], ([value, other]) => {
    const cidr = cidrOf(value);
    if (cidr === undefined) return undefined;
    const parsed = isText(other) ? parseCidr(other) : cidrOf(other);
    if (parsed === undefined) return undefined;
    return 'problem' in parsed ? cidrError(parsed.problem) : cidrContains(cidr, parsed.address) && cidr.prefixLength <= parsed.prefixLength;
  }),
  celFunction('prefixLength', ['cidr.() int'], ([value]) => {
    const cidr = cidrOf(value);
    return cidr === undefined ? undefined : BigInt(cidr.prefixLength);
  }),
  celFunction('masked', ['cidr.() cidr'], ([value]) => {
    const cidr = cidrOf(value);
    return cidr === undefined ? undefined : cidrValue(cidr.masked());
  }),
  celFunction('string', ['(ip) string', '(cidr) string'], ([value]) => ipOf(value)?.text ?? cidrOf(value)?.text),
];

const urlName = 'kubernetes.URL';
const urlOf = (value: CelValue | undefined): ParsedUrl | undefined => dataOf<{ url: ParsedUrl }>(value, urlName)?.url;
const urlPart = (name: string, part: (url: ParsedUrl) => CelValue, type = 'string'): CelFunction => celFunction(name, [`url.() ${type}`], ([value]) => {
  const url = urlOf(value);
  return url === undefined ? undefined : part(url);
});

const urlFunctions: readonly CelFunction[] = [
  celFunction('url', ['(string) url'], ([value]) => {
    if (!isText(value)) return undefined;
    const parsed = parseUrl(value);
    return 'problem' in parsed ? celError(`URL parse error during conversion from string: ${parsed.problem}`) : opaque(urlName, { url: parsed, compare: (other: unknown) => ((other as { url: ParsedUrl }).url.text === parsed.text ? 0 : 1) });
  }),
  celFunction('isURL', ['(string) bool'], ([value]) => (isText(value) ? !('problem' in parseUrl(value)) : undefined)),
  urlPart('getScheme', (url) => url.scheme),
  urlPart('getHost', (url) => url.host),
  urlPart('getHostname', (url) => url.hostname),
  urlPart('getPort', (url) => url.port),
  urlPart('getEscapedPath', (url) => url.escapedPath),
  urlPart('getQuery', (url) => ({ tag: 'map', entries: new Map(Array.from(url.query, ([key, values]) => [`s${key}`, [key, celList(values)]])) }), 'map<string, list<string>>'),
];

const formatName = 'kubernetes.NamedFormat';
const formatFunctions: readonly CelFunction[] = [
  ...Object.entries(namedFormats).map(([name, validate]) => celFunction(`format.${name}`, ['() format'], () => opaque(formatName, { validate }))),
  celFunction('format.named', ['(string) optional<format>'], ([name]) => {
    if (!isText(name)) return undefined;
    return Object.hasOwn(namedFormats, name) ? someOptional(opaque(formatName, { validate: namedFormats[name] })) : noneOptional;
  }),
  celFunction('validate', ['format.(string) optional<list<string>>'], ([value, text]) => {
    const format = dataOf<{ validate: (text: string) => string[] }>(value, formatName);
    if (format === undefined || !isText(text)) return undefined;
    const problems = format.validate(text);
    return problems.length === 0 ? noneOptional : someOptional(celList(problems));
  }),
];

const unevaluable: CelError = { tag: 'error', message: 'the authorizer of a real cluster is needed to evaluate this expression', isUnevaluable: true };
const authorizerCall = (name: string, ...signatures: string[]): CelFunction => celFunction(name, signatures, () => unevaluable);

/** The value bound to `authorizer`: any question to it can't be answered here. */
export const unknownAuthorizer: CelValue = unevaluable;

const authorizerFunctions: readonly CelFunction[] = [
  authorizerCall('path', 'authorizer.(string) pathCheck'),
  authorizerCall('group', 'authorizer.(string) groupCheck'),
  authorizerCall('serviceAccount', 'authorizer.(string, string) authorizer'),
  authorizerCall('resource', 'groupCheck.(string) resourceCheck'),
  authorizerCall('subresource', 'resourceCheck.(string) resourceCheck'),
  authorizerCall('namespace', 'resourceCheck.(string) resourceCheck'),
  authorizerCall('name', 'resourceCheck.(string) resourceCheck'),
  authorizerCall('check', 'pathCheck.(string) decision', 'resourceCheck.(string) decision'),
  authorizerCall('errored', 'decision.() bool'),
  authorizerCall('error', 'decision.() string'),
  authorizerCall('allowed', 'decision.() bool'),
  authorizerCall('reason', 'decision.() string'),
  authorizerCall('fieldSelector', 'resourceCheck.(string) resourceCheck'),
  authorizerCall('labelSelector', 'resourceCheck.(string) resourceCheck'),
];

/** Only policies that mutate have this one. */
export const jsonPatchFunctions: readonly CelFunction[] = [
  celFunction('jsonpatch.escapeKey', ['(string) string'], ([value]) => (isText(value) ? value.replaceAll('~', '~0').replaceAll('/', '~1') : undefined)),
];

/** Everything every expression in Kubernetes may call, beyond the language itself. */
export const kubernetesFunctions: readonly CelFunction[] = [
  ...quantityFunctions, ...semverFunctions, ...orderFunctions, ...addressFunctions, ...urlFunctions, ...formatFunctions, ...authorizerFunctions,
];
