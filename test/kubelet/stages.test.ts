// Input and output of every stage of a pod's life.
import { describe, expect, it } from 'vitest';
import type { Node, Pod, PodStatus } from '../../src/api/types.js';
import { STAGES } from '../../src/kubelet/stages/index.js';
import type { StageContext } from '../../src/kubelet/stages/stage.js';

const NOW = '2026-01-01T00:00:10Z';
const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { allocatable: { cpu: '2', memory: '4Gi', pods: '2' } } };
const context: StageContext = {
  nowMs: Date.parse(NOW), node, hostIPs: ['192.168.0.1'], drawPodIP: () => '10.200.0.1', podsOnNode: () => [], bypassedScheduler: false,
};

function pod({ spec = {}, status = {}, metadata = {} }: { spec?: Partial<Pod['spec'] & object>; status?: PodStatus; metadata?: Partial<Pod['metadata']> } = {}): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', ...metadata },
    spec: { nodeName: 'n1', restartPolicy: 'Always', containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
    status: { phase: 'Pending', ...status },
  };
}

/** The name of the stage that is due and what it makes of the pod. */
function sync(input: Pod): { stage: string | undefined; result: unknown } {
  const stage = STAGES.find((each) => each.isDue(input, context.nowMs));
  return { stage: stage?.name, result: stage?.run(input, context) };
}

const conditionTexts = (status: PodStatus | undefined): string[] =>
  (status?.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value}${reason === undefined ? '' : ` ${reason}`}`);
const statusOf = (input: Pod): PodStatus | undefined => {
  const { result } = sync(input);
  return result === undefined || result === 'remove' ? undefined : (result as { status: PodStatus }).status;
};

describe('start', () => {
  it('makes a bound pod Running and Ready, its conditions in the order of the kubelet', () => {
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:05Z' };
    expect(sync(pod({ status: { qosClass: 'BestEffort', conditions: [scheduled] } }))).toEqual({
      stage: 'start',
      result: {
        status: {
          phase: 'Running', qosClass: 'BestEffort', startTime: NOW,
          hostIP: '192.168.0.1', hostIPs: [{ ip: '192.168.0.1' }], podIP: '10.200.0.1', podIPs: [{ ip: '10.200.0.1' }],
          conditions: [
            { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: NOW },
            { type: 'Initialized', status: 'True', lastTransitionTime: NOW },
            { type: 'Ready', status: 'True', lastTransitionTime: NOW },
            { type: 'ContainersReady', status: 'True', lastTransitionTime: NOW },
            scheduled,
          ],
          containerStatuses: [{ name: 'c', image: 'nginx:1.27', imageID: '', ready: true, restartCount: 0, started: true, state: { running: { startedAt: NOW } }, lastState: {} }],
        },
      },
    });
  });

  it('puts its conditions after those of others', () => {
    const gate = { type: 'example.com/open', status: 'True', lastTransitionTime: NOW };
    const status = statusOf(pod({ spec: { readinessGates: [{ conditionType: gate.type }] }, status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: NOW }, gate] } }));
    expect(conditionTexts(status)).toEqual(['example.com/open=True', 'PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True']);
  });

  it('gives a pod of the host network the addresses of its node', () => {
    expect(statusOf(pod({ spec: { hostNetwork: true } }))?.podIPs).toEqual([{ ip: '192.168.0.1' }]);
  });

  it('runs sidecars and ends the other init containers', () => {
    const init = statusOf(pod({ spec: { initContainers: [{ name: 'a' }, { name: 'b', restartPolicy: 'Always' }] } }))?.initContainerStatuses;
    expect(init?.map(({ name, ready, state }) => [name, ready, Object.keys(state ?? {})])).toEqual([['a', true, ['terminated']], ['b', true, ['running']]]);
  });

  it('holds a pod with a readiness gate back', () => {
    const status = statusOf(pod({ spec: { readinessGates: [{ conditionType: 'example.com/ready' }] } }));
    expect(conditionTexts(status)).toEqual(['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=False ReadinessGatesNotReady', 'ContainersReady=True', 'PodScheduled=True']);
    expect(status?.conditions?.[2]?.message).toBe('corresponding condition of pod readiness gate "example.com/ready" does not exist.');
  });
});

describe('ready', () => {
  it('follows the readiness gate', () => {
    const gated = pod({ spec: { readinessGates: [{ conditionType: 'g' }] }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }, { type: 'ContainersReady', status: 'True' }, { type: 'g', status: 'True' }] } });
    expect(sync(gated).stage).toBe('ready');
    expect(conditionTexts(statusOf(gated))).toContain('Ready=True');
  });
});

describe('complete', () => {
  it('ends the pods that do not run for ever', () => {
    const status = statusOf(pod({ spec: { restartPolicy: 'Never' }, status: { phase: 'Running', startTime: '2026-01-01T00:00:05Z' } }));
    expect(status?.phase).toBe('Succeeded');
    expect(conditionTexts(status)).toEqual(['PodReadyToStartContainers=False', 'Initialized=True PodCompleted', 'Ready=False PodCompleted', 'ContainersReady=False PodCompleted', 'PodScheduled=True']);
    expect(status?.containerStatuses?.[0]?.state).toEqual({ terminated: { exitCode: 0, reason: 'Completed', startedAt: '2026-01-01T00:00:05Z', finishedAt: NOW } });
  });
});

describe('expire', () => {
  it('fails a pod past its deadline', () => {
    const status = statusOf(pod({ spec: { activeDeadlineSeconds: 5 }, status: { phase: 'Running', startTime: '2026-01-01T00:00:05Z' } }));
    expect([status?.phase, status?.reason]).toEqual(['Failed', 'DeadlineExceeded']);
  });

  it('leaves it alone before', () => {
    expect(sync(pod({ spec: { activeDeadlineSeconds: 6 }, status: { phase: 'Running', startTime: '2026-01-01T00:00:05Z' } }))).toEqual({ stage: undefined, result: undefined });
  });
});

describe('terminate', () => {
  const deleted = { deletionTimestamp: NOW, deletionGracePeriodSeconds: 30 };
  it('removes a pod that is being deleted, started or not', () => {
    expect(sync(pod({ metadata: deleted })).result).toBe('remove');
    expect(sync(pod({ metadata: deleted, status: { phase: 'Running' } })).result).toBe('remove');
  });

  it('leaves to its finalizers what it has removed already', () => {
    expect(sync(pod({ metadata: { ...deleted, deletionGracePeriodSeconds: 0 }, status: { phase: 'Running' } })).stage).toBeUndefined();
  });
});

describe('admission after binding', () => {
  const refusal = (input: Pod, change: Partial<StageContext> = {}): string | undefined => {
    const stage = STAGES.find((each) => each.isDue(input, context.nowMs));
    const result = stage?.run(input, { ...context, bypassedScheduler: true, ...change });
    return result === undefined || result === 'remove' || result.warning === undefined ? undefined : `${result.warning.reason}: ${result.warning.message}`;
  };
  const asking = (cpu: string): Pod => pod({ spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] } });
  const running = (cpu: string, uid: string): Pod => ({ ...asking(cpu), metadata: { name: uid, namespace: 'default', uid }, status: { phase: 'Running' } });

  it('leaves of the conditions of a refused pod those of others', () => {
    const gate = { type: 'example.com/open', status: 'True', lastTransitionTime: NOW };
    const input = { ...asking('9'), status: { phase: 'Pending', qosClass: 'Burstable', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: NOW }, gate] } };
    const stage = STAGES.find((each) => each.isDue(input, context.nowMs));
    const result = stage?.run(input, { ...context, bypassedScheduler: true }) as { status: PodStatus };
    const message = "Pod was rejected: Node didn't have enough resource: cpu, requested: 9000, used: 0, capacity: 2000";
    expect(result.status).toEqual({ phase: 'Failed', qosClass: 'Burstable', reason: 'OutOfcpu', message, startTime: NOW, conditions: [gate] });
  });

  it.each<[string, Pod, Partial<StageContext>, string | undefined]>([
    ['what fits', asking('2'), {}, undefined],
    ['too much CPU', asking('1500m'), { podsOnNode: () => [running('1', 'a')] }, "OutOfcpu: Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000"],
    ['too many pods', asking('0'), { podsOnNode: () => [running('0', 'a'), running('0', 'b')] }, "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 2"],
    ['another selector', pod({ spec: { nodeSelector: { disk: 'ssd' } } }), {}, "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
    ['a NoExecute taint', pod(), { node: { ...node, spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } } }, "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"],
    ['a NoSchedule taint', pod(), { node: { ...node, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } } }, undefined],
    ['disk pressure', pod(), { node: { ...node, status: { ...node.status, conditions: [{ type: 'DiskPressure', status: 'True' }] } } }, 'Evicted: The node had condition: [DiskPressure]. '],
    ['another system, before all that takes room', { ...asking('9'), metadata: { name: 'p', namespace: 'default', uid: 'p', labels: { 'kubernetes.io/os': 'windows' } } }, {}, "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"],
    ['a pod that the scheduler placed', asking('9'), { bypassedScheduler: false }, undefined],
  ])('%s', (_name, input, change, expected) => {
    expect(refusal(input, change)).toBe(expected);
  });
});
