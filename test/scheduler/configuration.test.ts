// KubeSchedulerConfiguration: what it changes, and what is wrong with it.
import { describe, expect, it } from 'vitest';
import { parseSchedulerConfiguration } from '../../src/scheduler/profile/parseConfiguration.js';
import type { SchedulerConfiguration } from '../../src/scheduler/profile/configuration.js';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

const document = (fields: object): object => ({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', ...fields });

function parsed(fields: object): SchedulerConfiguration {
  const result = parseSchedulerConfiguration(document(fields));
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.configuration;
}

/** Scores of pod p on node a, and its choice. */
function explain(fields: object, { nodes = [node('a'), node('b')], others = [], given = pod('p', { requests: { cpu: '500m', memory: '1Gi' } }) }: { nodes?: object[]; others?: object[]; given?: object } = {}) {
  const harness = createHarness({ configuration: parsed(fields) });
  for (const object of [...nodes, ...others, given]) harness.put(object);
  return harness.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' });
}

const fit = (scoringStrategy: object): object => ({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy } }] }] });

describe('a configuration', () => {
  it.each([
    ['LeastAllocated', fit({ type: 'LeastAllocated' }), 90],
    ['MostAllocated', fit({ type: 'MostAllocated' }), 9],
    ['LeastAllocated of CPU alone', fit({ resources: [{ name: 'cpu', weight: 2 }] }), 87],
    ['RequestedToCapacityRatio', fit({ type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } }), 9],
  ])('scores by %s', (_name, fields, score) => {
    expect(explain(fields)?.nodes['a']?.scores?.['NodeResourcesFit']).toBe(score);
  });

  it('switches plugins off and weighs them anew', () => {
    const got = explain({ profiles: [{ plugins: { score: { disabled: [{ name: 'ImageLocality' }], enabled: [{ name: 'NodeResourcesFit', weight: 5 }] }, multiPoint: { disabled: [{ name: 'TaintToleration' }] } } }] });
    expect(got?.nodes['a']?.scores).toEqual({ NodeResourcesFit: 450, DynamicResources: 0, NodeResourcesBalancedAllocation: 73 });
  });

  it('switches everything off', () => {
    const got = explain({ profiles: [{ plugins: { score: { disabled: [{ name: '*' }] } } }] });
    expect(got?.nodes['a']?.scores).toEqual({});
  });

  it('takes the first node that fits when nothing is scored, the next pod starting after it', () => {
    const harness = createHarness({ configuration: parsed({ profiles: [{ plugins: { score: { disabled: [{ name: '*' }] } } }] }) });
    for (const object of [node('a'), node('b', { unschedulable: true }), node('c'), node('d'), pod('p'), pod('q'), pod('r'), pod('s')]) harness.put(object);
    harness.run();
    expect(['p', 'q', 'r', 's'].map((name) => harness.pod(name)?.spec?.nodeName)).toEqual(['a', 'c', 'd', 'a']);
  });

  it('adds affinity to every pod', () => {
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'Exists' }] }] } };
    const got = explain({ profiles: [{ pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity: required } }] }] }, { nodes: [node('a'), node('b', { labels: { pool: 'x' } })] });
    expect([got?.node, got?.nodes['a']?.reasons]).toEqual(['b', ["node(s) didn't match scheduler-enforced node affinity"]]);
  });

  it('gives spread constraints to pods without any', () => {
    const args = { defaultingType: 'List', defaultConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } };
    const got = explain({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args }] }] }, { others: [service, pod('x', { labels: { app: 'web' }, spec: { nodeName: 'a' } })], given: pod('p', { labels: { app: 'web' } }) });
    expect([got?.node, got?.nodes['a']?.reasons]).toEqual(['b', ["node(s) didn't match pod topology spread constraints"]]);
  });

  it('has a profile for each scheduler name', () => {
    const fields = { profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'packing', pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }] }] };
    const harness = createHarness({ configuration: parsed(fields) });
    for (const object of [node('a'), node('b'), pod('x', { requests: { cpu: '1', memory: '4Gi' }, spec: { nodeName: 'b' } })]) harness.put(object);
    for (const schedulerName of ['default-scheduler', 'packing', 'unknown']) harness.put(pod(schedulerName, { requests: { cpu: '500m', memory: '2Gi' }, spec: { schedulerName } }));
    harness.run();
    expect(['default-scheduler', 'packing', 'unknown'].map((name) => harness.pod(name)?.spec?.nodeName)).toEqual(['a', 'b', undefined]);
  });

  it.each([
    [document({ profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] }), ['profiles[1].schedulerName: Duplicate value: "a"']],
    [document({ percentageOfNodesToScore: 101 }), ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]']],
    [document({ profiles: [{ plugins: { score: { enabled: [{ name: 'Mine' }] } } }] }), ['profiles[0].plugins.score.enabled[0].name: Invalid value: "Mine": plugin does not exist']],
    [document({ profiles: [{ pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight: 101 } }] }] }), ['profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'RequestedToCapacityRatio' } } }] }] }), ['profiles[0].pluginConfig[0].args.scoringStrategy.shape: Required value: at least one point must be specified']],
    [document({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] } }] }] }), ['profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty']],
    [document({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'Other' } }] }] }), ['profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: "Other": supported values: "System", "List"']],
    [document({ profiles: [{ pluginConfig: [{ name: 'DefaultPreemption', args: { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 } }] }] }), ['profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute', 'profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu' }, { name: 'cpu', weight: 2 }] } }] }] }), ['profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: "cpu"', 'profiles[0].pluginConfig[0].args.resources[1].weight: Invalid value: 2: must be 1']],
    [document({ podInitialBackoffSeconds: 0 }), ['podInitialBackoffSeconds: Invalid value: 0: must be greater than 0']],
    [document({ podInitialBackoffSeconds: 20 }), ['podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds']],
    [{ apiVersion: 'v1', kind: 'Pod' }, ['no kind "Pod" is registered for version "v1": expected KubeSchedulerConfiguration in kubescheduler.config.k8s.io/v1']],
    ['text', ['the scheduler configuration is not an object of kind KubeSchedulerConfiguration']],
  ])('%j is refused', (given, problems) => {
    expect(parseSchedulerConfiguration(given)).toEqual({ problems });
  });
});
