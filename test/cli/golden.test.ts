// Whole runs of the command line against what they must print, byte for byte. A case is a folder with a case.json:
// the arguments, the exit status, and the files that hold the expected output, one a format.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from './runCli.js';

const root = path.resolve(import.meta.dirname, '../..');
const isUpdating = process.env['STOWAGE_UPDATE'] === '1' && process.env['CI'] === undefined;

interface GoldenCase {
  /** What the case shows. */
  about: string;
  /** Relative to the project's folder. */
  args: string[];
  exitStatus: number;
}

const FORMATS: Record<string, string> = { 'expected.txt': 'text', 'expected.json': 'json' };

for (const area of ['plan', 'lint', 'admit', 'explain', 'trace']) {
  const folder = path.join(root, 'fixtures', area);
  if (!fs.existsSync(folder)) continue;
  describe(area, () => {
    for (const name of fs.readdirSync(folder).sort()) {
      const directory = path.join(folder, name);
      const { args, exitStatus } = JSON.parse(fs.readFileSync(path.join(directory, 'case.json'), 'utf8')) as GoldenCase;
      for (const [file, format] of Object.entries(FORMATS)) {
        const expected = path.join(directory, file);
        if (!fs.existsSync(expected) && !(isUpdating && format === 'text')) continue;
        test(`${name} as ${format}`, async () => {
          const run = await runCli([area, ...args, '-o', format]);
          expect(run.stderr).toBe('');
          expect(run.exitStatus).toBe(exitStatus);
          if (isUpdating) fs.writeFileSync(expected, run.stdout);
          else expect(run.stdout).toBe(fs.readFileSync(expected, 'utf8'));
        });
      }
    }
  });
}
