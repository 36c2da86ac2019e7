// Ranges of cluster IPs that people add: ready before they are used, kept while they are needed.
import { expect, it } from 'vitest';
import { bootstrap } from '../../src/cluster/bootstrap.js';
import { createControlPlane } from '../../src/cluster/controlPlane.js';
import { Cluster } from '../../src/index.js';
import type { Service, ServiceCIDR } from '../../src/api/types.js';

const range = (name: string, ...cidrs: string[]): object => ({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs } });
const rangeRef = (name: string) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', name });
const service = (name: string, clusterIP: string): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { clusterIP, ports: [{ port: 80 }] } });
const shapeOf = (cluster: Cluster, name: string): unknown => {
  const found = cluster.get(rangeRef(name)) as ServiceCIDR | undefined;
  return found === undefined ? undefined : [found.metadata.finalizers, (found.status?.conditions ?? []).map(({ status, reason, message }) => `${status} ${reason}: ${message}`)];
};
const FINALIZERS = ['networking.k8s.io/service-cidr-finalizer'];
const READY = [FINALIZERS, ['True : Kubernetes Service CIDR is ready']];
const HELD = [FINALIZERS, ['False Terminating: There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR']];
const REFUSED = (ip: string): string => `Service "web" is invalid: spec.clusterIPs: Invalid value: ["${ip}"]: failed to allocate IP ${ip}: the provided network does not match the current range`;

it('gives addresses of a range once it is ready', () => {
  const cluster = new Cluster();
  cluster.settle();
  expect(cluster.create(service('web', '192.168.7.9')).message).toBe(REFUSED('192.168.7.9'));
  expect(cluster.create(range('more', '192.168.7.0/24')).code).toBe(201);
  expect(cluster.create(service('web', '192.168.7.9')).code).toBe(422);
  cluster.settle();
  expect(shapeOf(cluster, 'more')).toEqual(READY);
  for (const edge of ['192.168.7.0', '192.168.7.255', '192.168.8.1']) expect(cluster.create(service('web', edge)).message).toBe(REFUSED(edge));
  expect(cluster.create(service('web', '192.168.7.9')).code).toBe(201);
  expect(cluster.get({ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', name: '192.168.7.9' })).toBeDefined();
});

it('keeps a range that is deleted until nobody has an address of it', () => {
  const cluster = new Cluster();
  cluster.create(range('more', '192.168.7.0/24'));
  cluster.settle();
  cluster.create(service('web', '192.168.7.9'));
  cluster.delete(rangeRef('more'));
  cluster.settle({ seconds: 60 });
  expect(shapeOf(cluster, 'more')).toEqual(HELD);
  cluster.delete({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' });
  cluster.settle();
  expect(shapeOf(cluster, 'more')).toBeUndefined();
});

it('waits ten seconds before a range goes, and lets one go whose addresses another has', () => {
  const cluster = new Cluster();
  cluster.create(range('more', '192.168.7.0/24'));
  cluster.create(range('wide', '192.168.0.0/16'));
  cluster.settle();
  cluster.create(service('web', '192.168.7.9'));
  cluster.delete(rangeRef('more'));
  cluster.settle({ seconds: 9 });
  expect(shapeOf(cluster, 'more')).toEqual(READY);
  cluster.settle({ seconds: 2 });
  expect(shapeOf(cluster, 'more')).toBeUndefined();
});

it('never lets go of the range that the API server itself needs', () => {
  const cluster = new Cluster();
  cluster.settle();
  cluster.delete(rangeRef('kubernetes'));
  cluster.settle({ seconds: 60 });
  expect(shapeOf(cluster, 'kubernetes')).toEqual(HELD);
});

it('takes addresses from the range that a cluster read from a file names', () => {
  const plane = createControlPlane({ startMs: 0, seed: 1 });
  bootstrap(plane.server);
  plane.server.restore(range('kubernetes', '10.43.0.0/27'), '');
  const addressOf = (name: string, spec: object = {}): unknown => {
    const { object, message } = plane.server.create({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
    return (object as Service | undefined)?.spec?.clusterIP ?? message;
  };
  // The first sixteen are kept for those who ask, until there are no others.
  const upper = Array.from({ length: 14 }, (_, index) => `10.43.0.${17 + index}`);
  expect(upper.map((_, index) => addressOf(`s${index}`))).toEqual(upper);
  expect(addressOf('kept')).toBe('10.43.0.1');
  expect(addressOf('asks', { clusterIP: '10.43.0.9' })).toBe('10.43.0.9');
  expect(addressOf('web', { clusterIP: '10.96.3.4' })).toBe(REFUSED('10.96.3.4'));
  for (let index = 2; index <= 14; index++) addressOf(`kept${index}`);
  expect(addressOf('last')).toBe('10.43.0.16');
  expect(addressOf('late')).toBe('Internal error occurred: failed to allocate a serviceIP: range is full');
  // A range that is added helps, once it is ready.
  plane.server.restore({ ...range('more', '10.44.0.0/27'), status: { conditions: [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] } }, '');
  expect([addressOf('late'), addressOf('later')]).toEqual(['10.44.0.17', '10.44.0.18']);
});
