// A step of the build: runs the command line on the examples and keeps what V8 compiled, so that a start need not compile it again.
import fs from 'node:fs';
import { COMPILED, loadBundle, SCRIPT } from './bundle.js';

const RUNS: readonly (readonly string[])[] = [
  ['plan', 'fixtures/shop', '--cluster', 'fixtures/shop/cluster.yaml'],
  ['lint', 'fixtures/shop'],
];

const outside = /[^\0-\x7f]+/.exec(fs.readFileSync(SCRIPT, 'utf8'));
if (outside !== null) throw new Error(`the bundle holds ${JSON.stringify(outside[0])} at ${outside.index}, which is not ASCII: escape it in the regular expression it comes from`);
fs.rmSync(COMPILED, { force: true });
const { main, compiled } = loadBundle();
const stdin = { async *[Symbol.asyncIterator]() {} };
for (const args of RUNS) {
  const errors: string[] = [];
  await main({ args, stdout: { write: () => true }, stderr: { write: (text: string) => errors.push(text) }, stdin, env: {}, cwd: process.cwd() });
  if (errors.length > 0) throw new Error(`stowage ${args.join(' ')}: ${errors.join('')}`);
}
// In one step: a process that starts meanwhile must not see half of it.
fs.writeFileSync(`${COMPILED}.new`, compiled());
fs.renameSync(`${COMPILED}.new`, COMPILED);
