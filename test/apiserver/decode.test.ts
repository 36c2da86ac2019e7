import { describe, expect, it } from 'vitest';
import { decode, type FieldValidation } from '../../src/apiserver/decode.js';
import { Cluster } from '../../src/cluster/cluster.js';
import { builtInKinds } from '../../src/kinds/index.js';

function answer(object: { apiVersion: string; kind: string } & Record<string, unknown>, fieldValidation: FieldValidation = 'Strict'): unknown {
  const kind = builtInKinds().get(`${object.apiVersion}/${object.kind}`);
  if (kind === undefined) throw new Error(`no kind ${object.kind}`);
  const decoded = decode(kind, object, { fieldValidation });
  return 'refusal' in decoded ? decoded.refusal.message.replace(/^.* cannot be handled as an? \w+: /, '') : decoded.object;
}

const pod = (spec: Record<string, unknown>): { apiVersion: string; kind: string } & Record<string, unknown> => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });

describe('decode refuses what Go cannot read, in its words', () => {
  const cases: [string, Record<string, unknown> & { apiVersion: string; kind: string }, string][] = [
    ['unknown fields in the order met', pod({ foo: 1, containers: [{ name: 'c', bar: { x: 1 } }] }), 'strict decoding error: unknown field "spec.foo", unknown field "spec.containers[0].bar"'],
    ['field names are case-sensitive', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: {}, spec: { Replicas: 1 } }, 'strict decoding error: unknown field "spec.Replicas"'],
    ['a type error hides unknown fields', pod({ foo: 1, hostNetwork: 'yes' }), 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    ['the first type error counts', pod({ hostPID: 1, hostNetwork: 'yes' }), 'json: cannot unmarshal number into Go struct field PodSpec.spec.hostPID of type bool'],
    ['a float for an int32', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1.5 } }, 'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['beyond int32', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3000000000 } }, 'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['an embedded struct is a segment', pod({ volumes: [{ secret: 'x' }] }), 'json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.secret of type v1.SecretVolumeSource'],
    ['the element of a list', pod({ containers: ['x'] }), 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container'],
    ['the list itself', pod({ containers: 'x' }), 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['a value of a map', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 80 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['named string types', { apiVersion: 'v1', kind: 'Service', spec: { type: 1 } }, 'json: cannot unmarshal number into Go struct field ServiceSpec.spec.type of type v1.ServiceType'],
    ['base64', { apiVersion: 'v1', kind: 'Secret', data: { a: 'x' } }, 'illegal base64 data at input byte 0'],
    ['quantities', pod({ overhead: { cpu: '1 Gi' } }), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['times', { apiVersion: 'v1', kind: 'Pod', metadata: { deletionTimestamp: 'now' } }, 'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"'],
  ];
  it.each(cases)('%s', (_name, object, message) => expect(answer(object)).toBe(message));
});

describe('decode keeps what Go keeps', () => {
  it('null is absent, in a list or map it is the zero value', () => {
    expect(answer({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: null, annotations: { x: null } }, data: { a: null } })).toEqual({
      apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: { x: '' } }, data: { a: '' },
    });
  });
  it('zero scalars that are omitted are gone, pointers stay, structs held by value are there', () => {
    expect(answer(pod({ hostNetwork: false, containers: [{ name: 'c', stdin: false }], terminationGracePeriodSeconds: 0 }))).toEqual({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'c', resources: {} }], terminationGracePeriodSeconds: 0 }, status: {},
    });
  });
  it('shares nothing with the input', () => {
    const input = pod({ nodeSelector: { a: 'b' } });
    const output = answer(input) as typeof input;
    (input['spec'] as { nodeSelector: Record<string, string> }).nodeSelector['a'] = 'c';
    expect((output['spec'] as { nodeSelector: Record<string, string> }).nodeSelector).toEqual({ a: 'b' });
  });
  it('quantities are canonical, numbers too', () => {
    expect((answer(pod({ overhead: { cpu: 0.5, memory: '1024Mi' } })) as { spec: { overhead: unknown } }).spec.overhead).toEqual({ cpu: '500m', memory: '1Gi' });
  });
  it('a key called __proto__ is only a key', () => {
    const data = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    expect(Object.keys((answer({ apiVersion: 'v1', kind: 'ConfigMap', data }) as { data: object }).data)).toEqual(['__proto__']);
  });
  it('Ignore drops unknown fields in silence, Warn names them', () => {
    const kind = builtInKinds().get('v1/Pod');
    if (kind === undefined) throw new Error('no Pod');
    expect(decode(kind, pod({ foo: 1 }), { fieldValidation: 'Ignore' })).toMatchObject({ warnings: [] });
    expect(decode(kind, pod({ foo: 1 }), { fieldValidation: 'Warn' })).toMatchObject({ warnings: ['unknown field "spec.foo"'] });
  });
});

it('a kind in lower case has an address, but no decoder', () => {
  const cluster = new Cluster();
  const refusal = { code: 400, reason: 'BadRequest', message: 'deployment in version "v1" cannot be handled as a Deployment: no kind "deployment" is registered for version "apps/v1" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"' };
  const object = { apiVersion: 'apps/v1', kind: 'deployment', metadata: { name: 'a' } };
  expect([cluster.create(object), cluster.apply(object)]).toMatchObject([refusal, refusal]);
  expect(cluster.create({ ...object, kind: 'dEPLOYMENT' })).toMatchObject({ code: 404, message: 'no matches for kind "dEPLOYMENT" in version "apps/v1"' });
});
