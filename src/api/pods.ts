// Claims about pods that several components make. Source: pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go
import { findCondition } from './conditions.js';
import { parseTime } from '../util/time.js';
import type { Pod } from './types.js';

/** Set on pods that only show what a kubelet runs from a manifest of its own. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** True when the pod only shows what a kubelet runs anyway. Source: pkg/kubelet/types/pod_update.go (IsMirrorPod) */
export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

/** True when the pod has run to its end. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** True when the pod is neither at its end nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** True when the pod is being deleted and not at its end. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** True when the condition Ready is True. */
export function isPodReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True';
}

/** True when the pod has been ready for at least so many seconds. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  const sinceMs = parseTime(ready.lastTransitionTime ?? '');
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs;
}
