// stowage plan: what an apply of the manifests would do to the cluster.
import { buildPlan } from '../plan/buildPlan.js';
import { simulate } from '../plan/simulate.js';
import { planJson } from '../report/planJson.js';
import { planText } from '../report/planText.js';
import type { Arguments } from './flags.js';
import { loadSimulationInput } from './input.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function plan(args: Arguments, process: Process): Promise<CommandResult> {
  const { input, notes, title } = await loadSimulationInput(args, process);
  const built = buildPlan(simulate(input), { kubernetesVersion: input.kubernetesVersion, notes });
  return {
    exitStatus: built.refused.length > 0 || built.summary.pending > 0 ? 1 : 0,
    render(format, { color }) {
      if (format === 'text') return planText(built, { color, pods: args.flags.pods, title });
      if (format === 'json') return planJson(built);
      throw new UsageError(`plan has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}
