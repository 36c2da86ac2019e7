// Load balancers of Services: an address outside of the cluster for each that wants one, where there is a cloud controller.
// Source: staging/src/k8s.io/cloud-provider/controllers/service/controller.go (syncLoadBalancerIfNeeded, needsUpdate, needsCleanup)
import { objectKey } from '../../api/meta.js';
import type { Service, ServiceSpec } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createCloudPresence, LOAD_BALANCER_CLEANUP } from './cloudPresence.js';

/** Addresses are handed out from 198.18.0.0/15, which belongs to nobody's network. */
const ADDRESSES = 1 << 17;

/** Keeps the load balancers of Services. Differs: the address is no cloud's, and there is one at once. */
export const serviceLoadBalancer: ControllerDescription = {
  name: 'service-controller',
  retries: { firstSeconds: 5, longestSeconds: 300 },
  create({ client, queue }) {
    const { read } = client;
    let drawn = 0;
    const cloud = createCloudPresence(() => {
      for (const service of read.list('services')) if (needsBalancer(service) || needsCleanup(service)) queue.add(objectKey(service));
    });
    const takenIps = (): Set<string> => new Set(read.list('services').flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).map(({ ip = '' }) => ip)));

    function drawIp(): string {
      const taken = takenIps();
      for (;;) {
        drawn = (drawn % (ADDRESSES - 2)) + 1;
        const ip = `198.${18 + (drawn >> 16)}.${(drawn >> 8) & 255}.${drawn & 255}`;
        if (!taken.has(ip)) return ip;
      }
    }

    function ensure(service: Service): 'done' | 'retry' {
      client.event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
      const finalizers = service.metadata.finalizers ?? [];
      const held = finalizers.includes(LOAD_BALANCER_CLEANUP) ? service : client.update({ ...service, metadata: { ...service.metadata, finalizers: [...finalizers, LOAD_BALANCER_CLEANUP] } }).object;
      if (held === undefined) return 'retry';
      const { ingress = [] } = held.status?.loadBalancer ?? {};
      const { loadBalancerIP } = held.spec ?? {};
      const isRight = ingress.length > 0 && (!loadBalancerIP || ingress[0]?.ip === loadBalancerIP);
      client.event(held, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
      if (isRight) return 'done';
      const given = [{ ip: loadBalancerIP || drawIp(), ipMode: 'VIP' }];
      return client.updateStatus<Service>({ ...held, status: { ...held.status, loadBalancer: { ...held.status?.loadBalancer, ingress: given } } }).code < 300 ? 'done' : 'retry';
    }

    function remove(service: Service): 'done' | 'retry' {
      client.event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
      let current: Service | undefined = service;
      if (isServed(service)) current = client.updateStatus<Service>({ ...service, status: { ...service.status, loadBalancer: {} } }).object;
      if (current === undefined) return 'retry';
      const { finalizers = [], ...metadata } = current.metadata;
      const others = finalizers.filter((name) => name !== LOAD_BALANCER_CLEANUP);
      if (others.length < finalizers.length && client.update<Service>({ ...current, metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others } }).code >= 300) return 'retry';
      client.event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
      return 'done';
    }

    return {
      handlers: {
        nodes: cloud.handlers.nodes,
        services(event) {
          cloud.handlers.services(event);
          const { type, object, old } = event;
          if (type === 'DELETED' || !cloud.exists()) return;
          const change = old === undefined ? undefined : followed(object, old);
          if (change !== undefined && change !== 'silent') client.event(object, 'Normal', change.reason, change.message);
          if (needsCleanup(object) || change !== undefined || (old === undefined && needsBalancer(object))) queue.add(objectKey(object));
        },
      },
      reconcile(key) {
        const service = read.byKey('services', key);
        if (service === undefined) return 'done';
        if (needsCleanup(service) || (!wantsBalancer(service) && isServed(service))) return remove(service);
        return wantsBalancer(service) && service.metadata.deletionTimestamp === undefined ? ensure(service) : 'done';
      },
    };
  },
};

/** True when the Service asks for a load balancer and names no class that is another controller's. */
function wantsBalancer({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;
}

function needsBalancer(service: Service): boolean {
  return wantsBalancer(service) && !isServed(service);
}

function isServed({ status }: Service): boolean {
  return (status?.loadBalancer?.ingress?.length ?? 0) > 0;
}

function needsCleanup(service: Service): boolean {
  return service.metadata.finalizers?.includes(LOAD_BALANCER_CLEANUP) === true && (service.metadata.deletionTimestamp !== undefined || !wantsBalancer(service));
}

/** What a load balancer has to follow of a change: undefined when there is nothing, else the event that tells it, if one does. */
function followed(service: Service, old: Service): { reason: string; message: string } | 'silent' | undefined {
  const [now, before] = [service.spec ?? {}, old.spec ?? {}];
  const wants = wantsBalancer(service);
  if (!wants && !wantsBalancer(old)) return undefined;
  if (wants !== wantsBalancer(old)) return { reason: 'Type', message: `${before.type} -> ${now.type}` };
  const list = (values: readonly string[] | undefined): string => `[${(values ?? []).join(' ')}]`;
  if (!deepEqual(before.loadBalancerSourceRanges, now.loadBalancerSourceRanges)) return { reason: 'LoadBalancerSourceRanges', message: `${list(before.loadBalancerSourceRanges)} -> ${list(now.loadBalancerSourceRanges)}` };
  const portsOf = ({ ports = [] }: ServiceSpec): unknown => ports.map(({ name, protocol, port, nodePort, targetPort }) => [name, protocol, port, nodePort, targetPort]);
  if (!deepEqual(portsOf(before), portsOf(now)) || before.sessionAffinity !== now.sessionAffinity || !deepEqual(before.sessionAffinityConfig, now.sessionAffinityConfig)) return 'silent';
  if ((before.loadBalancerIP ?? '') !== (now.loadBalancerIP ?? '')) return { reason: 'LoadbalancerIP', message: `${before.loadBalancerIP ?? ''} -> ${now.loadBalancerIP ?? ''}` };
  const [ips, oldIps] = [now.externalIPs ?? [], before.externalIPs ?? []];
  if (ips.length !== oldIps.length) return { reason: 'ExternalIP', message: `Count: ${oldIps.length} -> ${ips.length}` };
  const added = ips.find((ip, index) => ip !== oldIps[index]);
  if (added !== undefined) return { reason: 'ExternalIP', message: `Added: ${added}` };
  if (!deepEqual(old.metadata.annotations, service.metadata.annotations)) return 'silent';
  if (before.externalTrafficPolicy !== now.externalTrafficPolicy) return { reason: 'ExternalTrafficPolicy', message: `${before.externalTrafficPolicy ?? ''} -> ${now.externalTrafficPolicy ?? ''}` };
  if (before.healthCheckNodePort !== now.healthCheckNodePort) return { reason: 'HealthCheckNodePort', message: `${before.healthCheckNodePort ?? 0} -> ${now.healthCheckNodePort ?? 0}` };
  return undefined;
}
