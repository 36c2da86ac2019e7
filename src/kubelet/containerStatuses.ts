// The statuses of a pod's containers when they run and when they have ended. Pods of one template share them.
// Source: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses)
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/types.js';
import { deepFreeze } from '../util/objects.js';

type Statuses = Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'>;

/** What stands in the status of a pod with these containers, which pods of one template share. */
interface Shared {
  containers: readonly Container[] | undefined;
  initContainers: readonly Container[] | undefined;
  state: string;
  time: string;
  statuses: Statuses;
}

/** That of the pod before: pods of one template are made together, and act in the order in which they were made. */
let last: Shared | undefined;

/** Every container runs; init containers have ended, sidecars run. */
export function runningStatuses(pod: Pod, time: string): Statuses {
  return shared(pod, 'running', time, () => ({
    containerStatuses: (pod.spec?.containers ?? []).map((container) => running(container, time)),
    ...initStatuses(pod, (container) => (container.restartPolicy === 'Always' ? running(container, time) : ended(container, { startedAt: time, finishedAt: time, ready: true }))),
  }));
}

/** Every container ended with exit code 0. */
export function completedStatuses(pod: Pod, time: string): Statuses {
  const began = pod.status?.startTime ?? time;
  return shared(pod, `completed ${began}`, time, () => ({
    containerStatuses: (pod.spec?.containers ?? []).map((container) => ended(container, { startedAt: began, finishedAt: time, ready: false })),
    ...initStatuses(pod, (container) =>
      container.restartPolicy === 'Always'
        ? ended(container, { startedAt: began, finishedAt: time, ready: false })
        : ended(container, { startedAt: began, finishedAt: began, ready: true })),
  }));
}

function initStatuses(pod: Pod, statusOf: (container: Container) => ContainerStatus): Statuses {
  const containers = pod.spec?.initContainers ?? [];
  return containers.length === 0 ? {} : { initContainerStatuses: containers.map(statusOf) };
}

function running({ name, image }: Container, time: string): ContainerStatus {
  return { name, image: image ?? '', imageID: '', ready: true, restartCount: 0, started: true, state: { running: { startedAt: time } }, lastState: {} };
}

function ended({ name, image }: Container, { startedAt, finishedAt, ready }: { startedAt: string; finishedAt: string; ready: boolean }): ContainerStatus {
  return {
    name, image: image ?? '', imageID: '', ready, restartCount: 0, started: false,
    state: { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt } }, lastState: {},
  };
}

/** One frozen value for pods of one template that start or end together. */
function shared(pod: Pod, state: string, time: string, make: () => Statuses): Statuses {
  const containers = pod.spec?.containers;
  const initContainers = pod.spec?.initContainers;
  const isLikeLast = last !== undefined && last.containers === containers && last.initContainers === initContainers && last.state === state && last.time === time;
  if (isLikeLast) return (last as Shared).statuses;
  last = { containers, initContainers, state, time, statuses: deepFreeze(make()) };
  return last.statuses;
}
