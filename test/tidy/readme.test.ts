// What the README shows is what the program prints: its plan, its commands, its table of rules, its rule to copy.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadRules } from '../../src/cli/loadRules.js';
import { readYaml } from '../../src/cli/readYaml.js';
import { readRule } from '../../src/lint/rule.js';
import { runCli } from '../cli/runCli.js';

const file = path.resolve(import.meta.dirname, '../../README.md');
const isUpdating = process.env['STOWAGE_UPDATE'] === '1' && process.env['CI'] === undefined;
const readme = (): string => fs.readFileSync(file, 'utf8');

/** The part between `<!-- name -->` and `<!-- /name -->` must be the text; `npm run test:update` writes it. */
function check(name: string, text: string): void {
  const pattern = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
  if (isUpdating) fs.writeFileSync(file, readme().replace(pattern, (_, begin: string, end: string) => begin + text + end));
  else expect(pattern.exec(readme())?.[0]).toBe(`<!-- ${name} -->\n${text}<!-- /${name} -->`);
}

test('the plan', async () => {
  const args = ['plan', 'fixtures/shop', '--cluster', 'fixtures/shop/cluster.yaml'];
  const { stdout } = await runCli(args);
  check('plan', `\`\`\`\n$ stowage ${args.join(' ')}\n${stdout}\`\`\`\n`);
});

test('the rules', () => {
  const rows = loadRules().map(({ id, severity, message }) => `| \`${id}\` | ${severity} | ${message} |\n`);
  check('rules', `| rule | severity | what it says |\n|---|---|---|\n${rows.join('')}`);
});

test('the commands', async () => {
  const { stdout } = await runCli(['--help']);
  const inHelp = [...(/Commands:\n([^]*?)\n\n/.exec(stdout)?.[1] ?? '').matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
  const inReadme = [...(/## Commands\n([^]*?)\n`PATH`/.exec(readme())?.[1] ?? '').matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);
  expect(inReadme).toEqual(inHelp);
});

test('the rule to copy is a rule', () => {
  const text = /```yaml\n(id: [^]*?)```/.exec(readme())?.[1] ?? '';
  expect(readRule(readYaml(text, 'README.md'), 'README.md')).toMatchObject({ id: 'image-pulled-always', severity: 'info' });
});
