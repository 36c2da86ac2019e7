import { describe, expect, it } from 'vitest';
import { removedApiHint } from '../../src/apiserver/deprecations.js';
import { Cluster } from '../../src/cluster/cluster.js';

const create = (kubernetesVersion: string, object: object): { code: number; message: string; warnings: string[] } => {
  const { code, message = '', warnings } = new Cluster({ kubernetesVersion }).create(object, { fieldValidation: 'Strict', dryRun: true });
  return { code, message, warnings };
};
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { trafficDistribution: 'PreferClose', ports: [{ port: 80 }], selector: { a: 'b' } } };
const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'a' } };

describe('a version of Kubernetes serves its own kinds and fields', () => {
  it('a field that came later is unknown before', () => {
    expect(create('1.30', service).code).toBe(201);
    expect(create('1.29', service).message).toBe('Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.trafficDistribution"');
  });
  it('a kind that came later is not served before', () => {
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'a' } };
    expect(create('1.29', policy).message).toBe('no matches for kind "ValidatingAdmissionPolicy" in version "admissionregistration.k8s.io/v1"');
    expect(create('1.30', policy).message).not.toContain('no matches');
  });
  it('a beta version is served until it goes', () => {
    const schema = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', kind: 'FlowSchema', metadata: { name: 'a' } };
    expect(create('1.31', schema).message).not.toContain('no matches');
    expect(create('1.32', schema).message).toBe('no matches for kind "FlowSchema" in version "flowcontrol.apiserver.k8s.io/v1beta3"');
  });
  it('a deprecation is warned of from its version on', () => {
    expect(create('1.32', endpoints).warnings).toEqual([]);
    expect(create('1.33', endpoints).warnings).toEqual(['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']);
  });
});

describe('where a removed version went', () => {
  it.each([
    ['extensions/v1beta1', 'Ingress', { removedIn: '1.22', replacement: 'networking.k8s.io/v1' }],
    ['policy/v1beta1', 'PodSecurityPolicy', { removedIn: '1.25', replacement: '' }],
    ['apps/v1beta2', 'Deployment', { removedIn: '1.16', replacement: 'apps/v1' }],
    ['apps/v1', 'Deployment', undefined],
  ])('%s %s', (apiVersion, kind, expected) => expect(removedApiHint(apiVersion, kind)).toEqual(expected));
});
