// The command line's promises: exit statuses, streams, errors that say what to type instead.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/cli/version.js';
import { runCli } from './runCli.js';

const root = path.resolve(import.meta.dirname, '../..');
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n';

describe('exit status', () => {
  test('0 when nothing fails', async () => {
    expect(await runCli(['plan', '-'], { stdin: CONFIG_MAP })).toMatchObject({ exitStatus: 0, stderr: '' });
  });

  test('1 for a refused object', async () => {
    const run = await runCli(['plan', '-'], { stdin: CONFIG_MAP.replace('settings', 'Settings') });
    expect(run.exitStatus).toBe(1);
    expect(run.stdout).toContain('a lowercase RFC 1123 subdomain must consist of');
  });

  test.each(['plan', 'admit', 'lint'])('%s: 1 for a document that kubectl cannot read, also in the last line', async (command) => {
    const run = await runCli([command, '-'], { stdin: `${CONFIG_MAP}---\nmetadata:\n\tname: tab\n` });
    expect(run.exitStatus).toBe(1);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/(1 unreadable|1 error, .*)\.  Exit 1\.$/);
  });

  test('pods that come at a later try are no refusal', async () => {
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      serviceAccountName: web\n      containers: [{name: web, image: web:1}]\n';
    const account = '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n';
    const late = await runCli(['plan', '-'], { stdin: deployment + account });
    expect(late.stdout).toContain('the pods of Deployment default/web came only at a later try: pods are forbidden: error looking up service account default/web: serviceaccount "web" not found');
    expect(late.stdout).toContain('1 pod: 1 placed, 0 pending, 0 refused.  Exit 0.');
    const quota = '---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: none}\nspec: {hard: {pods: "0"}}\n';
    const stopped = JSON.parse((await runCli(['plan', '-', '-o', 'json'], { stdin: deployment + quota + account })).stdout) as { refused: { message: string }[] };
    expect(stopped.refused.map(({ message }) => message)).toEqual(['pods are forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0']);
    const never = await runCli(['plan', '-'], { stdin: deployment });
    expect(never.stdout).toContain('! Deployment default/web (its pods)');
    expect(never.stdout).toContain('0 pods: 0 placed, 0 pending, 1 refused.  Exit 1.');
  });

  test.each([
    [['frobnicate'], 'there is no command "frobnicate"'],
    [['plan', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['plan', 'no/such/place'], 'there is no file or directory "no/such/place"'],
    [['plan', 'no/such/*.yaml'], 'no file matches "no/such/*.yaml"'],
    [['lint', '--pods', '-'], 'lint takes no --pods'],
    [['plan', '-o', 'xml', '-'], 'plan has no format "xml"'],
    [['plan', '--kubernetes-version', '1.12', '-'], '--kubernetes-version takes 1.28 to 1.36'],
    [['plan', '--color', 'red', '-'], '--color takes auto, always or never'],
  ])('2 for %j', async (args, message) => {
    const run = await runCli(args, { stdin: CONFIG_MAP });
    expect(run.exitStatus).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stdout).toBe('');
  });

  test('2 when nothing in the input is an object, with what was skipped', async () => {
    const run = await runCli(['lint', '-'], { stdin: 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n' });
    expect(run).toMatchObject({ exitStatus: 2, stdout: '' });
    expect(run.stderr).toContain('no objects found in -; skipped:\n  STDIN: a kustomization');
  });
});

describe('input', () => {
  test('a file named twice is read once, and directories, globs and standard input mix', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
    fs.mkdirSync(path.join(directory, 'b'));
    fs.writeFileSync(path.join(directory, 'a.yaml'), CONFIG_MAP);
    fs.writeFileSync(path.join(directory, 'b', 'c.yml'), CONFIG_MAP.replace('settings', 'more'));
    fs.writeFileSync(path.join(directory, 'b', 'notes.txt'), 'not a manifest');
    const run = await runCli(['plan', '-o', 'json', 'a.yaml', '.', '*.yaml', '-'], { cwd: directory, stdin: CONFIG_MAP.replace('settings', 'last') });
    const plan = JSON.parse(run.stdout) as { objects: { object: { name: string }; source: object }[] };
    expect(plan.objects.map(({ object, source }) => ({ name: object.name, source }))).toEqual([
      { name: 'settings', source: { file: 'a.yaml', line: 1, column: 1 } },
      { name: 'more', source: { file: 'b/c.yml', line: 1, column: 1 } },
      { name: 'last', source: { file: 'STDIN', line: 1, column: 1 } },
    ]);
  });

  test.each<[string, number[], string]>([
    ['Windows-1252', [0x63, 0x61, 0x66, 0xe9, 0x20, 0x78, 0x0a], '1:13: error yaml: invalid trailing UTF-8 octet'],
    ['a stray byte in a comment', [0x61, 0x20, 0x23, 0xa0, 0x0a], '1:13: error yaml: invalid leading UTF-8 octet'],
    ['an end within a character', [0x61, 0xf0, 0x9f], '1:11: error yaml: incomplete UTF-8 octet sequence'],
    ['a slash in two bytes', [0x61, 0xc0, 0xaf, 0x0a], '1:11: error yaml: invalid length of a UTF-8 sequence'],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80, 0x0a], '1:11: error yaml: invalid Unicode character'],
  ])('YAML in another encoding is not read: %s', async (_, bytes, expected) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-')), 'map.yaml');
    fs.writeFileSync(file, Buffer.concat([Buffer.from('name:   x'), Buffer.from(bytes)]));
    const run = await runCli(['lint', file]);
    expect(run.stdout).toContain(`map.yaml:${expected} [read]`);
    expect(run.stdout).toContain('fix: The file is not written in UTF-8: save it as UTF-8.');
  });

  test('UTF-16 is named; a replacement character and JSON in another encoding are read', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
    fs.writeFileSync(path.join(directory, 'wide.yaml'), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(CONFIG_MAP, 'utf16le')]));
    fs.writeFileSync(path.join(directory, 'odd.json'), Buffer.concat([Buffer.from('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"caf'), Buffer.from([0xe9]), Buffer.from('"}}')]));
    expect((await runCli(['lint', 'wide.yaml'], { cwd: directory })).stdout).toContain('wide.yaml:1:1: error yaml: incomplete UTF-16 character [read]');
    expect((await runCli(['admit', 'odd.json'], { cwd: directory })).exitStatus).toBe(0);
    expect((await runCli(['admit', '-'], { stdin: `${CONFIG_MAP}data: {a: "\ufffd"}\n` })).exitStatus).toBe(0);
  });

  test('what is named like a manifest and cannot be read is named, and so is a link to a directory', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
    fs.writeFileSync(path.join(directory, 'a.yaml'), CONFIG_MAP);
    fs.symlinkSync('a.yaml', path.join(directory, 'linked.yaml'));
    fs.symlinkSync('nowhere', path.join(directory, 'broken.yaml'));
    fs.symlinkSync('nowhere', path.join(directory, 'broken.txt'));
    fs.mkdirSync(path.join(directory, 'below'));
    fs.symlinkSync('..', path.join(directory, 'below', 'round'));
    const run = JSON.parse((await runCli(['lint', '.', '-o', 'json'], { cwd: directory })).stdout) as { summary: object; skipped: object[] };
    expect(run.summary).toMatchObject({ files: 2, objects: 2, skipped: 2 });
    expect(run.skipped).toEqual([
      { file: 'below/round', reason: 'a link to a directory: kubectl does not follow it' },
      { file: 'broken.yaml', reason: 'a link to nothing' },
    ]);
  });

  test('output files take the formats in their order', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
    const run = await runCli(['plan', '-', '-o', 'text', '--output-file', 'plan.txt', '-o', 'json', '--output-file', path.join(directory, 'plan.json')].map((each) => (each === 'plan.txt' ? path.join(directory, each) : each)), { stdin: CONFIG_MAP });
    expect(run).toEqual({ exitStatus: 0, stdout: '', stderr: '' });
    expect(fs.readFileSync(path.join(directory, 'plan.txt'), 'utf8')).toContain('Exit 0.');
    expect(JSON.parse(fs.readFileSync(path.join(directory, 'plan.json'), 'utf8'))).toMatchObject({ apiVersion: 'stowage.dev/v1', kind: 'Plan' });
  });

  test('an output file that cannot be written is a wrong command', async () => {
    const file = path.join(os.tmpdir(), 'stowage-no-such-directory', 'plan.txt');
    expect(await runCli(['plan', '-', '--output-file', file], { stdin: CONFIG_MAP })).toEqual({ exitStatus: 2, stdout: '', stderr: `stowage: cannot write ${file}: ENOENT\n` });
  });
});

describe('admit', () => {
  const ACCOUNT = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n';
  const codes = async (...args: string[]): Promise<number[]> =>
    (JSON.parse((await runCli(['admit', '-', '-o', 'json', ...args], { stdin: `${ACCOUNT}---\n${ACCOUNT}` })).stdout) as { answers: { code: number }[] }).answers.map(({ code }) => code);

  test('what stands twice among the manifests is made by either', async () => {
    expect(await codes()).toEqual([201, 201]);
  });

  test('what stands in the cluster is changed', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-')), 'cluster.yaml');
    fs.writeFileSync(file, ACCOUNT);
    expect(await codes('--cluster', file)).toEqual([200, 200]);
  });
});

describe('the manifests of the study notes', () => {
  test('the mismatched ReplicaSet is refused in the words of kubectl, with both places', async () => {
    const file = 'fixtures/seeds/replicaset-selector-mismatch.yaml';
    const plan = await runCli(['plan', file]);
    expect(plan.exitStatus).toBe(1);
    expect(plan.stdout.split('\n').map((line) => line.trim())).toContain('The ReplicaSet "myapp-rs" is invalid: spec.template.metadata.labels: Invalid value: {"app":"nginx-container"}: `selector` does not match template `labels`');
    const lint = JSON.parse((await runCli(['lint', file, '--profile', 'correct', '-o', 'json'])).stdout) as { findings: { rule: string; source: { line: number }; related: { source: { line: number } }[] }[] };
    const lines = fs.readFileSync(path.join(root, file), 'utf8').split('\n');
    const [finding] = lint.findings;
    expect(lines[(finding?.source.line ?? 0) - 1]?.trim()).toBe('labels:');
    expect(lines[(finding?.related[0]?.source.line ?? 0) - 1]?.trim()).toBe('selector:');
  });

  test.each(['namespace-indented-with-tab', 'resourcequota-indented-with-tabs', 'deployment-misindented'])('%s gets the message of kubectl, the place and what to change', async (name) => {
    const { stdout, exitStatus } = await runCli(['lint', `fixtures/seeds/${name}.yaml`]);
    expect(exitStatus).toBe(1);
    expect(stdout).toMatch(/:\d+:\d+: error yaml: line \d+: (found character that cannot start any token|did not find expected key) \[read\]/);
    expect(stdout).toMatch(/fix: Line \d+ is indented/);
  });

  test('the corrected copies plan cleanly', async () => {
    expect(await runCli(['plan', 'fixtures/seeds/corrected'])).toMatchObject({ exitStatus: 0, stderr: '' });
  });
});

describe('configuration', () => {
  const inDirectory = (config: string): string => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-'));
    fs.writeFileSync(path.join(directory, 'stowage.yaml'), config);
    fs.mkdirSync(path.join(directory, 'manifests'));
    fs.writeFileSync(path.join(directory, 'manifests', 'pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: web:latest\n      resources:\n        limits: {cpu: 100m, memory: 64Mi}\n');
    return directory;
  };

  test('the nearest stowage.yaml upwards sets severities, the namespace and the profile', async () => {
    const directory = inDirectory('namespace: team\nlint:\n  rules:\n    image-tag-moving: error\n');
    const run = await runCli(['lint', '-o', 'json'], { cwd: path.join(directory, 'manifests') });
    const { findings } = JSON.parse(run.stdout) as { findings: { rule: string; severity: string; object: { namespace: string } }[] };
    expect(findings.map(({ rule, severity, object }) => [rule, severity, object.namespace])).toEqual([['image-tag-moving', 'error', 'team']]);
    expect(run.exitStatus).toBe(1);
    expect((await runCli(['lint', '--profile', 'correct'], { cwd: path.join(directory, 'manifests') })).exitStatus).toBe(0);
  });

  test.each([
    ['lint:\n  profil: correct\n', 'lint must NOT have additional properties: profil'],
    ['lint:\n  profile: strictest\n', 'lint.profile must be equal to one of the allowed values: correct, recommended'],
    ['lint:\n  rules:\n    no-such-rule: off\n', 'a rule "no-such-rule" that there is not'],
    ['a: [', 'yaml: line 1'],
  ])('%j is refused', async (config, message) => {
    const run = await runCli(['lint', 'manifests'], { cwd: inDirectory(config) });
    expect(run.exitStatus).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

test('the version is the one of the package', async () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
  expect(await runCli(['--version'])).toEqual({ exitStatus: 0, stdout: `stowage ${version}\n`, stderr: '' });
});

test.each([
  ['lint', ['--profile', '--cluster', '--output'], ['--step', '--object', '--pods']],
  ['plan', ['--step', '--services', '--scheduler-config'], ['--profile', '--object']],
  ['trace', ['--object', '--cron-until'], ['--services', '--profile']],
  ['rules', ['--output', '--color'], ['--cluster', '--step', 'PATH is']],
])('the help of %s names the flags that it takes', async (command, taken, others) => {
  const { stdout, exitStatus } = await runCli([command, '--help']);
  expect(exitStatus).toBe(0);
  expect(stdout.split('\n')[2]).toMatch(new RegExp(`^Usage: stowage ${command} .*\\[flags\\]$`));
  expect(taken.filter((flag) => !stdout.includes(`${flag} `))).toEqual([]);
  expect(others.filter((flag) => stdout.includes(flag))).toEqual([]);
});

test('the help names every command and flag', async () => {
  const { stdout, exitStatus } = await runCli(['--help']);
  expect(exitStatus).toBe(0);
  for (const word of ['lint', 'plan', 'admit', 'explain', 'trace', 'rules', '--cluster', '--namespace', '--output', '--output-file', '--config', '--kubernetes-version', '--color']) expect(stdout).toContain(word);
});
