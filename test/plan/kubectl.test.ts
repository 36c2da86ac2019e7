// What kubectl prints, against recordings of it: result lines, warnings and errors, with the patches that they quote.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseManifests } from '../../src/manifest/parseManifests.js';
import { kubectlOutput } from '../../src/plan/kubectl.js';
import { simulate } from '../../src/plan/simulate.js';

interface Recording {
  steps: { file: string; kubectl: { stdout: string[]; stderr: string[] } }[];
}

/** Steps whose errors depend on the order in which Go walks a map, or hold dumps of its structures. */
const UNSTABLE = ['custom-resources 20-resources.yaml', 'immutable-fields 20-change.yaml', 'limitrange-violations 20-pods.yaml'];

const root = path.resolve(import.meta.dirname, '../../fixtures/conformance/cluster');
const scenarios = fs.readdirSync(root).sort().filter((name) => fs.existsSync(path.join(root, name, 'expected.json')));

test('every recorded scenario is there', () => expect(scenarios.length).toBeGreaterThan(40));

test.each(scenarios)('%s', (scenario) => {
  const { steps } = JSON.parse(fs.readFileSync(path.join(root, scenario, 'expected.json'), 'utf8')) as Recording;
  const read = steps.map(({ file }) => parseManifests(fs.readFileSync(path.join(root, scenario, file), 'utf8'), file));
  const { applied, plane } = simulate({
    cluster: [], namespace: 'default', kubernetesVersion: '1.36',
    steps: read.map(({ objects }, index) => objects.map((object) => ({ object: object as never, source: () => ({ file: steps[index]?.file ?? '', line: 1, column: 1 }) }))),
  });
  steps.forEach(({ file, kubectl }, index) => {
    if (UNSTABLE.includes(`${scenario} ${file}`)) return;
    const printed = kubectlOutput(applied.filter(({ step }) => step === index + 1), {
      kindOf: ({ apiVersion, kind }) => plane.server.kindOf(apiVersion, kind), namespace: 'default',
      unread: (read[index]?.problems ?? []).map(({ message }) => ({ message, file })),
    });
    const lines = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split('\n')).filter((line) => line !== '').map((line) => line.replace(/10\.96\.\d+\.\d+/g, '<clusterIP>'));
    expect({ file, stdout: lines(printed.stdout), stderr: lines(printed.stderr) }).toEqual({ file, stdout: lines(kubectl.stdout), stderr: lines(kubectl.stderr) });
  });
});

test('a patch that does not fit is refused without saying of what', () => {
  const config = (extra: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, ...extra });
  const { applied, plane } = simulate({
    cluster: [], namespace: 'default', kubernetesVersion: '1.36',
    steps: [{}, { dta: { a: 'b' } }].map((extra) => [{ object: config(extra) as never, source: () => ({ file: 'c.yaml', line: 1, column: 1 }) }]),
  });
  const { stderr } = kubectlOutput(applied.slice(1), { kindOf: ({ apiVersion, kind }) => plane.server.kindOf(apiVersion, kind), namespace: 'default', unread: [] });
  expect(stderr).toEqual([expect.stringMatching(/^The request is invalid: patch: Invalid value: "map\[dta:map\[a:b\] metadata:map\[annotations:.*": strict decoding error: unknown field "dta"$/)]);
});

test('an object without a name is not asked for', () => {
  const source = () => ({ file: 'c.yaml', line: 1, column: 1 });
  const printed = (...objects: object[]): string[] => {
    const { applied, plane } = simulate({ cluster: [], namespace: 'team', kubernetesVersion: '1.36', steps: [objects.map((object) => ({ object: object as never, source }))] });
    return kubectlOutput(applied, { kindOf: ({ apiVersion, kind }) => plane.server.kindOf(apiVersion, kind), namespace: 'team', unread: [] }).stderr;
  };
  const unnamed = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const generated = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'team-' } };
  const text = 'error when retrieving current configuration of:\nResource: "apps/v1, Resource=deployments", GroupVersionKind: "apps/v1, Kind=Deployment"\nName: "", Namespace: "team"\nfrom server for: "c.yaml": resource name may not be empty';
  expect(printed(unnamed)).toEqual([`error: ${text}`]);
  expect(printed(generated)).toEqual(['error: from team-: cannot use generate name with apply']);
  expect(printed(unnamed, generated)).toEqual([text, 'from team-: cannot use generate name with apply']);
});

test('an object that is to go is warned of', () => {
  const source = () => ({ file: 'c.yaml', line: 1, column: 1 });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data: { a: '1' } };
  const metadata = {
    ...object.metadata, uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, finalizers: ['example.com/hold'],
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"c","namespace":"default"}}\n' },
  };
  const { applied, plane } = simulate({ cluster: [{ object: { ...object, metadata } as never, source }], namespace: 'default', kubernetesVersion: '1.36', steps: [[{ object: object as never, source }]] });
  expect(kubectlOutput(applied, { kindOf: ({ apiVersion, kind }) => plane.server.kindOf(apiVersion, kind), namespace: 'default', unread: [] })).toEqual({
    stdout: ['configmap/c unchanged'], stderr: ['Warning: Detected changes to resource c which is currently being deleted.'],
  });
});

test('what kubectl sends each time is told as configured, though nothing comes of it', () => {
  const source = () => ({ file: 'c.yaml', line: 1, column: 1 });
  const limits = (cpu: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${cpu}` }, spec: { containers: [{ name: 'c', image: 'x:1', resources: { limits: { cpu } } }] } });
  const objects = [limits('1'), limits('1000m'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' } }];
  const { applied, plane } = simulate({ cluster: [], namespace: 'default', kubernetesVersion: '1.36', steps: [1, 2].map(() => objects.map((object) => ({ object: object as never, source }))) });
  const again = applied.slice(objects.length);
  expect(again.map(({ verdict }) => verdict)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  expect(kubectlOutput(again, { kindOf: ({ apiVersion, kind }) => plane.server.kindOf(apiVersion, kind), namespace: 'default', unread: [] }).stdout).toEqual(['pod/p1 unchanged', 'pod/p1000m configured', 'secret/s configured']);
});
