// Flags of all commands: one table from which they are parsed and from which the help is written.
import { parseArgs } from 'node:util';
import { UsageError } from './usageError.js';

/** A flag. */
export interface Flag {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  /** How the value is named in the help. */
  value?: string;
  help: string;
  /** Commands that take it; left out: all. */
  commands?: readonly string[];
}

/** Every flag, in the order of the help. */
export const FLAGS = {
  cluster: { type: 'string', multiple: true, value: 'PATH', help: 'the cluster to plan against: nodes and whatever else already stands there', commands: ['plan', 'admit', 'explain', 'trace', 'lint'] },
  step: { type: 'string', multiple: true, value: 'PATH', help: 'apply this too, after what came before has settled (repeatable: that is how a rollout is planned)', commands: ['plan', 'explain', 'trace'] },
  namespace: { type: 'string', short: 'n', value: 'NS', help: 'the namespace of objects that name none (default: default)' },
  output: { type: 'string', short: 'o', multiple: true, value: 'FORMAT', help: 'text (default) or json; yaml for admit' },
  'output-file': { type: 'string', multiple: true, value: 'FILE', help: 'write there instead of standard output (the n-th file takes the n-th format)' },
  pods: { type: 'boolean', help: 'name every pod instead of folding those that are alike', commands: ['plan'] },
  services: { type: 'boolean', help: 'show where each Service leads and the names that cluster DNS resolves', commands: ['plan'] },
  kubectl: { type: 'boolean', help: 'print what kubectl apply would print instead: its lines, then its errors', commands: ['plan'] },
  exhaustive: { type: 'boolean', help: 'score every node, where the real scheduler looks at a sample of more than 100', commands: ['plan', 'explain', 'trace'] },
  'scheduler-config': { type: 'string', value: 'FILE', help: 'a KubeSchedulerConfiguration', commands: ['plan', 'explain', 'trace'] },
  'cron-until': { type: 'string', value: 'DURATION', help: 'let so much virtual time pass after the apply, so that CronJobs run (30m, 24h)', commands: ['plan', 'explain', 'trace'] },
  profile: { type: 'string', value: 'NAME', help: 'correct: only rules that say what cannot work; recommended: all (default)', commands: ['lint'] },
  object: { type: 'string', value: 'KIND/NAME', help: 'only what concerns this object', commands: ['trace'] },
  'kubernetes-version': { type: 'string', value: 'V', help: 'the API version to judge by (default: 1.36)' },
  config: { type: 'string', value: 'FILE', help: 'the configuration file (default: the nearest stowage.yaml upwards)' },
  color: { type: 'string', value: 'WHEN', help: 'auto, always or never; NO_COLOR and FORCE_COLOR are obeyed' },
  help: { type: 'boolean', short: 'h', help: 'this help' },
  version: { type: 'boolean', help: 'the version' },
} as const satisfies Record<string, Flag>;

/** A parsed command line. */
export interface Arguments {
  command: string | undefined;
  paths: string[];
  flags: {
    cluster: string[];
    step: string[];
    namespace: string | undefined;
    output: string[];
    outputFile: string[];
    pods: boolean;
    services: boolean;
    kubectl: boolean;
    exhaustive: boolean;
    schedulerConfig: string | undefined;
    cronUntil: string | undefined;
    object: string | undefined;
    profile: 'correct' | 'recommended' | undefined;
    kubernetesVersion: string | undefined;
    config: string | undefined;
    color: 'auto' | 'always' | 'never';
    help: boolean;
    version: boolean;
  };
}

/** Parses the arguments; throws UsageError with what to type instead. */
export function parseFlags(args: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(FLAGS as Record<string, Flag>).map(([name, { type, short, multiple }]) => [name, { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) }]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see stowage --help`);
  }
  const { values, positionals } = parsed;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const list = (name: string): string[] => (values[name] as string[] | undefined) ?? [];
  const color = text('color') ?? 'auto';
  if (color !== 'auto' && color !== 'always' && color !== 'never') throw new UsageError(`--color takes auto, always or never, not ${JSON.stringify(color)}`);
  const profile = text('profile');
  if (profile !== undefined && profile !== 'correct' && profile !== 'recommended') throw new UsageError(`--profile takes correct or recommended, not ${JSON.stringify(profile)}`);
  const [command, ...paths] = positionals;
  for (const [name, flag] of Object.entries(FLAGS as Record<string, Flag>)) {
    if (values[name] !== undefined && command !== undefined && flag.commands !== undefined && !flag.commands.includes(command)) {
      throw new UsageError(`${command} takes no --${name}; see stowage --help`);
    }
  }
  return {
    command,
    paths,
    flags: {
      cluster: list('cluster'), step: list('step'), namespace: text('namespace'), output: list('output'), outputFile: list('output-file'),
      pods: values['pods'] === true, services: values['services'] === true, kubectl: values['kubectl'] === true, exhaustive: values['exhaustive'] === true, schedulerConfig: text('scheduler-config'), cronUntil: text('cron-until'),
      object: text('object'), profile, kubernetesVersion: text('kubernetes-version'), config: text('config'), color, help: values['help'] === true, version: values['version'] === true,
    },
  };
}
