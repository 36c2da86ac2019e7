// The documents are what their JSON Schemas say.
import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { runCli } from '../cli/runCli.js';

const root = path.resolve(import.meta.dirname, '../..');

test.each([
  ['plan', ['plan', 'fixtures/shop', '--cluster', 'fixtures/shop/cluster.yaml']],
  ['plan', ['plan', 'fixtures/plan/quota-stops-pods/team.yaml']],
  ['plan', ['plan', 'fixtures/plan/nothing-fits/apps.yaml', '--cluster', 'fixtures/plan/nothing-fits/cluster.yaml']],
  ['plan', ['plan', 'fixtures/plan/one-pod-too-many/shop.yaml', '--cluster', 'fixtures/plan/one-pod-too-many/cluster.yaml']],
  ['plan', ['plan', 'fixtures/plan/rollout/first', '--step', 'fixtures/plan/rollout/second']],
  ['plan', ['plan', 'fixtures/seeds']],
  ['plan', ['plan', 'fixtures/plan/services/app.yaml', '--services']],
  ['trace', ['trace', 'fixtures/trace/deployment/web.yaml']],
  ['trace', ['trace', 'fixtures/plan/quota-stops-pods/team.yaml', '-n', 'team', '--object', 'deploy/api']],
  ['explanation', ['explain', 'deploy/web', '-n', 'shop', 'fixtures/plan/one-pod-too-many/shop.yaml', '--cluster', 'fixtures/plan/one-pod-too-many/cluster.yaml']],
  ['lint', ['lint', 'fixtures/seeds']],
  ['lint', ['lint', 'fixtures/lint']],
  ['admission', ['admit', 'fixtures/seeds']],
  ['rules', ['rules']],
])('%s of %j', async (kind, args) => {
  const schema = JSON.parse(fs.readFileSync(path.join(root, `src/report/${kind}.schema.json`), 'utf8')) as object;
  const validate = new Ajv({ allErrors: true }).compile(schema);
  const { stdout, exitStatus } = await runCli([...args, '-o', 'json']);
  expect(exitStatus).toBeLessThan(2);
  validate(JSON.parse(stdout));
  expect(validate.errors).toBeNull();
});
