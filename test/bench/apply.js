// A full apply: nodes, namespaces with quotas, Deployments; everything until it rests.
import { Cluster } from '../../dist/index.js';
import { makeDeployment, makeNodes } from './generate.js';

/** Applies the input and gives the figures. */
export function benchApply({ nodes, deployments, replicas, namespaces = 10 }) {
  const cluster = new Cluster();
  cluster.settle();
  const began = performance.now();
  for (const node of makeNodes(nodes)) cluster.create(node);
  for (let index = 0; index < namespaces; index++) {
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${index}` } });
    cluster.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'compute', namespace: `team-${index}` }, spec: { hard: { pods: '1000000', 'requests.cpu': '1000000' } } });
  }
  cluster.settle();
  for (let index = 0; index < deployments; index++) {
    const made = cluster.create(makeDeployment(index, replicas, `team-${index % namespaces}`));
    if (made.code !== 201) throw new Error(made.message);
  }
  const { steps } = cluster.settle();
  const seconds = (performance.now() - began) / 1000;
  const pods = cluster.list({ apiVersion: 'v1', kind: 'Pod' });
  const running = pods.filter((pod) => pod.status.phase === 'Running').length;
  return { nodes, pods: pods.length, running, steps, seconds, podsPerSecond: pods.length / seconds, heapMiB: process.memoryUsage().heapUsed / 2 ** 20, rssMiB: process.memoryUsage().rss / 2 ** 20 };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [nodes, deployments, replicas] = process.argv.slice(2).map(Number);
  const figures = benchApply({ nodes, deployments, replicas });
  console.log(process.argv.includes('--json') ? JSON.stringify(figures) : figures);
}
