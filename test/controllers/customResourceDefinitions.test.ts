// How a CustomResourceDefinition gets its names and is established, and what becomes of its objects when it goes.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { CustomResourceDefinition } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

interface Names {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

const definition = (names: Names, group = 'example.com'): KubernetesObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${names.plural}.${group}` },
    spec: { group, scope: 'Namespaced', names, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
  }) as KubernetesObject;
const refOf = (plural: string, group = 'example.com'): ObjectRef => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `${plural}.${group}` });
const widgetRef = (name: string): ObjectRef => ({ apiVersion: 'example.com/v1', kind: 'Widget', namespace: 'default', name });
const WIDGETS: Names = { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] };

function settled(...definitions: KubernetesObject[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  for (const each of definitions) {
    expect(cluster.create(each).code).toBe(201);
    cluster.settle();
  }
  return cluster;
}
const conditionsOf = (cluster: Cluster, ref: ObjectRef): string[] =>
  ((cluster.get(ref) as CustomResourceDefinition).status?.conditions ?? []).map(({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`);

const ACCEPTED = ['NamesAccepted=True NoConflicts: no conflicts found', 'Established=True InitialNamesAccepted: the initial names have been accepted'];
const refused = (reason: string, message: string): string[] => [`NamesAccepted=False ${reason}: ${message}`, 'Established=False NotAccepted: not all names are accepted'];

describe('names', () => {
  test('that nobody has are accepted, with what is left out filled in', () => {
    const cluster = settled(definition({ ...WIDGETS, categories: ['all'] }));
    expect(conditionsOf(cluster, refOf('widgets'))).toEqual(ACCEPTED);
    expect((cluster.get(refOf('widgets')) as CustomResourceDefinition).status?.acceptedNames).toEqual({ plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'], categories: ['all'] });
  });

  test.each<[string, Names, string[]]>([
    ['plural as a short name', { plural: 'wd', kind: 'Other' }, refused('PluralConflict', '"wd" is already in use')],
    ['singular', { plural: 'others', singular: 'widget', kind: 'Other' }, refused('SingularConflict', '"widget" is already in use')],
    ['short name', { plural: 'others', kind: 'Other', shortNames: ['wd'] }, refused('ShortNamesConflict', '"wd" is already in use')],
    ['several short names', { plural: 'others', kind: 'Other', shortNames: ['wd', 'ot', 'widgets'] }, refused('ShortNamesConflict', '["wd" is already in use, "widgets" is already in use]')],
    ['kind', { plural: 'others', singular: 'other', kind: 'Widget', listKind: 'OtherList' }, refused('KindConflict', '"Widget" is already in use')],
    ['list kind', { plural: 'others', singular: 'other', kind: 'Other', listKind: 'WidgetList' }, refused('ListKindConflict', '"WidgetList" is already in use')],
    ['kind and list kind: the last is told', { plural: 'others', singular: 'other', kind: 'Widget' }, refused('ListKindConflict', '"WidgetList" is already in use')],
  ])('%s that another one of the group has is refused', (_, names, expected) => {
    const cluster = settled(definition(WIDGETS), definition(names));
    expect(conditionsOf(cluster, refOf(names.plural))).toEqual(expected);
    expect(conditionsOf(cluster, refOf('widgets'))).toEqual(ACCEPTED);
  });

  test('of another group do not matter', () => {
    const cluster = settled(definition(WIDGETS), definition(WIDGETS, 'other.example.com'));
    expect(conditionsOf(cluster, refOf('widgets', 'other.example.com'))).toEqual(ACCEPTED);
  });

  test('are free again when the one that had them goes', () => {
    const cluster = settled(definition(WIDGETS), definition({ plural: 'others', kind: 'Other', shortNames: ['wd'] }));
    cluster.delete(refOf('widgets'));
    cluster.settle();
    expect(conditionsOf(cluster, refOf('others'))).toEqual(ACCEPTED);
    expect((cluster.get(refOf('others')) as CustomResourceDefinition).status?.acceptedNames?.shortNames).toEqual(['wd']);
  });

  test('that are added later and refused leave it established', () => {
    const cluster = settled(definition(WIDGETS), definition({ plural: 'others', kind: 'Other' }));
    const stored = cluster.get(refOf('others')) as CustomResourceDefinition;
    cluster.update({ ...stored, spec: { ...stored.spec, names: { ...stored.spec.names, shortNames: ['wd'] } } } as KubernetesObject);
    cluster.settle();
    expect(conditionsOf(cluster, refOf('others'))).toEqual(['NamesAccepted=False ShortNamesConflict: "wd" is already in use', ACCEPTED[1]]);
  });
});

describe('the approval of an API of the community', () => {
  const approved = 'https://github.com/kubernetes-sigs/gateway-api/pull/2466';
  const annotated = (group: string, approval: string): KubernetesObject => {
    const made = definition(WIDGETS, group);
    return { ...made, metadata: { ...made.metadata, annotations: { 'api-approved.kubernetes.io': approval } } };
  };

  test.each<[string, string, string, string[]]>([
    ['approved', 'gateway.networking.k8s.io', approved, [`KubernetesAPIApprovalPolicyConformant=True ApprovedAnnotation: approved in ${approved}`]],
    ['not approved', 'kubernetes.io', 'unapproved, "try" only', ['KubernetesAPIApprovalPolicyConformant=False UnapprovedAnnotation: not approved: "unapproved, \\"try\\" only"']],
    ['of a group that is anybody\'s', 'gateway.x-k8s.io', approved, []],
  ])('%s', (_, group, approval, expected) => {
    expect(conditionsOf(settled(annotated(group, approval)), refOf('widgets', group))).toEqual([...expected, ...ACCEPTED]);
  });

  test('follows the annotation', () => {
    const cluster = settled(annotated('gateway.networking.k8s.io', 'unapproved'));
    const ref = refOf('widgets', 'gateway.networking.k8s.io');
    const stored = cluster.get(ref) as KubernetesObject;
    expect(cluster.update({ ...stored, metadata: { ...stored.metadata, annotations: { 'api-approved.kubernetes.io': approved } } }).code).toBe(200);
    cluster.settle();
    expect(conditionsOf(cluster, ref)[0]).toBe(`KubernetesAPIApprovalPolicyConformant=True ApprovedAnnotation: approved in ${approved}`);
  });
});

describe('a webhook that converts', () => {
  const converted = (caBundle?: string): KubernetesObject => {
    const made = definition(WIDGETS) as CustomResourceDefinition;
    const clientConfig = { service: { namespace: 'default', name: 'hook' }, ...(caBundle === undefined ? {} : { caBundle }) };
    return { ...made, spec: { ...made.spec, conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } } } } as KubernetesObject;
  };
  const widget: KubernetesObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { namespace: 'default', name: 'one' } };

  test('with a bundle that stands for one to come keeps the definition from being served until that comes', () => {
    const cluster = settled(converted('Cg=='));
    expect(conditionsOf(cluster, refOf('widgets'))).toEqual([ACCEPTED[0], 'Established=False InvalidCABundle: The conversion webhook CABundle is invalid']);
    expect(cluster.create(widget).code).toBe(404);
    const stored = cluster.get(refOf('widgets')) as KubernetesObject;
    expect(cluster.update({ ...stored, spec: (converted() as CustomResourceDefinition).spec } as KubernetesObject).code).toBe(200);
    cluster.settle();
    expect(conditionsOf(cluster, refOf('widgets'))).toEqual(ACCEPTED);
    expect(cluster.create(widget).code).toBe(201);
  });

  test('needs none', () => {
    expect(conditionsOf(settled(converted()), refOf('widgets'))).toEqual(ACCEPTED);
  });
});

describe('objects', () => {
  test('of a definition whose names are another\'s are not known', () => {
    const cluster = settled(definition(WIDGETS), definition({ plural: 'others', kind: 'Other', shortNames: ['wd'] }));
    expect(cluster.create({ apiVersion: 'example.com/v1', kind: 'Other', metadata: { namespace: 'default', name: 'one' } }).code).toBe(404);
  });

  const widget = (name: string, finalizers?: string[]): KubernetesObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { namespace: 'default', name, ...(finalizers === undefined ? {} : { finalizers }) } });

  test('are served once the definition is established', () => {
    const cluster = settled();
    expect(cluster.create(widget('one')).code).toBe(404);
    cluster.create(definition(WIDGETS));
    cluster.settle();
    expect(cluster.create(widget('one')).code).toBe(201);
  });

  test('go with it', () => {
    const cluster = settled(definition(WIDGETS), widget('one'), widget('two'));
    const gone: string[] = [];
    cluster.watch(({ type, object }) => void (type === 'DELETED' && gone.push(object.metadata.name ?? '')));
    cluster.delete(refOf('widgets'));
    cluster.settle();
    expect(gone).toEqual(['one', 'two', 'widgets.example.com']);
  });

  test('that are held keep it', () => {
    const cluster = settled(definition(WIDGETS), widget('held', ['example.com/hold']));
    cluster.delete(refOf('widgets'));
    cluster.settle({ seconds: 30 });
    expect(cluster.get(refOf('widgets'))?.metadata.deletionTimestamp).toBeDefined();
    expect(conditionsOf(cluster, refOf('widgets'))).toEqual([...ACCEPTED, 'Terminating=True InstanceDeletionInProgress: CustomResource deletion is in progress']);
    expect(cluster.create(widget('late')).message).toBe('widgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating');
    expect(cluster.get(widgetRef('held'))?.metadata.deletionTimestamp).toBeDefined();
    const held = cluster.get(widgetRef('held')) as KubernetesObject;
    expect(cluster.update({ ...held, metadata: { ...held.metadata, finalizers: [] } }).code).toBe(200);
    cluster.settle({ seconds: 30 });
    expect(cluster.get(refOf('widgets'))).toBeUndefined();
  });

  test.each<[string, KubernetesObject[], string, string]>([
    ['that are gone', [], 'widgets', 'Terminating=False InstanceDeletionCompleted: removed all instances'],
    ['that never could be', [definition({ plural: 'others', kind: 'Other', shortNames: ['wd'] })], 'others', 'Terminating=False NeverEstablished: resource was never established'],
  ])('%s are told of as long as another holds the definition', (_, more, plural, expected) => {
    const cluster = settled(definition(WIDGETS), ...more);
    const stored = cluster.get(refOf(plural)) as KubernetesObject;
    cluster.update({ ...stored, metadata: { ...stored.metadata, finalizers: [...(stored.metadata.finalizers ?? []), 'example.com/hold'] } });
    cluster.delete(refOf(plural));
    cluster.settle();
    expect(conditionsOf(cluster, refOf(plural)).at(-1)).toBe(expected);
  });
});
