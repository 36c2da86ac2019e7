// stowage explain: why a pod or the pods of a workload are placed there, pending or refused.
import { controllerOf } from '../api/ownerReference.js';
import type { KubernetesObject } from '../api/meta.js';
import type { Explanation } from '../scheduler/scheduler.js';
import { buildPlan } from '../plan/buildPlan.js';
import { simulate, type Simulation } from '../plan/simulate.js';
import { explainText, type ExplainedPod } from '../report/explainText.js';
import type { Arguments } from './flags.js';
import { loadSimulationInput } from './input.js';
import { namedObject } from './kindWord.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function explain(args: Arguments, process: Process): Promise<CommandResult> {
  const [what, ...paths] = args.paths;
  if (what === undefined || !what.includes('/')) throw new UsageError('explain needs what to explain as its first argument: pod/NAME, deploy/NAME, sts/NAME …');
  const { input } = await loadSimulationInput(args, process, paths);
  const decisions = new Map<string, Explanation>();
  const [, wantedName = ''] = what.split('/');
  const simulation = simulate(input, {
    // What the scheduler saw when it decided is told, not what it would see after everything else was placed too.
    beforeCycle({ metadata: { namespace = '', name = '' } }, { scheduler }) {
      if (namespace !== input.namespace || !(name === wantedName || name.startsWith(`${wantedName}-`))) return;
      const explanation = scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace, name });
      if (explanation !== undefined) decisions.set(name, explanation);
    },
  });
  const { pending } = buildPlan(simulation, { kubernetesVersion: input.kubernetesVersion, notes: [] });
  const pods = podsOf(what, input.namespace, { simulation, decisions }).map((pod): ExplainedPod => {
    const group = pending.find(({ namespace, pods: names }) => namespace === pod.namespace && names.includes(pod.name));
    return group === undefined ? pod : { ...pod, advice: group.advice, fragmented: group.fragmented };
  });
  if (pods.length === 0) throw new UsageError(`there is no pod of ${what} in the namespace ${input.namespace} after the apply; -n names another namespace`);
  return {
    exitStatus: pods.some(({ placedOn }) => placedOn === undefined) ? 1 : 0,
    render(format, { color }) {
      if (format === 'text') return explainText(pods, color);
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Explanation', pods }, undefined, 2)}\n`;
      throw new UsageError(`explain has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}

function podsOf(what: string, namespace: string, { simulation: { plane }, decisions }: { simulation: Simulation; decisions: ReadonlyMap<string, Explanation> }): ExplainedPod[] {
  const { kind, name } = namedObject(what, 'what to explain');
  const { read } = plane.server;
  const target = read.getObject(kind.resource, namespace, name);
  if (target === undefined) return [];
  return read
    .list('pods', namespace)
    .filter((pod) => pod === (target as unknown) || isBelow(pod, target, plane))
    .map((pod) => {
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name ?? '' };
      const explanation = decisions.get(ref.name) ?? plane.scheduler.explain(ref);
      return { namespace, name: ref.name, ...(pod.spec?.nodeName ? { placedOn: pod.spec.nodeName } : {}), ...(explanation === undefined ? {} : { explanation }) };
    });
}

/** True when following controllers upwards from the object reaches the target. */
function isBelow(object: KubernetesObject, target: KubernetesObject, { server }: Simulation['plane']): boolean {
  for (let at: KubernetesObject | undefined = object; at !== undefined; ) {
    const owner = controllerOf(at);
    if (owner === undefined) return false;
    if (owner.uid === target.metadata.uid) return true;
    const kind = server.kindOf(owner.apiVersion, owner.kind);
    at = kind === undefined ? undefined : server.read.getObject(kind.resource, object.metadata.namespace ?? '', owner.name);
  }
  return false;
}
