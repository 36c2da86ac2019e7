// Files as the command line reads them: documents, what is skipped and why, problems with places and hints.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/manifest/parseManifests.js';
import { readManifest } from '../../src/manifest/readManifest.js';

/** One word a document: the object's kind and name, or why there is none. */
function summary(text: string, file = 'a.yaml'): string[] {
  return readManifest(text, file).documents.map(({ object, skipped }) => {
    const metadata = object?.['metadata'] as { name?: string } | undefined;
    return object === undefined ? `(${skipped?.reason ?? 'unreadable'})` : `${object['kind']}/${metadata?.name ?? ''}`;
  });
}

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('documents', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['comments only', '# a\n\n# b\n', ['(empty)']],
    ['null', 'null\n', ['(empty)']],
    ['two', `${configMap('a')}---\n${configMap('b')}`, ['ConfigMap/a', 'ConfigMap/b']],
    ['separators with blanks and comments', `---\n${configMap('a')}---  # next\n${configMap('b')}---\n---\n`, ['ConfigMap/a', 'ConfigMap/b', '(empty)']],
    ['Windows line ends', `${configMap('a')}---\n${configMap('b')}`.replaceAll('\n', '\r\n'), ['ConfigMap/a', 'ConfigMap/b']],
    ['a byte order mark', `\ufeff${configMap('a')}`, ['ConfigMap/a']],
    ['a separator inside a block scalar', `${configMap('a')}data:\n  k: |\n---\n${configMap('b')}`, ['ConfigMap/a', 'ConfigMap/b']],
    ['text behind the end marker', `${configMap('a')}...\nanything: [`, ['ConfigMap/a']],
    ['a List', `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n`, ['ConfigMap/a', 'Secret/b']],
    ['a list of one kind', 'apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: a}}\n', ['Pod/a']],
    ['JSON values in a row', '{"kind":"A","metadata":{"name":"a"}}{"kind":"B","metadata":{"name":"b"}}', ['A/a', 'B/b']],
    ['JSON and then YAML', `{"kind":"A","metadata":{"name":"a"}}\n---\n${configMap('b')}`, ['A/a', 'ConfigMap/b']],
    ['YAML in braces', '{kind: A, metadata: {name: a}}\n', ['A/a']],
  ])('%s', (_, text, documents) => {
    expect(summary(text)).toEqual(documents);
    expect(readManifest(text, 'a.yaml').problems).toEqual([]);
  });
});

describe('what is skipped', () => {
  test.each<[string, string, string, string[]]>([
    ['a Helm template', 'templates/a.yaml', `${configMap('b')}---\n${configMap('a')}{{- if .Values.on }}\n{{- end }}\n`, ['(helmTemplate)', '(helmTemplate)']],
    ['a Helm template from its first line', 'a.yaml', `{{- if .Values.on }}\n${configMap('a')}{{- end }}\n`, ['(helmTemplate)']],
    ['a Helm template that is valid YAML', 'a.yaml', configMap('"{{ .Release.Name }}"'), ['(helmTemplate)']],
    ['Helm values', 'values.yaml', 'image:\n  tag: 1\n', ['(helmValues)']],
    ['a chart', 'Chart.yaml', 'apiVersion: v2\nname: a\nversion: 1.0.0\n', ['(helmChart)']],
    ['a kustomization', 'kustomization.yaml', 'resources:\n- a.yaml\n', ['(kustomization)']],
    ['a kustomization by its version', 'k.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n', ['(kustomization)']],
    ['a JSON patch', 'p.yaml', '- op: add\n  path: /a\n  value: 1\n', ['(patch)']],
    ['part of an object', 'p.yaml', 'spec:\n  replicas: 2\n', ['(patch)']],
    ['something else', 'x.yaml', 'a: 1\nb: [2]\n', ['(notAnObject)']],
    ['a CI file with a list', '.x.yaml', '- a\n- b\n', ['(notAnObject)']],
  ])('%s', (_, file, text, documents) => {
    expect(summary(text, file)).toEqual(documents);
    expect(readManifest(text, file).problems).toEqual([]);
  });

  test('braces inside an object are no template', () => {
    expect(summary(`${configMap('a')}data:\n  k: "{{ $labels.pod }}"\n`)).toEqual(['ConfigMap/a']);
  });
});

describe('problems', () => {
  test('a repeated key is a warning with both places; the later one counts', () => {
    const read = readManifest(`${configMap('a')}data:\n  k: one\n  k: two\n`, 'a.yaml');
    expect(read.documents[0]?.object?.['data']).toEqual({ k: 'two' });
    expect(read.problems).toEqual([
      { kind: 'duplicateKey', severity: 'warning', message: 'key "k" stands twice in this map; kubectl keeps only the later one', line: 7, column: 3, documentIndex: 0, related: { line: 6, column: 3, message: 'first written here' } },
    ]);
    expect(readManifest('{"kind":"A","a":1,\n"a":2}', 'a.json').problems).toMatchObject([{ kind: 'duplicateKey', line: 2, column: 1 }]);
    expect(parseManifests(`${configMap('a')}data:\n  k: one\n  k: two\n`).problems).toEqual([]);
  });

  test('kubectl goes no further than the first syntax error, reading does', () => {
    const text = `${configMap('a')}---\nb: [\n---\n${configMap('c')}`;
    expect(readManifest(text, 'a.yaml').documents.map(({ isReached }) => isReached)).toEqual([true, true, false]);
    expect(summary(text)).toEqual(['ConfigMap/a', '(unreadable)', 'ConfigMap/c']);
    const { objects, problems } = parseManifests(text);
    expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: 'a' }]);
    expect(problems).toEqual([{ message: 'yaml: line 1: did not find expected node content', line: 7, column: 1 }]);
  });

  test('text that kubectl ignores without a word is a warning', () => {
    const read = readManifest(' kind: A\n metadata: {name: a}\nspec: {}\n', 'a.yaml');
    expect(read.documents[0]?.object).toEqual({ kind: 'A', metadata: { name: 'a' } });
    expect(read.problems).toMatchObject([{ kind: 'ignoredText', severity: 'warning', line: 3, column: 1 }]);
  });

  test('a bad separator loses the document before it', () => {
    const { objects, problems } = parseManifests(`${configMap('a')}--- x\n${configMap('b')}`);
    expect(objects).toEqual([]);
    expect(problems).toEqual([{ message: 'invalid Yaml document separator: x', line: 5, column: 1 }]);
  });

  test.each<[string, string, string, number, number]>([
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', `Object 'Kind' is missing in '{"apiVersion":"v1","metadata":{"name":"a"}}'`, 1, 1],
    ['a label that is a number', 'apiVersion: v1\nkind: A\nmetadata:\n  labels:\n    a: 1\n', 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string', 5, 8],
    ['a name that is a number', 'apiVersion: v1\nkind: A\nmetadata: {name: 1}\n', 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string', 3, 18],
    ['a list', '- a\n', 'json: cannot unmarshal array into Go value of type unstructured.detector', 1, 1],
    ['bad JSON', '{"kind": "A",\n "a" 1}', `json: offset 20: invalid character '1' after object key`, 2, 6],
    ['bad JSON with Windows line ends', '{"kind": "A",\r\n "a" 1}', `json: offset 21: invalid character '1' after object key`, 2, 6],
    ['a list whose items are none', 'kind: List\nitems: {a: 1}\n', 'json: cannot unmarshal object into Go struct field decodeList.items of type []json.RawMessage', 2, 8],
    ['a sign behind JSON', '{"kind":"A"}+', `json: offset 13: invalid character '+' looking for beginning of value`, 1, 13],
    ['YAML behind JSON', '{"kind":"A"}\n a: b\n', `Object 'Kind' is missing in '{"a":"b"}'`, 2, 2],
    ['cut JSON', '{"kind": [', 'unexpected EOF', 1, 11],
    ['an infinite number', 'kind: A\nx: .inf\n', 'json: unsupported value: +Inf', 2, 4],
    ['a control character', 'kind: A\nx: "\u0007"\n', 'yaml: control characters are not allowed', 2, 5],
    ['an open quote', 'kind: A\nx: "a\n', 'yaml: line 3: found unexpected end of stream', 3, 1],
  ])('%s', (_, text, message, line, column) => {
    expect(parseManifests(text).problems).toEqual([{ message, line, column }]);
  });
});

describe('the study notes', () => {
  const folder = path.resolve(import.meta.dirname, '../../fixtures/seeds');
  const read = (name: string): ReturnType<typeof readManifest> => readManifest(fs.readFileSync(path.join(folder, name), 'utf8'), name);

  test.each<[string, string, number, number, string]>([
    ['namespace-indented-with-tab.yaml', 'yaml: line 4: found character that cannot start any token', 4, 1, 'Line 4 is indented with a tab; YAML allows only spaces.'],
    ['resourcequota-indented-with-tabs.yaml', 'yaml: line 4: found character that cannot start any token', 4, 1, 'Line 4 is indented with a tab; YAML allows only spaces.'],
    ['deployment-misindented.yaml', 'yaml: line 21: did not find expected key', 22, 4, 'Line 22 is indented by 3 spaces, which fits no line above it; indent it by 2 (like template) or 4 (like spec).'],
    ['pod-on-one-line.yaml', 'yaml: mapping values are not allowed in this context', 1, 43, 'Line 1 holds several entries; put each on a line of its own.'],
    ['skeleton-with-placeholders.yaml', 'yaml: invalid map key: map[interface {}]interface {}{"API Version":interface {}(nil)}', 1, 14, 'The braces {{ }} look like a template: render it first (helm template) or fill them in.'],
  ])('%s', (name, message, line, column, hint) => {
    expect(read(name).problems).toMatchObject([{ severity: 'error', message, line, column, hint }]);
  });

  test('the others and the corrected copies are read without a word', () => {
    const names = ['pod.yaml', 'pod-uneven-indentation.yaml', 'replicaset-selector-mismatch.yaml', ...fs.readdirSync(path.join(folder, 'corrected')).map((name) => `corrected/${name}`)];
    expect(names.length).toBe(8);
    for (const name of names) {
      const { documents, problems } = read(name);
      expect(problems, name).toEqual([]);
      expect(documents.map(({ object }) => object !== undefined), name).toEqual([true]);
    }
  });
});
