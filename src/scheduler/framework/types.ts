// The extension points of a scheduling cycle and what is handed to plugins. Source: kube-scheduler/framework/interface.go
import type { KubernetesObject } from '../../api/meta.js';
import type { Node } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import type { CycleState } from './cycleState.js';
import type { NodeInfo } from './nodeInfo.js';
import type { PodInfo } from './podInfo.js';
import type { SchedulerCache } from './schedulerCache.js';
import type { Status } from './status.js';

/** What every plugin may use. */
export interface PluginHandle {
  readonly read: Reader;
  readonly cache: SchedulerCache;
  nowMs(): number;
}

/** What a PreFilter plugin answers. */
export interface PreFilterResult {
  status?: Status;
  /** The only nodes worth a look. */
  nodeNames?: ReadonlySet<string>;
}

/** A change that may let a refused pod on. */
export type ClusterEvent =
  | { kind: 'assignedPodAdded' | 'assignedPodDeleted'; pod: PodInfo; nodeName: string }
  | { kind: 'assignedPodUpdated'; pod: PodInfo; old: PodInfo; nodeName: string }
  /** The refused pod itself has changed. */
  | { kind: 'ownPodUpdated'; pod: PodInfo; old: PodInfo }
  | { kind: 'nodeAdded' | 'nodeDeleted'; node: Node }
  | { kind: 'nodeUpdated'; node: Node; old: Node }
  | { kind: 'objectChanged'; type: 'ADDED' | 'MODIFIED' | 'DELETED'; resource: string; object: KubernetesObject; old: KubernetesObject | undefined };

/** A plugin; it has only the extension points that it needs. A method that answers undefined is content. */
export interface SchedulerPlugin {
  readonly name: string;
  /** Why the pod may not even enter the active queue. */
  preEnqueue?(pod: PodInfo): string | undefined;
  /** SKIP leaves out the plugin's filter, addPod and removePod for the cycle. */
  preFilter?(cycle: CycleState): PreFilterResult | undefined;
  /** Counts one more pod on the node in the plugin's state of the cycle. */
  addPod?(cycle: CycleState, pod: PodInfo, node: NodeInfo): void;
  /** Counts one pod less; undoes addPod exactly. */
  removePod?(cycle: CycleState, pod: PodInfo, node: NodeInfo): void;
  filter?(cycle: CycleState, node: NodeInfo): Status | undefined;
  /** SKIP leaves out the plugin's score for the cycle, an error ends it. */
  preScore?(cycle: CycleState, nodes: readonly NodeInfo[]): Status | undefined;
  score?(cycle: CycleState, node: NodeInfo): number;
  /** Brings the scores, one a node, into 0…100, in place. */
  normalizeScores?(cycle: CycleState, scores: number[], nodes: readonly NodeInfo[]): void;
  /** Notes the choice in the plugin's own memory. */
  reserve?(cycle: CycleState, node: NodeInfo): void;
  unreserve?(cycle: CycleState, node: NodeInfo): void;
  /** Work to be done through the API before the binding; where others have to finish it, the moment at which to give up is the answer. */
  preBind?(cycle: CycleState, nodeName: string): 'done' | { readonly waitsUntilMs: number } | Status;
  /** True when the event may let on a pod that this plugin has refused. */
  isHelpedBy?(pod: PodInfo, event: ClusterEvent): boolean;
}

/** The best score of a plugin, before weights. */
export const MAX_SCORE = 100;
