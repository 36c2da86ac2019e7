#!/usr/bin/env node
// Adapts the process to main: arguments, streams, exit status.
import module from 'node:module';

// Where Node can keep compiled code between runs, it does; others start a little slower.
module.enableCompileCache?.();
const { main } = await import('../dist/bundle/main.js');

process.exitCode = await main({
  args: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
});
