// Why every node refuses the pods of a class, kept while they wait. Only for classes that nodes judge by what is on them alone,
// without a look at other nodes or at what a single pod of the class has.
import type { Reader } from '../../apiserver/reader.js';
import type { FailedCycle } from '../failedCycle.js';
import { countStatus, noReasons, type ReasonCounts } from '../failureMessage.js';
import type { CycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { Nominator } from '../framework/nominator.js';
import type { PodInfo } from '../framework/podInfo.js';
import { runFiltersWithNominated, type PluginStatus, type Profile } from '../framework/runtime.js';
import { unschedulable, type Status } from '../framework/status.js';
import { victimsOn } from '../preemption.js';
import { createKeptVerdicts, type KeptVerdicts } from './keptVerdicts.js';
import type { NodeLedger } from './nodeLedger.js';
import type { PodClass } from './podClass.js';

/** The refusals of all classes. */
export interface RefusalKeeper {
  /**
   * What a try of the pod comes to that no node takes; undefined when one would, or a filter could not answer.
   * `cycle` is that of a pod of the class that is nominated nowhere, `own` the node to which this pod is.
   */
  of(pod: PodInfo, found: { podClass: PodClass; cycle: CycleState; own: NodeInfo | undefined }): FailedCycle | undefined;
  /** True when refusals of the class are kept. */
  knows(podClass: PodClass): boolean;
  /** A number that stays while all nodes refuse pods of the class for the same reasons, nominated ones aside; undefined when that is not known. */
  state(podClass: PodClass): number | undefined;
  /** True when the node takes a pod of the class that is nominated nowhere. */
  takes(node: NodeInfo, found: { podClass: PodClass; cycle: CycleState }): boolean;
}

/** The verdict of a node that refuses nobody. */
const NONE: PluginStatus = { plugin: '', status: unschedulable() };

/** Why nobody can go, or that it is not worth a try. */
type NoVictims = Status | 'not tried';

/** What is kept of a class. */
interface ClassRefusals {
  readonly refusals: KeptVerdicts<PluginStatus>;
  readonly noVictims: KeptVerdicts<NoVictims>;
  /** What the refusals came to last. */
  counted: Counted | undefined;
}

/** What refusals come to; undefined where a node refuses nobody. */
interface Counted {
  readonly state: number;
  readonly refused: Pick<FailedCycle, 'rejectors' | 'reasons'> | undefined;
}

/** What one node says of one pod, in place of what it says of the class. */
interface OwnVerdict<Verdict> {
  readonly index: number;
  readonly verdict: Verdict;
}

/** Nodes times classes; with more all is forgotten and found out anew. */
const MAX_KEPT = 2_000_000;

/** A keeper for the nodes as they stand. */
export function createRefusalKeeper({ nodes, ledger, profile, nominator, read }: { nodes: readonly NodeInfo[]; ledger: NodeLedger; profile: Profile; nominator: Nominator; read: Reader }): RefusalKeeper {
  const classes = new Map<PodClass, ClassRefusals>();
  const maxClasses = Math.max(1, Math.floor(MAX_KEPT / nodes.length));

  function refusalBy(node: NodeInfo, cycle: CycleState): PluginStatus | undefined {
    const refusal = runFiltersWithNominated(profile, { cycle, nominator }, node);
    return refusal?.status.code === 'Error' ? undefined : (refusal ?? NONE);
  }

  function noVictimsOn(node: NodeInfo, cycle: CycleState, { status }: PluginStatus): NoVictims | undefined {
    if (status.code !== 'Unschedulable') return 'not tried';
    const found = victimsOn(node, { profile, nominator, cycle, read });
    return 'reasons' in found ? found : undefined;
  }

  function refusalsOf(podClass: PodClass, cycle: CycleState): ClassRefusals {
    const known = classes.get(podClass);
    if (known !== undefined) return known;
    const refusals = createKeptVerdicts<PluginStatus>(ledger, {
      judge: (index) => refusalBy(nodes[index] as NodeInfo, cycle),
      keyOf: ({ plugin, status }) => [plugin, status.code, ...status.reasons].join('\u0000'),
    });
    const noVictims = createKeptVerdicts<NoVictims>(ledger, {
      judge: (index) => noVictimsOn(nodes[index] as NodeInfo, cycle, refusals.at(index)),
      keyOf: (verdict) => (verdict === 'not tried' ? verdict : verdict.reasons.join('\u0000')),
    });
    if (classes.size >= maxClasses) classes.clear();
    const kept: ClassRefusals = { refusals, noVictims, counted: undefined };
    classes.set(podClass, kept);
    return kept;
  }

  /** What the refusals come to for all pods of the class but those that are nominated. */
  function countedFor(kept: ClassRefusals): Counted['refused'] {
    const state = kept.refusals.state();
    if (kept.counted?.state !== state) kept.counted = { state, refused: countRefusals(kept.refusals.counts()) };
    return kept.counted.refused;
  }

  return {
    of(pod, { podClass, cycle, own }) {
      const kept = refusalsOf(podClass, cycle);
      const { refusals, noVictims } = kept;
      const podCycle = { ...cycle, pod };
      // Where the pod is nominated to, it does not stand in its own way.
      const ownRefusal = own === undefined ? undefined : refusalBy(own, podCycle);
      if (!refusals.update() || (own !== undefined && ownRefusal === undefined)) return undefined;
      const refused = own === undefined ? countedFor(kept) : countRefusals(countsWith(refusals, verdictOf(own, ownRefusal)));
      if (refused === undefined) return undefined;
      return {
        cycle: podCycle, rejectors: refused.rejectors, preFilterMessage: undefined, reasons: refused.reasons, absentReasons: [],
        refusalOf: (node) => (node === own ? ownRefusal : refusals.at(node.index)),
        whyNoVictims() {
          const ownVerdict = own === undefined || ownRefusal === undefined ? undefined : noVictimsOn(own, podCycle, ownRefusal);
          if ((own !== undefined && ownVerdict === undefined) || !noVictims.update()) return undefined;
          return countReasons(countsWith(noVictims, verdictOf(own, ownVerdict)));
        },
      };
    },
    knows: (podClass) => classes.has(podClass),
    state(podClass) {
      const kept = classes.get(podClass);
      if (kept === undefined || !kept.refusals.update() || countedFor(kept) === undefined || !kept.noVictims.update()) return undefined;
      // The later of the two has changed last.
      return Math.max(kept.refusals.state(), kept.noVictims.state());
    },
    takes: (node, { podClass, cycle }) => refusalsOf(podClass, cycle).refusals.now(node.index) === NONE,
  };
}

function countRefusals(counts: Iterable<readonly [PluginStatus, number]>): Counted['refused'] {
  const rejectors = new Set<string>();
  const reasons = noReasons();
  for (const [refusal, count] of counts) {
    if (refusal === NONE) return undefined;
    rejectors.add(refusal.plugin);
    countStatus(reasons, refusal.status, count);
  }
  return { rejectors, reasons };
}

function verdictOf<Verdict>(own: NodeInfo | undefined, verdict: Verdict | undefined): OwnVerdict<Verdict> | undefined {
  return own === undefined || verdict === undefined ? undefined : { index: own.index, verdict };
}

/** The counts with the verdict of one node replaced. */
function* countsWith<Verdict>(kept: KeptVerdicts<Verdict>, own: OwnVerdict<Verdict> | undefined): Iterable<readonly [Verdict, number]> {
  const replaced = own === undefined ? undefined : kept.at(own.index);
  for (const [verdict, nodes] of kept.counts()) {
    const left = verdict === replaced ? nodes - 1 : nodes;
    if (left > 0) yield [verdict, left];
  }
  if (own !== undefined) yield [own.verdict, 1];
}

function countReasons(counts: Iterable<readonly [NoVictims, number]>): ReasonCounts {
  const reasons = noReasons();
  for (const [verdict, nodes] of counts) if (verdict !== 'not tried') countStatus(reasons, verdict, nodes);
  return reasons;
}
