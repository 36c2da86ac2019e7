// Field paths to places, through everything YAML has for not writing a value where it stands.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { locate, locateKey, locateStart } from '../../src/manifest/locate.js';
import { readManifest } from '../../src/manifest/readManifest.js';

/** The text that a path's place covers, with line and column before it. */
function shown(text: string, path: string, document = 0, find: typeof locate = locate): string {
  const at = readManifest(text, 'a.yaml').documents[document];
  if (at === undefined) throw new Error('no such document');
  const { line, column, endLine, endColumn } = find(at, path);
  const lines = text.replaceAll('\r\n', '\n').split('\n').slice(line - 1, endLine);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, endColumn - 1);
  lines[0] = (lines[0] ?? '').slice(column - 1);
  return `${line}:${column} ${lines.join('\n')}`;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app.kubernetes.io/name: web, "tier": 'front'}
  annotations:
    a/b[0].c: odd
spec:
  replicas: 3
  empty:
  template:
    spec:
      containers:
      - name: app
        image: "nginx:1.27" # a comment
        command: [sh, -c]
        args:
          - |
            one
            two
      - name: side
        image: busybox
`;

describe('a plain document', () => {
  test.each([
    ['metadata.name', '4:9 web'],
    ['metadata.labels[app.kubernetes.io/name]', '5:36 web'],
    ['metadata.labels.tier', "5:49 'front'"],
    ['metadata.annotations[a/b[0].c]', '7:15 odd'],
    ['metadata.annotations.a/b[0].c', '7:15 odd'],
    ['metadata.labels.app.kubernetes.io/name', '5:36 web'],
    ['spec.replicas', '9:13 3'],
    ['spec.template.spec.containers[0].image', '15:16 "nginx:1.27"'],
    ['spec.template.spec.containers[0].command[1]', '16:23 -c'],
    ['spec.template.spec.containers[0].args[0]', '18:13 |\n            one\n            two\n'],
    ['spec.template.spec.containers[1].name', '21:15 side'],
    ['spec.template.spec.containers[1]', '21:9 name: side\n        image: busybox'],
    ['metadata.labels', '5:11 {app.kubernetes.io/name: web, "tier": \'front\'}'],
    ['spec.empty', '10:3 empty'],
  ])('%s', (path, place) => {
    expect(shown(deployment, path)).toBe(place);
  });

  test.each([
    ['spec.template.spec.containers[1].resources.limits', '21:9 name: side\n        image: busybox'],
    ['spec.template.spec.containers[7].image', '14:7 - name: app'],
    ['metadata.labels[nope]', '5:11 {app.kubernetes.io/name: web, "tier": \'front\'}'],
  ])('%s, which is absent, is the nearest value above', (path, place) => {
    expect(shown(deployment, path).startsWith(place)).toBe(true);
  });

  test.each([
    ['spec.replicas', '9:3 replicas'],
    ['metadata.labels[app.kubernetes.io/name]', '5:12 app.kubernetes.io/name'],
    ['spec.template.spec.containers[0]', '14:9 name: app\n        image: "nginx:1.27" # a comment\n        command: [sh, -c]\n        args:\n          - |\n            one\n            two\n'],
  ])('the key of %s', (path, place) => {
    expect(shown(deployment, path, 0, locateKey)).toBe(place);
  });
});

describe('anchors, aliases and merges', () => {
  const text = `apiVersion: v1
kind: ConfigMap
metadata: &meta
  name: a
base: &base {x: 1, w: 2}
other: &other
  w: 3
  z: 4
alias: *meta
merged:
  <<: *base
  x: 9
several:
  <<: [*base, *other]
late:
  x: 9
  <<: *base
`;
  test.each([
    ['alias.name', '4:9 a'],
    ['alias', '9:8 *meta'],
    ['merged.x', '12:6 9'],
    ['merged.w', '5:23 2'],
    ['several.w', '5:23 2'],
    ['several.z', '8:6 4'],
    // A merge counts where it stands, so here it wins over the entry before it.
    ['late.x', '5:17 1'],
    ['metadata', '4:3 name: a'],
  ])('%s', (path, place) => {
    expect(shown(text, path)).toBe(place);
  });
});

describe('several objects in a file', () => {
  const list = 'kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: b\n';
  test('items of a List have paths of their own', () => {
    expect(shown(list, 'metadata.name', 0)).toBe('4:51 a');
    expect(shown(list, 'metadata.name', 1)).toBe('8:11 b');
    expect(shown(list, 'metadata.labels', 1)).toBe('8:5 name: b');
  });
  test('documents count lines of the file', () => {
    expect(shown('a: 1\nkind: A\n---\n# c\nkind: B\nname: x\n', 'name', 1)).toBe('6:7 x');
  });
  test('JSON values, one after another', () => {
    const json = '{"apiVersion": "v1", "kind": "A"}\n  {"kind": "B",\n "metadata": {"name": "x\\/y"}}';
    expect(shown(json, 'metadata.name', 1)).toBe('3:23 "x\\/y"');
    expect(shown(json, 'kind', 0)).toBe('1:30 "A"');
  });
  test('Windows line ends and a byte order mark move nothing', () => {
    expect(shown('\ufeffapiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: web\r\n', 'metadata.name')).toBe('4:9 web');
  });
  test('of a key that stands twice the later one counts', () => {
    expect(shown('kind: A\na: 1\na: 2\n', 'a')).toBe('3:4 2');
  });
});

test('a document that can\'t be read has its beginning as place', () => {
  expect(shown('kind: A\n---\na: [\n', 'a', 1)).toBe('3:1 ');
});

const root = path.resolve(import.meta.dirname, '../../fixtures');
const fixtures = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ya?ml|json)$/.test(file)).sort();
const ODD = ['# one\n\n  # two\napiVersion: v1\n', '---\n# one\nkind: A\n---\n--- # two\n{kind: B}\n', '%YAML 1.1\n---\nkind: A\n', '&a\nkind: A\n', '  kind: A\n  b: 1\n', '"kind": A\n', '? kind\n: A\n', '\n\n', '{"kind": "A"}\n{"kind": "B"}\n', '!!map {kind: A}\n', 'kind: List\nitems: [{kind: A}, {kind: B}]\n', '\ufeffkind: A\n', 'kind: A\r\n---\r\n# x\r\nkind: B\r\n'];

test('the start of a document is found without reading it again', () => {
  for (const text of [...ODD, ...fixtures.map((file) => fs.readFileSync(path.join(root, file), 'utf8'))]) {
    const [quick, slow] = [readManifest(text, 'a.yaml').documents, readManifest(text, 'a.yaml').documents];
    for (const [index, document] of quick.entries()) {
      const { line, column } = locate(slow[index] as (typeof slow)[number], '');
      if (document.object !== undefined) expect({ text: text.slice(0, 200), ...locateStart(document) }).toEqual({ text: text.slice(0, 200), line, column });
    }
  }
});
