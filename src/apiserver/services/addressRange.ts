// A range of cluster IPs and its parts: which of its addresses are handed out, and from where on the server draws by itself.
// Source: pkg/registry/core/service/ipallocator/ipallocator.go (NewIPAllocator, calculateRangeOffset)
import { cidrText, parseCidr, type IpAddress } from '../../kinds/shared/ip.js';

const LEAST_KEPT = 16;
const MOST_KEPT = 256;

/** A range of IPv4 addresses, each as a number. */
export interface AddressRange {
  /** As errors print it. */
  readonly text: string;
  /** The address that a dry run shows: it allocates nothing, and nobody ever gets it. */
  readonly network: number;
  readonly first: number;
  /** Addresses below are kept for those who ask for one, as long as there are others. */
  readonly firstAutomatic: number;
  readonly last: number;
}

/** The range of a text; undefined for IPv6, of which this cluster has none. */
export function addressRange(text: string): AddressRange | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined || cidr.ip.family !== 'IPv4') return undefined;
  const size = 2 ** (32 - cidr.prefixLength);
  const network = addressNumber(cidr.network);
  const kept = size <= LEAST_KEPT ? 0 : Math.min(Math.max(LEAST_KEPT, Math.floor(size / LEAST_KEPT)), MOST_KEPT);
  return { text: cidrText(cidr), network, first: network + 1, firstAutomatic: network + 1 + kept, last: network + size - 2 };
}

/** True for an address that the range hands out. */
export function isUsable({ first, last }: AddressRange, address: number): boolean {
  return address >= first && address <= last;
}

/** The address as a number. */
export function addressNumber({ bytes }: IpAddress): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The number as an address. */
export function addressText(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}
