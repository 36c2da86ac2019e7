// Custom resources: what a structural schema prunes, defaults and refuses, in the server's words.
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { JSONSchemaProps } from '../../src/api/types.js';
import { Cluster } from '../../src/cluster/cluster.js';

type Spec = Record<string, unknown>;
const definition = (spec: JSONSchemaProps, more: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } }, ...more }],
  },
});
const object = (properties: Record<string, JSONSchemaProps>, more: JSONSchemaProps = {}): JSONSchemaProps => ({ type: 'object', properties, ...more });

/** A cluster that knows the definition. */
function clusterWith(spec: JSONSchemaProps, more: object = {}): Cluster {
  const cluster = new Cluster({});
  const { code, message } = cluster.create(definition(spec, more));
  if (code !== 201) throw new Error(message);
  return cluster;
}
const widget = (spec: Spec, more: object = {}): object => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a', namespace: 'default' }, spec, ...more });
/** What is wrong with a widget, without the sentence about it; undefined when it is stored. */
const problem = (schema: JSONSchemaProps, spec: Spec): string | undefined => clusterWith(schema).create(widget(spec)).message?.replace('Widget.example.com "a" is invalid: ', '');

describe('values', () => {
  it.each<[string, JSONSchemaProps, Spec, string | undefined]>([
    ['type', object({ n: { type: 'integer' } }), { n: 'x' }, 'spec.n: Invalid value: "string": spec.n in body must be of type integer: "string"'],
    ['minimum', object({ n: { type: 'integer', minimum: 1 } }), { n: 0 }, 'spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1'],
    ['multipleOf', object({ n: { type: 'integer', multipleOf: 4 } }), { n: 6 }, 'spec.n: Invalid value: 6: spec.n in body should be a multiple of 4'],
    ['enum', object({ s: { type: 'string', enum: ['a', 'b'] } }), { s: 'c' }, 'spec.s: Unsupported value: "c": supported values: "a", "b"'],
    ['pattern', object({ s: { type: 'string', pattern: '^a+$' } }), { s: 'b' }, "spec.s: Invalid value: \"b\": spec.s in body should match '^a+$'"],
    ['length', object({ s: { type: 'string', maxLength: 2 } }), { s: 'abc' }, 'spec.s: Too long: may not be more than 2 bytes'],
    ['format', object({ s: { type: 'string', format: 'date-time' } }), { s: 'today' }, 'spec.s: Invalid value: "today": spec.s in body must be of type date-time: "today"'],
    ['required', object({ s: { type: 'string' } }, { required: ['s'] }), {}, 'spec.s: Required value'],
    ['items', object({ l: { type: 'array', maxItems: 1, items: { type: 'string' } } }), { l: ['a', 'b'] }, 'spec.l: Too many: 2: must have at most 1 item'],
    ['a set', object({ l: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } }), { l: ['a', 'a'] }, 'spec.l[1]: Duplicate value: "a"'],
    ['a map', object({ l: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: object({ k: { type: 'string' } }, { required: ['k'] }) } }),
      { l: [{ k: 'a' }, { k: 'a' }] }, 'spec.l[1]: Duplicate value: {"k":"a"}'],
    ['int or string', object({ p: { 'x-kubernetes-int-or-string': true } }), { p: true }, 'spec.p: Invalid value: "boolean": spec.p in body must be of type integer,string: "boolean"'],
    ['null', object({ s: { type: 'string' } }), { s: null }, undefined],
    ['all is well', object({ s: { type: 'string', nullable: true }, n: { type: 'number' } }), { s: null, n: 1.5 }, undefined],
  ])('%s', (_, schema, spec, expected) => expect(problem(schema, spec)?.replace(/\[(.*?)(?:, <nil>: Invalid value: null.*)?\]$/, '$1')).toBe(expected));
});

describe('rules', () => {
  const limits = object({ min: { type: 'integer' }, max: { type: 'integer' } });
  it.each<[string, JSONSchemaProps, Spec, string | undefined]>([
    ['rule without message', { ...limits, 'x-kubernetes-validations': [{ rule: 'self.min <= self.max' }] }, { min: 2, max: 1 }, 'spec: Invalid value: failed rule: self.min <= self.max'],
    ['message', { ...limits, 'x-kubernetes-validations': [{ rule: 'self.min <= self.max', message: 'min above max' }] }, { min: 2, max: 1 }, 'spec: Invalid value: min above max'],
    ['messageExpression', { ...limits, 'x-kubernetes-validations': [{ rule: 'self.min <= self.max', messageExpression: "'%d is above %d'.format([self.min, self.max])" }] }, { min: 2, max: 1 }, 'spec: Invalid value: 2 is above 1'],
    ['reason and fieldPath', { ...limits, 'x-kubernetes-validations': [{ rule: 'has(self.min)', message: 'no min', reason: 'FieldValueRequired', fieldPath: '.min' }] }, { max: 1 }, 'spec.min: Required value: no min'],
    ['a rule that holds', { ...limits, 'x-kubernetes-validations': [{ rule: 'self.min <= self.max' }] }, { min: 1, max: 1 }, undefined],
    ['an error of evaluation', { ...limits, 'x-kubernetes-validations': [{ rule: 'self.min <= self.max' }] }, { min: 1 }, 'spec: Invalid value: no such key: max evaluating rule: self.min <= self.max'],
  ])('%s', (_, schema, spec, expected) => expect(problem(schema, spec)?.replace(/Invalid value: (?:"object"|\{.*?\}): /, 'Invalid value: ')).toBe(expected));

  it('a transition rule runs on update only', () => {
    const cluster = clusterWith(object({ n: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'only up' }] } }));
    expect(cluster.create(widget({ n: 2 })).code).toBe(201);
    const { resourceVersion } = cluster.get({ apiVersion: 'example.com/v1', kind: 'Widget', namespace: 'default', name: 'a' })!.metadata;
    const named = { metadata: { name: 'a', namespace: 'default', resourceVersion } };
    expect(cluster.update(widget({ n: 1 }, named)).message).toContain('only up');
    expect(cluster.update(widget({ n: 3 }, named)).code).toBe(200);
  });
});

describe('pruning and defaulting', () => {
  const schema = object({ n: { type: 'integer', default: 3 }, o: object({ s: { type: 'string', default: 'x' } }), free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } });
  it('drops what the schema does not know, with a warning, and fills in defaults', () => {
    const { object: stored, warnings } = clusterWith(schema).create(widget({ o: {}, typo: 1, free: { any: 1 } }));
    expect((stored as KubernetesObject & { spec: Spec }).spec).toEqual({ n: 3, o: { s: 'x' }, free: { any: 1 } });
    expect(warnings).toEqual(['unknown field "spec.typo"']);
  });
  it('refuses what the schema does not know when asked to be strict', () => {
    expect(clusterWith(schema).create(widget({ typo: 1 }), { fieldValidation: 'Strict' }).message).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.typo"',
    );
  });
  it('drops the status on create when it is a subresource', () => {
    const status = { status: { ready: true } };
    expect(clusterWith(schema).create(widget({}, status)).object).toHaveProperty('status.ready', true);
    expect(clusterWith(schema, { subresources: { status: {} } }).create(widget({}, status)).object).not.toHaveProperty('status');
  });
});

describe('definitions', () => {
  it.each<[string, JSONSchemaProps, string]>([
    ['no type', { properties: { a: {} as JSONSchemaProps } }, 'must not be empty for specified object fields'],
    ['a rule that does not compile', { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.foo' }] }, "undefined field 'foo'"],
    ['a rule that is no bool', object({ n: { type: 'integer' } }, { 'x-kubernetes-validations': [{ rule: 'self.n' }] }), 'must evaluate to a bool'],
    ['a bad default', object({ n: { type: 'integer', default: 'x' } }), 'must be of type integer: "string"'],
    ['uniqueItems', object({ l: { type: 'array', uniqueItems: true, items: { type: 'string' } } }), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'],
  ])('%s', (_, schema, text) => expect(new Cluster({}).create(definition(schema)).message).toContain(text));

  it('names are accepted, conflicts are not, and objects go with their definition', () => {
    const cluster = clusterWith(object({}));
    cluster.settle();
    expect(conditions(cluster, 'widgets')).toEqual(['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted']);
    const rival = definition(object({})) as { metadata: object; spec: { names: object } };
    cluster.create({ ...rival, metadata: { name: 'gadgets.example.com' }, spec: { ...rival.spec, names: { plural: 'gadgets', kind: 'Widget' } } });
    cluster.settle();
    expect(conditions(cluster, 'gadgets')).toEqual(['NamesAccepted=False ListKindConflict', 'Established=False NotAccepted']);
    cluster.create(widget({}));
    cluster.delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'widgets.example.com' });
    cluster.settle();
    expect(cluster.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }).map(({ metadata }) => metadata.name)).toEqual(['gadgets.example.com']);
    expect(conditions(cluster, 'gadgets')[0]).toBe('NamesAccepted=True NoConflicts');
  });
});

function conditions(cluster: Cluster, plural: string): string[] {
  const crd = cluster.get({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `${plural}.example.com` }) as { status?: { conditions?: { type: string; status: string; reason: string }[] } } | undefined;
  return (crd?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

describe('versions', () => {
  const version = (name: string, spec: JSONSchemaProps, more: object = {}): object => ({ name, served: true, storage: false, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } }, ...more });
  const gadget = (apiVersion: string, spec: Spec): object => ({ apiVersion: `example.com/${apiVersion}`, kind: 'Gadget', metadata: { name: 'a' }, spec });
  const newer = object({ size: { type: 'integer' }, mode: { type: 'string', default: 'fast' }, label: { type: 'string' } }, { required: ['size'] });
  const older = object({ label: { type: 'string' }, gone: { type: 'string' } });
  function clusterOf(more: object = {}, olderMore: object = {}, storedMore: object = {}): Cluster {
    const cluster = new Cluster({});
    const { code, message } = cluster.create({
      apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com', scope: 'Namespaced', names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [version('v1', newer, { storage: true, ...storedMore }), version('v1beta1', older, olderMore)], ...more,
      },
    });
    if (code !== 201) throw new Error(message);
    return cluster;
  }

  it('the version that is named judges, not the stored one', () => {
    const cluster = clusterOf();
    expect(cluster.create(gadget('v1', { label: 'x' })).message).toBe('Gadget.example.com "a" is invalid: spec.size: Required value');
    expect(cluster.create(gadget('v1beta1', { label: 'x' })).code).toBe(201);
  });

  it('what is stored has the fields and the defaults of the stored version', () => {
    const cluster = clusterOf();
    expect(cluster.apply(gadget('v1beta1', { label: 'x', gone: 'y' }) as KubernetesObject).object).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { label: 'x' } });
    expect(cluster.get({ apiVersion: 'example.com/v1', kind: 'Gadget', name: 'a' })).toHaveProperty('spec', { label: 'x', mode: 'fast' });
    expect(cluster.get({ apiVersion: 'example.com/v1beta1', kind: 'Gadget', name: 'a' })).toHaveProperty('spec', { label: 'x' });
  });

  it('an older version can be applied to what a newer one has filled in', () => {
    const cluster = clusterOf();
    const { metadata } = cluster.create(gadget('v1', { size: 1, label: 'x' })).object as KubernetesObject;
    const options = { fieldValidation: 'Strict' as const };
    expect(cluster.apply(gadget('v1beta1', { label: 'x' }) as KubernetesObject, options)).toMatchObject({ code: 200, object: { metadata: { generation: metadata.generation } } });
    expect(cluster.apply(gadget('v1beta1', { label: 'z' }) as KubernetesObject, options)).toMatchObject({ code: 200, object: { metadata: { generation: 2 } } });
  });

  it('a deprecated version warns, whatever becomes of the request', () => {
    expect(clusterOf({}, { deprecated: true }).create(gadget('v1beta1', {})).warnings).toEqual(['example.com/v1beta1 Gadget is deprecated; use example.com/v1 Gadget']);
    expect(clusterOf({}, { deprecated: true, deprecationWarning: 'old!' }).create(gadget('v1beta1', { label: 1 }))).toMatchObject({ code: 422, warnings: ['old!'] });
    expect(clusterOf({}, { deprecated: true }).create(gadget('v1', { size: 1 })).warnings).toEqual([]);
  });

  it('what only a webhook could convert is kept as it came', () => {
    const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://convert.example.com' } } };
    expect(clusterOf({ conversion }).create(gadget('v1beta1', { gone: 'y' }))).toMatchObject({ code: 201, object: { spec: { gone: 'y' } } });
  });

  it('the stored version need not be served', () => {
    expect(clusterOf({}, {}, { served: false }).create(gadget('v1beta1', { label: 'x' }))).toMatchObject({ code: 201, object: { apiVersion: 'example.com/v1beta1', spec: { label: 'x' } } });
  });
});
