// stowage explain: why a pod or the pods of a workload are placed there, pending or refused.
import { compileLabelMap, selectorMatches } from '../api/labelSelector.js';
import { controllerOf } from '../api/ownerReference.js';
import type { KubernetesObject } from '../api/meta.js';
import type { CronJob, DaemonSet, Job, Pod, Service } from '../api/types.js';
import type { Explanation } from '../scheduler/scheduler.js';
import { buildPlan } from '../plan/buildPlan.js';
import type { Plan } from '../plan/model.js';
import { claimsText } from '../plan/unboundClaims.js';
import { simulate, type Simulation } from '../plan/simulate.js';
import { explainText, type ExplainedPod, type ExplainedRefusal } from '../report/explainText.js';
import type { Arguments } from './flags.js';
import { findTarget, isNamed, readTarget, type ExplainTarget } from './explainTarget.js';
import { isPath } from './files.js';
import { loadSimulationInput } from './input.js';
import type { CommandResult, Process } from './command.js';
import { UsageError } from './usageError.js';

/** Names of pods begin with the name of what made them, or with so much of it where it is long. */
const KEPT_OF_NAME = 40;

/** Runs the command. */
export async function explain(args: Arguments, process: Process): Promise<CommandResult> {
  const [what, ...paths] = args.paths;
  if (what !== undefined && paths.length === 0 && isPath(what, process.cwd)) throw new UsageError(`explain needs what to explain before the paths, such as deploy/web; ${JSON.stringify(what)} is a path`);
  const target = readTarget(what, args.flags.namespace ?? 'default');
  const { input } = await loadSimulationInput(args, process, paths);
  const decisions = new Map<string, Explanation>();
  const simulation = simulate(input, {
    // What the scheduler saw when it decided is told, not what it would see after everything else was placed too.
    beforeCycle({ metadata: { namespace = '', name = '' } }, { scheduler }) {
      if (namespace !== target.namespace || !(isSelector(target) || name.startsWith(target.name.slice(0, KEPT_OF_NAME)))) return;
      const explanation = scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace, name });
      if (explanation === undefined) return;
      // The pods that made room are gone when the pod is placed at last.
      const victims = explanation.victims.length > 0 ? explanation.victims : (decisions.get(name)?.victims ?? []);
      decisions.set(name, { ...explanation, victims });
    },
  });
  const plan = buildPlan(simulation, { kubernetesVersion: input.kubernetesVersion, notes: [] });
  const object = findTarget(target, simulation);
  const pods = object === undefined ? [] : explainedPods(object, { simulation, decisions, plan });
  const refused = refusalsOf(object, { target, plan, simulation });
  const notes = object !== undefined && pods.length === 0 && refused.length === 0 ? [`${object.kind} ${target.namespace}/${target.name} has no pods${whyWithout(object)}`] : [];
  return {
    exitStatus: refused.length > 0 || pods.some(({ placedOn }) => placedOn === undefined) ? 1 : 0,
    render(format, { color }) {
      if (format === 'text') return explainText({ pods, refused, notes }, color);
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Explanation', refused, notes, pods }, undefined, 2)}\n`;
      throw new UsageError(`explain has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}

/** True where the names of the pods need not begin with the name. */
function isSelector({ kind }: ExplainTarget): boolean {
  return kind === undefined || kind.resource === 'services';
}

function explainedPods(object: KubernetesObject, { simulation: { plane, existingPods }, decisions, plan }: { simulation: Simulation; decisions: ReadonlyMap<string, Explanation>; plan: Plan }): ExplainedPod[] {
  const namespace = object.metadata.namespace ?? '';
  return plane.server.read
    .list('pods', namespace)
    .filter((pod) => pod === (object as unknown) || (object.kind === 'Service' ? isSelected(pod, object) : isBelow(pod, object, plane)))
    .map((pod) => {
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name ?? '' };
      const decision = decisions.get(ref.name);
      const explanation = decision ?? plane.scheduler.explain(ref);
      const node = pod.spec?.nodeName;
      const group = plan.pending.find((each) => each.namespace === namespace && each.pods.includes(ref.name));
      const note = group?.claims !== undefined ? [...(group.message.startsWith('waits for its volumes') ? [group.message] : []), ...group.claims.map(claimsText)].join('; ') : !node || decision !== undefined ? undefined : existingPods.has(pod.metadata.uid ?? '') ? 'stood there before the apply; told is how the scheduler would place it now' : 'the pod names its node itself; told is how the scheduler would place it now';
      return {
        namespace, name: ref.name, ...(node ? { placedOn: node } : {}), ...(note === undefined ? {} : { note }), ...(explanation === undefined ? {} : { explanation }),
        ...(group === undefined ? {} : { advice: group.advice, fragmented: group.fragmented }),
      };
    });
}

/** What the API server refused of the object itself or of its pods. */
function refusalsOf(object: KubernetesObject | undefined, { target, plan, simulation }: { target: ExplainTarget; plan: Plan; simulation: Simulation }): ExplainedRefusal[] {
  const isAbout = ({ kind, namespace, name }: Plan['refused'][number]['object']): boolean => kind === object?.kind && namespace === object.metadata.namespace && name === object.metadata.name;
  return plan.refused
    .filter(({ object: { apiVersion, kind, namespace, name } , object: ref }) => (object === undefined ? isNamed({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }, target, simulation.namespace) : isAbout(ref)))
    .map(({ object: ref, code, reason, message, kubectl, hint, stoppedPods }) => ({ object: ref, code, reason, message: kubectl ?? message, ...(hint === undefined ? {} : { hint }), ...(stoppedPods === undefined ? {} : { stoppedPods }) }));
}

/** Why an object that was accepted has no pods, as far as it says so itself. */
function whyWithout(object: KubernetesObject): string {
  const { spec } = object as { spec?: { replicas?: number; suspend?: boolean } };
  if (spec?.suspend === true) return ': it is suspended';
  if (spec?.replicas === 0) return ': it asks for 0 replicas';
  if (object.kind === 'CronJob') return (object as KubernetesObject as CronJob).status?.lastScheduleTime === undefined ? ': it has not run yet; --cron-until lets time pass' : ' any more';
  if (object.kind === 'Job') return (object as KubernetesObject as Job).status?.completionTime === undefined ? '' : ' any more: it is complete';
  if (object.kind === 'DaemonSet' && (object as KubernetesObject as DaemonSet).status?.desiredNumberScheduled === 0) return ': no node is meant to run one';
  if (object.kind === 'Service') return selectorOf(object) === undefined ? ': it has no selector' : ': no pod has the labels of its selector';
  return '';
}

function selectorOf(object: KubernetesObject): Record<string, string> | undefined {
  const { selector } = (object as KubernetesObject as Service).spec ?? {};
  return selector === undefined || Object.keys(selector).length === 0 ? undefined : selector;
}

function isSelected(pod: Pod, service: KubernetesObject): boolean {
  const selector = selectorOf(service);
  return selector !== undefined && selectorMatches(compileLabelMap(selector), pod.metadata.labels);
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
