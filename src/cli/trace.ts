// stowage trace: the causal story of an apply: who asked the API server for what, in which order, at which virtual second, and why.
import { simulate } from '../plan/simulate.js';
import { createTraceRecorder } from '../plan/trace.js';
import { traceText } from '../report/traceText.js';
import type { CommandResult, Process } from './command.js';
import type { Arguments } from './flags.js';
import { loadSimulationInput } from './input.js';
import { namedObject } from './kindWord.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function trace(args: Arguments, process: Process): Promise<CommandResult> {
  const wanted = args.flags.object === undefined ? undefined : namedObject(args.flags.object, '--object');
  const { input } = await loadSimulationInput(args, process);
  const recorder = createTraceRecorder();
  simulate(input, { onRequest: recorder.onRequest });
  const subject = wanted === undefined ? undefined : { resource: wanted.kind.resource, namespace: wanted.kind.namespaced ? input.namespace : '', name: wanted.name };
  const entries = recorder.entries(subject);
  if (wanted !== undefined && entries.length === 0) throw new UsageError(`nobody asks for ${args.flags.object}${wanted.kind.namespaced ? ` in the namespace ${input.namespace}; -n names another namespace` : ''}`);
  return {
    exitStatus: 0,
    render(format, { color }) {
      if (format === 'text') return traceText(entries, color);
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Trace', entries }, undefined, 2)}\n`;
      throw new UsageError(`trace has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}
