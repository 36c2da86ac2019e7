// The ranges of cluster IPs that people add: made ready, and kept while addresses depend on them.
// Source: pkg/controller/servicecidrs/servicecidrs_controller.go
import { findCondition } from '../api/conditions.js';
import type { IPAddress, ServiceCIDR } from '../api/types.js';
import { cidrContains, parseCidr, parseIp, type CidrRange } from '../kinds/shared/ip.js';
import { formatTime, parseTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
/** How long a range that nobody needs is kept, so that no server takes an address from it in the meantime. */
const GRACE_SECONDS = 10;
const STILL_USED = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';

/** Keeps the finalizer and the condition Ready of ServiceCIDRs. */
export const serviceCidrs: ControllerDescription = { name: 'service-cidr-controller', create: createServiceCidrController };

function createServiceCidrController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  /** Names of those that wait for their end: only they hear of addresses. */
  const leaving = new Set<string>();

  function setReady(range: ServiceCIDR, { status, reason, message }: { status: string; reason: string; message: string }): ReconcileResult {
    const before = findCondition(range.status?.conditions, 'Ready');
    if (before?.status === status && before.reason === reason && before.message === message) return 'done';
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? '') : formatTime(nowMs());
    const others = (range.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    return client.updateStatus<ServiceCIDR>({ ...range, status: { ...range.status, conditions: [...others, { lastTransitionTime, message, reason, status, type: 'Ready' }] } }).code < 300 ? 'done' : 'retry';
  }

  /** True when every address of the range lies in another range too, or there is none. */
  function isUnneeded(range: ServiceCIDR): boolean {
    const others = read.list('servicecidrs.networking.k8s.io').filter((other) => other.metadata.uid !== range.metadata.uid).flatMap(rangesOf);
    const own = rangesOf(range);
    if (own.every((each) => others.some((other) => other.prefixLength <= each.prefixLength && cidrContains(other, each.network)))) return true;
    return !read.list('ipaddresses.networking.k8s.io').some((address) => {
      const ip = isAllocated(address) ? parseIp(address.metadata.name ?? '') : undefined;
      return ip !== undefined && own.some((each) => cidrContains(each, ip)) && !others.some((other) => cidrContains(other, ip));
    });
  }

  function finish(range: ServiceCIDR): ReconcileResult {
    if (!isUnneeded(range)) return setReady(range, { status: 'False', reason: 'Terminating', message: STILL_USED });
    const leftMs = (parseTime(range.metadata.deletionTimestamp ?? '') ?? 0) + GRACE_SECONDS * 1000 - nowMs();
    if (leftMs > 0) {
      queue.addAfter(range.metadata.name ?? '', leftMs / 1000);
      return 'done';
    }
    const { finalizers = [], ...metadata } = range.metadata;
    const others = finalizers.filter((name) => name !== FINALIZER);
    if (others.length === finalizers.length) return 'done';
    return client.update<ServiceCIDR>({ ...range, metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others } }).code < 300 ? 'done' : 'retry';
  }

  return {
    handlers: {
      'servicecidrs.networking.k8s.io': ({ type, object: { metadata: { name = '', deletionTimestamp } } }) => {
        if (type === 'DELETED' || deletionTimestamp === undefined) leaving.delete(name);
        else leaving.add(name);
        if (type !== 'DELETED') queue.add(name);
        // Another range may take over the addresses of one that waits.
        for (const other of leaving) queue.add(other);
      },
      'ipaddresses.networking.k8s.io': () => {
        for (const name of leaving) queue.add(name);
      },
    },
    reconcile(name) {
      const range = read.get('servicecidrs.networking.k8s.io', '', name);
      if (range === undefined) return 'done';
      if (range.metadata.deletionTimestamp !== undefined) return finish(range);
      const finalizers = range.metadata.finalizers ?? [];
      const held = finalizers.includes(FINALIZER) ? range : client.update<ServiceCIDR>({ ...range, metadata: { ...range.metadata, finalizers: [...finalizers, FINALIZER] } }).object;
      return held === undefined ? 'retry' : setReady(held, { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' });
    },
  };
}

function rangesOf({ spec }: ServiceCIDR): CidrRange[] {
  return (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
}

function isAllocated({ metadata }: IPAddress): boolean {
  return metadata.labels?.[MANAGED_BY] === ALLOCATOR;
}
