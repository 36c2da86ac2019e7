// What a kubelet refuses to run although the pod is bound to its node: the checks of admission after binding.
// Source: pkg/kubelet/lifecycle/predicate.go
import type { Node, Pod } from '../api/types.js';

/** Why the pod is not run. */
export interface AdmissionRefusal {
  reason: string;
  message: string;
}

/** The refusal, or undefined. `pods` are the pods bound to the node. */
export function admissionRefusal(_pod: Pod, _node: Node, _pods: readonly Pod[]): AdmissionRefusal | undefined {
  return undefined;
}
