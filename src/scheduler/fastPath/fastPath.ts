// The scheduling cycle for pods whose plugins need no more than kept counts and kept scores: same choice as the plain algorithm
// of schedulePod.ts, at a cost that hardly depends on the number of pods. Whatever it is not made for it leaves to that.
import { controllerOf } from '../../api/ownerReference.js';
import type { WatchEvent } from '../../api/meta.js';
import type { Reader } from '../../apiserver/reader.js';
import type { FailedCycle } from '../failedCycle.js';
import type { CycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { Nominator } from '../framework/nominator.js';
import { defaultNormalized } from '../framework/normalizeScore.js';
import type { PodFacts, PodInfo } from '../framework/podInfo.js';
import { nominatedBesides, runFiltersWithNominated, runPreFilter, type Profile } from '../framework/runtime.js';
import type { SchedulerCache } from '../framework/schedulerCache.js';
import { imageNames, imageScore } from '../plugins/imageLocality.js';
import { affinityNormalized } from '../plugins/interPodAffinity.js';
import { feasibleNodesToFind } from '../schedulePod.js';
import { isLaterBefore } from '../selectHost.js';
import { assert } from '../../util/assert.js';
import { bestByBlocks } from './bestByBlocks.js';
import { findFeasible } from './feasibleNodes.js';
import { NO_CHECK, type PodCheck } from './podCheck.js';
import { createPodClass, looksAround, podClassKey, type PodClass } from './podClass.js';
import { createPodCounters, type PodCounters } from './podCounters.js';
import { createNodeLedger, type NodeLedger } from './nodeLedger.js';
import { createRefusalKeeper, type RefusalKeeper } from './refusals.js';
import { createResourceClass, fitResources, resourceClassKey, type ResourceClass } from './resourceClass.js';
import { createScratch, tabulate, type Scratch } from './scratch.js';
import { addSpread } from './spreadScore.js';
import { createStaticClass, staticClassKey, type StaticClass } from './staticClass.js';
import { checkVolumes } from './volumeCheck.js';

/** What the fast path found. No node stands for: none is feasible. */
export interface FastOutcome {
  node: NodeInfo | undefined;
  nextStartIndex: number;
  /** How many nodes share the highest total. */
  tied: number;
  /** For pods with volumes: what their plugins have found out. */
  cycle: CycleState | undefined;
}

/** The fast path of one profile. */
export interface FastPath {
  /** What is known of pods like this one, who fare alike while nothing changes; undefined when it is one for the plain algorithm. */
  classOf(pod: PodInfo): PodClass | undefined;
  /** Looks for a node for the pod, of which `classOf` has just given the class; undefined when the plain algorithm has to. */
  schedule(pod: PodInfo, options: { podClass: PodClass; startIndex: number; exhaustive: boolean }): FastOutcome | undefined;
  /** Why no node takes this pod of the class, for which `schedule` has found none; undefined when the plain algorithm has to tell. */
  refusals(podClass: PodClass, pod: PodInfo): FailedCycle | undefined;
  /** The same before `schedule`, for a class of which no node took a pod before; undefined when one may now. */
  refusalsAgain(podClass: PodClass, pod: PodInfo): FailedCycle | undefined;
  /** A number that stays while pods of the class are refused for the same reasons, nominated ones aside; undefined when that is not known. */
  refusalState(podClass: PodClass): number | undefined;
  /** Hears of objects other than pods and nodes. */
  onEvent(event: WatchEvent, resource: string): void;
}

const MAX_LOG = 4_000_000;
const MAX_CLASSES = 50_000;
/** Objects whose selectors tell which pods belong together. */
const SELECTING = new Set(['replicationcontrollers', 'replicasets.apps', 'statefulsets.apps']);
const RESOURCE_OF_OWNER: Readonly<Record<string, string>> = { ReplicationController: 'replicationcontrollers', ReplicaSet: 'replicasets.apps', StatefulSet: 'statefulsets.apps' };

/** What was found out about the class of a key. */
interface KnownClass {
  /** Undefined for pods that are left to the plain algorithm. */
  readonly podClass: PodClass | undefined;
  /** What it was made from; another one makes it worthless. */
  readonly version: string;
  /** When the version was looked at last. */
  checkedAt: number;
}

/** All that is worthless once a node changes. */
interface Memory {
  readonly nodes: readonly NodeInfo[];
  readonly ledger: NodeLedger;
  readonly counters: PodCounters;
  readonly resources: Map<string, ResourceClass>;
  readonly statics: Map<string, StaticClass | undefined>;
  readonly images: Map<string, Int32Array | undefined>;
  readonly classes: Map<string, KnownClass>;
  readonly masks: Map<string, Uint8Array>;
  readonly refusals: RefusalKeeper;
  /** The cycle of a pod of the class that is nominated nowhere, after PreFilter; undefined when that refuses such pods. */
  readonly cycles: WeakMap<PodClass, CycleState | undefined>;
  readonly scratch: Scratch;
  /** True once a class has terms that select namespaces by their labels. */
  selectsNamespaces: boolean;
}

/** A fast path; `isRegular` tells whether the profile runs the default plugins at their default points. */
export function createFastPath({ cache, read, profile, nominator, isRegular }: { cache: SchedulerCache; read: Reader; profile: Profile; nominator: Nominator; isRegular: boolean }): FastPath {
  let memory: Memory | undefined;
  const serviceVersions = new Map<string, number>();
  const ownerVersions = new Map<string, number>();
  /** Grows with every change of a selector that tells which pods belong together. */
  let selectorChanges = 0;
  const weights = new Map(profile.score.map(({ plugin, weight }) => [plugin.name, weight]));
  const weightOf = (name: string): number => weights.get(name) ?? 0;
  const taintWeight = weightOf('TaintToleration');
  const preferredWeight = weightOf('NodeAffinity');
  const spreadWeight = weightOf('PodTopologySpread');
  const affinityWeight = weightOf('InterPodAffinity');

  cache.listen({
    podMoved(pod, node, sign) {
      if (memory === undefined || node.index < 0) return;
      memory.ledger.update(node);
      memory.counters.podMoved(pod, node, sign);
    },
    nodesChanged: () => void (memory = undefined),
  });
  // A nominated pod counts on its node, so that node has changed for those who are not more important.
  nominator.listen((nodeName) => {
    const node = cache.nodeNamed(nodeName);
    if (node !== undefined) memory?.ledger.touch(node.index);
  });

  function remember(): Memory {
    if (memory !== undefined && memory.ledger.changes.length < MAX_LOG && memory.classes.size < MAX_CLASSES) return memory;
    const nodes = cache.nodes();
    const ledger = createNodeLedger(nodes);
    memory = {
      nodes, ledger, counters: createPodCounters(cache), resources: new Map(), statics: new Map(), images: new Map(), classes: new Map(), masks: new Map(),
      refusals: createRefusalKeeper({ nodes, ledger, profile, nominator, read }), cycles: new WeakMap(), scratch: createScratch(nodes.length), selectsNamespaces: false,
    };
    return memory;
  }

  function versionFor({ namespace, pod }: PodInfo): string {
    const owner = controllerOf(pod);
    const ownerKey = owner === undefined ? '' : `${RESOURCE_OF_OWNER[owner.kind] ?? ''}/${namespace}/${owner.name}`;
    return `${serviceVersions.get(namespace) ?? 0}/${ownerVersions.get(ownerKey) ?? 0}`;
  }

  function classOf(pod: PodInfo): PodClass | undefined {
    const now = remember();
    const key = podClassKey(pod);
    const known = now.classes.get(key);
    if (known?.checkedAt === selectorChanges) return known.podClass;
    const version = versionFor(pod);
    if (known?.version === version) {
      known.checkedAt = selectorChanges;
      return known.podClass;
    }
    const podClass = makeClass(pod, now);
    now.classes.set(key, { podClass, version, checkedAt: selectorChanges });
    return podClass;
  }

  function makeClass(pod: PodInfo, now: Memory): PodClass | undefined {
    const { facts } = pod;
    if ((facts.spec.resourceClaims?.length ?? 0) > 0) return undefined;
    now.selectsNamespaces ||= selectsNamespaces(facts);
    const { nodes, ledger, counters } = now;
    const staticKey = staticClassKey(facts);
    if (!now.statics.has(staticKey)) now.statics.set(staticKey, createStaticClass(pod, { profile, nodes }));
    const statics = now.statics.get(staticKey);
    if (statics === undefined) return undefined;
    const resourceKey = resourceClassKey(facts, fitResources(profile));
    let resources = now.resources.get(resourceKey);
    if (resources === undefined) now.resources.set(resourceKey, (resources = createResourceClass(facts, { profile, nodes, ledger, passing: now.scratch.passing })));
    return createPodClass(pod, { profile, read, nodes, counters, resources, statics, images: imageScores(pod, now), masks: now.masks });
  }

  function imageScores({ facts }: PodInfo, { nodes, images }: Memory): Int32Array | undefined {
    if (!cache.hasImages()) return undefined;
    const names = imageNames(facts.spec);
    if (!names.some((name) => cache.image(name) !== undefined)) return undefined;
    const key = JSON.stringify([names, facts.spec.containers.length + (facts.spec.initContainers?.length ?? 0)]);
    if (images.has(key)) return images.get(key);
    const scores = new Int32Array(nodes.length);
    for (let index = 0; index < nodes.length; index++) scores[index] = imageScore(names, { node: nodes[index] as NodeInfo, cache, spec: facts.spec }) * weightOf('ImageLocality');
    images.set(key, scores);
    return scores;
  }

  /** Whether a nomination has a say in the pod's cycle: its own, or that of a pod that is not less important. */
  function isNominationInTheWay(pod: PodInfo): boolean {
    return nominator.nodeNameFor(pod) !== undefined || (nominator.size > 0 && nominator.highestPriority() >= pod.facts.priority);
  }

  /** The cycle of any pod of the class; it must not look around. */
  function cycleOf(podClass: PodClass, pod: PodInfo, { cycles }: Memory): CycleState | undefined {
    if (!cycles.has(podClass)) {
      // No pod has this key, so that none is taken for the pod itself.
      const { cycle, refusal, nodeNames } = runPreFilter(profile, { ...pod, key: '' });
      cycles.set(podClass, refusal === undefined && nodeNames === undefined ? cycle : undefined);
    }
    return cycles.get(podClass);
  }

  function nodeNamed(name: string | undefined): NodeInfo | undefined {
    return name === undefined ? undefined : cache.nodeNamed(name);
  }

  /** What is asked of the single pod; undefined when that is for the plain algorithm. */
  function checkPod(podClass: PodClass, pod: PodInfo, now: Memory): PodCheck | undefined {
    const hasNominations = isNominationInTheWay(pod);
    if (podClass.hasVolumes) return hasNominations ? undefined : checkVolumes(pod, profile);
    if (!hasNominations) return NO_CHECK;
    return looksAround(podClass) ? undefined : checkNominations(podClass, pod, now);
  }

  /** What nominations change for the pod: it comes first where it is nominated to, and counts others where they are. */
  function checkNominations(podClass: PodClass, pod: PodInfo, now: Memory): PodCheck | undefined {
    const classCycle = cycleOf(podClass, pod, now);
    if (classCycle === undefined) return undefined;
    const own = nodeNamed(nominator.nodeNameFor(pod));
    if (own !== undefined && runFiltersWithNominated(profile, { cycle: { ...classCycle, pod }, nominator }, own) === undefined) return { ...NO_CHECK, chosen: own };
    const isCrowded = (node: NodeInfo): boolean => nominatedBesides(pod, node.name, nominator).length > 0;
    return { ...NO_CHECK, filter: (node) => !isCrowded(node) || (node !== own && now.refusals.takes(node, { podClass, cycle: classCycle })) };
  }

  /** What the class of the cycle was found in. */
  function present(): Memory {
    assert(memory !== undefined, 'a class of pods is looked for first');
    return memory;
  }

  /** True when each node judges pods of the class by what is on it alone. */
  function isJudgedByNodes(podClass: PodClass): boolean {
    return !podClass.hasVolumes && !looksAround(podClass);
  }

  function refusals(podClass: PodClass, pod: PodInfo): FailedCycle | undefined {
    const now = present();
    const cycle = isJudgedByNodes(podClass) ? cycleOf(podClass, pod, now) : undefined;
    return cycle === undefined ? undefined : now.refusals.of(pod, { podClass, cycle, own: nodeNamed(nominator.nodeNameOf(pod.key)) });
  }

  return {
    classOf(pod) {
      const podClass = isRegular ? classOf(pod) : undefined;
      podClass?.matchGroups();
      return podClass;
    },
    schedule(pod, { podClass, startIndex, exhaustive }) {
      const now = present();
      const check = checkPod(podClass, pod, now);
      if (check === undefined) return undefined;
      const { cycle, filter } = check;
      if (check.chosen !== undefined) return { node: check.chosen, nextStartIndex: startIndex, tied: 1, cycle };
      const count = now.nodes.length;
      const wanted = exhaustive ? count : feasibleNodesToFind(count, profile.percentageOfNodesToScore);
      if (wanted >= count && filter === undefined && needsScoresOnly(podClass)) {
        const { index, tied } = bestByBlocks(podClass.resources, startIndex);
        return { node: now.nodes[index], nextStartIndex: startIndex % count, tied, cycle };
      }
      const known = podClass.resources.begin();
      const { found, visited } = findFeasible(podClass, now, { known, startIndex, wanted, filter });
      if (check.hasFailed) return undefined;
      const nextStartIndex = (startIndex + visited) % count;
      if (found === 0) return { node: undefined, nextStartIndex, tied: 0, cycle };
      const { position, tied } = found === 1 ? { position: 0, tied: 1 } : choose(podClass, now.scratch, { found, scores: known.scores });
      return { node: now.nodes[now.scratch.feasible[position] as number], nextStartIndex, tied, cycle };
    },
    refusals,
    refusalState: (podClass) => (isJudgedByNodes(podClass) ? present().refusals.state(podClass) : undefined),
    refusalsAgain: (podClass, pod) => (present().refusals.knows(podClass) ? refusals(podClass, pod) : undefined),
    onEvent(event, resource) {
      const { namespace = '', name = '' } = event.object.metadata;
      if (resource === 'namespaces') {
        // A new namespace has no pods, so that only those are concerned who look for namespaces.
        const isNews = event.type === 'ADDED' ? memory?.selectsNamespaces === true : event.type === 'DELETED' || !isSame(event.object.metadata.labels, event.old?.metadata.labels);
        if (isNews) memory = undefined;
      } else if (resource === 'services') {
        if (!selectorChanged(event)) return;
        selectorChanges++;
        serviceVersions.set(namespace, (serviceVersions.get(namespace) ?? 0) + 1);
      } else if (SELECTING.has(resource) && selectorChanged(event)) {
        selectorChanges++;
        const key = `${resource}/${namespace}/${name}`;
        ownerVersions.set(key, (ownerVersions.get(key) ?? 0) + 1);
      }
    },
  };

  /** Position of the choice in `scratch.feasible`, and how many share its total. */
  function choose(podClass: PodClass, scratch: Scratch, { found, scores }: { found: number; scores: Int32Array }): { position: number; tied: number } {
    const { feasible, totals } = scratch;
    const { images } = podClass;
    for (let at = 0; at < found; at++) totals[at] = scores[feasible[at] as number] as number;
    if (images !== undefined) for (let at = 0; at < found; at++) (totals[at] as number) += images[feasible[at] as number] as number;
    addNormalized(podClass.statics.intolerable, scratch, { found, weight: taintWeight, isReverse: true });
    addNormalized(podClass.statics.preferred, scratch, { found, weight: preferredWeight, isReverse: false });
    if (podClass.softSpread.length > 0 && spreadWeight > 0) addSpread(podClass, scratch, { found, weight: spreadWeight });
    if (podClass.preferred.length + podClass.scoring.length > 0 && affinityWeight > 0) addAffinity(podClass, scratch, found);
    let best = 0;
    let most = totals[0] as number;
    let tied = 1;
    for (let at = 1; at < found; at++) {
      const total = totals[at] as number;
      if (total < most) continue;
      tied = total === most ? tied + 1 : 1;
      if (total === most && !isLaterBefore(at, best)) continue;
      best = at;
      most = total;
    }
    return { position: best, tied };
  }

  function addAffinity({ preferred, scoring }: PodClass, { feasible, totals, raw, table }: Scratch, found: number): void {
    for (let at = 0; at < found; at++) raw[at] = 0;
    for (const { sums, weight } of preferred) addWeighted(sums.domains.ofNode, sums.counts, { feasible, raw, found, weight });
    for (const { group, weight } of scoring) addWeighted(group.domains.ofNode, group.counts, { feasible, raw, found, weight });
    let min = Infinity;
    let max = -Infinity;
    for (let at = 0; at < found; at++) {
      const score = raw[at] as number;
      if (score < min) min = score;
      if (score > max) max = score;
    }
    if (max === min) return;
    const tabled = tabulate(table, { min, max, normalized: (score) => affinityNormalized(score, min, max) * affinityWeight });
    if (tabled) for (let at = 0; at < found; at++) (totals[at] as number) += table[(raw[at] as number) - min] as number;
    else for (let at = 0; at < found; at++) (totals[at] as number) += affinityNormalized(raw[at] as number, min, max) * affinityWeight;
  }
}

/** True when the kept resource scores alone decide. */
function needsScoresOnly(podClass: PodClass): boolean {
  const { statics, images, hostPorts, softSpread, preferred, scoring } = podClass;
  if (!statics.areAllAllowed || statics.intolerable !== undefined || statics.preferred !== undefined || images !== undefined) return false;
  return hostPorts.length + softSpread.length + preferred.length + scoring.length === 0 && !looksAround(podClass);
}

function addNormalized(raw: Int32Array | undefined, { feasible, totals }: Scratch, { found, weight, isReverse }: { found: number; weight: number; isReverse: boolean }): void {
  // Without any raw score the normalized one is the same for all nodes and decides nothing.
  if (raw === undefined || weight === 0) return;
  let max = 0;
  for (let at = 0; at < found; at++) max = Math.max(max, raw[feasible[at] as number] as number);
  for (let at = 0; at < found; at++) (totals[at] as number) += defaultNormalized(raw[feasible[at] as number] as number, { max, isReverse }) * weight;
}

function addWeighted(ofNode: Int32Array, counts: Int32Array, { feasible, raw, found, weight }: { feasible: Int32Array; raw: Float64Array; found: number; weight: number }): void {
  for (let at = 0; at < found; at++) {
    const domain = ofNode[feasible[at] as number] as number;
    if (domain >= 0) (raw[at] as number) += (counts[domain] as number) * weight;
  }
}

function selectsNamespaces({ requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity }: PodFacts): boolean {
  return [requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity].some((terms) => terms.some(({ namespaceSelector }) => namespaceSelector !== undefined));
}

function selectorChanged(event: WatchEvent): boolean {
  const selectorOf = (object: unknown): unknown => (object as { spec?: { selector?: unknown } } | undefined)?.spec?.selector;
  return event.type !== 'MODIFIED' || !isSame(selectorOf(event.object), selectorOf(event.old));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
