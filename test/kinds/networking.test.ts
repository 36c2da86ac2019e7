// Ingresses, their classes and network policies.
import { describe, test } from 'vitest';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const object = (kind: string, spec: object, metadata: object = {}): object => ({ apiVersion: 'networking.k8s.io/v1', kind, metadata: { name: 'x', ...metadata }, spec });
const BACKEND = { service: { name: 'web', port: { number: 80 } } };
const path = (entry: object): object => ({ rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: BACKEND, ...entry }] } }] });
const AT = 'spec.rules[0].http.paths[0]';

describe('Ingress', () => {
  test.each<[string, object, string]>([
    ['nothing', {}, 'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
    ['an empty list of rules', { rules: [] }, 'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
    ['no path type', path({ pathType: undefined }), `${AT}.pathType: Required value: pathType must be specified`],
    ['an unknown path type', path({ pathType: 'Regex' }), `${AT}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    ['a path without a slash', path({ path: 'x' }), `${AT}.path: Invalid value: "x": must be an absolute path`],
    ['a path that climbs', path({ path: '/a/../b/..' }), `[${AT}.path: Invalid value: "/a/../b/..": must not contain '/../', ${AT}.path: Invalid value: "/a/../b/..": cannot end with '/..']`],
    ['two kinds of port', path({ backend: { service: { name: 'web', port: { name: 'http', number: 80 } } } }), `${AT}.backend: Invalid value: "": cannot set both port name & port number`],
    ['no backend', path({ backend: {} }), `${AT}.backend: Invalid value: "": resource or service backend is required`],
    ['an address as host', { rules: [{ host: '1.2.3.4' }] }, 'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address'],
    ['a wildcard', { defaultBackend: BACKEND, rules: [{ host: '*.example.com' }] }, 'accepted'],
  ])('%s', (_title, spec, verdict) => expectVerdict(object('Ingress', spec), verdict));

  test('the class by annotation', () => {
    const annotations = { 'kubernetes.io/ingress.class': 'nginx' };
    expectStored(object('Ingress', { defaultBackend: BACKEND }, { annotations }), { metadata: { generation: 1 }, status: { loadBalancer: {} } },
      ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead']);
    expectVerdict(object('Ingress', { defaultBackend: BACKEND, ingressClassName: 'other' }, { annotations }),
      'annotations.kubernetes.io/ingress.class: Invalid value: "nginx": must match `ingressClassName` when both are specified');
  });
});

describe('IngressClass', () => {
  test.each<[string, object, string]>([
    ['no controller', {}, 'spec.controller: Required value'],
    ['a namespace for parameters of the cluster', { controller: 'a.io/b', parameters: { kind: 'K', name: 'n', namespace: 'x' } }, "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ['parameters of a namespace without one', { controller: 'a.io/b', parameters: { kind: 'K', name: 'n', scope: 'Namespace' } }, "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
  ])('%s', (_title, spec, verdict) => expectVerdict(object('IngressClass', spec), verdict));
  test('the controller stays', () => expectUpdateVerdict(object('IngressClass', { controller: 'a.io/b' }), object('IngressClass', { controller: 'a.io/c' }), 'spec.controller: Invalid value: "a.io/c": field is immutable'));
});

describe('NetworkPolicy', () => {
  const ingress = (rule: object): object => ({ podSelector: {}, ingress: [rule] });
  test.each<[string, object, string]>([
    ['an empty peer', ingress({ from: [{}] }), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    ['a block and a selector', ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }), 'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer'],
    ['an exception outside', ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }), 'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
    ['a range of ports that ends early', ingress({ ports: [{ port: 80, endPort: 79 }] }), 'spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`'],
    ['a range of named ports', ingress({ ports: [{ port: 'http', endPort: 90 }] }), 'spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric'],
    ['an unknown type', { podSelector: {}, policyTypes: ['Sideways'] }, 'spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"'],
  ])('%s', (_title, spec, verdict) => expectVerdict(object('NetworkPolicy', spec), verdict));
  test('types follow from the rules', () => {
    expectStored(object('NetworkPolicy', { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] }), { spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] } });
  });
});
