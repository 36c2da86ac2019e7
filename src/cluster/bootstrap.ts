// What a new control plane writes for itself before anyone asks: namespaces, priority classes, the kubernetes Service and where it leads.
// Source: pkg/controlplane/controller/{systemnamespaces,defaultservicecidr,kubernetesservice}, pkg/controlplane/reconcilers/endpointsadapter.go,
// pkg/registry/scheduling/rest/storage_scheduling.go
import { LABEL_SERVICE_NAME } from '../api/endpointSlices.js';
import type { KubernetesObject } from '../api/meta.js';
import type { Endpoints, EndpointSlice, ServiceCIDR } from '../api/types.js';
import type { ApiServer } from '../apiserver/apiServer.js';
import { SERVICE_CIDR } from '../apiserver/services/ranges.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** The address of the API server; no node gets it. */
const SERVER_ADDRESS = '172.16.0.1';
const SERVER_PORT = 6443;
/** Uids of what serves the network. They are fixed: those that are drawn, and the names made from them, must not depend on these objects. */
const UIDS = { serviceCIDR: '6b756265-0000-4000-8000-000000000001', endpoints: '6b756265-0000-4000-8000-000000000002', endpointSlice: '6b756265-0000-4000-8000-000000000003' };

/** Writes the objects of a new cluster. */
export function bootstrap(server: ApiServer): void {
  const create = (object: unknown): void => void server.create(object, {}, 'kube-apiserver');
  for (const name of NAMESPACES) create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-node-critical' }, value: 2000001000, preemptionPolicy: 'PreemptLowerPriority', description: 'Used for system critical pods that must not be moved from their current node.' });
  create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-cluster-critical' }, value: 2000000000, preemptionPolicy: 'PreemptLowerPriority', description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.' });
  create({
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster', sessionAffinity: 'None', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: SERVER_PORT }] },
  });
  bootstrapNetwork(server);
}

/** The range of cluster IPs, and the Endpoints of the kubernetes Service, which has no selector. */
function bootstrapNetwork(server: ApiServer): void {
  server.preset((time): ServiceCIDR & KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes', uid: UIDS.serviceCIDR, creationTimestamp: time, finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    spec: { cidrs: [SERVICE_CIDR] },
    status: { conditions: [{ lastTransitionTime: time, message: 'Kubernetes Service CIDR is ready', reason: '', status: 'True', type: 'Ready' }] },
  }));
  const port = { name: 'https', port: SERVER_PORT, protocol: 'TCP' };
  server.preset((time): Endpoints & KubernetesObject => ({
    apiVersion: 'v1', kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', uid: UIDS.endpoints, creationTimestamp: time, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: SERVER_ADDRESS }], ports: [port] }],
  }));
  server.preset((time): EndpointSlice & KubernetesObject => ({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', uid: UIDS.endpointSlice, creationTimestamp: time, generation: 1, labels: { [LABEL_SERVICE_NAME]: 'kubernetes' } },
    addressType: 'IPv4', endpoints: [{ addresses: [SERVER_ADDRESS], conditions: { ready: true } }], ports: [port],
  }));
}
