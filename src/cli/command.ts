// What a command is given and what it gives; main puts the two together.
import type { Severity } from '../lint/finding.js';
import type { Arguments } from './flags.js';

/** What the process gives. */
export interface Process {
  args: readonly string[];
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
  stdin: AsyncIterable<Uint8Array | string>;
  env: Record<string, string | undefined>;
  cwd: string;
}

/** What a command gives: the text of each format asked for, and whether there is something to fail for. */
export interface CommandResult {
  exitStatus: 0 | 1;
  /** Renders the result in the format; throws UsageError for a format it does not have. */
  render(format: string, options: { color: boolean }): string;
  /** What goes to standard error besides. */
  messages?: string[];
}

/** A command. It is loaded when it is asked for. */
export type Command = (args: Arguments, process: Process, lint: LintSettings) => Promise<CommandResult>;

/** Which rules run: `correct` only those that say what cannot work, `recommended` all that are on. */
export type Profile = 'correct' | 'recommended';

/** What the configuration file says of linting. */
export interface LintSettings {
  profile?: Profile;
  /** Rule id → severity, or off; YAML reads a bare `off` as false. */
  rules?: Record<string, Severity | 'off' | false>;
}
