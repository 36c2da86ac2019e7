// The readiness of a running pod follows its readiness gates, which others write.
// Source: pkg/kubelet/status/generate.go (GeneratePodReadyCondition)
import { isPodReady } from '../../api/pods.js';
import { formatTime } from '../../util/time.js';
import { isHeldBack, runningConditions } from '../podConditions.js';
import type { Stage } from './stage.js';

/** Due when the gates say otherwise than the condition Ready. */
export const ready: Stage = {
  name: 'ready',
  isDue: (pod) =>
    pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined &&
    (pod.spec?.readinessGates?.length ?? 0) > 0 && isPodReady(pod) === isHeldBack(pod),
  run: (pod, { nowMs }) => ({ status: { ...pod.status, conditions: runningConditions(pod, formatTime(nowMs)) } }),
};
