// stowage admit: what the API server answers to each object, one by one, with the object as it would be stored.
import type { KubernetesObject, Response } from '../api/meta.js';
import { judge } from '../plan/judge.js';
import type { InputObject } from '../plan/appliedObject.js';
import { admitText } from '../report/admitText.js';
import type { Arguments } from './flags.js';
import { kubernetesVersionOf, loadCluster, loadInput, skippedObject } from './input.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function admit(args: Arguments, process: Process): Promise<CommandResult> {
  const loaded = await loadInput(args.paths, args, process);
  const cluster = await loadCluster(args, process);
  const skipped = [...loaded.skipped, ...cluster.skipped];
  const answers = judge({
    objects: loaded.objects, cluster: cluster.objects, namespace: args.flags.namespace ?? 'default', kubernetesVersion: kubernetesVersionOf(args), suppliesNamespaces: false,
    notTakenOver: (each, message) => void skipped.push(skippedObject(each, message)),
  }, answer);
  const unread = loaded.problems.filter(({ severity }) => severity === 'error').length;
  const { writeYaml } = args.flags.output.includes('yaml') ? await import('../manifest/writeYaml.js') : { writeYaml: undefined };
  return {
    exitStatus: unread > 0 || answers.some(({ code }) => code >= 300) ? 1 : 0,
    messages: [
      ...loaded.problems.map(({ source, message }) => `${source.file}:${source.line}:${source.column}: ${message}`),
      ...skipped.map(({ file, reason }) => `${file}: not looked at: ${reason}`),
    ],
    render(format, { color }) {
      if (format === 'text') return admitText(answers, { color, unread });
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Admission', answers }, undefined, 2)}\n`;
      if (format === 'yaml' && writeYaml !== undefined) return answers.map((each) => `---\n${writeYaml(each)}`).join('');
      throw new UsageError(`admit has no format ${JSON.stringify(format)}; it has text, json and yaml`);
    },
  };
}

/** One object with the server's answer, as plain data. */
interface Answer {
  source: { file: string; line: number; column: number };
  object: { apiVersion: string; kind: string; namespace?: string; name: string };
  code: number;
  reason?: string;
  message?: string;
  warnings: string[];
  stored?: KubernetesObject;
}

function answer(input: InputObject, response: Response): Answer {
  const { apiVersion, kind, metadata } = input.object;
  const { code, reason, message, warnings, object } = response;
  return {
    source: input.source(),
    object: { apiVersion: String(apiVersion), kind: String(kind), ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }), name: String(metadata?.name ?? metadata?.generateName ?? '') },
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    warnings,
    ...(object === undefined ? {} : { stored: object }),
  };
}
