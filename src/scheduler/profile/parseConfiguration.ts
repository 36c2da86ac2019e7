// Reads a KubeSchedulerConfiguration: what it says merged over the defaults, or everything that is wrong with it.
// Source: pkg/scheduler/apis/config/v1/{defaults,default_plugins}.go, pkg/scheduler/apis/config/validation/validation.go
import { isRecord } from '../../util/objects.js';
import { PLUGINS } from '../plugins/index.js';
import { DEFAULT_BACKOFF, DEFAULT_SCHEDULER_NAME, defaultPlugins, type EnabledPlugin, type PluginSet, type ProfileConfiguration, type SchedulerConfiguration } from './configuration.js';
import { decodingProblem } from './decodeConfiguration.js';
import { checkArgs } from './pluginArgs.js';
import { profileProblem } from './profileProblem.js';

/** A configuration, or its problems as 'field: what is wrong'. */
export type ParsedConfiguration = { configuration: SchedulerConfiguration } | { problems: string[] };

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';
/** Plugins of earlier versions. */
const REMOVED: readonly string[] = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits'];

type Fields = Record<string, unknown>;

/** Decoded already: every value is of its type or null. */
interface GivenProfile {
  schedulerName?: string | null;
  percentageOfNodesToScore?: number | null;
  plugins?: Record<string, GivenSet | null> | null;
  pluginConfig?: { name?: string; args?: Fields | null }[] | null;
}
interface GivenSet {
  enabled?: { name?: string; weight?: number | null }[] | null;
  disabled?: { name?: string }[] | null;
}

/** Reads the object as it stands in the file. As the real one it stops at what cannot be decoded, then at what is not valid, then at what makes no profile. */
export function parseSchedulerConfiguration(object: unknown): ParsedConfiguration {
  const problems: string[] = [];
  if (!isRecord(object)) return { problems: [`the scheduler configuration is not an object of kind ${KIND}`] };
  if (object['apiVersion'] !== API_VERSION || object['kind'] !== KIND) {
    return { problems: [`no kind "${String(object['kind'] ?? '')}" is registered for version "${String(object['apiVersion'] ?? '')}": expected ${KIND} in ${API_VERSION}`] };
  }
  const undecoded = decodingProblem(object);
  if (undecoded !== undefined) return { problems: [undecoded] };
  const { leaderElect, resourceLock } = (object['leaderElection'] ?? {}) as { leaderElect?: boolean | null; resourceLock?: string | null };
  if (leaderElect !== false && resourceLock && resourceLock !== 'leases') problems.push(`leaderElection.resourceLock: Invalid value: ${JSON.stringify(resourceLock)}: resourceLock value must be "leases"`);
  const parallelism = object['parallelism'];
  if (parallelism !== undefined && !(isInteger(parallelism) && parallelism > 0)) problems.push(`parallelism: Invalid value: ${String(parallelism)}: should be an integer value greater than zero`);
  const percentage = numberOr(object['percentageOfNodesToScore'], 0);
  const given = (object['profiles'] ?? []) as Fields[];
  const list = given.length === 0 ? [{}] : given;
  const profiles: ProfileConfiguration[] = [];
  /** What is found when plugins are made, which is after validation. */
  const made: Record<string, string[]>[] = [];
  for (const [index, profile] of list.entries()) {
    const path = `profiles[${index}]`;
    const { schedulerName: named, percentageOfNodesToScore, plugins, pluginConfig } = (profile ?? {}) as GivenProfile;
    const schedulerName = named ?? (list.length === 1 ? DEFAULT_SCHEDULER_NAME : '');
    if (schedulerName === '') problems.push(`${path}.schedulerName: Required value`);
    profiles.push({
      schedulerName,
      percentageOfNodesToScore: checkPercentage(percentageOfNodesToScore ?? percentage, percentageOfNodesToScore === undefined ? undefined : `${path}.percentageOfNodesToScore`, problems),
      plugins: readPlugins(plugins ?? {}, `${path}.plugins`, problems),
      args: readArgs(pluginConfig ?? [], { path: `${path}.pluginConfig`, problems, made: (made[index] ??= {}) }),
    });
    // The real one prints the path of the other as an empty object.
    if (profiles.findIndex((other) => other.schedulerName === schedulerName) < index) problems.push(`${path}.schedulerName: Duplicate value: {}`);
  }
  problems.push(...queueSortProblems(profiles));
  checkPercentage(percentage, 'percentageOfNodesToScore', problems);
  const podInitialBackoffSeconds = numberOr(object['podInitialBackoffSeconds'], DEFAULT_BACKOFF.podInitialBackoffSeconds);
  const podMaxBackoffSeconds = numberOr(object['podMaxBackoffSeconds'], DEFAULT_BACKOFF.podMaxBackoffSeconds);
  if (podInitialBackoffSeconds <= 0) problems.push(`podInitialBackoffSeconds: Invalid value: ${podInitialBackoffSeconds}: must be greater than 0`);
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) problems.push(`podMaxBackoffSeconds: Invalid value: ${podMaxBackoffSeconds}: must be greater than or equal to PodInitialBackoffSeconds`);
  if (Array.isArray(object['extenders']) && object['extenders'].length > 0) problems.push('extenders: Invalid value: scheduler extenders are programs of their own and cannot be planned');
  if (problems.length > 0) return { problems };
  const unmade = profiles.map((profile, index) => profileProblem(profile, made[index] ?? {})).find((problem) => problem !== undefined);
  return unmade !== undefined ? { problems: [`initializing profiles: ${unmade}`] } : { configuration: { profiles, podInitialBackoffSeconds, podMaxBackoffSeconds } };
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function checkPercentage(value: number, path: string | undefined, problems: string[]): number {
  if (path !== undefined && !(value >= 0 && value <= 100)) problems.push(`${path}: Invalid value: ${value}: not in valid range [0-100]`);
  return value;
}

/** There is one queue for all profiles. */
function queueSortProblems(profiles: readonly ProfileConfiguration[]): string[] {
  const [first, ...others] = profiles.map(({ plugins }): PluginSet => plugins.points['queueSort'] ?? { enabled: [], disabled: [] });
  const inWords = ({ enabled, disabled }: PluginSet): string => {
    const list = (each: readonly EnabledPlugin[]): object[] | null => (each.length === 0 ? null : each.map(({ name, weight }) => ({ Name: name, Weight: weight })));
    return JSON.stringify({ Enabled: list(enabled), Disabled: list(disabled.map((name) => ({ name, weight: 0 }))) });
  };
  if (first === undefined) return [];
  return [
    ...(first.enabled.length > 1 ? [`profiles[0].plugins.queueSort.Enabled: Invalid value: ${first.enabled.length}: only one queue sort plugin can be enabled`] : []),
    ...others.flatMap((each, index) => (inWords(each) === inWords(first) ? [] : [`profiles[${index + 1}].plugins.queueSort: Invalid value: ${inWords(each)}: must be the same for all profiles`])),
  ];
}

function readPlugins(given: Record<string, GivenSet | null>, path: string, problems: string[]): ProfileConfiguration['plugins'] {
  const points: Record<string, PluginSet> = {};
  for (const [point, set] of Object.entries(given)) {
    const enabled = (set?.enabled ?? []).map(({ name = '', weight }) => ({ name, weight: weight ?? 0 }));
    points[point] = { enabled, disabled: (set?.disabled ?? []).map(({ name = '' }) => name) };
    if (point === 'multiPoint') continue;
    for (const [index, { name }] of enabled.entries()) if (REMOVED.includes(name)) problems.push(`${path}.${point}.enabled[${index}]: ${wasRemoved(name)}`);
  }
  const { multiPoint, ...others } = points;
  return { multiPoint: multiPoint === undefined ? defaultPlugins() : mergeOverDefaults(multiPoint), points: others };
}

function wasRemoved(name: string): string {
  return `Invalid value: "${name}": was invalid in version "v1" (KubeSchedulerConfiguration is version "${API_VERSION}")`;
}

/** A default plugin that is named again keeps its place and takes the new weight; the others follow. */
function mergeOverDefaults({ enabled, disabled }: PluginSet): EnabledPlugin[] {
  const merged: EnabledPlugin[] = [];
  if (!disabled.includes('*')) {
    for (const plugin of defaultPlugins()) if (!disabled.includes(plugin.name)) merged.push(enabled.findLast(({ name }) => name === plugin.name) ?? plugin);
  }
  for (const plugin of enabled) if (!merged.includes(plugin)) merged.push(plugin);
  return merged;
}

/** Arguments of plugins that are not there are nobody's. */
function readArgs(given: { name?: string; args?: Fields | null }[], { path, problems, made }: { path: string; problems: string[]; made: Record<string, string[]> }): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const [index, { name = '', args: own }] of given.entries()) {
    if (seen.has(name)) problems.push(`${path}[${index}]: Duplicate value: "${name}"`);
    seen.add(name);
    if (REMOVED.includes(name)) problems.push(`${path}[${index}]: ${wasRemoved(name)}`);
    else if (PLUGINS.some((plugin) => plugin.name === name)) {
      // The arguments of this one are looked at only when it is made.
      const isLate = name === 'NodeResourcesFit';
      args[name] = checkArgs(name, own ?? {}, isLate ? { path: '', problems: (made[name] ??= []) } : { path: `${path}[${index}].args`, problems });
    }
  }
  return args;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}
