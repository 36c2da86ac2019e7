// Reads a KubeSchedulerConfiguration: what it says merged over the defaults, or everything that is wrong with it.
// Source: pkg/scheduler/apis/config/v1/{defaults,default_plugins}.go, pkg/scheduler/apis/config/validation/validation.go
import { PLUGINS } from '../plugins/index.js';
import { DEFAULT_BACKOFF, DEFAULT_SCHEDULER_NAME, defaultPlugins, type EnabledPlugin, type PluginSet, type ProfileConfiguration, type SchedulerConfiguration } from './configuration.js';
import { checkArgs } from './pluginArgs.js';

/** A configuration, or its problems as 'field: what is wrong'. */
export type ParsedConfiguration = { configuration: SchedulerConfiguration } | { problems: string[] };

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';
const POINTS = ['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind', 'multiPoint'];

type Fields = Record<string, unknown>;

/** Reads the object as it stands in the file. */
export function parseSchedulerConfiguration(object: unknown): ParsedConfiguration {
  const problems: string[] = [];
  if (!isFields(object)) return { problems: [`the scheduler configuration is not an object of kind ${KIND}`] };
  if (object['apiVersion'] !== API_VERSION || object['kind'] !== KIND) {
    return { problems: [`no kind "${String(object['kind'] ?? '')}" is registered for version "${String(object['apiVersion'] ?? '')}": expected ${KIND} in ${API_VERSION}`] };
  }
  if (Array.isArray(object['extenders']) && object['extenders'].length > 0) problems.push('extenders: Invalid value: scheduler extenders are programs of their own and cannot be planned');
  const parallelism = object['parallelism'];
  if (parallelism !== undefined && !(isInteger(parallelism) && parallelism > 0)) problems.push(`parallelism: Invalid value: ${String(parallelism)}: should be an integer value greater than zero`);
  const percentage = checkPercentage(object['percentageOfNodesToScore'], 'percentageOfNodesToScore', problems);
  const given = object['profiles'];
  if (given !== undefined && !Array.isArray(given)) return { problems: [...problems, 'profiles: Invalid value: must be a list'] };
  const list: unknown[] = given === undefined || given.length === 0 ? [{}] : given;
  const profiles: ProfileConfiguration[] = [];
  for (const [index, profile] of list.entries()) {
    const path = `profiles[${index}]`;
    if (!isFields(profile)) {
      problems.push(`${path}: Invalid value: must be an object`);
      continue;
    }
    const schedulerName = profile['schedulerName'] ?? (list.length === 1 ? DEFAULT_SCHEDULER_NAME : '');
    if (typeof schedulerName !== 'string' || schedulerName === '') problems.push(`${path}.schedulerName: Required value`);
    else if (profiles.some((other) => other.schedulerName === schedulerName)) problems.push(`${path}.schedulerName: Duplicate value: "${schedulerName}"`);
    profiles.push({
      schedulerName: String(schedulerName),
      percentageOfNodesToScore: profile['percentageOfNodesToScore'] === undefined ? percentage : checkPercentage(profile['percentageOfNodesToScore'], `${path}.percentageOfNodesToScore`, problems),
      plugins: readPlugins(profile['plugins'], `${path}.plugins`, problems),
      args: readArgs(profile['pluginConfig'], `${path}.pluginConfig`, problems),
    });
  }
  const podInitialBackoffSeconds = numberOr(object['podInitialBackoffSeconds'], DEFAULT_BACKOFF.podInitialBackoffSeconds);
  const podMaxBackoffSeconds = numberOr(object['podMaxBackoffSeconds'], DEFAULT_BACKOFF.podMaxBackoffSeconds);
  if (podInitialBackoffSeconds <= 0) problems.push(`podInitialBackoffSeconds: Invalid value: ${podInitialBackoffSeconds}: must be greater than 0`);
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) problems.push(`podMaxBackoffSeconds: Invalid value: ${podMaxBackoffSeconds}: must be greater than or equal to PodInitialBackoffSeconds`);
  return problems.length > 0 ? { problems } : { configuration: { profiles, podInitialBackoffSeconds, podMaxBackoffSeconds } };
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function checkPercentage(value: unknown, path: string, problems: string[]): number {
  if (value === undefined || value === null) return 0;
  if (isInteger(value) && value >= 0 && value <= 100) return value;
  problems.push(`${path}: Invalid value: ${String(value)}: not in valid range [0-100]`);
  return 0;
}

function readPlugins(value: unknown, path: string, problems: string[]): ProfileConfiguration['plugins'] {
  const points: Record<string, PluginSet> = {};
  if (value !== undefined && !isFields(value)) problems.push(`${path}: Invalid value: must be an object`);
  for (const [point, set] of Object.entries(isFields(value) ? value : {})) {
    if (!POINTS.includes(point)) problems.push(`${path}.${point}: unknown field`);
    else if (!isFields(set)) problems.push(`${path}.${point}: Invalid value: must be an object`);
    else points[point] = readSet(set, `${path}.${point}`, problems);
  }
  const { multiPoint, ...others } = points;
  return { multiPoint: multiPoint === undefined ? defaultPlugins() : mergeOverDefaults(multiPoint), points: others };
}

function readSet(set: Fields, path: string, problems: string[]): PluginSet {
  const read = (field: 'enabled' | 'disabled'): EnabledPlugin[] => {
    const list = set[field] ?? [];
    if (!Array.isArray(list)) {
      problems.push(`${path}.${field}: Invalid value: must be a list`);
      return [];
    }
    return list.map((entry: unknown, index) => {
      const { name, weight } = isFields(entry) ? entry : {};
      if (typeof name !== 'string' || name === '') problems.push(`${path}.${field}[${index}].name: Required value`);
      else if (!(field === 'disabled' && name === '*') && !PLUGINS.some((plugin) => plugin.name === name)) problems.push(`${path}.${field}[${index}].name: Invalid value: "${name}": plugin does not exist`);
      if (weight !== undefined && !(isInteger(weight) && weight >= 0)) problems.push(`${path}.${field}[${index}].weight: Invalid value: ${String(weight)}: must be a whole number`);
      return { name: String(name), weight: isInteger(weight) ? weight : 0 };
    });
  };
  const enabled = read('enabled');
  for (const [index, { name }] of enabled.entries()) {
    if (enabled.findIndex((other) => other.name === name) < index) problems.push(`${path}.enabled[${index}]: Duplicate value: "${name}"`);
  }
  return { enabled, disabled: read('disabled').map(({ name }) => name) };
}

/** A default plugin that is named again keeps its place and takes the new weight; the others follow. */
function mergeOverDefaults({ enabled, disabled }: PluginSet): EnabledPlugin[] {
  const merged: EnabledPlugin[] = [];
  if (!disabled.includes('*')) {
    for (const plugin of defaultPlugins()) if (!disabled.includes(plugin.name)) merged.push(enabled.find(({ name }) => name === plugin.name) ?? plugin);
  }
  for (const plugin of enabled) if (!merged.includes(plugin)) merged.push(plugin);
  return merged;
}

function readArgs(value: unknown, path: string, problems: string[]): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  if (value !== undefined && !Array.isArray(value)) problems.push(`${path}: Invalid value: must be a list`);
  for (const [index, entry] of (Array.isArray(value) ? value : []).entries()) {
    const { name, args: given } = isFields(entry) ? entry : ({} as Fields);
    if (typeof name !== 'string' || !PLUGINS.some((plugin) => plugin.name === name)) {
      problems.push(`${path}[${index}].name: Invalid value: "${String(name ?? '')}": plugin does not exist`);
      continue;
    }
    if (args[name] !== undefined) problems.push(`${path}[${index}]: Duplicate value: "${name}"`);
    if (given !== undefined && !isFields(given)) problems.push(`${path}[${index}].args: Invalid value: must be an object`);
    else args[name] = checkArgs(name, given ?? {}, { path: `${path}[${index}].args`, problems });
  }
  return args;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}
