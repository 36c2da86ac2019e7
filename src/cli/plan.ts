// stowage plan: what an apply of the manifests would do to the cluster.
import type { KubernetesObject } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';
import { buildPlan } from '../plan/buildPlan.js';
import { kubectlOutput } from '../plan/kubectl.js';
import { simulate, type Simulation } from '../plan/simulate.js';
import { planJson } from '../report/planJson.js';
import { planText } from '../report/planText.js';
import type { Arguments } from './flags.js';
import { loadSimulationInput, type LoadedSimulation } from './input.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function plan(args: Arguments, process: Process): Promise<CommandResult> {
  const { input, notes, unread, title } = await loadSimulationInput(args, process);
  const simulation = simulate(input);
  const built = buildPlan(simulation, { kubernetesVersion: input.kubernetesVersion, notes, unread: unread.flat().length, services: args.flags.services });
  return {
    exitStatus: built.refused.length > 0 || built.summary.pending > 0 || built.summary.unread > 0 ? 1 : 0,
    render(format, { color }) {
      if (args.flags.kubectl && format === 'text') return kubectlText(simulation, unread);
      if (format === 'text') return planText(built, { color, pods: args.flags.pods, title });
      if (format === 'json') return planJson(built);
      throw new UsageError(`plan has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}

/** What kubectl would print, one apply a step: its lines, then its warnings and errors. */
function kubectlText({ applied, plane, namespace }: Simulation, unread: LoadedSimulation['unread']): string {
  const kindOf = ({ apiVersion, kind }: KubernetesObject): Kind | undefined => plane.server.kindOf(String(apiVersion), String(kind));
  const lines = unread.flatMap((errors, index) => {
    const { stdout, stderr } = kubectlOutput(applied.filter(({ step }) => step === index + 1), { kindOf, namespace, unread: errors });
    return [...stdout, ...stderr];
  });
  return lines.map((line) => `${line}\n`).join('');
}
