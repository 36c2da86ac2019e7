#!/usr/bin/env node
// Adapts the process to main: arguments, streams, exit status.
import { loadBundle } from '../dist/cli/bundle.js';

let isCutOff = false;
process.stdout.on('error', (error) => {
  // Whoever reads the output may stop early, as head does.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`stowage: cannot write to standard output: ${error.code ?? error.message}\n`);
  isCutOff = true;
  process.exitCode = 2;
});

const exitStatus = await loadBundle().main({
  args: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  // Opened by those who read it.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  cwd: process.cwd(),
});
if (!isCutOff) process.exitCode = exitStatus;

// Once all is written, nothing is left that a process would have to take down with care: its memory goes at once.
process.stdout.write('', (unwritten) => {
  if (!unwritten) process.stderr.write('', () => process.exit());
});
