// The command line as one script, with V8's compiled code of it beside it: most of a short run would else go into compiling.
import fs from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import type { Process } from './command.js';

const require = module.createRequire(import.meta.url);
const SCRIPT_URL = new URL('../bundle/main.cjs', import.meta.url).href;
/** The bundled script. It has to be ASCII. */
export const SCRIPT = fileURLToPath(SCRIPT_URL);
/** What V8 compiled of the script, written by compileBundle.ts. */
export const COMPILED = fileURLToPath(new URL('../bundle/main.compiled', import.meta.url));

/**
 * What V8 is told, since in runs of seconds its optimiser takes more than it gives; in longer ones none of this does harm.
 * A function runs twice as much bytecode as usual before it is optimised, and of what it calls only a quarter as much is put into it;
 * and none is compiled once more because what it makes lives long.
 */
const V8_FLAGS = ['--interrupt-budget=132000', '--max-inlined-bytecode-size=120', '--max-inlined-bytecode-size-cumulative=240', '--no-allocation-site-pretenuring'];

/** The command line, ready to run. */
export interface Bundle {
  main(process: Process): Promise<number>;
  /** All that V8 has compiled of it so far. */
  compiled(): Buffer;
}

/** Loads the script. Compiled code of another Node, or none, makes the start slower and changes nothing else. */
export function loadBundle(): Bundle {
  for (const flag of V8_FLAGS) v8.setFlagsFromString(flag);
  // Read as Latin-1, ASCII becomes a string without decoding.
  const source = fs.readFileSync(SCRIPT, 'latin1');
  const cachedData = fs.existsSync(COMPILED) ? fs.readFileSync(COMPILED) : undefined;
  const script = new vm.Script(`(function (module, require, scriptUrl) {${source}\n})`, { filename: SCRIPT, ...(cachedData === undefined ? {} : { cachedData }) });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded, require, SCRIPT_URL);
  // The script is the bundle of main.ts.
  const { main } = loaded.exports as { main: Bundle['main'] };
  return { main, compiled: () => script.createCachedData() };
}
