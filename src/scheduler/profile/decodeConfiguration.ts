// Decodes a KubeSchedulerConfiguration as strictly as kube-scheduler does: fields that are unknown, values of a wrong type.
// Source: k8s.io/kube-scheduler/config/v1/{types,types_pluginargs}.go (and DecodeNestedObjects)
import { sortedKeys } from '../../util/compare.js';
import { isRecord } from '../../util/objects.js';

/** The name of a Go type, or what it is made of. */
type Shape = GoStruct | { list: Shape } | 'string' | 'bool' | 'int32' | 'int64' | 'float32' | 'any' | `v1.${string}`;
interface GoStruct {
  go: string;
  fields: Record<string, Shape>;
}

const struct = (go: string, fields: Record<string, Shape>): GoStruct => ({ go, fields });
const TYPE_META: Record<string, Shape> = { apiVersion: 'string', kind: 'string' };

const PLUGIN = struct('Plugin', { name: 'string', weight: 'int32' });
const PLUGIN_SET = struct('PluginSet', { enabled: { list: PLUGIN }, disabled: { list: PLUGIN } });
const POINTS = ['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind', 'multiPoint', 'placementGenerate', 'placementScore'];
const PROFILE = struct('KubeSchedulerProfile', {
  schedulerName: 'string',
  percentageOfNodesToScore: 'int32',
  plugins: struct('Plugins', Object.fromEntries(POINTS.map((point) => [point, PLUGIN_SET]))),
  pluginConfig: { list: struct('PluginConfig', { name: 'string', args: 'any' }) },
});
const EXTENDER = struct('Extender', {
  urlPrefix: 'string', filterVerb: 'string', preemptVerb: 'string', prioritizeVerb: 'string', weight: 'int64', bindVerb: 'string', enableHTTPS: 'bool', tlsConfig: 'any', httpTimeout: 'any',
  nodeCacheCapable: 'bool', managedResources: { list: struct('ExtenderManagedResource', { name: 'string', ignoredByScheduler: 'bool' }) }, ignorable: 'bool',
});
const CONFIGURATION = struct('KubeSchedulerConfiguration', {
  ...TYPE_META,
  parallelism: 'int32',
  leaderElection: struct('LeaderElectionConfiguration', { leaderElect: 'bool', leaseDuration: 'any', renewDeadline: 'any', retryPeriod: 'any', resourceLock: 'string', resourceName: 'string', resourceNamespace: 'string' }),
  clientConnection: struct('ClientConnectionConfiguration', { kubeconfig: 'string', acceptContentTypes: 'string', contentType: 'string', qps: 'float32', burst: 'int32' }),
  enableProfiling: 'bool', enableContentionProfiling: 'bool',
  percentageOfNodesToScore: 'int32', podInitialBackoffSeconds: 'int64', podMaxBackoffSeconds: 'int64', delayCacheUntilActive: 'bool',
  profiles: { list: PROFILE },
  extenders: { list: EXTENDER },
});

const RESOURCES: Shape = { list: struct('ResourceSpec', { name: 'string', weight: 'int64' }) };
const POINTS_OF_SHAPE: Shape = { list: struct('UtilizationShapePoint', { utilization: 'int32', score: 'int32' }) };
const REQUIREMENTS: Shape = { list: struct('NodeSelectorRequirement', { key: 'string', operator: 'v1.NodeSelectorOperator', values: { list: 'string' } }) };
const TERM = struct('NodeSelectorTerm', { matchExpressions: REQUIREMENTS, matchFields: REQUIREMENTS });
const NODE_AFFINITY = struct('NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: struct('NodeSelector', { nodeSelectorTerms: { list: TERM } }),
  preferredDuringSchedulingIgnoredDuringExecution: { list: struct('PreferredSchedulingTerm', { weight: 'int32', preference: TERM }) },
});
const SPREAD_CONSTRAINT = struct('TopologySpreadConstraint', {
  maxSkew: 'int32', topologyKey: 'string', whenUnsatisfiable: 'v1.UnsatisfiableConstraintAction', labelSelector: 'any', minDomains: 'int32',
  nodeAffinityPolicy: 'v1.NodeInclusionPolicy', nodeTaintsPolicy: 'v1.NodeInclusionPolicy', matchLabelKeys: { list: 'string' },
});
/** Arguments that are decoded; those of other plugins are left alone. */
const ARGS: Record<string, Record<string, Shape>> = {
  DefaultPreemption: { minCandidateNodesPercentage: 'int32', minCandidateNodesAbsolute: 'int32' },
  DynamicResources: { filterTimeout: 'any', bindingTimeout: 'any' },
  InterPodAffinity: { hardPodAffinityWeight: 'int32', ignorePreferredTermsOfExistingPods: 'bool' },
  NodeAffinity: { addedAffinity: NODE_AFFINITY },
  NodeResourcesBalancedAllocation: { resources: RESOURCES },
  NodeResourcesFit: {
    ignoredResources: { list: 'string' }, ignoredResourceGroups: { list: 'string' },
    scoringStrategy: struct('ScoringStrategy', { type: 'v1.ScoringStrategyType', resources: RESOURCES, requestedToCapacityRatio: struct('RequestedToCapacityRatioParam', { shape: POINTS_OF_SHAPE }) }),
  },
  PodTopologySpread: { defaultConstraints: { list: SPREAD_CONSTRAINT }, defaultingType: 'v1.PodTopologySpreadConstraintsDefaulting' },
  VolumeBinding: { bindTimeoutSeconds: 'int64', shape: POINTS_OF_SHAPE },
};

/** What one pass over a document found. */
interface Findings {
  /** The first value of a wrong type: nothing else counts. */
  wrongType: string | undefined;
  unknown: string[];
}

/** The error with which kube-scheduler ends when it cannot decode the object, or undefined. */
export function decodingProblem(object: Record<string, unknown>): string | undefined {
  const { wrongType, unknown } = decode(object, CONFIGURATION);
  if (wrongType !== undefined) return wrongType;
  const strict = unknown.map((path) => `unknown field "${path}"`);
  for (const [index, profile] of ((object['profiles'] ?? []) as { pluginConfig?: { name?: string; args?: unknown }[] | null }[]).entries()) {
    for (const [at, { name = '', args }] of (profile?.pluginConfig ?? []).entries()) {
      const fields = Object.hasOwn(ARGS, name) ? ARGS[name] : undefined;
      if (fields === undefined || args === undefined || args === null) continue;
      const found = decode(args, struct(`${name}Args`, { ...TYPE_META, ...fields }));
      const where = `decoding .profiles[${index}].pluginConfig[${at}]: `;
      if (found.wrongType !== undefined) return `${where}decoding args for plugin ${name}: ${found.wrongType}`;
      if (found.unknown.length > 0) strict.push(`${where}strict decoding error: decoding args for plugin ${name}: strict decoding error: ${found.unknown.map((path) => `unknown field "${path}"`).join(', ')}`);
    }
  }
  return strict.length === 0 ? undefined : `strict decoding error: ${strict.join(', ')}`;
}

function decode(value: unknown, shape: GoStruct): Findings {
  const findings: Findings = { wrongType: undefined, unknown: [] };
  visit(value, shape, { findings, path: '', fieldPath: '', within: undefined });
  return findings;
}

interface Place {
  findings: Findings;
  /** With positions in lists, as unknown fields are named. */
  path: string;
  /** Without them, as values of a wrong type are named. */
  fieldPath: string;
  within: string | undefined;
}

/** Keys are visited in their order as bytes: the file has become JSON on the way. */
function visit(value: unknown, shape: Shape, place: Place): void {
  if (value === null || value === undefined || shape === 'any') return;
  const { findings, path, fieldPath } = place;
  if (typeof shape === 'object' && 'go' in shape && isRecord(value)) {
    for (const key of sortedKeys(value)) {
      const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      const below = path === '' ? key : `${path}.${key}`;
      if (field === undefined) findings.unknown.push(below);
      else visit(value[key], field, { findings, path: below, fieldPath: fieldPath === '' ? key : `${fieldPath}.${key}`, within: shape.go });
    }
  } else if (typeof shape === 'object' && 'list' in shape && Array.isArray(value)) {
    for (const [index, each] of value.entries()) visit(each, shape.list, { ...place, path: `${path}[${index}]` });
  } else if (!isOfType(value, shape)) {
    const into = place.within === undefined ? 'Go value' : `Go struct field ${place.within}.${fieldPath}`;
    findings.wrongType ??= `json: cannot unmarshal ${jsonNameOf(value, shape)} into ${into} of type ${goNameOf(shape)}`;
  }
}

function isOfType(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'object') return false;
  if (shape === 'bool') return typeof value === 'boolean';
  if (shape === 'float32') return typeof value === 'number';
  if (shape === 'int32') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  if (shape === 'int64') return Number.isInteger(value);
  return typeof value === 'string';
}

function jsonNameOf(value: unknown, shape: Shape): string {
  if (typeof value === 'number') return shape === 'int32' || shape === 'int64' ? `number ${value}` : 'number';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : 'string';
}

function goNameOf(shape: Shape): string {
  if (typeof shape !== 'object') return shape;
  return 'go' in shape ? `v1.${shape.go}` : `[]${goNameOf(shape.list)}`;
}
