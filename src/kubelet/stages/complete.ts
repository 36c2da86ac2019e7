// The completion of a pod that is not to run for ever: its containers end with exit code 0 right after they ran.
// Source: pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go
import { formatTime } from '../../util/time.js';
import { completedStatuses } from '../containerStatuses.js';
import { completedConditions } from '../podConditions.js';
import type { Stage } from './stage.js';

/** Due for running pods whose restartPolicy is not Always. */
export const complete: Stage = {
  name: 'complete',
  isDue: (pod) =>
    pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined &&
    pod.spec?.restartPolicy !== undefined && pod.spec.restartPolicy !== 'Always',
  run(pod, { nowMs }) {
    const time = formatTime(nowMs);
    return { status: { ...pod.status, phase: 'Succeeded', conditions: completedConditions(pod, time), ...completedStatuses(pod, time) } };
  },
};
