#!/usr/bin/env node
// Adapts the process to main: arguments, streams, exit status.
import { loadBundle } from '../dist/cli/bundle.js';

// Whoever reads the output may stop early, as head does.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await loadBundle().main({
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

// Once all is written, nothing is left that a process would have to take down with care: its memory goes at once.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
