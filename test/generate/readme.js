// The parts of README.md that are made from the program itself: the plan of the example and the table of rules.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const stowage = path.join(root, 'bin/stowage.js');

/** Path → the text that must stand there; needs a build. */
export function generateReadme() {
  const plan = spawnSync(process.execPath, [stowage, 'plan', 'fixtures/shop', '--cluster', 'fixtures/shop/cluster.yaml'], { cwd: root, encoding: 'utf8' }).stdout;
  const { rules } = JSON.parse(execFileSync(process.execPath, [stowage, 'rules', '-o', 'json'], { cwd: root, encoding: 'utf8' }));
  const table = ['| rule | severity | what it says |', '|---|---|---|', ...rules.map(({ id, severity, message }) => `| \`${id}\` | ${severity} | ${message.replaceAll('|', '\\|')} |`)].join('\n');
  const file = path.join(root, 'README.md');
  let text = fs.readFileSync(file, 'utf8');
  text = between(text, 'plan', `\`\`\`\n$ stowage plan fixtures/shop --cluster fixtures/shop/cluster.yaml\n${plan}\`\`\``);
  text = between(text, 'rules', table);
  return new Map([['README.md', text]]);
}

function between(text, name, content) {
  return text.replace(new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`), () => `<!-- ${name} -->\n${content}\n<!-- /${name} -->`);
}
