// Scores of soft topology spread from kept counts. The order of operations is that of plugins/podTopologySpread.ts, bit for bit.
import { spreadNormalized } from '../plugins/podTopologySpread.js';
import type { PodClass, SoftSpread } from './podClass.js';
import { denseCounts } from './podCounters.js';
import { tabulate, type Scratch } from './scratch.js';
import type { TopologyDomains } from './topology.js';

/** The nodes in `scratch.feasible`, and the weight of the plugin. */
interface Scoring {
  found: number;
  weight: number;
}

/** Matching pods by node index: the kept array, or else `hostCounts`, filled. */
function hostCountsOf({ counter }: SoftSpread, hostCounts: Int32Array): Int32Array {
  const dense = denseCounts(counter, hostCounts.length);
  if (dense === undefined) counter.byNode.forEach((pods, index) => void (hostCounts[index] = pods));
  return dense ?? hostCounts;
}

function clear({ counter }: SoftSpread, hostCounts: Int32Array): void {
  counter.byNode.forEach((_pods, index) => void (hostCounts[index] = 0));
}

/** Adds the normalized scores to `scratch.totals`. */
export function addSpread(podClass: PodClass, scratch: Scratch, scoring: Scoring): void {
  const { totals, raw, isIgnored, table } = scratch;
  const { found, weight } = scoring;
  const { min, max } = scoreHostAndDomain(podClass, scratch, scoring) ?? scoreByPasses(podClass, scratch, scoring);
  const tabled = tabulate(table, { min, max, normalized: (score) => spreadNormalized(score, min, max) * weight });
  for (let at = 0; at < found; at++) {
    if (isIgnored[at] === 0) (totals[at] as number) += tabled ? (table[(raw[at] as number) - min] as number) : spreadNormalized(raw[at] as number, min, max) * weight;
  }
}

/** The lowest and the highest raw score. */
interface Range {
  min: number;
  max: number;
}

/** Fills `scratch.raw` and `scratch.isIgnored`, one constraint after the other. */
function scoreByPasses({ softSpread, requireAll }: PodClass, { feasible, raw, isIgnored, hostCounts }: Scratch, { found }: Scoring): Range {
  isIgnored.fill(0, 0, found);
  raw.fill(0, 0, found);
  if (requireAll) for (const { domains } of softSpread) markWithout(domains.ofNode, { feasible, isIgnored, found });
  let ignored = 0;
  if (requireAll) for (let at = 0; at < found; at++) ignored += isIgnored[at] as number;
  for (const constraint of softSpread) {
    const { ofNode } = constraint.domains;
    const size = constraint.isHostname ? found - ignored : distinctDomains(constraint.domains, { feasible, isIgnored, found });
    const pass = { feasible, raw, found, weight: Math.log(size + 2), constant: constraint.maxSkew - 1 };
    const counts = constraint.sums?.counts;
    if (counts !== undefined) {
      addDomainCounts(ofNode, counts, pass);
      continue;
    }
    const matching = hostCountsOf(constraint, hostCounts);
    addHostCounts(ofNode, matching, pass);
    if (matching === hostCounts) clear(constraint, hostCounts);
  }
  let min = Infinity;
  let max = 0;
  for (let at = 0; at < found; at++) {
    if (isIgnored[at] === 1) continue;
    const score = (raw[at] = Math.round(raw[at] as number));
    if (score < min) min = score;
    if (score > max) max = score;
  }
  return { min, max };
}

/** The same in one pass, for the constraints that most pods have, the scheduler's own: one for host names and one for zones. Undefined for others. */
function scoreHostAndDomain({ softSpread, requireAll }: PodClass, { feasible, raw, isIgnored, hostCounts }: Scratch, { found }: Scoring): Range | undefined {
  const host = softSpread.find(({ isHostname }) => isHostname);
  const domain = softSpread.find(({ isHostname }) => !isHostname);
  if (requireAll || softSpread.length !== 2 || host === undefined || domain?.sums === undefined) return undefined;
  isIgnored.fill(0, 0, found);
  const { domains: { ofNode: hostOf } } = host;
  const { domains: { ofNode: domainOf } } = domain;
  const hostWeight = Math.log(found + 2);
  const hostConstant = host.maxSkew - 1;
  const domainWeight = Math.log(distinctDomains(domain.domains, { feasible, isIgnored, found }) + 2);
  const domainConstant = domain.maxSkew - 1;
  const { counts } = domain.sums;
  const matching = hostCountsOf(host, hostCounts);
  let min = Infinity;
  let max = 0;
  for (let at = 0; at < found; at++) {
    const index = feasible[at] as number;
    const domainIndex = domainOf[index] as number;
    const ofDomain = domainIndex < 0 ? 0 : (counts[domainIndex] as number) * domainWeight + domainConstant;
    const ofHost = (hostOf[index] as number) < 0 ? 0 : (matching[index] as number) * hostWeight + hostConstant;
    const score = (raw[at] = Math.round(ofDomain + ofHost));
    if (score < min) min = score;
    if (score > max) max = score;
  }
  if (matching === hostCounts) clear(host, hostCounts);
  return { min, max };
}

interface SpreadPass {
  feasible: Int32Array;
  raw: Float64Array;
  found: number;
  weight: number;
  constant: number;
}

/** One constraint's part of the raw scores. */
function addDomainCounts(ofNode: Int32Array, counts: Int32Array, { feasible, raw, found, weight, constant }: SpreadPass): void {
  for (let at = 0; at < found; at++) {
    const domain = ofNode[feasible[at] as number] as number;
    if (domain >= 0) (raw[at] as number) += (counts[domain] as number) * weight + constant;
  }
}

/** The same for host names, whose pods are counted by node. */
function addHostCounts(ofNode: Int32Array, hostCounts: Int32Array, { feasible, raw, found, weight, constant }: SpreadPass): void {
  for (let at = 0; at < found; at++) {
    const index = feasible[at] as number;
    if ((ofNode[index] as number) >= 0) (raw[at] as number) += (hostCounts[index] as number) * weight + constant;
  }
}

function markWithout(ofNode: Int32Array, { feasible, isIgnored, found }: { feasible: Int32Array; isIgnored: Uint8Array; found: number }): void {
  for (let at = 0; at < found; at++) if ((ofNode[feasible[at] as number] as number) < 0) isIgnored[at] = 1;
}

/** Distinct domains among the nodes that are not ignored; no label counts as a domain of its own. */
function distinctDomains({ ofNode, count, isComplete }: TopologyDomains, { feasible, isIgnored, found }: { feasible: Int32Array; isIgnored: Uint8Array; found: number }): number {
  const isSeen = new Uint8Array(count + 1);
  const most = isComplete ? count : count + 1;
  let distinct = 0;
  for (let at = 0; at < found && distinct < most; at++) {
    if (isIgnored[at] === 1) continue;
    const slot = (ofNode[feasible[at] as number] as number) + 1;
    if (isSeen[slot] === 1) continue;
    isSeen[slot] = 1;
    distinct++;
  }
  return distinct;
}
