// The start of a pod: admission by the kubelet, then every container runs, and the pod is Ready unless a readiness gate holds it back.
// Source: pkg/kubelet/kubelet.go (HandlePodAdditions, SyncPod), kubelet_pods.go (generateAPIPodStatus)
import { deepFreeze } from '../../util/objects.js';
import { formatTime } from '../../util/time.js';
import type { HostIP, PodStatus } from '../../api/types.js';
import { admissionRefusal } from '../admitPod.js';
import { runningConditions, refusedConditions } from '../podConditions.js';
import { runningStatuses } from '../containerStatuses.js';
import type { Stage } from './stage.js';

const lists = new WeakMap<readonly string[], HostIP[]>();

/** The addresses as a status holds them: one list for all pods of a node. */
function listed(ips: readonly string[]): HostIP[] {
  let list = lists.get(ips);
  if (list === undefined) lists.set(ips, (list = deepFreeze(ips.map((ip) => ({ ip })))));
  return list;
}

/** Due while the pod is Pending: its start makes it Running or Failed. */
export const start: Stage = {
  name: 'start',
  isDue: ({ status, metadata }) => (status?.phase === undefined || status.phase === 'Pending') && metadata.deletionTimestamp === undefined,
  run(pod, context) {
    const time = formatTime(context.nowMs);
    const refusal = context.bypassedScheduler ? admissionRefusal(pod, context.node, context.podsOnNode()) : undefined;
    // A status is cloned as it is much sooner than spread among other fields.
    const status: PodStatus = { ...pod.status };
    if (pod.metadata.generation !== undefined) status.observedGeneration = pod.metadata.generation;
    if (refusal !== undefined) {
      const { conditions: _, ...rest } = status;
      const conditions = refusedConditions(pod);
      return { warning: refusal, status: { ...rest, phase: 'Failed', reason: refusal.reason, message: `Pod was rejected: ${refusal.message}`, startTime: time, ...(conditions.length === 0 ? {} : { conditions }) } };
    }
    const podIPs = pod.spec?.hostNetwork === true ? context.hostIPs : [context.drawPodIP()];
    const { containerStatuses, initContainerStatuses } = runningStatuses(pod, time);
    status.phase = 'Running';
    status.conditions = runningConditions(pod, time);
    status.hostIP = context.hostIPs[0] as string;
    status.hostIPs = listed(context.hostIPs);
    status.podIP = podIPs[0] as string;
    status.podIPs = podIPs.map((ip) => ({ ip }));
    status.startTime = time;
    if (containerStatuses !== undefined) status.containerStatuses = containerStatuses;
    if (initContainerStatuses !== undefined) status.initContainerStatuses = initContainerStatuses;
    return { status };
  },
};
