// What a new control plane writes for itself before anyone asks: namespaces, priority classes, the kubernetes Service.
// Source: pkg/controlplane/controller/systemnamespaces, pkg/registry/scheduling/rest/storage_scheduling.go, pkg/controlplane/controller/kubernetesservice
import type { ApiServer } from '../apiserver/apiServer.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Writes the objects of a new cluster. */
export function bootstrap(server: ApiServer): void {
  const create = (object: unknown): void => void server.create(object, {}, 'kube-apiserver');
  for (const name of NAMESPACES) create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-node-critical' }, value: 2000001000, preemptionPolicy: 'PreemptLowerPriority', description: 'Used for system critical pods that must not be moved from their current node.' });
  create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-cluster-critical' }, value: 2000000000, preemptionPolicy: 'PreemptLowerPriority', description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.' });
  create({
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster', sessionAffinity: 'None', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
  });
}
