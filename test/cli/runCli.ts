// Runs the command line in process: arguments in, streams and exit status out.
import path from 'node:path';
import { main } from '../../src/cli/main.js';

const root = path.resolve(import.meta.dirname, '../..');

/** What one run printed. */
export interface CliRun {
  exitStatus: number;
  stdout: string;
  stderr: string;
}

/** One run of `stowage` in the project's folder, or in `cwd`. */
export async function runCli(args: readonly string[], { cwd = root, stdin = '', env = {} }: { cwd?: string; stdin?: string; env?: Record<string, string> } = {}): Promise<CliRun> {
  let stdout = '';
  let stderr = '';
  const exitStatus = await main({
    args,
    cwd,
    env,
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    stdin: (async function* () {
      yield stdin;
    })(),
  });
  return { exitStatus, stdout, stderr };
}
