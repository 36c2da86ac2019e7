// IP addresses and CIDRs as CEL's `ip()` and `cidr()` read them: no zones, no IPv4-mapped IPv6, no leading zeros.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/library/{ip,cidr}.go; Go net/netip

/** An address as a number. */
export interface IpAddress { readonly value: bigint; readonly bits: 32 | 128; /** Canonical form. */ readonly text: string }
/** A network. */
export interface Cidr { readonly address: IpAddress; readonly prefixLength: number; readonly text: string; masked: () => Cidr }

/** The address, or what Go says is wrong with the text. */
export function parseIp(text: string): IpAddress | { problem: string } {
  const plain = parseAddress(text);
  if ('problem' in plain) return plain;
  if (text.includes('%')) return { problem: `IP address "${text}" with zone value is not allowed` };
  if (plain.bits === 128 && plain.value >> 32n === 0xffffn) return { problem: 'IPv4-mapped IPv6 address is not allowed' };
  return plain;
}

function parseAddress(text: string): IpAddress | { problem: string } {
  const failure = (detail: string): { problem: string } => ({ problem: `ParseAddr("${text}"): ${detail}` });
  for (const character of text) {
    if (character === '.') return parseV4(text, failure);
    if (character === ':') return parseV6(text, failure);
    if (character === '%') return failure('missing IPv6 address');
  }
  return failure('unable to parse IP');
}

function parseV4(text: string, failure: (detail: string) => { problem: string }): IpAddress | { problem: string } {
  const parts = text.split('.');
  let value = 0n;
  for (const part of parts) {
    if (part === '') return failure(`IPv4 field must have at least one digit`);
    if (!/^\d+$/.test(part)) return failure('unexpected character');
    if (part.length > 1 && part.startsWith('0')) return failure('IPv4 field has octet with leading zero');
    if (Number(part) > 255) return failure('IPv4 field has value >255');
    value = (value << 8n) | BigInt(part);
  }
  if (parts.length !== 4) return failure(parts.length < 4 ? 'IPv4 address too short' : 'IPv4 address too long');
  return { value, bits: 32, text: parts.join('.') };
}

function parseV6(text: string, failure: (detail: string) => { problem: string }): IpAddress | { problem: string } {
  let source = text.replace(/%.*$/, '');
  if (text.includes('%') && text.endsWith('%')) return failure('zone must be a non-empty string');
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(source);
  if (embedded !== null) {
    const v4 = parseV4(embedded[2]!, failure);
    if ('problem' in v4) return v4;
    source = `${embedded[1]}${(v4.value >> 16n).toString(16)}:${(v4.value & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return failure('multiple :: in address');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.reduce((total, half) => total + half.length, 0);
  if (groups.flat().some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return failure('each colon-separated field must have at least one digit');
  if (halves.length === 1 ? count !== 8 : count > 7) return failure(count > 8 ? 'trailing garbage after address' : 'address string too short');
  const filled = halves.length === 1 ? groups[0]! : [...groups[0]!, ...new Array<string>(8 - count).fill('0'), ...groups[1]!];
  const value = filled.reduce((total, group) => (total << 16n) | BigInt(`0x${group}`), 0n);
  return { value, bits: 128, text: formatV6(value) };
}

/** RFC 5952: lower case, the longest run of zeros shortened. */
function formatV6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatV4(value & 0xffffffffn)}`;
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn));
  let [bestStart, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return bestStart < 0 ? hex(groups) : `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}

const formatV4 = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');

/** The network, or what Go says is wrong with the text. */
export function parseCidr(text: string): Cidr | { problem: string } {
  const failure = (detail: string): { problem: string } => ({ problem: `netip.ParsePrefix("${text}"): ${detail}` });
  const slash = text.lastIndexOf('/');
  if (slash < 0) return failure("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if ('problem' in address) return failure(address.problem);
  if (text.includes('%')) return failure('IPv6 zones cannot be present in a prefix');
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d*)$/.test(length)) return failure(`bad bits after slash: "${length}"`);
  if (Number(length) > address.bits) return failure('prefix length out of range');
  if (address.bits === 128 && address.value >> 32n === 0xffffn) return { problem: 'IPv4-mapped IPv6 address is not allowed' };
  return network(address, Number(length));
}

function network(address: IpAddress, prefixLength: number): Cidr {
  return {
    address, prefixLength, text: `${address.text}/${prefixLength}`,
    masked() {
      const hostBits = BigInt(address.bits - prefixLength);
      const value = (address.value >> hostBits) << hostBits;
      return network({ value, bits: address.bits, text: address.bits === 32 ? formatV4(value) : formatV6(value) }, prefixLength);
    },
  };
}
