// The nodes that take a pod of a class, in visiting order. Source: pkg/scheduler/schedule_one.go (findNodesThatPassFilters)
import type { NodeInfo } from '../framework/nodeInfo.js';
import { portsFit } from '../plugins/nodePorts.js';
import type { NodeLedger } from './nodeLedger.js';
import type { PodCheck } from './podCheck.js';
import { looksAround, type HardSpread, type PodClass } from './podClass.js';
import type { DomainCounts } from './podCounters.js';
import type { NodeScores } from './resourceClass.js';
import type { Scratch } from './scratch.js';

/** Fills `scratch.feasible` with node indexes in visiting order; one more than wanted ends the visit. */
export function findFeasible(
  podClass: PodClass, { nodes, ledger: { versions }, scratch }: { nodes: readonly NodeInfo[]; ledger: NodeLedger; scratch: Scratch },
  { known, startIndex, wanted, filter }: { known: NodeScores; startIndex: number; wanted: number; filter: PodCheck['filter'] },
): { found: number; visited: number } {
  const { resources } = podClass;
  const { scores, scored } = known;
  const { isAllowed } = podClass.statics;
  const { feasible } = scratch;
  const count = nodes.length;
  const needsMore = podClass.hostPorts.length > 0 || looksAround(podClass);
  const minimums = podClass.hardSpread.map(minimumOf);
  const isFirstOfGroup = podClass.isOwnFriend && podClass.affinity.every(({ total }) => total === 0);
  let found = 0;
  let index = startIndex % count;
  // Many nodes are tested constraint by constraint, few node by node.
  const isTestedBefore = needsMore && wanted > count >> 2;
  const { isOpen } = scratch;
  if (isTestedBefore) testAll(podClass, nodes, { minimums, isFirstOfGroup, isOpen });
  for (let visited = 0; visited < count; visited++) {
    if (isAllowed[index] === 1 && scored[index] !== versions[index]) {
      scores[index] = resources.evaluate(index);
      scored[index] = versions[index] as number;
    }
    if (
      isAllowed[index] === 1 && (scores[index] as number) >= 0 &&
      (!needsMore || (isTestedBefore ? isOpen[index] === 1 : isFeasible(podClass, nodes[index] as NodeInfo, { minimums, isFirstOfGroup }))) &&
      (filter === undefined || filter(nodes[index] as NodeInfo))
    ) {
      if (found === wanted) return { found, visited };
      feasible[found++] = index;
    }
    if (++index === count) index = 0;
  }
  return { found, visited: count };
}

/** Marks every node that passes what `isFeasible` tests. */
function testAll(
  { hardSpread, hostPorts, affinity, antiAffinity, repelling }: PodClass, nodes: readonly NodeInfo[],
  { minimums, isFirstOfGroup, isOpen }: { minimums: readonly number[]; isFirstOfGroup: boolean; isOpen: Uint8Array },
): void {
  isOpen.fill(1);
  const count = nodes.length;
  for (let at = 0; at < hardSpread.length; at++) {
    const { sums: { counts, domains: { ofNode } }, self, maxSkew } = hardSpread[at] as HardSpread;
    const most = maxSkew - self + (minimums[at] as number);
    for (let index = 0; index < count; index++) {
      const domain = ofNode[index] as number;
      if (domain < 0 || (counts[domain] as number) > most) isOpen[index] = 0;
    }
  }
  for (const { counts, domains: { ofNode } } of affinity) {
    for (let index = 0; index < count; index++) {
      const domain = ofNode[index] as number;
      if (domain < 0 || ((counts[domain] as number) <= 0 && !isFirstOfGroup)) isOpen[index] = 0;
    }
  }
  for (const list of [antiAffinity, repelling]) {
    for (const { counts, domains: { ofNode } } of list) {
      for (let index = 0; index < count; index++) {
        const domain = ofNode[index] as number;
        if (domain >= 0 && (counts[domain] as number) > 0) isOpen[index] = 0;
      }
    }
  }
  if (hostPorts.length > 0) for (let index = 0; index < count; index++) if (isOpen[index] === 1 && !portsFit(hostPorts, nodes[index] as NodeInfo)) isOpen[index] = 0;
}

function isFeasible(podClass: PodClass, node: NodeInfo, { minimums, isFirstOfGroup }: { minimums: readonly number[]; isFirstOfGroup: boolean }): boolean {
  const { index } = node;
  const { hardSpread, hostPorts, affinity, antiAffinity, repelling } = podClass;
  for (let at = 0; at < hardSpread.length; at++) {
    const { sums, self, maxSkew } = hardSpread[at] as HardSpread;
    const domain = sums.domains.ofNode[index] as number;
    if (domain < 0 || (sums.counts[domain] as number) + self - (minimums[at] as number) > maxSkew) return false;
  }
  let areFriendsThere = true;
  for (const { domains, counts } of affinity) {
    const domain = domains.ofNode[index] as number;
    if (domain < 0) return false;
    if ((counts[domain] as number) <= 0) areFriendsThere = false;
  }
  if (!areFriendsThere && !isFirstOfGroup) return false;
  for (const { domains, counts } of antiAffinity) {
    const domain = domains.ofNode[index] as number;
    if (domain >= 0 && (counts[domain] as number) > 0) return false;
  }
  for (const { domains, counts } of repelling) {
    const domain = domains.ofNode[index] as number;
    if (domain >= 0 && (counts[domain] as number) > 0) return false;
  }
  return hostPorts.length === 0 || portsFit(hostPorts, node);
}

/** The fewest matching pods of a domain that counts. */
function minimumOf({ sums, minDomains }: { sums: DomainCounts; minDomains: number }): number {
  if (sums.presentCount < minDomains) return 0;
  let min = Infinity;
  for (let domain = 0; domain < sums.counts.length; domain++) if (sums.isPresent[domain] === 1 && (sums.counts[domain] as number) < min) min = sums.counts[domain] as number;
  return min === Infinity ? 0 : min;
}
