// Addresses of nodes and pods. A real node brings its own and a network plugin draws those of pods; here both follow a written rule.
import type { Node, NodeAddress } from '../api/types.js';

/** Hands out addresses. */
export interface Addresses {
  /** The addresses the node names for itself, or one of 192.168.0.0/16 in the order in which such nodes were asked for. */
  hostIPs(node: Node): readonly string[];
  /** The next address of 10.200.0.0/13. */
  drawPodIP(): string;
}

const NONE: readonly NodeAddress[] = [];
const POD_ADDRESSES = 1 << 19;
const HOST_ADDRESSES = 1 << 16;

/** Counts from the start of both ranges. */
export function createAddresses(): Addresses {
  const made = new Map<string, readonly string[]>();
  /** Addresses as a node's status lists them → those among them that pods get. */
  const named = new WeakMap<object, readonly string[]>();
  let pods = 0;
  return {
    hostIPs(node) {
      const addresses = node.status?.addresses ?? NONE;
      let own = named.get(addresses);
      if (own === undefined) named.set(addresses, (own = addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address)));
      if (own.length > 0) return own;
      const name = node.metadata.name ?? '';
      let ips = made.get(name);
      if (ips === undefined) {
        const count = (made.size + 1) % HOST_ADDRESSES;
        ips = [`192.168.${count >> 8}.${count & 255}`];
        made.set(name, ips);
      }
      return ips;
    },
    drawPodIP() {
      pods = (pods % (POD_ADDRESSES - 2)) + 1;
      return `10.${200 + (pods >> 16)}.${(pods >> 8) & 255}.${pods & 255}`;
    },
  };
}
