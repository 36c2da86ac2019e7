// The command line: picks the command, prints what it gives, turns errors into exit statuses.
import type { Command, CommandResult, Process } from './command.js';
import { parseFlags, FLAGS, type Arguments, type Flag } from './flags.js';
import { UsageError } from './usageError.js';
import { VERSION } from './version.js';

interface CommandEntry {
  name: string;
  usage: string;
  help: string;
  load(): Promise<Command>;
}

const COMMANDS: readonly CommandEntry[] = [
  { name: 'lint', usage: 'lint [PATH...]', help: 'what is wrong with these manifests', load: async () => (await import('./lint.js')).lint },
  { name: 'plan', usage: 'plan [PATH...]', help: 'what an apply would create, refuse, place and leave pending', load: async () => (await import('./plan.js')).plan },
  { name: 'admit', usage: 'admit [PATH...]', help: 'what the API server would answer to each object', load: async () => (await import('./admit.js')).admit },
  { name: 'explain', usage: 'explain WHAT [PATH...]', help: 'why a pod or workload is placed there, pending or refused', load: async () => (await import('./explain.js')).explain },
  { name: 'trace', usage: 'trace [PATH...]', help: 'who wrote what to the API server, in which order, at which virtual second', load: async () => (await import('./trace.js')).trace },
  { name: 'rules', usage: 'rules [ID]', help: 'the lint rules; one rule with its reason, examples and fix', load: async () => (await import('./rules.js')).rules },
];

const EXIT_USAGE = 2;
const EXIT_BUG = 3;

/** Runs the command line and gives its exit status. */
export async function main(process: Process): Promise<number> {
  try {
    const args = parseFlags(process.args);
    if (args.flags.version) {
      process.stdout.write(`stowage ${VERSION}\n`);
      return 0;
    }
    const entry = COMMANDS.find(({ name }) => name === args.command);
    if (entry === undefined && args.command !== undefined) {
      throw new UsageError(`there is no command ${JSON.stringify(args.command)}; the commands are ${COMMANDS.map(({ name }) => name).join(', ')}`);
    }
    if (args.flags.help || entry === undefined) {
      process.stdout.write(entry === undefined ? helpText() : commandHelpText(entry));
      return args.flags.help ? 0 : EXIT_USAGE;
    }
    const command = await entry.load();
    const { withConfig } = await import('./config.js');
    const configured = await withConfig(args, process);
    const result = await command(configured.args, process, configured.lint);
    for (const message of result.messages ?? []) process.stderr.write(`${message}\n`);
    await writeResult(result, args, process);
    return result.exitStatus;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`stowage: ${error.message}\n`);
      return EXIT_USAGE;
    }
    const { stack, message } = error as Error;
    process.stderr.write(`stowage ${VERSION}: this is a bug in stowage, please report it with the input and these lines:\n${stack ?? message}\n`);
    return EXIT_BUG;
  }
}

async function writeResult(result: CommandResult, { flags }: Arguments, process: Process): Promise<void> {
  const formats = flags.output.length === 0 ? ['text'] : flags.output;
  if (flags.outputFile.length > formats.length) throw new UsageError(`${flags.outputFile.length} output files for ${formats.length} formats; give one -o for each --output-file`);
  for (const [index, format] of formats.entries()) {
    const file = flags.outputFile[index];
    const color = file === undefined && format === 'text' && usesColor(flags.color, process);
    const text = result.render(format, { color });
    if (file === undefined) process.stdout.write(text);
    else (await import('./files.js')).writeText(file, text, process.cwd);
  }
}

function usesColor(when: 'auto' | 'always' | 'never', { env, stdout }: Process): boolean {
  if (when !== 'auto') return when === 'always';
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return stdout.isTTY === true;
}

const PATHS = 'PATH is any mix of files, directories, globs and - for standard input; . if left out.';
const EXIT_STATUSES = 'Exit status: 0 nothing at or above the failing level, 1 findings, refusals or pods without a node, 2 the command itself is wrong, 3 a bug in stowage.';

function helpText(): string {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
  return `stowage ${VERSION}: Kubernetes manifests, linted and planned without a cluster

Usage: stowage <command> [PATH...] [flags]

${PATHS}

Commands:
${COMMANDS.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`).join('\n')}

Flags:
${Object.entries(FLAGS as Record<string, Flag>).map(([name, flag]) => `${flagText(name, flag)}${flag.commands === undefined ? '' : ` (${flag.commands.join(', ')})`}`).join('\n')}

${EXIT_STATUSES}
`;
}

/** The help of one command: the flags that it takes. */
function commandHelpText({ name: command, usage, help }: CommandEntry): string {
  const taken = Object.entries(FLAGS as Record<string, Flag>).filter(([, { commands }]) => commands === undefined || commands.includes(command));
  return `stowage ${command}: ${help}

Usage: stowage ${usage} [flags]
${usage.includes('PATH') ? `\n${PATHS}\n` : ''}
Flags:
${taken.map(([name, flag]) => flagText(name, flag)).join('\n')}

${EXIT_STATUSES}
`;
}

function flagText(name: string, { short, value, help }: Flag): string {
  const left = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  return `  ${left.padEnd(30)}  ${help}`;
}
