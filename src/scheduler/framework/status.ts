// The answer of a plugin. No status at all means success. Source: kube-scheduler/framework/interface.go (Status, Code)

/** Why a plugin does not let the pod on. Only `Unschedulable` leaves hope that removing pods would help. */
export type StatusCode = 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip' | 'Error';

/** What a plugin answers when it is not content. */
export interface Status {
  readonly code: StatusCode;
  /** User-visible. Invariant: Kubernetes' own texts. */
  readonly reasons: readonly string[];
}

/** A refusal that removing pods from the node may lift. */
export function unschedulable(...reasons: string[]): Status {
  return { code: 'Unschedulable', reasons };
}

/** A refusal that removing pods from the node cannot lift. */
export function unresolvable(...reasons: string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons };
}

/** An internal failure; it ends the scheduling cycle. */
export function errorStatus(reason: string): Status {
  return { code: 'Error', reasons: [reason] };
}

/** The plugin has nothing to say about this pod for the rest of the cycle. */
export const SKIP: Status = { code: 'Skip', reasons: [] };
