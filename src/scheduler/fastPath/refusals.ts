// Why every node refuses the pods of a class, kept while they wait: the next try looks only at nodes that have changed since the last one.
// Only for classes that nodes judge by what is on them alone, without a look at other nodes.
import type { Reader } from '../../apiserver/reader.js';
import { countStatus, noReasons, type ReasonCounts } from '../failureMessage.js';
import type { CycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { Nominator } from '../framework/nominator.js';
import type { PodInfo } from '../framework/podInfo.js';
import { runFiltersWithNominated, runPreFilter, type PluginStatus, type Profile } from '../framework/runtime.js';
import type { Status } from '../framework/status.js';
import { victimsOn } from '../preemption.js';
import type { NodeLedger } from './nodeLedger.js';
import type { PodClass } from './podClass.js';

/** What a try of a pod finds that every node refuses and for which nobody can go. */
export interface KeptRefusals {
  readonly cycle: CycleState;
  /** Names of the plugins that had a part. */
  readonly rejectors: ReadonlySet<string>;
  readonly reasons: ReasonCounts;
  /** Of the nodes where the removal of pods might have helped. */
  readonly preemptionReasons: ReasonCounts;
}

/** The refusals of all classes. */
export interface RefusalKeeper {
  /** Brings those of the class up to date for one of its pods; undefined when a node has room or can be cleared, or the whole pod is refused. */
  of(podClass: PodClass, pod: PodInfo): KeptRefusals | undefined;
}

/** What one or more nodes say. */
interface Verdict {
  readonly refusal: PluginStatus;
  /** Why it would not help to remove pods; undefined where that is clear from the refusal. */
  readonly preemption: Status | undefined;
  /** How many nodes say it. */
  nodes: number;
}

interface ClassRefusals {
  /** Of the pod that is tried now, with what PreFilter has found for the first of the class. */
  cycle: CycleState;
  readonly verdicts: Verdict[];
  readonly positions: Map<string, number>;
  /** Position of the verdict by node, -1 before the first. */
  readonly ofNode: Int32Array;
  /** Changes of the ledger that are taken in. */
  cursor: number;
}

/** Nodes times classes; with more all is forgotten and found out anew. */
const MAX_KEPT = 4_000_000;

/** A keeper for the nodes as they stand. */
export function createRefusalKeeper({ nodes, ledger, profile, nominator, read }: { nodes: readonly NodeInfo[]; ledger: NodeLedger; profile: Profile; nominator: Nominator; read: Reader }): RefusalKeeper {
  const classes = new Map<PodClass, ClassRefusals>();
  const maxClasses = Math.max(1, Math.floor(MAX_KEPT / nodes.length));
  /** By node: the last update that looked at it. */
  const updates = new Int32Array(nodes.length);
  let update = 0;

  function judge(node: NodeInfo, cycle: CycleState): Verdict | undefined {
    const refusal = runFiltersWithNominated(profile, { cycle, nominator }, node);
    if (refusal === undefined || refusal.status.code === 'Error') return undefined;
    if (refusal.status.code !== 'Unschedulable') return { refusal, preemption: undefined, nodes: 0 };
    const found = victimsOn(node, { profile, nominator, cycle, read });
    return 'reasons' in found ? { refusal, preemption: found, nodes: 0 } : undefined;
  }

  /** False when the node does not refuse for good. */
  function judgeAgain({ cycle, verdicts, positions, ofNode }: ClassRefusals, index: number): boolean {
    const verdict = judge(nodes[index] as NodeInfo, cycle);
    if (verdict === undefined) return false;
    const key = verdictKey(verdict);
    let position = positions.get(key);
    if (position === undefined) {
      position = verdicts.push(verdict) - 1;
      positions.set(key, position);
    }
    const before = verdicts[ofNode[index] as number];
    if (before !== undefined) before.nodes--;
    (verdicts[position] as Verdict).nodes++;
    ofNode[index] = position;
    return true;
  }

  function judgeAll(refusals: ClassRefusals): boolean {
    for (let index = 0; index < nodes.length; index++) if (!judgeAgain(refusals, index)) return false;
    return true;
  }

  function judgeChanged(refusals: ClassRefusals): boolean {
    const { changes } = ledger;
    if (changes.length - refusals.cursor > nodes.length) return judgeAll(refusals);
    update++;
    for (let at = refusals.cursor; at < changes.length; at++) {
      const index = changes[at] as number;
      if (updates[index] === update) continue;
      updates[index] = update;
      if (!judgeAgain(refusals, index)) return false;
    }
    return true;
  }

  function begin(pod: PodInfo): ClassRefusals | undefined {
    const { cycle, refusal, nodeNames } = runPreFilter(profile, pod);
    if (refusal !== undefined || nodeNames !== undefined) return undefined;
    const refusals = { cycle, verdicts: [], positions: new Map<string, number>(), ofNode: new Int32Array(nodes.length).fill(-1), cursor: 0 };
    return judgeAll(refusals) ? refusals : undefined;
  }

  return {
    of(podClass, pod) {
      let refusals = classes.get(podClass);
      if (refusals === undefined) {
        refusals = begin(pod);
        if (refusals === undefined) return undefined;
        if (classes.size >= maxClasses) classes.clear();
        classes.set(podClass, refusals);
      } else {
        refusals.cycle = { ...refusals.cycle, pod };
        if (!judgeChanged(refusals)) {
          classes.delete(podClass);
          return undefined;
        }
      }
      refusals.cursor = ledger.changes.length;
      return sumUp(refusals);
    },
  };
}

function verdictKey({ refusal: { plugin, status }, preemption }: Verdict): string {
  return [plugin, status.code, ...status.reasons, '', ...(preemption?.reasons ?? [])].join('\u0000');
}

function sumUp({ cycle, verdicts }: ClassRefusals): KeptRefusals {
  const rejectors = new Set<string>();
  const reasons = noReasons();
  const preemptionReasons = noReasons();
  for (const { refusal, preemption, nodes } of verdicts) {
    if (nodes === 0) continue;
    rejectors.add(refusal.plugin);
    countStatus(reasons, refusal.status, nodes);
    if (preemption !== undefined) countStatus(preemptionReasons, preemption, nodes);
  }
  return { cycle, rejectors, reasons, preemptionReasons };
}
