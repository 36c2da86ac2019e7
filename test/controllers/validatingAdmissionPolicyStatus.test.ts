// What the status of a ValidatingAdmissionPolicy says of its expressions: once a generation, warnings for each type that they do not fit.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { ValidatingAdmissionPolicy } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

type Rule = { apiGroups: string[]; apiVersions: string[]; resources: string[] };
const DEPLOYMENTS: Rule = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
const PODS: Rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const REF: ObjectRef = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', name: 'policy' };

const policy = (expressions: string[], rules: Rule[] = [DEPLOYMENTS]): KubernetesObject =>
  ({
    apiVersion: REF.apiVersion, kind: REF.kind, metadata: { name: REF.name },
    spec: { matchConstraints: { resourceRules: rules.map((rule) => ({ ...rule, operations: ['CREATE'] })) }, validations: expressions.map((expression) => ({ expression })) },
  }) as KubernetesObject;

function settled(object: KubernetesObject): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  expect(cluster.create(object).code).toBe(201);
  cluster.settle();
  return cluster;
}
const statusOf = (cluster: Cluster) => (cluster.get(REF) as ValidatingAdmissionPolicy).status;

describe('type checking', () => {
  test.each<[string, string[], Rule[], string[]]>([
    ['an expression that fits', ['object.spec.replicas <= 3'], [DEPLOYMENTS], []],
    ['a field that the type has not', ['object.spec.size <= 3'], [DEPLOYMENTS], ['spec.validations[0].expression']],
    ['the second of two expressions', ['object.spec.replicas > 0', 'object.spec.size > 0'], [DEPLOYMENTS], ['spec.validations[1].expression']],
    ['a field that one of two types has not', ['object.spec.replicas > 0'], [DEPLOYMENTS, PODS], ['spec.validations[0].expression']],
    ['any resource: nothing is checked', ['object.spec.size > 0'], [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }], []],
  ])('%s', (_, expressions, rules, expected) => {
    const status = statusOf(settled(policy(expressions, rules)));
    expect(status?.observedGeneration).toBe(1);
    expect((status?.typeChecking?.expressionWarnings ?? []).map(({ fieldRef }) => fieldRef)).toEqual(expected);
  });

  test('a warning names the type', () => {
    const [warning] = statusOf(settled(policy(['object.spec.size <= 3'])))?.typeChecking?.expressionWarnings ?? [];
    expect(warning?.warning.split('\n')[0]).toBe("apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'size'");
  });

  test('a changed policy is checked again', () => {
    const cluster = settled(policy(['object.spec.size <= 3']));
    const stored = cluster.get(REF) as ValidatingAdmissionPolicy;
    cluster.update({ ...stored, spec: { ...stored.spec, validations: [{ expression: 'object.spec.replicas <= 3' }] } } as KubernetesObject);
    cluster.settle();
    expect(statusOf(cluster)).toEqual({ observedGeneration: 2, typeChecking: {} });
  });

  test('one whose labels alone change is not', () => {
    const cluster = settled(policy(['object.spec.size <= 3']));
    const before = statusOf(cluster);
    const stored = cluster.get(REF) as KubernetesObject;
    cluster.update({ ...stored, metadata: { ...stored.metadata, labels: { team: 'shop' } } });
    cluster.settle();
    expect(statusOf(cluster)).toEqual(before);
  });
});
