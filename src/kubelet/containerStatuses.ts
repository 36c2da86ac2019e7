// The statuses of a pod's containers when they run and when they have ended. Pods of one template share them.
// Source: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses)
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/types.js';
import { deepFreeze } from '../util/objects.js';

type Statuses = Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'>;

/** What stands in the status of the last pod with these containers. */
interface Shared {
  state: string;
  time: string;
  initContainers: readonly Container[] | undefined;
  statuses: Statuses;
}

/** The containers of a template, which its pods share → statuses. */
const known = new WeakMap<readonly Container[], Shared>();

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
  const { containers, initContainers } = pod.spec ?? { containers: undefined, initContainers: undefined };
  const last = containers === undefined ? undefined : known.get(containers);
  if (last !== undefined && last.state === state && last.time === time && last.initContainers === initContainers) return last.statuses;
  const statuses = deepFreeze(make());
  if (containers !== undefined) known.set(containers, { state, time, initContainers, statuses });
  return statuses;
}
