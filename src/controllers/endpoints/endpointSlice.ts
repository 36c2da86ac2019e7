// EndpointSlices: where the traffic of a Service goes, made from its pods.
// Which endpoints there are stands in endpointGroups.ts, how they share slices in slicePlan.ts. Source: staging/src/k8s.io/endpointslice/{reconciler,utils}.go, pkg/controller/endpointslice/endpointslice_controller.go
import { isConditionTrue } from '../../api/conditions.js';
import { objectKey, splitKey } from '../../api/meta.js';
import { controllerReference } from '../../api/ownerReference.js';
import type { EndpointSlice, Node, Service } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createSelectorIndex } from '../shared/selectorIndex.js';
import { createEndpointGroups } from './endpointGroups.js';
import { affectsBackends, backendSelector, hasSelectedBackends, isHeadless } from './servicePorts.js';
import { asksForTopologyHints, distributeTraffic, removeHints } from './sliceHints.js';
import { planSlices, reuseDeleted, type SlicePlan } from './slicePlan.js';
import { createTopologyCache, type HintEvent } from './topologyCache.js';

const MANAGED_BY = 'endpointslice-controller.k8s.io';
const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const LABEL_SERVICE = 'kubernetes.io/service-name';
const LABEL_HEADLESS = 'service.kubernetes.io/headless';
const ZONE = 'topology.kubernetes.io/zone';
/** The key of the work that follows a change of nodes; those of Services have a slash. */
const NODES = 'nodes';

/** Keeps the slices of every Service with a selector. */
export const endpointSlice: ControllerDescription = {
  name: 'endpoint-slice-controller',
  create({ client, queue }) {
    const index = createSelectorIndex(client.read);
    const groups = createEndpointGroups(client.read, (key) => index.podsOf(key));
    const topology = createTopologyCache(() => client.read.list('nodes'));
    /** Service key → keys of its slices that this controller made. */
    const slicesOf = new Map<string, Set<string>>();

    const onSlice = (slice: EndpointSlice, isDeleted: boolean): void => {
      const service = slice.metadata.labels?.[LABEL_SERVICE];
      if (service === undefined || slice.metadata.labels?.[LABEL_MANAGED_BY] !== MANAGED_BY) return;
      const key = `${slice.metadata.namespace}/${service}`;
      const slices = slicesOf.get(key) ?? new Set();
      if (isDeleted) slices.delete(slice.metadata.name ?? '');
      else slices.add(slice.metadata.name ?? '');
      slicesOf.set(key, slices);
      if (isDeleted) queue.addAfter(key, 1);
    };

    function reconcileFamily(service: Service, key: string, { addressType, existing }: { addressType: string; existing: readonly EndpointSlice[] }): boolean {
      const labels = sliceLabels(service);
      const own = existing.filter((slice) => isOwnedBy(slice, service));
      const isPlaceholder = (slice: EndpointSlice): boolean => (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0 && deepEqual(slice.metadata.labels, labels);
      const plan = planSlices(groups.of(service, key, addressType), own, { labels, isPlaceholder });
      const distribution = service.spec?.trafficDistribution;
      let events: HintEvent[];
      if (asksForTopologyHints(service)) events = topology.addHints(plan, key, addressType);
      else {
        events = topology.removeService(key, addressType);
        if (distribution === undefined) removeHints(plan);
        else distributeTraffic(plan, distribution);
      }
      reuseDeleted(plan);
      const isDone = carryOut(plan, service, { addressType, labels, strangers: existing.filter((slice) => !isOwnedBy(slice, service)) });
      for (const { type, reason, message } of events) client.event(service, type, reason, message);
      return isDone;
    }

    function carryOut(plan: SlicePlan, service: Service, { addressType, labels, strangers }: { addressType: string; labels: Record<string, string>; strangers: readonly EndpointSlice[] }): boolean {
      let isDone = true;
      for (const { ports, endpoints } of plan.created) {
        const made: EndpointSlice = {
          apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
          metadata: { generateName: `${service.metadata.name}-`, namespace: service.metadata.namespace ?? '', labels, ownerReferences: [controllerReference(service)] },
          addressType, endpoints, ports,
        };
        isDone &&= client.create(made).code < 300;
      }
      for (const { slice, ports, endpoints } of plan.updated) {
        if (slice !== undefined) isDone &&= client.update<EndpointSlice>({ ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports }).code < 300;
      }
      for (const slice of [...plan.deleted, ...strangers]) isDone &&= client.delete(slice).code < 300;
      return isDone;
    }

    return {
      handlers: {
        services: ({ type, object }) => {
          const key = objectKey(object);
          index.set(key, type === 'DELETED' ? undefined : backendSelector(object));
          groups.forget(key);
          queue.add(key);
        },
        pods: (event) => {
          const keys = index.keysOf(event);
          if (keys.length === 0 || !affectsBackends(event)) return;
          for (const key of keys) {
            groups.onPod(key, event.key);
            queue.add(key);
          }
        },
        nodes: ({ type, object, old }) => {
          if (type === 'MODIFIED' && old !== undefined && isReadyNode(old) === isReadyNode(object) && old.metadata.labels?.[ZONE] === object.metadata.labels?.[ZONE]) return;
          groups.onNode();
          topology.forgetNodes();
          if (topology.hasServices()) queue.add(NODES);
        },
        'endpointslices.discovery.k8s.io': ({ type, object }) => onSlice(object, type === 'DELETED'),
      },
      reconcile(key) {
        if (key === NODES) {
          for (const service of topology.overloaded()) queue.add(service);
          return 'done';
        }
        const [namespace, name] = splitKey(key);
        const service = client.read.get('services', namespace, name);
        if (service === undefined || service.metadata.deletionTimestamp !== undefined || !hasSelectedBackends(service)) return 'done';
        const slices = [...(slicesOf.get(key) ?? [])].sort().flatMap((each) => client.read.get('endpointslices.discovery.k8s.io', namespace, each) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const families = service.spec?.ipFamilies ?? ['IPv4'];
        let isDone = true;
        for (const addressType of families) isDone = reconcileFamily(service, key, { addressType, existing: slices.filter((slice) => slice.addressType === addressType) }) && isDone;
        for (const slice of slices) {
          if (families.includes(slice.addressType)) continue;
          topology.removeService(key, slice.addressType);
          isDone &&= client.delete(slice).code < 300;
        }
        return isDone ? 'done' : 'retry';
      },
    };
  },
};

function sliceLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels, [LABEL_SERVICE]: service.metadata.name ?? '', [LABEL_MANAGED_BY]: MANAGED_BY };
  if (isHeadless(service)) labels[LABEL_HEADLESS] = '';
  else delete labels[LABEL_HEADLESS];
  return labels;
}

function isOwnedBy({ metadata }: EndpointSlice, service: Service): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind, uid }) => kind === 'Service' && uid === service.metadata.uid);
}

function isReadyNode({ status }: Node): boolean {
  return isConditionTrue(status?.conditions, 'Ready');
}
