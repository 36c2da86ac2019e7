// Node selectors and node affinity, required and preferred, and what the configuration adds. Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
import { nodeIdentity, nodeSelectorMatches, preferredNodeAffinityWeight, requiredNodeAffinityMatches, type NodeIdentity } from '../../api/nodeAffinity.js';
import type { Node, NodeAffinity, NodeSelectorTerm, PodSpec } from '../../api/types.js';
import { defaultNormalize } from '../framework/normalizeScore.js';
import { preferredTermProblems } from '../framework/nodeSelectorProblems.js';
import { errorStatus, SKIP, unresolvable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const REFUSED_BY_POD = unresolvable("node(s) didn't match Pod's node affinity/selector");
const REFUSED_BY_ADDED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable('pod affinity terms conflict');

/** NodeAffinityArgs. */
export interface NodeAffinityArgs {
  addedAffinity?: NodeAffinity;
}

/** NodeAffinity. */
export function createNodeAffinity({ addedAffinity }: NodeAffinityArgs = {}): SchedulerPlugin {
  const addedRequired = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedPreferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const addedFits = (node: NodeIdentity): boolean => addedRequired === undefined || nodeSelectorMatches(addedRequired, node);
  const fits = (spec: PodSpec, node: Node): boolean => addedFits(nodeIdentity(node)) && requiredNodeAffinityMatches(spec, nodeIdentity(node));
  return {
    name: 'NodeAffinity',
    preFilter({ pod }) {
      const { spec } = pod.facts;
      const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      if (required === undefined && addedRequired === undefined && spec.nodeSelector === undefined) return { status: SKIP };
      if (required === undefined || required.nodeSelectorTerms.length === 0) return undefined;
      const nodeNames = narrowed(required.nodeSelectorTerms);
      if (nodeNames === undefined) return undefined;
      return nodeNames.size === 0 ? { status: CONFLICT } : { nodeNames };
    },
    filter({ pod }, { node }) {
      if (node === undefined) return undefined;
      const identity = nodeIdentity(node);
      if (!addedFits(identity)) return REFUSED_BY_ADDED;
      return requiredNodeAffinityMatches(pod.facts.spec, identity) ? undefined : REFUSED_BY_POD;
    },
    preScore({ pod }) {
      const preferred = pod.facts.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      const problems = [...new Set(preferredTermProblems(preferred, ''))];
      if (problems.length > 0) return errorStatus(problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`);
      // An empty list does not outlive storage.
      return preferred.length === 0 && addedPreferred.length === 0 ? SKIP : undefined;
    },
    score({ pod }, { node }) {
      if (node === undefined) return 0;
      const identity = nodeIdentity(node);
      const preferred = pod.facts.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      return preferredNodeAffinityWeight(addedPreferred, identity) + preferredNodeAffinityWeight(preferred, identity);
    },
    normalizeScores: (_cycle, scores) => defaultNormalize(scores, { isReverse: false }),
    isHelpedBy(pod, event) {
      if (event.kind === 'nodeAdded') return fits(pod.facts.spec, event.node);
      return event.kind === 'nodeUpdated' && fits(pod.facts.spec, event.node) && !fits(pod.facts.spec, event.old);
    },
  };
}

/** The nodes that the terms name; undefined when one of the terms names none, so that any node may do. */
function narrowed(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const union = new Set<string>();
  for (const { matchFields } of terms) {
    let names: Set<string> | undefined;
    for (const { key, operator, values } of matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const listed = new Set(values);
      names = names === undefined ? listed : new Set([...names].filter((name) => listed.has(name)));
    }
    if (names === undefined) return undefined;
    for (const name of names) union.add(name);
  }
  return union;
}
