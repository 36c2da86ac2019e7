// The configuration file stowage.yaml: what a repository always wants to say on the command line.
import fs from 'node:fs';
import path from 'node:path';
import type { LintSettings, Process } from './command.js';
import { readText } from './files.js';
import type { Arguments } from './flags.js';
import { readYaml } from './readYaml.js';
import { UsageError } from './usageError.js';

/** What the file may say. */
export interface Config {
  namespace?: string;
  kubernetesVersion?: string;
  /** Relative to the file. */
  cluster?: string[];
  lint?: LintSettings;
}

const NAME = 'stowage.yaml';

/** The schema of the file. */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    namespace: { type: 'string', minLength: 1 },
    kubernetesVersion: { type: 'string' },
    cluster: { type: 'array', items: { type: 'string' } },
    lint: {
      type: 'object',
      additionalProperties: false,
      properties: {
        profile: { enum: ['correct', 'recommended'] },
        rules: { type: 'object', additionalProperties: { enum: ['error', 'warning', 'info', 'off', false] } },
      },
    },
  },
};

/** The arguments completed by the configuration file, and what it says of linting. Flags win. Throws UsageError for a file that is wrong. */
export async function withConfig(args: Arguments, process: Process): Promise<{ args: Arguments; lint: LintSettings }> {
  const file = args.flags.config ?? nearest(process.cwd);
  const config = file === undefined ? {} : await readConfig(file, process.cwd);
  const { flags } = args;
  const folder = file === undefined ? '' : path.dirname(path.resolve(process.cwd, file));
  const cluster = flags.cluster.length > 0 ? flags.cluster : (config.cluster ?? []).map((each) => path.relative(process.cwd, path.resolve(folder, each)));
  const profile = flags.profile ?? config.lint?.profile;
  return {
    args: { ...args, flags: { ...flags, cluster, namespace: flags.namespace ?? config.namespace, kubernetesVersion: flags.kubernetesVersion ?? config.kubernetesVersion } },
    lint: { ...config.lint, ...(profile === undefined ? {} : { profile }) },
  };
}

/** The nearest file of that name in the directory or above it. */
function nearest(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    const file = path.join(at, NAME);
    if (fs.existsSync(file)) return file;
    if (path.dirname(at) === at) return undefined;
  }
}

async function readConfig(file: string, cwd: string): Promise<Config> {
  const data = readYaml(readText(file, cwd), file);
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ allErrors: true });
  if (!ajv.validate(SCHEMA, data)) {
    const problems = (ajv.errors ?? []).map(({ instancePath, message, params }) => {
      const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: string[] };
      return `${instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.')} ${message ?? ''}${additionalProperty === undefined ? '' : `: ${additionalProperty}`}${allowedValues === undefined ? '' : `: ${allowedValues.join(', ')}`}`;
    });
    throw new UsageError(`${file}: ${problems.join('; ')}`);
  }
  return data as Config;
}
