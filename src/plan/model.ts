// The plan as plain data: what would be created, refused, placed, left pending, and why. Renderers read it; nothing here computes.
// Only places in the input are functions: to find them a file has to be read again.

/** A place in the input, 1-based. */
export interface SourcePlace {
  file: string;
  line: number;
  column: number;
}

/** An object by name. */
export interface PlannedRef {
  apiVersion: string;
  kind: string;
  /** Absent for cluster-scoped objects. */
  namespace?: string;
  name: string;
}

/** What kubectl would say of one object of the input. */
export interface PlannedObject {
  /** Looked up when it is asked for: most readers want it of a few objects. */
  readonly source: () => SourcePlace;
  object: PlannedRef;
  verdict: 'created' | 'configured' | 'unchanged' | 'refused';
  /** What kubectl prints for it: `deployment.apps/web created`, or its error. */
  line: string;
  warnings: readonly string[];
  /** For an accepted workload: its pods and what each asks for. */
  workload?: { replicas: number; requests: Record<string, string> };
}

/** A request that the API server refused: an object of the input, or the pods of a workload. */
export interface PlannedRefusal {
  source: SourcePlace | null;
  object: PlannedRef;
  code: number;
  reason: string;
  /** The API server's own text. */
  message: string;
  /** kubectl's text when nothing else is refused, for an object of the input. */
  kubectl?: string;
  /** What stood in the way when it is only the order or the absence of something else. */
  hint?: string;
  /** Set when pods of this object were refused, not the object itself. */
  stoppedPods?: true;
}

/** One pod after the run. */
export interface PlannedPod {
  namespace: string;
  name: string;
  /** 'Deployment/web', 'Job/load', or null for a pod of its own. */
  owner: string | null;
  node: string | null;
  phase: string;
  /** Why it has no node. */
  message: string | undefined;
  requests: Record<string, string>;
  /** Looked up when it is asked for. */
  readonly source: () => SourcePlace | null;
  /** True when it stood in the cluster before. */
  isExisting: boolean;
}

/** Why nodes do not take a pending pod: every node is counted once. */
export interface PendingReason {
  reason: string;
  nodes: string[];
}

/** Pending pods of one owner with one message. */
export interface PendingGroup {
  namespace: string;
  owner: string | null;
  pods: string[];
  message: string;
  requests: Record<string, string>;
  nodeCount: number;
  reasons: PendingReason[];
  /** Changes, each found by trying it and enough by itself to place one of the pods at least: 'web has 4 replicas'. */
  advice: string[];
  /** Resources that are free, but in pieces that are too small. */
  fragmented: string[];
  /** Claims that have no volume, when the pods wait for some. */
  claims?: PendingClaim[];
  source: SourcePlace | null;
}

/** Claims of pending pods, and why they have no volume. */
export interface PendingClaim {
  names: string[];
  message: string;
}

/** One node after the run. */
export interface PlannedNode {
  name: string;
  labels: Record<string, string>;
  /** 'key=value:Effect', sorted. */
  taints: string[];
  allocatable: Record<string, string>;
  requested: Record<string, string>;
  limits: Record<string, string>;
  podCount: number;
  /** 'namespace/name', sorted. */
  pods: string[];
}

/** One quota after the run. */
export interface PlannedQuota {
  namespace: string;
  name: string;
  hard: Record<string, string>;
  used: Record<string, string>;
}

/** One Service after the run, as its clients meet it. */
export interface PlannedService {
  namespace: string;
  name: string;
  type: string;
  clusterIPs: string[];
  /** How long a client stays with its backend. */
  affinitySeconds?: number;
  /** Empty for headless and external Services, which nothing proxies. */
  ports: {
    name?: string;
    port: number;
    protocol: string;
    nodePort?: number;
    /** Where connections end; when there is none they are refused. */
    backends: { address: string; port: number; pod?: string; node?: string; zone?: string }[];
    /** Nodes on which connections to the cluster IP are lost: only local backends serve, and there is none. */
    droppedInside: string[];
    /** The same for connections from outside. */
    droppedOutside: string[];
  }[];
  /** Names that cluster DNS resolves. */
  dns: { name: string; type: string; values: string[] }[];
}

/** How one Deployment's pods were exchanged in one step. */
export interface PlannedRollout {
  /** The step, from 1. */
  step: number;
  namespace: string;
  name: string;
  /** Every change of a ReplicaSet's size, in order. */
  scaling: { replicaSet: string; from: number; to: number }[];
  /** The most pods at once, those that end left out. */
  mostPods: number;
  /** The fewest ready pods at once; absent when there were none before. */
  fewestReady?: number;
}

/** One event of the run. */
export interface PlannedEvent {
  type: string;
  reason: string;
  object: string;
  message: string;
  count: number;
  from: string;
}

/** Something to know about the input: what was not looked at, warnings of the server, what cannot be simulated. */
export interface PlanNote {
  source: SourcePlace | null;
  message: string;
}

/** The whole plan. Lists are sorted by namespace and name unless another order is named. */
export interface Plan {
  summary: {
    objects: number;
    created: number;
    configured: number;
    unchanged: number;
    refused: number;
    pods: number;
    placed: number;
    pending: number;
    nodes: number;
    virtualSeconds: number;
    /** Pods that were given one of several equally good nodes: a real scheduler may choose another of them. */
    tiedChoices: number;
    /** Problems that kept something of the input from being read. */
    unread: number;
  };
  /** In the order in which they were applied. */
  objects: PlannedObject[];
  refused: PlannedRefusal[];
  pods: PlannedPod[];
  pending: PendingGroup[];
  nodes: PlannedNode[];
  quotas: PlannedQuota[];
  /** Only when they were asked for. */
  services?: PlannedService[];
  /** Step by step, then by namespace and name. */
  rollouts: PlannedRollout[];
  /** By object, reason and message; put together when they are read. */
  readonly events: PlannedEvent[];
  findings: PlanNote[];
  /** True when no node was declared and the built-in cluster was used. */
  isBuiltInCluster: boolean;
  /** Set when the run was stopped by its step limit. */
  stoppedAfterSteps?: number;
  kubernetesVersion: string;
}
