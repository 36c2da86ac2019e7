// EndpointSlices: where the traffic of a Service goes, made from its pods.
// Which endpoints there are stands in endpointGroups.ts, how they share slices in slicePlan.ts. Source: staging/src/k8s.io/endpointslice/{reconciler,utils}.go, pkg/controller/endpointslice/endpointslice_controller.go
import { isConditionTrue } from '../../api/conditions.js';
import { LABEL_SERVICE_NAME } from '../../api/endpointSlices.js';
import { objectKey, splitKey, succeeded } from '../../api/meta.js';
import { controllerReference } from '../../api/ownerReference.js';
import type { EndpointSlice, Node, Service } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { isNamespaceTerminating } from '../shared/podControl.js';
import { createSelectorIndex } from '../shared/selectorIndex.js';
import { createEndpointGroups } from './endpointGroups.js';
import { createOwnSlices, LABEL_MANAGED_BY } from './ownSlices.js';
import { affectsBackends, backendSelector, hasSelectedBackends, isHeadless } from './servicePorts.js';
import { asksForTopologyHints, distributeTraffic, removeHints } from './sliceHints.js';
import { planSlices, reuseDeleted, type SlicePlan } from './slicePlan.js';
import { createTopologyCache, type HintEvent } from './topologyCache.js';

const MANAGED_BY = 'endpointslice-controller.k8s.io';
const LABEL_HEADLESS = 'service.kubernetes.io/headless';
const ZONE = 'topology.kubernetes.io/zone';
/** The key of the work that follows a change of nodes; those of Services have a slash. */
const NODES = 'nodes';

/** Keeps the slices of every Service with a selector. */
export const endpointSlice: ControllerDescription = {
  name: 'endpoint-slice-controller',
  retries: { firstSeconds: 1, times: 15 },
  create({ client, queue }) {
    const index = createSelectorIndex(client.read);
    const groups = createEndpointGroups(client.read, (key) => index.podsOf(key));
    const topology = createTopologyCache(() => client.read.list('nodes'));
    // What others write, or take away, is put right a second later; slices that come with their Service are looked at with it.
    const own = createOwnSlices(MANAGED_BY, (serviceKey, type) => queue.addAfter(serviceKey, type === 'ADDED' ? 0 : 1));

    /** Gives the errors. */
    function reconcileFamily(service: Service, key: string, { addressType, existing }: { addressType: string; existing: readonly EndpointSlice[] }): string[] {
      const labels = sliceLabels(service);
      const owned = existing.filter((slice) => isOwnedBy(slice, service));
      const isPlaceholder = (slice: EndpointSlice): boolean => (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0 && deepEqual(slice.metadata.labels, labels);
      const plan = planSlices(groups.of(service, key, addressType), owned, { labels, isPlaceholder });
      const errors: string[] = [];
      for (const podKey of groups.withoutNode(key, addressType)) {
        const pod = client.read.byKey('pods', podKey);
        errors.push(`skipping Pod ${pod?.metadata.name ?? ''} for Service ${key}: Node ${pod?.spec?.nodeName ?? ''} Not Found`);
      }
      const distribution = service.spec?.trafficDistribution;
      let events: HintEvent[];
      if (asksForTopologyHints(service)) events = topology.addHints(plan, key, addressType);
      else {
        events = topology.removeService(key, addressType);
        if (distribution === undefined) removeHints(plan);
        else distributeTraffic(plan, distribution);
      }
      reuseDeleted(plan);
      const error = carryOut(plan, service, { key, addressType, labels, strangers: existing.filter((slice) => !isOwnedBy(slice, service)) });
      if (error !== undefined) errors.push(error);
      for (const { type, reason, message } of events) client.event(service, type, reason, message);
      return errors;
    }

    /** Gives the first error, with which it ends. */
    function carryOut(plan: SlicePlan, service: Service, { key, addressType, labels, strangers }: { key: string; addressType: string; labels: Record<string, string>; strangers: readonly EndpointSlice[] }): string | undefined {
      // The slices of a Service that is on its way out are taken away; none is made in their place.
      for (const { ports, endpoints } of service.metadata.deletionTimestamp === undefined ? plan.created : []) {
        const made: EndpointSlice = {
          apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
          metadata: { generateName: `${service.metadata.name}-`, namespace: service.metadata.namespace ?? '', labels, ownerReferences: [controllerReference(service)] },
          addressType, endpoints, ports,
        };
        const response = own.write(() => client.create(made));
        if (isNamespaceTerminating(response)) return undefined;
        if (!succeeded(response)) return `failed to create EndpointSlice for Service ${key}: ${response.message ?? ''}`;
      }
      for (const { slice, ports, endpoints } of plan.updated) {
        if (slice === undefined) continue;
        const response = own.write(() => client.update<EndpointSlice>({ ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports }));
        if (!succeeded(response)) return `failed to update ${slice.metadata.name ?? ''} EndpointSlice for Service ${key}: ${response.message ?? ''}`;
      }
      for (const slice of [...plan.deleted, ...strangers]) {
        const response = client.delete(slice);
        if (!succeeded(response) && response.code !== 404) return `failed to delete ${slice.metadata.name ?? ''} EndpointSlice for Service ${key}: ${response.message ?? ''}`;
      }
      return undefined;
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
        'endpointslices.discovery.k8s.io': own.onSlice,
      },
      reconcile(key) {
        if (key === NODES) {
          for (const service of topology.overloaded()) queue.add(service);
          return 'done';
        }
        const [namespace, name] = splitKey(key);
        const service = client.read.get('services', namespace, name);
        if (service === undefined || !hasSelectedBackends(service)) return 'done';
        const slices = own.namesOf(key).flatMap((each) => client.read.get('endpointslices.discovery.k8s.io', namespace, each) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const families = service.spec?.ipFamilies ?? ['IPv4'];
        const errors: string[] = [];
        for (const addressType of families) errors.push(...reconcileFamily(service, key, { addressType, existing: slices.filter((slice) => slice.addressType === addressType) }));
        for (const slice of slices) {
          if (families.includes(slice.addressType)) continue;
          topology.removeService(key, slice.addressType);
          const response = client.delete(slice);
          if (!succeeded(response)) errors.push(`error deleting ${slice.metadata.name ?? ''} EndpointSlice for Service ${key}: ${response.message ?? ''}`);
        }
        if (errors.length === 0) return 'done';
        const different = [...new Set(errors)];
        client.event(service, 'Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${key}: ${different.length === 1 ? String(different[0]) : `[${different.join(', ')}]`}`);
        return 'retry';
      },
    };
  },
};

function sliceLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels, [LABEL_SERVICE_NAME]: service.metadata.name ?? '', [LABEL_MANAGED_BY]: MANAGED_BY };
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
