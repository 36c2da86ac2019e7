// Services: defaults by type, ports, traffic policies, changes of type and address.
import { describe, test } from 'vitest';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const service = (spec: object, name = 'web'): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const PORT = { port: 80 };
const SELECTOR = { app: 'web' };

describe('create', () => {
  test.each<[string, object, string]>([
    ['no ports', {}, 'spec.ports: Required value'],
    ['headless without ports', { clusterIP: 'None' }, 'accepted'],
    ['two ports without names', { ports: [PORT, { port: 81 }] }, '[spec.ports[0].name: Required value, spec.ports[1].name: Required value]'],
    ['the same port twice', { ports: [{ ...PORT, name: 'a' }, { ...PORT, name: 'b' }] },
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
    ['the same port over two protocols', { ports: [{ ...PORT, name: 'a' }, { ...PORT, name: 'b', protocol: 'UDP' }] }, 'accepted'],
    ['a node port without need', { ports: [{ port: 80, nodePort: 30080 }] }, "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ['a port that is none', { ports: [{ port: 70000 }] },
      '[spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive]'],
    ['an external name that is missing', { type: 'ExternalName' }, 'spec.externalName: Required value'],
    ['an external name with a dot at its end', { type: 'ExternalName', externalName: 'a.example.com.' }, 'accepted'],
    ['an affinity that lasts too long', { ports: [PORT], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400'],
    ['ranges without a load balancer', { ports: [PORT], loadBalancerSourceRanges: ['10.0.0.0/8'] }, "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ['a range with bits beyond its prefix', { type: 'LoadBalancer', ports: [PORT], loadBalancerSourceRanges: ['10.0.0.1/8'] },
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
    ['an external address of this machine', { ports: [PORT], externalIPs: ['127.0.0.1'] }, 'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['a policy for traffic that cannot come', { ports: [PORT], externalTrafficPolicy: 'Local' }, 'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ['an unknown distribution', { ports: [PORT], trafficDistribution: 'X' }, 'spec.trafficDistribution: Unsupported value: "X": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"'],
    ['IPv6 in a cluster without', { ports: [PORT], ipFamilies: ['IPv6'] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  ])('%s', (_title, spec, verdict) => expectVerdict(service(spec), verdict));

  test('defaults of a ClusterIP', () => {
    expectStored(service({ selector: SELECTOR, ports: [PORT] }), {
      spec: { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] },
      status: { loadBalancer: {} },
    });
  });
  test('defaults of a load balancer', () => {
    expectStored(service({ type: 'LoadBalancer', ports: [PORT] }), { spec: { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster', ports: [{ nodePort: 32769 }] } });
  });
  test('warnings', () => {
    expectStored(service({ clusterIP: 'None', loadBalancerIP: '10.0.0.1', trafficDistribution: 'PreferClose' }), {}, [
      'spec.loadBalancerIP is ignored for headless services', 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ]);
  });
});

describe('update', () => {
  test.each<[string, object, object, string]>([
    ['another address', { ports: [PORT], clusterIP: '10.96.7.7' }, { ports: [PORT], clusterIP: '10.96.7.8' }, 'spec.clusterIPs[0]: Invalid value: ["10.96.7.8"]: may not change once set'],
    ['an address left out is kept', { ports: [PORT], clusterIP: '10.96.7.7' }, { ports: [PORT] }, 'accepted'],
    ['from node ports to none', { type: 'NodePort', ports: [PORT] }, { type: 'ClusterIP', ports: [PORT] }, 'accepted'],
    ['to an external name', { ports: [PORT] }, { type: 'ExternalName', externalName: 'a.b' }, 'accepted'],
    ['another class', { type: 'LoadBalancer', loadBalancerClass: 'a/b', ports: [PORT] }, { type: 'LoadBalancer', loadBalancerClass: 'a/c', ports: [PORT] },
      'spec.loadBalancerClass: Invalid value: "a/c": may not change once set'],
  ])('%s', (_title, before, after, verdict) => expectUpdateVerdict(service(before), service(after), verdict));
});
