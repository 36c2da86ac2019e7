// The IPAddress objects of cluster IPs: one for every address that a Service holds, made and removed with it.
// Source: pkg/registry/core/service/ipallocator/ipallocator.go (createIPAddress, release)
import type { KubernetesObject } from '../../api/meta.js';
import type { IPAddress, Service } from '../../api/types.js';
import type { Store, StoreKey } from '../../store/store.js';
import { formatTime } from '../../util/time.js';
import { uidOf } from '../names.js';

const NONE: readonly string[] = [];

/** Where the IPAddress of an address stands. */
export function addressKey(ip: string): StoreKey {
  return { table: 'ipaddresses.networking.k8s.io', namespace: '', name: ip };
}

/**
 * Follows the Services of the store. Differs: a server writes the address before its Service; here it follows at once.
 * Its uid comes from a sequence of its own, so that names and uids of all else do not depend on addresses.
 */
export function keepIpAddresses(store: Store<KubernetesObject>, { nowMs, seed }: { nowMs(): number; seed: number }): void {
  let made = 0;
  store.watch(({ type, table, object, old }) => {
    if (table !== 'services') return;
    const before = old === undefined ? NONE : addressesOf(old as Service);
    const after = type === 'DELETED' ? NONE : addressesOf(object as Service);
    if (before.length === after.length && before.every((ip, index) => ip === after[index])) return;
    for (const ip of before) if (!after.includes(ip)) store.delete(addressKey(ip));
    for (const ip of after) if (!before.includes(ip)) store.create(addressKey(ip), addressOf(ip, object as Service, { uid: uidOf(++made, ~seed), time: formatTime(nowMs()) }));
  });
}

function addressesOf({ spec }: Service): readonly string[] {
  const ips = spec?.clusterIPs ?? NONE;
  return ips[0] === 'None' ? NONE : ips;
}

function addressOf(ip: string, { metadata }: Service, { uid, time }: { uid: string; time: string }): KubernetesObject {
  const address: IPAddress = {
    apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress',
    metadata: {
      name: ip, uid, creationTimestamp: time,
      labels: { 'ipaddress.kubernetes.io/ip-family': ip.includes(':') ? 'IPv6' : 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
    },
    spec: { parentRef: { group: '', name: metadata.name ?? '', namespace: metadata.namespace ?? '', resource: 'services' } },
  };
  return address as KubernetesObject;
}
