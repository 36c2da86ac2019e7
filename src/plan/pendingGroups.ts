// Pods without a node: grouped by owner and message, with the reasons of the nodes and what would help.
import type { KubernetesObject } from '../api/meta.js';
import { findCondition } from '../api/conditions.js';
import { podRequests } from '../api/podRequests.js';
import { isPodTerminal } from '../api/pods.js';
import type { Pod } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import { sortedRecord } from '../util/objects.js';
import { createAdvisor, type AdviceCase } from './advice.js';
import type { PendingGroup, PlannedNode } from './model.js';
import { ownerText, type OwnerTracer } from './owners.js';
import type { Simulation } from './simulate.js';
import { createUnboundClaims } from './unboundClaims.js';

/** Pending pods by owner and message, and the number of groups for which no advice was sought. */
export function pendingGroups(livePods: readonly Pod[], { owners, simulation: { plane }, nodes }: { owners: OwnerTracer; simulation: Simulation; nodes: readonly PlannedNode[] }): { pending: PendingGroup[]; unadvised: number } {
  const groups = new Map<string, { group: PendingGroup; pods: Pod[]; root: KubernetesObject }>();
  for (const pod of livePods) {
    if (pod.spec?.nodeName || isPodTerminal(pod)) continue;
    const { namespace = '', name = '' } = pod.metadata;
    const owner = ownerText(pod, owners);
    const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
    const message = scheduled?.status === 'False' ? (scheduled.message ?? '') : '';
    const key = [namespace, owner ?? `Pod/${name}`, message].join('\u0000');
    let entry = groups.get(key);
    if (entry === undefined) {
      const explanation = plane.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace, name });
      const refusing = Object.entries(explanation?.nodes ?? {});
      const waitsOn = message === '' ? pod.status?.nominatedNodeName : undefined;
      const group: PendingGroup = { namespace, owner, pods: [], message: message || (waitsOn ? `waits for its volumes on ${waitsOn}` : explanation?.message) || 'not yet looked at by a scheduler', requests: sortedRecord(podRequests(pod)), nodeCount: refusing.length, reasons: reasonsOf(refusing), advice: [], fragmented: [], source: owners.sourceOf(pod) };
      entry = { group, pods: [], root: owners.rootOf(pod) };
      groups.set(key, entry);
    }
    entry.group.pods.push(name);
    entry.pods.push(pod);
  }
  if (groups.size === 0) return { pending: [], unadvised: 0 };
  const wanted = new Map([...groups.values()].map(({ root }) => [root, [] as Pod[]]));
  for (const pod of livePods) wanted.get(owners.rootOf(pod))?.push(pod);
  const advisor = createAdvisor({ scheduler: plane.scheduler, read: plane.server.read, nodes });
  const unboundClaims = createUnboundClaims(plane.server.read);
  let unadvised = 0;
  // Where the budget does not suffice for all, the largest groups are advised.
  for (const { group, pods, root } of [...groups.values()].sort((a, b) => b.group.pods.length - a.group.pods.length)) {
    const claims = unboundClaims(pods);
    if (claims.length > 0) group.claims = claims;
    const pending: AdviceCase = { pods, owner: { kind: root.kind, name: root.metadata.name ?? '' }, ownerPods: wanted.get(root) ?? [], lacking: lackingIn(group.reasons) };
    const advice = advisor.advise(pending);
    if (advice === undefined) unadvised++;
    else {
      group.advice = advice.fitsIf;
      group.fragmented = advice.fragmented;
    }
  }
  return { pending: [...groups.values()].map(({ group }) => group), unadvised };
}

/** Resources of which a node has too little. */
function lackingIn(reasons: PendingGroup['reasons']): string[] {
  return [...new Set(reasons.flatMap(({ reason }) => [...reason.matchAll(/Insufficient ([^\s,]+)/g)].map(([, resource]) => resource as string)))].sort(compareStrings);
}

/** Counts every refused node once, under its first reason; the most frequent reason comes first. */
function reasonsOf(nodes: readonly [string, { reasons?: string[] }][]): PendingGroup['reasons'] {
  const byReason = new Map<string, string[]>();
  for (const [node, { reasons }] of nodes) {
    if (reasons === undefined) continue;
    const reason = reasons.join(', ');
    const names = byReason.get(reason);
    if (names === undefined) byReason.set(reason, [node]);
    else names.push(node);
  }
  return [...byReason].map(([reason, names]) => ({ reason, nodes: names.sort(compareStrings) })).sort((a, b) => b.nodes.length - a.nodes.length || compareStrings(a.reason, b.reason));
}
