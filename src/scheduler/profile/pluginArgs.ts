// Arguments of plugins: their defaults and what they may not be.
// Source: pkg/scheduler/apis/config/validation/validation_pluginargs.go, pkg/scheduler/apis/config/v1/defaults.go
import type { NodeAffinity } from '../../api/types.js';
import { qualifiedNameMessages } from '../../kinds/shared/formats.js';
import { isRecord } from '../../util/objects.js';
import { nodeSelectorTermProblems, preferredTermProblems } from '../framework/nodeSelectorProblems.js';

type Fields = Record<string, unknown>;

/** Where problems go. */
export interface ArgsContext {
  path: string;
  problems: string[];
}

/** The arguments with their defaults filled in; problems are added to the context's. */
export function checkArgs(plugin: string, args: Fields, context: ArgsContext): Fields {
  return CHECKS[plugin]?.(args, context) ?? args;
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
const MAX_WEIGHT = 100;
const MAX_SHAPE_SCORE = 10;

const CHECKS: Record<string, (args: Fields, context: ArgsContext) => Fields> = {
  DefaultPreemption(args, context) {
    const percentage = numberOr(args['minCandidateNodesPercentage'], 10);
    const absolute = numberOr(args['minCandidateNodesAbsolute'], 100);
    inRange(percentage, 'minCandidateNodesPercentage', { ...context, min: 0, max: 100 });
    if (absolute < 0) context.problems.push(`${context.path}.minCandidateNodesAbsolute: Invalid value: ${absolute}: not in valid range [0, inf)`);
    if (percentage === 0 && absolute === 0) {
      context.problems.push(`${context.path}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute`);
      context.problems.push(`${context.path}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`);
    }
    return { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute };
  },
  InterPodAffinity(args, context) {
    inRange(numberOr(args['hardPodAffinityWeight'], 1), 'hardPodAffinityWeight', { ...context, min: 0, max: MAX_WEIGHT });
    return args;
  },
  NodeAffinity(args, { path, problems }) {
    const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } = (args['addedAffinity'] ?? {}) as NodeAffinity;
    const below = `${path}.addedAffinity`;
    for (const [index, term] of (required?.nodeSelectorTerms ?? []).entries()) problems.push(...nodeSelectorTermProblems(term, `${below}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`));
    problems.push(...preferredTermProblems(preferred ?? [], `${below}.preferredDuringSchedulingIgnoredDuringExecution`));
    return args;
  },
  NodeResourcesFit(args, { path: above, problems }) {
    const below = (field: string): string => (above === '' ? field : `${above}.${field}`);
    for (const [index, name] of listOf(args['ignoredResources']).entries()) checkLabelName(name, { path: below(`ignoredResources[${index}]`), problems });
    for (const [index, name] of listOf(args['ignoredResourceGroups']).entries()) {
      const path = below(`ignoredResourceGroups[${index}]`);
      if (name.includes('/')) problems.push(`${path}: Invalid value: ${JSON.stringify(name)}: resource group name can't contain '/'`);
      checkLabelName(name, { path, problems });
    }
    const strategy = args['scoringStrategy'] as { type?: string; resources?: unknown; requestedToCapacityRatio?: unknown } | null | undefined;
    if (strategy === undefined || strategy === null) return args;
    const path = below('scoringStrategy');
    // Only a strategy that is left out as a whole has a default type.
    const { type = '', requestedToCapacityRatio } = strategy;
    if (!STRATEGIES.includes(type)) problems.push(`${path}.type: Unsupported value: "${type}": supported values: ${STRATEGIES.map((name) => `"${name}"`).join(', ')}`);
    const resources = checkResources(strategy.resources, { path: `${path}.resources`, problems, max: MAX_WEIGHT });
    if (requestedToCapacityRatio !== undefined && requestedToCapacityRatio !== null) checkShape(requestedToCapacityRatio, { path: `${path}.shape`, problems });
    // Differs: kube-scheduler crashes here.
    else if (type === 'RequestedToCapacityRatio') problems.push(`${path}.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`);
    return { ...args, scoringStrategy: { ...strategy, type, resources } };
  },
  VolumeBinding(args, { path, problems }) {
    const seconds = numberOr(args['bindTimeoutSeconds'], 600);
    if (seconds < 0) problems.push(`${path}.bindTimeoutSeconds: Invalid value: ${seconds}: invalid BindTimeoutSeconds, should not be a negative value`);
    // It belongs to a gate that is off.
    const shape = args['shape'] as { utilization?: number; score?: number }[] | null | undefined;
    if (shape !== undefined && shape !== null) {
      const points = shape.map((point) => ({ Utilization: point?.utilization ?? 0, Score: point?.score ?? 0 }));
      problems.push(`${path}.shape: Invalid value: ${JSON.stringify(points)}: unexpected field \`shape\`, remove it or turn on the feature gate StorageCapacityScoring`);
    }
    return args;
  },
  NodeResourcesBalancedAllocation(args, context) {
    if (args['resources'] === undefined) return args;
    return { ...args, resources: checkResources(args['resources'], { path: `${context.path}.resources`, problems: context.problems, max: 1 }) };
  },
  PodTopologySpread(args, context) {
    const defaultingType = args['defaultingType'] ?? 'System';
    const constraints = Array.isArray(args['defaultConstraints']) ? args['defaultConstraints'] : [];
    if (defaultingType !== 'System' && defaultingType !== 'List') context.problems.push(`${context.path}.defaultingType: Unsupported value: "${String(defaultingType)}": supported values: "System", "List"`);
    if (defaultingType === 'System' && constraints.length > 0) context.problems.push(`${context.path}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`);
    for (const [index, constraint] of constraints.entries()) checkConstraint(constraint, { path: `${context.path}.defaultConstraints[${index}]`, problems: context.problems }, constraints.slice(0, index));
    return { ...args, defaultingType, defaultConstraints: constraints };
  },
};

function checkConstraint(constraint: unknown, { path, problems }: ArgsContext, earlier: readonly unknown[]): void {
  const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = isRecord(constraint) ? constraint : ({} as Fields);
  if (!(typeof maxSkew === 'number' && maxSkew > 0)) problems.push(`${path}.maxSkew: Invalid value: ${String(maxSkew ?? 0)}: not in valid range (0, inf)`);
  if (typeof topologyKey !== 'string' || topologyKey === '') problems.push(`${path}.topologyKey: Required value: can not be empty`);
  else checkLabelName(topologyKey, { path: `${path}.topologyKey`, problems });
  if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') {
    if ((whenUnsatisfiable ?? '') === '') problems.push(`${path}.whenUnsatisfiable: Required value: can not be empty`);
    else problems.push(`${path}.whenUnsatisfiable: Unsupported value: "${String(whenUnsatisfiable)}": supported values: "DoNotSchedule", "ScheduleAnyway"`);
  }
  if (labelSelector !== undefined && labelSelector !== null) problems.push(`${path}.labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod`);
  if (earlier.some((other) => isRecord(other) && other['topologyKey'] === topologyKey && other['whenUnsatisfiable'] === whenUnsatisfiable)) {
    problems.push(`${path}: Duplicate value: "{${String(topologyKey)}, ${String(whenUnsatisfiable)}}"`);
  }
}

/** Decoded already: a list of texts or nothing. */
function listOf(value: unknown): readonly string[] {
  return (value ?? []) as readonly string[];
}

function checkLabelName(name: string, { path, problems }: ArgsContext): void {
  for (const message of qualifiedNameMessages(name)) problems.push(`${path}: Invalid value: ${JSON.stringify(name)}: ${message}`);
}

function checkResources(value: unknown, { path, problems, max }: ArgsContext & { max: number }): { name: string; weight: number }[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }];
  if (!Array.isArray(value)) {
    problems.push(`${path}: Invalid value: must be a list`);
    return [];
  }
  const seen = new Set<unknown>();
  return value.map((entry: unknown, index) => {
    const { name, weight } = isRecord(entry) ? entry : ({} as Fields);
    const used = weight === undefined || weight === 0 ? 1 : Number(weight);
    if (max === 1 && seen.has(name)) problems.push(`${path}[${index}].name: Duplicate value: "${String(name)}"`);
    seen.add(name);
    if (!(Number.isInteger(used) && used >= 1 && used <= max)) problems.push(`${path}[${index}].weight: Invalid value: ${String(weight)}: ${max === 1 ? 'must be 1' : `resource weight of ${String(name)} not in valid range (0, ${max}]`}`);
    return { name: String(name ?? ''), weight: used };
  });
}

function checkShape(ratio: unknown, { path, problems }: ArgsContext): void {
  const shape = isRecord(ratio) && Array.isArray(ratio['shape']) ? (ratio['shape'] as unknown[]) : [];
  if (shape.length === 0) problems.push(`${path}: Required value: at least one point must be specified`);
  const points = shape.map((point) => {
    const { utilization, score } = isRecord(point) ? point : ({} as Fields);
    return { utilization: numberOr(utilization, 0), score: numberOr(score, 0) };
  });
  const unsorted = points.findIndex(({ utilization }, index) => index > 0 && utilization <= (points[index - 1]?.utilization ?? 0));
  if (unsorted >= 0) problems.push(`${path}[${unsorted}].utilization: Invalid value: ${points[unsorted]?.utilization ?? 0}: values must be sorted in increasing order`);
  for (const [index, { utilization, score }] of points.entries()) {
    inRange(utilization, 'utilization', { path: `${path}[${index}]`, problems, min: 0, max: 100 });
    inRange(score, 'score', { path: `${path}[${index}]`, problems, min: 0, max: MAX_SHAPE_SCORE });
  }
}

function inRange(value: number, field: string, { path, problems, min, max }: ArgsContext & { min: number; max: number }): void {
  if (value < min || value > max) problems.push(`${path}.${field}: Invalid value: ${value}: not in valid range [${min}, ${max}]`);
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
