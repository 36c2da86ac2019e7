// The readiness of a running pod follows its readiness gates, which others write, and comes back when its node does.
// Source: pkg/kubelet/status/generate.go (GeneratePodReadyCondition)
import { findCondition } from '../../api/conditions.js';
import { isPodReady } from '../../api/pods.js';
import { formatTime } from '../../util/time.js';
import { isHeldBack, runningConditions } from '../podConditions.js';
import type { Stage } from './stage.js';

/** Due when the condition Ready says otherwise than gates and containers do. */
export const ready: Stage = {
  name: 'ready',
  needsReadyNode: true,
  isDue(pod) {
    if (pod.status?.phase !== 'Running' || pod.metadata.deletionTimestamp !== undefined) return false;
    const isReady = isPodReady(pod);
    // Nearly every pod is ready and has no gates.
    if (isReady && (pod.spec?.readinessGates?.length ?? 0) === 0) return false;
    return isReady === isHeldBack(pod) && (findCondition(pod.status.conditions, 'ContainersReady')?.status === 'True');
  },
  run: (pod, { nowMs }) => ({ status: { ...pod.status, conditions: runningConditions(pod, formatTime(nowMs)) } }),
};
