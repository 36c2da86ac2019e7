// The end of a pod that has been active for longer than its activeDeadlineSeconds.
// Source: pkg/kubelet/active_deadline.go
import { isPodTerminal } from '../../api/pods.js';
import type { Pod } from '../../api/types.js';
import { formatTime, parseTime } from '../../util/time.js';
import { failedConditions } from '../podConditions.js';
import type { Stage } from './stage.js';

/** The moment at which the pod has been active for too long. */
export function expiryMs(pod: Pod): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined || isPodTerminal(pod)) return undefined;
  const startMs = pod.status?.startTime === undefined ? undefined : parseTime(pod.status.startTime);
  return startMs === undefined ? undefined : startMs + seconds * 1000;
}

/** Due from that moment on. */
export const expire: Stage = {
  name: 'expire',
  isDue(pod, nowMs) {
    const dueMs = pod.metadata.deletionTimestamp === undefined ? expiryMs(pod) : undefined;
    return dueMs !== undefined && dueMs <= nowMs;
  },
  run: (pod, { nowMs }) => ({
    status: {
      ...pod.status, phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline',
      conditions: failedConditions(pod, formatTime(nowMs)),
    },
  }),
};
