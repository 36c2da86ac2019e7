// Inputs for the benchmarks, made by rule so that every run measures the same thing.

/** Nodes like those of a cloud: 32 CPU, 256Gi, three zones. */
export function makeNodes(count) {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${String(index).padStart(5, '0')}`,
      labels: { 'kubernetes.io/hostname': `node-${String(index).padStart(5, '0')}`, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/zone': `zone-${index % 3}` },
    },
    spec: {},
    status: {
      capacity: { cpu: '32', memory: '256Gi', 'ephemeral-storage': '500Gi', pods: '110' },
      allocatable: { cpu: '31500m', memory: '250Gi', 'ephemeral-storage': '450Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  }));
}

/**
 * A pod without a controller, with requests that few others have; one that is `unlike` says something that no other says.
 * Of those that `end` some need a node for themselves and wait for others to end.
 */
export function makePod(index, { ends = false, unlike = false } = {}) {
  const name = `job-${String(index).padStart(5, '0')}`;
  const cpu = ends && index % 440 === 439 ? 31_000 : 50 * (1 + ((index * 7) % 40));
  const memory = 64 * (1 + ((index * 13) % 60));
  const resources = { requests: { cpu: `${cpu}m`, memory: `${memory}Mi` }, limits: { memory: `${2 * memory}Mi` } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'job', job: name } },
    spec: { ...(ends ? { restartPolicy: 'OnFailure' } : {}), containers: [{ name: 'main', image: 'registry.example/job:1.0', ...(unlike ? { env: [{ name: 'TASK', value: String(index) }] } : {}), resources }] },
  };
}

/** A Deployment of `replicas` pods; `index` makes it unlike its siblings in name, labels and size. */
export function makeDeployment(index, replicas, namespace = 'default') {
  const name = `app-${String(index).padStart(5, '0')}`;
  const labels = { app: name, tier: `tier-${index % 5}` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [{
            name: 'app',
            image: `registry.example/app-${index}:1.0.${index % 7}`,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [{ name: 'LEVEL', value: 'info' }],
            resources: { requests: { cpu: `${100 + 50 * (index % 8)}m`, memory: `${128 * (1 + (index % 6))}Mi` }, limits: { memory: `${256 * (1 + (index % 6))}Mi` } },
          }],
        },
      },
    },
  };
}

/** A class of storage, a driver that makes volumes for it, and StatefulSets of ten pods with a claim each. */
export function makeStatefulSets(count, namespace = 'default') {
  const sets = Array.from({ length: count }, (_, index) => {
    const name = `db-${String(index).padStart(5, '0')}`;
    const { spec: { template, selector } } = makeDeployment(index, 10);
    return {
      apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace },
      spec: {
        replicas: 10, podManagementPolicy: 'Parallel', serviceName: name, selector, template,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } } }],
      },
    };
  });
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'disk.example.com', volumeBindingMode: 'WaitForFirstConsumer' },
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'disk.example.com' }, spec: {} },
    ...sets,
  ];
}
