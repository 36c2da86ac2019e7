// Which pods would have to go for a more important one, and from which node.
// Source: pkg/scheduler/framework/preemption/preemption.go, pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
import { compileLabelSelector, selectorMatches, type CompiledSelector } from '../api/labelSelector.js';
import { findCondition } from '../api/conditions.js';
import type { Reader } from '../apiserver/reader.js';
import { goSort } from '../util/goSort.js';
import type { FailedCycle } from './failedCycle.js';
import { countStatus, failureMessage, noReasons, type ReasonCounts } from './failureMessage.js';
import { pickOneNode, startTimeOf, type PreemptionCandidate } from './pickOneNode.js';
import { addPodToNode, copyNodeInfo, removePodFromNode, type NodeInfo } from './framework/nodeInfo.js';
import type { CycleState } from './framework/cycleState.js';
import type { Nominator } from './framework/nominator.js';
import type { PodInfo } from './framework/podInfo.js';
import { runAddPod, runFiltersWithNominated, runRemovePod, type Profile } from './framework/runtime.js';
import { unresolvable, type Status } from './framework/status.js';
import type { CycleInput } from './schedulePod.js';

/** DefaultPreemptionArgs. */
export interface DefaultPreemptionArgs {
  minCandidateNodesPercentage?: number;
  minCandidateNodesAbsolute?: number;
}

/** What preemption came to. Without a candidate there is a message. */
export interface PreemptionOutcome {
  nodeName?: string;
  /** Most important first. */
  victims: readonly PodInfo[];
  /** How many nodes could have been cleared as well, the choice included. */
  tied: number;
  message: string;
  /** True when the pod was allowed to preempt and found nothing; a nomination it has is then taken back. */
  isEvaluated: boolean;
}

interface Candidate extends PreemptionCandidate {
  node: NodeInfo;
}

/** Who would have to go, and how many of them against a budget. */
export interface Victims {
  victims: PodInfo[];
  violations: number;
}

interface Budget {
  selector: CompiledSelector;
  allowed: number;
  disrupted: Readonly<Record<string, string>>;
}

const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const DEFAULT_PERCENTAGE = 10;
const DEFAULT_ABSOLUTE = 100;

/** Looks for victims for a pod that no node takes; changes nothing. */
export function findPreemption(input: CycleInput, failed: FailedCycle, read: Reader): PreemptionOutcome {
  const { profile, nominator } = input;
  const { cycle } = failed;
  if (cycle.pod.facts.spec.preemptionPolicy === 'Never') return ineligible('not eligible due to preemptionPolicy=Never.');
  if (isNominatedNodeClearing(input, failed)) return ineligible('not eligible due to a terminating pod on the nominated node.');
  const known = failed.whyNoVictims();
  if (known !== undefined) return noCandidates(input.nodes.length, known);
  const potential = input.nodes.filter((node) => failed.refusalOf(node)?.status.code === 'Unschedulable');
  const wanted = candidatesWanted(potential.length, profile.args['DefaultPreemption'] as DefaultPreemptionArgs | undefined);
  const candidates: Candidate[] = [];
  const reasons = noReasons();
  let nonViolating = 0;
  for (const [position, node] of potential.entries()) {
    const found = victimsOn(node, { profile, nominator, cycle, read });
    if ('reasons' in found) countStatus(reasons, found);
    else {
      candidates.push({ node, position, ...found });
      if (found.violations === 0) nonViolating++;
      if (nonViolating > 0 && candidates.length >= wanted) break;
    }
  }
  const { choice, tied } = pickOneNode(candidates, potential.length);
  if (choice !== undefined) return { nodeName: choice.node.name, victims: choice.victims, tied, message: '', isEvaluated: true };
  return noCandidates(input.nodes.length, reasons);
}

function noCandidates(nodeCount: number, reasons: ReasonCounts): PreemptionOutcome {
  const text = failureMessage({ nodeCount, reasons, absentReasons: [NOT_HELPFUL], postFilterMessage: '' });
  return { victims: [], tied: 0, message: `preemption: ${text}`, isEvaluated: true };
}

function ineligible(reason: string): PreemptionOutcome {
  return { victims: [], tied: 0, message: `preemption: ${reason}`, isEvaluated: false };
}

function candidatesWanted(potential: number, args: DefaultPreemptionArgs = {}): number {
  const share = Math.floor((potential * (args.minCandidateNodesPercentage ?? DEFAULT_PERCENTAGE)) / 100);
  return Math.min(potential, Math.max(share, args.minCandidateNodesAbsolute ?? DEFAULT_ABSOLUTE));
}

/** True when the pod waits for a node on which victims are on their way out. */
function isNominatedNodeClearing(input: CycleInput, { cycle: { pod }, refusalOf }: FailedCycle): boolean {
  const nominated = input.nominator.nodeNameFor(pod);
  const node = nominated === undefined ? undefined : input.nodeNamed(nominated);
  if (node === undefined || refusalOf(node)?.status.code !== 'Unschedulable') return false;
  return node.pods.some((other) => other.facts.priority < pod.facts.priority && isTerminatingByPreemption(other));
}

function isTerminatingByPreemption({ pod }: PodInfo): boolean {
  const target = findCondition(pod.status?.conditions, 'DisruptionTarget');
  return pod.metadata.deletionTimestamp !== undefined && target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/**
 * Takes all less important pods off a copy of the node and puts back, the most important first, those that need not go.
 * A status tells why it would not help.
 */
export function victimsOn(node: NodeInfo, { profile, nominator, cycle, read }: { profile: Profile; nominator: Nominator; cycle: CycleState; read: Reader }): Victims | Status {
  const lesser = node.pods.filter((other) => other.facts.priority < cycle.pod.facts.priority);
  if (lesser.length === 0) return NO_VICTIMS;
  const copy = copyNodeInfo(node);
  const takeOff = (pod: PodInfo): void => {
    removePodFromNode(copy, pod);
    runRemovePod(profile, cycle, { pod, node: copy });
  };
  const putBack = (pod: PodInfo): void => {
    addPodToNode(copy, pod);
    runAddPod(profile, cycle, { pod, node: copy });
  };
  for (const pod of lesser) takeOff(pod);
  const refusal = runFiltersWithNominated(profile, { cycle, nominator }, copy);
  if (refusal !== undefined) {
    for (const pod of lesser) putBack(pod);
    return refusal.status;
  }
  const { violating, others } = splitByBudgets(goSort([...lesser], isMoreImportant), read);
  const victims: PodInfo[] = [];
  const reprieve = (pod: PodInfo): boolean => {
    putBack(pod);
    if (runFiltersWithNominated(profile, { cycle, nominator }, copy) === undefined) return true;
    takeOff(pod);
    victims.push(pod);
    return false;
  };
  let violations = 0;
  for (const pod of violating) if (!reprieve(pod)) violations++;
  for (const pod of others) reprieve(pod);
  if (violating.length > 0 && others.length > 0) goSort(victims, isMoreImportant);
  for (const pod of victims) putBack(pod);
  return { victims, violations };
}

/** Pods whose budget does not allow their loss, and the others, both in the given order. */
function splitByBudgets(pods: readonly PodInfo[], read: Reader): { violating: PodInfo[]; others: PodInfo[] } {
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  const byNamespace = new Map<string, Budget[]>();
  for (const pod of pods) {
    let budgets = byNamespace.get(pod.namespace);
    if (budgets === undefined) byNamespace.set(pod.namespace, (budgets = budgetsOf(pod.namespace, read)));
    let isViolating = false;
    if (pod.labels !== undefined && Object.keys(pod.labels).length > 0) {
      for (const budget of budgets) {
        if (!selectorMatches(budget.selector, pod.labels) || budget.disrupted[pod.name] !== undefined) continue;
        budget.allowed--;
        if (budget.allowed < 0) isViolating = true;
      }
    }
    (isViolating ? violating : others).push(pod);
  }
  return { violating, others };
}

function budgetsOf(namespace: string, read: Reader): Budget[] {
  const budgets: Budget[] = [];
  for (const { spec, status } of read.list('poddisruptionbudgets.policy', namespace)) {
    const selector = spec?.selector === undefined ? [] : compileLabelSelector(spec.selector);
    if (selector.length > 0) budgets.push({ selector, allowed: status?.disruptionsAllowed ?? 0, disrupted: status?.disruptedPods ?? {} });
  }
  return budgets;
}

/**
 * Higher priority, then longer running. A pod that has not started counts as starting now, and "now" is later at every look:
 * of two such pods the one that is looked at first is the more important one.
 */
function isMoreImportant(a: PodInfo, b: PodInfo): boolean {
  if (a.facts.priority !== b.facts.priority) return a.facts.priority > b.facts.priority;
  const [left, right] = [startTimeOf(a), startTimeOf(b)];
  if (right === undefined) return true;
  return left !== undefined && left < right;
}
