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

const NAME_PART = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Scores of pod p on node a, and its choice. */
function explain(fields: object, { nodes = [node('a'), node('b')], others = [], given = pod('p', { requests: { cpu: '500m', memory: '1Gi' } }) }: { nodes?: object[]; others?: object[]; given?: object } = {}) {
  const harness = createHarness({ configuration: parsed(fields) });
  for (const object of [...nodes, ...others, given]) harness.put(object);
  return harness.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' });
}

const fit = (scoringStrategy: object): object => ({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy } }] }] });

const fitDocument = (scoringStrategy: object): object => document(fit(scoringStrategy));

describe('a configuration', () => {
  it('may name plugins that are not there, as long as none of them is enabled', () => {
    const fields = { profiles: [{ plugins: { score: { disabled: [{ name: 'Mine' }] } }, pluginConfig: [{ name: 'Mine', args: { any: 'thing' } }] }] };
    expect(explain(fields)?.nodes['a']?.scores).toEqual(explain({})?.nodes['a']?.scores);
  });

  it.each([
    ['LeastAllocated', fit({ type: 'LeastAllocated' }), 90],
    ['MostAllocated', fit({ type: 'MostAllocated' }), 9],
    ['LeastAllocated of CPU alone', fit({ type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 2 }] }), 87],
    ['RequestedToCapacityRatio', fit({ type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } }), 9],
  ])('scores by %s', (_name, fields, score) => {
    expect(explain(fields)?.nodes['a']?.scores?.['NodeResourcesFit']).toBe(score);
  });

  it('switches plugins off and weighs them anew', () => {
    const got = explain({ profiles: [{ plugins: { score: { disabled: [{ name: 'ImageLocality' }], enabled: [{ name: 'NodeResourcesFit', weight: 5 }] }, multiPoint: { disabled: [{ name: 'TaintToleration' }] } } }] });
    expect(got?.nodes['a']?.scores).toEqual({ NodeResourcesFit: 450, DynamicResources: 0, NodeResourcesBalancedAllocation: 73 });
  });

  // The plugin reads what another extension point should have left to it.
  it.each([
    [{ preScore: { disabled: [{ name: 'TaintToleration' }] } }, 'running Score plugins: plugin "TaintToleration" failed with: failed to read "PreScoreTaintToleration" from cycleState: not found'],
    [{ multiPoint: { disabled: [{ name: 'PodTopologySpread' }] }, score: { enabled: [{ name: 'PodTopologySpread', weight: 2 }] } }, 'running Score plugins: plugin "PodTopologySpread" failed with: error reading "PreScorePodTopologySpread" from cycleState: not found'],
    [{ preFilter: { disabled: [{ name: 'NodeResourcesFit' }] } }, 'running "NodeResourcesFit" filter plugin: error reading "PreFilterNodeResourcesFit" from cycleState: not found'],
  ])('%j leaves pods without a node', (plugins, message) => {
    const harness = createHarness({ configuration: parsed({ profiles: [{ plugins }] }) });
    for (const object of [node('a'), node('b'), pod('p', { requests: { cpu: '500m' } })]) harness.put(object);
    harness.run();
    expect(harness.pod('p')?.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'SchedulerError', message }]);
    expect(harness.scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' })).toMatchObject({ message, nodes: {} });
  });

  it('does without PreFilter where the plugin can', () => {
    const got = explain({ profiles: [{ plugins: { preFilter: { disabled: [{ name: 'NodeAffinity' }, { name: 'VolumeZone' }] } } }] }, { nodes: [node('a'), node('b', { labels: { disk: 'ssd' } })], given: pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }) });
    expect([got?.node, got?.nodes['a']?.reasons]).toEqual(['b', ["node(s) didn't match Pod's node affinity/selector"]]);
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
    [document({ profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] }), ['profiles[1].schedulerName: Duplicate value: {}']],
    [document({ percentageOfNodesToScore: 101 }), ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]']],
    [document({ profiles: [{ schedulerName: '' }, {}] }), ['profiles[0].schedulerName: Required value', 'profiles[1].schedulerName: Required value', 'profiles[1].schedulerName: Duplicate value: {}']],
    [document({ parallelism: 0, percentageOfNodesToScore: -1, profiles: [{ percentageOfNodesToScore: 200 }] }), ['parallelism: Invalid value: 0: should be an integer value greater than zero', 'profiles[0].percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]', 'percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]']],
    // What cannot be decoded ends it all.
    [document({ parallelism: '16', percentageOfNodesToScore: 101 }), ['json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32']],
    [document({ profiles: {} }), ['json: cannot unmarshal object into Go struct field KubeSchedulerConfiguration.profiles of type []v1.KubeSchedulerProfile']],
    [document({ profiles: [{ pluginConfig: {} }] }), ['json: cannot unmarshal object into Go struct field KubeSchedulerProfile.profiles.pluginConfig of type []v1.PluginConfig']],
    [document({ profiles: [{ plugins: { score: { enabled: [{ name: 'ImageLocality', weight: 1.5 }] } } }] }), ['json: cannot unmarshal number 1.5 into Go struct field Plugin.profiles.plugins.score.enabled.weight of type int32']],
    [document({ percentageOfNodeToScore: 100, profiles: [{ plugin: {}, plugins: { unreserve: {} } }] }), ['strict decoding error: unknown field "percentageOfNodeToScore", unknown field "profiles[0].plugin", unknown field "profiles[0].plugins.unreserve"']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { resourcess: [] } } }] }] }), ['strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin NodeResourcesFit: strict decoding error: unknown field "scoringStrategy.resourcess"']],
    [document({ profiles: [{ pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight: 'much' } }] }] }), ['decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: json: cannot unmarshal string into Go struct field InterPodAffinityArgs.hardPodAffinityWeight of type int32']],
    // Plugins are looked for only when profiles are made of them.
    [document({ profiles: [{ plugins: { score: { enabled: [{ name: 'Mine' }] } } }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: ScorePlugin "Mine" does not exist']],
    [document({ profiles: [{ plugins: { multiPoint: { enabled: [{ name: 'Mine' }] } } }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: PreFilterPlugin "Mine" does not exist']],
    [document({ profiles: [{ plugins: { score: { enabled: [{ name: 'NodeName' }] } } }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: plugin "NodeName" does not extend ScorePlugin plugin']],
    [document({ profiles: [{ plugins: { filter: { enabled: [{ name: 'NodeName' }, { name: 'NodeName' }] } } }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: plugin "NodeName" already registered as "FilterPlugin"']],
    [document({ profiles: [{ schedulerName: 'bin-packing', plugins: { multiPoint: { disabled: [{ name: '*' }] } } }] }), ['initializing profiles: creating profile for scheduler name bin-packing: only one queue sort plugin required for profile with scheduler name "bin-packing", but got 0']],
    [document({ profiles: [{ plugins: { bind: { disabled: [{ name: '*' }] } } }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: at least one bind plugin is needed for profile with scheduler name "default-scheduler"']],
    [document({ profiles: [{ plugins: { filter: { enabled: [{ name: 'EBSLimits' }] } } }] }), ['profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")']],
    [document({ profiles: [{ schedulerName: 'a' }, { schedulerName: 'b', plugins: { queueSort: { enabled: [{ name: 'PrioritySort' }] } } }] }), ['profiles[1].plugins.queueSort: Invalid value: {"Enabled":[{"Name":"PrioritySort","Weight":0}],"Disabled":null}: must be the same for all profiles']],
    [fitDocument({ resources: [] }), ['initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin "NodeResourcesFit": scoringStrategy.type: Unsupported value: "": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"']],
    [fitDocument({ type: 'Best', resources: [{ name: 'cpu', weight: 101 }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin "NodeResourcesFit": [scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio", scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]]']],
    [document({ profiles: [{ pluginConfig: [{ name: 'ImageLocality' }, { name: 'ImageLocality' }] }] }), ['profiles[0].pluginConfig[1]: Duplicate value: "ImageLocality"']],
    [document({ profiles: [{ pluginConfig: [{ name: 'VolumeBinding', args: { bindTimeoutSeconds: -1 } }] }] }), ['profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In' }] }] } } } }] }] }), ["profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty"]],
    [
      document({ profiles: [{ pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: { matchFields: [{ key: 'metadata.name', operator: 'In' }] } }, { weight: 1, preference: { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['x'] }, { key: 'cores', operator: 'Like' }], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }, { key: 'metadata.name', operator: 'Gt', values: ['1'] }] } }] } } }] }] }),
      [
        "matchExpressions[0].values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer", 'matchExpressions[1].operator: Unsupported value: "Like": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"',
        'matchFields[0].values: Invalid value: ["a","b"]: must have one element', 'matchFields[1].operator: Unsupported value: "Gt": supported values: "In", "NotIn"',
      ].map((problem) => `profiles[0].pluginConfig[0].args.addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].${problem}`),
    ],
    [document({ profiles: [{ pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight: 101 } }] }] }), ['profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'RequestedToCapacityRatio' } } }] }] }), ['initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin "NodeResourcesFit": scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio']],
    [document({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] } }] }] }), ['profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty']],
    [
      document({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'List', defaultConstraints: ['zone', 'zone', 'my zone'].map((topologyKey) => ({ maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway' })) } }] }] }),
      ['profiles[0].pluginConfig[0].args.defaultConstraints[1]: Duplicate value: "{zone, ScheduleAnyway}"', `profiles[0].pluginConfig[0].args.defaultConstraints[2].topologyKey: Invalid value: "my zone": ${NAME_PART}`],
    ],
    [
      document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { ignoredResources: ['example.com/gpu', 'example.com/'], ignoredResourceGroups: ['example.com', 'example.com/gpu'] } }] }] }),
      [`initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin "NodeResourcesFit": [ignoredResources[1]: Invalid value: "example.com/": name part must be non-empty, ignoredResources[1]: Invalid value: "example.com/": ${NAME_PART}, ignoredResourceGroups[1]: Invalid value: "example.com/gpu": resource group name can't contain '/']`],
    ],
    [
      document({ profiles: [{ pluginConfig: [{ name: 'VolumeBinding', args: { shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } }] }] }),
      ['profiles[0].pluginConfig[0].args.shape: Invalid value: [{"Utilization":0,"Score":0},{"Utilization":100,"Score":10}]: unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring'],
    ],
    [document({ profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'Other' } }] }] }), ['profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: "Other": supported values: "System", "List"']],
    [document({ profiles: [{ pluginConfig: [{ name: 'DefaultPreemption', args: { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 } }] }] }), ['profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute', 'profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage']],
    [document({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu' }, { name: 'cpu', weight: 2 }] } }] }] }), ['profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: "cpu"', 'profiles[0].pluginConfig[0].args.resources[1].weight: Invalid value: 2: must be 1']],
    [document({ leaderElection: { resourceLock: 'endpointsleases' }, parallelism: 0 }), ['leaderElection.resourceLock: Invalid value: "endpointsleases": resourceLock value must be "leases"', 'parallelism: Invalid value: 0: should be an integer value greater than zero']],
    [document({ podInitialBackoffSeconds: 0 }), ['podInitialBackoffSeconds: Invalid value: 0: must be greater than 0']],
    [document({ podInitialBackoffSeconds: 20 }), ['podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds']],
    [{ apiVersion: 'v1', kind: 'Pod' }, ['no kind "Pod" is registered for version "v1": expected KubeSchedulerConfiguration in kubescheduler.config.k8s.io/v1']],
    ['text', ['the scheduler configuration is not an object of kind KubeSchedulerConfiguration']],
  ])('%j is refused', (given, problems) => {
    expect(parseSchedulerConfiguration(given)).toEqual({ problems });
  });
});
