// The built command says the same as the modules it is bundled from, with every package that is loaded on demand.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from './runCli.js';

const root = path.resolve(import.meta.dirname, '../..');

test.each([
  [['lint', 'fixtures/shop/*.yaml']],
  [['plan', 'fixtures/shop', '--cluster', 'fixtures/shop/cluster.yaml', '-o', 'json']],
  [['admit', 'fixtures/shop', '-o', 'yaml']],
  [['plan', '--frobnicate']],
])('stowage %j', async (args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/stowage.js', ...args], { cwd: root, encoding: 'utf8', env: {} });
  expect({ exitStatus: status, stdout, stderr }).toEqual(await runCli(args, { cwd: root }));
});

test('a reader that stops early is no error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" bin/stowage.js plan fixtures/shop --cluster fixtures/shop/cluster.yaml -o json | head -c 1`], { cwd: root, encoding: 'utf8', env: process.env });
  expect({ stdout, stderr }).toEqual({ stdout: '{', stderr: '' });
});

test.runIf(fs.existsSync('/dev/full'))('output that cannot be written is told of', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" bin/stowage.js plan fixtures/shop --cluster fixtures/shop/cluster.yaml > /dev/full`], { cwd: root, encoding: 'utf8', env: process.env });
  expect({ status, stderr }).toEqual({ status: 2, stderr: 'stowage: cannot write to standard output: ENOSPC\n' });
});
