// stowage trace: the causal story of an apply: who asked the API server for what, in which order, at which virtual second.
import { simulate } from '../plan/simulate.js';
import { traceText, type TraceEntry } from '../report/traceText.js';
import type { Arguments } from './flags.js';
import { loadSimulationInput } from './input.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function trace(args: Arguments, process: Process): Promise<CommandResult> {
  const { input } = await loadSimulationInput(args, process);
  const { requests } = simulate(input);
  const [first] = requests;
  const wanted = args.flags.object?.toLowerCase();
  const entries: TraceEntry[] = requests
    .map(({ timeMs, ...request }) => ({ ...request, seconds: (timeMs - (first?.timeMs ?? timeMs)) / 1000 }))
    .filter(({ resource, name }) => wanted === undefined || concerns(wanted, resource, name));
  return {
    exitStatus: 0,
    render(format, { color }) {
      if (format === 'text') return traceText(entries, color);
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Trace', requests: entries }, undefined, 2)}\n`;
      throw new UsageError(`trace has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}

/** True when the request is about the object `kind/name`, or about something whose name begins with it. */
function concerns(wanted: string, resource: string, name: string): boolean {
  const [kind = '', wantedName = ''] = wanted.includes('/') ? wanted.split('/') : ['', wanted];
  return (kind === '' || resource.startsWith(kind)) && (name === wantedName || (kind === '' && name.startsWith(`${wantedName}-`)));
}
