// Where a finding points when the server names the field loosely, or not at all.
import { describe, expect, test } from 'vitest';
import { entryAt, pathIn } from '../../src/plan/verdictPlaces.js';
import { runCli } from '../cli/runCli.js';

const DEPLOYMENT = { kind: 'Deployment', spec: { template: { spec: { containers: [{ name: 'a', env: [{ name: 'X', value: 'x' }] }, { name: 'b', env: [{ name: 'Y', value: 'y' }, { name: 'Z', value: true }] }] } } } };

test.each<[string, object, string]>([
  ['Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imag", unknown field "spec.x"', {}, 'spec.containers[0].imag'],
  ['json: cannot unmarshal bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string', DEPLOYMENT, 'spec.template.spec.containers[1].env[1].value'],
  ['json: cannot unmarshal string into Go struct field FCVolumeSource.spec.volumes.VolumeSource.fc.lun of type int32', { spec: { volumes: [{ name: 'v', fc: { lun: 'one' } }] } }, 'spec.volumes[0].fc.lun'],
  ['json: cannot unmarshal number into Go struct field ConfigMap.data of type string', { kind: 'ConfigMap', data: { z: 1, b: 2, a: 'text' } }, 'data[b]'],
  ['json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32', { spec: { replicas: 1.5 } }, 'spec.replicas'],
  ['json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container', { spec: { containers: { name: 'a' } } }, 'spec.containers'],
  ['json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool', { spec: {} }, 'spec.hostNetwork'],
  ['Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0', { kind: 'Secret', data: { c: '!', b: '#', a: 'YQ==' } }, 'data[b]'],
  ['ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0', { kind: 'ConfigMap', data: { a: '!' }, binaryData: { a: '!' } }, 'binaryData[a]'],
  ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead', {}, 'metadata.annotations[kubernetes.io/ingress.class]'],
  ['spec.externalIPs is deprecated and may no longer be implemented in some clusters', {}, 'spec.externalIPs'],
  ['no matches for kind "Widget" in version "example.com/v1"', {}, ''],
])('%s', (message, object, path) => {
  expect(pathIn(message, object)).toBe(path);
});

describe('an entry of a map', () => {
  const object = { metadata: { labels: { app: 'web', 'bad key': 'x', tier: 'a b', quote: 'say "no"' } } };
  test.each([
    ['Invalid value: "a b": a valid label must be an empty string or', 'metadata.labels[tier]'],
    ['Invalid value: "bad key": name part must consist of', 'metadata.labels[bad key]'],
    ['Invalid value: "say \\"no\\"": a valid label must be', 'metadata.labels[quote]'],
    ['Invalid value: "gone": a valid label must be', 'metadata.labels'],
    ['Invalid value: "\\x00\\\\x": a valid label must be', 'metadata.labels'],
    ['Required value', 'metadata.labels'],
  ])('%s', (message, path) => {
    expect(entryAt('metadata.labels', message, object)).toBe(path);
  });
});

test('an unknown field is shown at its name, further ones beside it, and nothing is said twice', async () => {
  const findings = async (stdin: string): Promise<object[]> => (JSON.parse((await runCli(['lint', '-', '--profile', 'correct', '-o', 'json'], { stdin })).stdout) as { findings: object[] }).findings;
  expect(await findings('apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      imag: x\n  nodeNam: n\n')).toMatchObject([
    { rule: 'refused', path: 'spec.containers[0].imag', source: { line: 7, column: 7, endColumn: 11 }, related: [{ message: 'unknown field "spec.nodeNam"', source: { line: 8, column: 3, endColumn: 10 } }] },
  ]);
  const job = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a<b}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}\n';
  const messages = (await findings(job)).map((finding) => (finding as { message: string }).message);
  expect(messages.length).toBeGreaterThan(1);
  expect(new Set(messages).size).toBe(messages.length);
});
