// The statuses of a pod's containers when they run and when they have ended. Pods of one template share them.
// Source: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses)
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/types.js';
import { deepFreeze } from '../util/objects.js';

type Statuses = Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'>;

const MAX_SHARED = 5000;
const known = new Map<string, Statuses>();

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

/** One frozen value for pods that have the same containers. */
function shared(pod: Pod, state: string, time: string, make: () => Statuses): Statuses {
  let key = `${state}\u0000${time}`;
  for (const { name, image } of pod.spec?.containers ?? []) key += `\u0000${name}=${image}`;
  for (const { name, image, restartPolicy } of pod.spec?.initContainers ?? []) key += `\u0001${name}=${image} ${restartPolicy}`;
  let statuses = known.get(key);
  if (statuses === undefined) {
    if (known.size >= MAX_SHARED) known.clear();
    statuses = deepFreeze(make());
    known.set(key, statuses);
  }
  return statuses;
}
