// Load balancers and the initialisation of nodes: only where the cluster says that it has a cloud controller.
import { describe, expect, it } from 'vitest';
import type { Event, Node, Pod, Service } from '../../src/api/types.js';
import { createControlPlane } from '../../src/cluster/controlPlane.js';
import { bootstrap } from '../../src/cluster/bootstrap.js';
import { Cluster } from '../../src/index.js';

const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';
const TAINT = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };
const node = (name: string, annotations: Record<string, string> = {}, taints: object[] = []): object => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, annotations }, spec: { taints }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
});
const CLOUD = { 'stowage.dev/cloud-controller': 'running' };
const service = (name: string, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name });
const ingress = (cluster: Cluster, name: string): unknown => (cluster.get(ref(name)) as Service | undefined)?.status?.loadBalancer?.ingress;
const events = (cluster: Cluster, name: string): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ involvedObject }) => involvedObject.name === name).map(({ type, reason, message, source }) => `${type} ${reason} ${source?.component}: ${message}`);

function clusterOf(...objects: object[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  for (const object of objects) expect(cluster.create(object).code).toBe(201);
  cluster.settle();
  return cluster;
}

describe('a Service of type LoadBalancer', () => {
  it('stays without an address where nothing says that there is a cloud', () => {
    const cluster = clusterOf(node('a'), service('web'));
    expect(ingress(cluster, 'web')).toBeUndefined();
    expect(cluster.get(ref('web'))?.metadata.finalizers).toBeUndefined();
    expect(events(cluster, 'web')).toEqual([]);
  });

  it('gets one where a node says so, whichever comes first', () => {
    const expected = [{ ip: '198.18.0.1', ipMode: 'VIP' }];
    for (const objects of [[node('a', CLOUD), service('web')], [service('web'), node('a', CLOUD)]]) {
      const cluster = clusterOf(...objects);
      expect(ingress(cluster, 'web')).toEqual(expected);
      expect(cluster.get(ref('web'))?.metadata.finalizers).toEqual([CLEANUP]);
      expect(events(cluster, 'web')).toEqual(['Normal EnsuringLoadBalancer service-controller: Ensuring load balancer', 'Normal EnsuredLoadBalancer service-controller: Ensured load balancer']);
    }
  });

  it('gets the address it asks for, and none when its class is another controller\'s', () => {
    const cluster = clusterOf(node('a', CLOUD), service('asks', { loadBalancerIP: '192.0.2.7' }), service('other', { loadBalancerClass: 'example.com/own' }), service('web'));
    expect([ingress(cluster, 'asks'), ingress(cluster, 'other'), ingress(cluster, 'web')]).toEqual([[{ ip: '192.0.2.7', ipMode: 'VIP' }], undefined, [{ ip: '198.18.0.1', ipMode: 'VIP' }]]);
  });

  it.each<[string, object, string[]]>([
    ['the addresses it is open to', { loadBalancerSourceRanges: ['192.0.2.0/24', '198.51.100.0/24'] }, ['LoadBalancerSourceRanges [] -> [192.0.2.0/24 198.51.100.0/24]']],
    ['another address', { loadBalancerIP: '192.0.2.7' }, ['LoadbalancerIP  -> 192.0.2.7']],
    ['addresses from outside', { externalIPs: ['192.0.2.9'] }, ['ExternalIP Count: 0 -> 1']],
    ['the policy of its traffic', { externalTrafficPolicy: 'Local' }, ['ExternalTrafficPolicy Cluster -> Local']],
    ['a port', { ports: [{ port: 81 }] }, []],
    ['what is none of its load balancer', { selector: { app: 'other' } }, ['unchanged']],
  ])('is looked at again when it is given %s', (_, spec, expected) => {
    const cluster = clusterOf(node('a', CLOUD), service('web'));
    expect(cluster.update(service('web', spec)).code).toBe(200);
    cluster.settle();
    const ensured = (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).find(({ reason }) => reason === 'EnsuredLoadBalancer')?.count;
    const told = events(cluster, 'web').filter((text) => !/Ensur/.test(text)).map((text) => text.replace('Normal ', '').replace(' service-controller:', ''));
    expect(ensured === 1 ? ['unchanged', ...told] : told).toEqual(expected);
  });

  it('tells that it has become one', () => {
    const cluster = clusterOf(node('a', CLOUD), service('web', { type: 'ClusterIP' }));
    cluster.update(service('web'));
    cluster.settle();
    expect(events(cluster, 'web')[0]).toBe('Normal Type service-controller: ClusterIP -> LoadBalancer');
    expect(ingress(cluster, 'web')).toBeDefined();
  });

  it('gives it back when it is of another type, and goes with all that is its own', () => {
    const cluster = clusterOf(node('a', CLOUD), service('web'), service('gone'));
    expect(cluster.update(service('web', { type: 'ClusterIP' })).code).toBe(200);
    expect(cluster.delete(ref('gone')).code).toBe(200);
    cluster.settle();
    expect(ingress(cluster, 'web')).toBeUndefined();
    expect(cluster.get(ref('web'))?.metadata.finalizers).toBeUndefined();
    expect(events(cluster, 'web').slice(-2)).toEqual(['Normal DeletingLoadBalancer service-controller: Deleting load balancer', 'Normal DeletedLoadBalancer service-controller: Deleted load balancer']);
    expect(cluster.get(ref('gone'))).toBeUndefined();
    expect(cluster.get({ ...ref('gone'), kind: 'Endpoints' })).toBeUndefined();
  });

  it('gets one where a Service that was read from the cluster has one', () => {
    const plane = createControlPlane({ startMs: 0, seed: 1 });
    bootstrap(plane.server);
    plane.run();
    plane.server.restore({ ...service('old'), metadata: { name: 'old', namespace: 'default', finalizers: [CLEANUP] }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } }, 'default');
    plane.server.create(service('web'));
    plane.run();
    const addressOf = (name: string) => plane.server.read.get('services', 'default', name)?.status?.loadBalancer?.ingress?.[0]?.ip;
    expect([addressOf('old'), addressOf('web')]).toEqual(['203.0.113.9', '198.18.0.1']);
  });
});

describe('a node that waits for its cloud', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'app' }] } };
  const placed = (cluster: Cluster): string | undefined => (cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' }) as Pod).spec?.nodeName;
  const start = (annotations: Record<string, string>): Cluster => {
    const cluster = clusterOf(node('a', annotations, [TAINT]));
    expect(cluster.create(pod).code).toBe(201);
    cluster.settle();
    return cluster;
  };

  it('takes pods once a cloud controller has seen it', () => {
    const cluster = start(CLOUD);
    expect((cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'a' }) as Node).spec?.taints).toBeUndefined();
    expect(placed(cluster)).toBe('a');
    expect(events(cluster, 'a')).toEqual(['Normal Synced cloud-node-controller: Node synced successfully']);
  });

  it('takes none without', () => {
    const cluster = start({});
    expect(placed(cluster)).toBeUndefined();
    expect((cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'a' }) as Node).spec?.taints).toEqual([TAINT]);
  });
});
