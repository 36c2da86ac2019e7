// From a configured profile to its plugins at each extension point. Source: pkg/scheduler/framework/runtime/framework.go (expandMultiPointPlugins)
import type { Client } from '../../apiserver/client.js';
import type { Profile } from '../framework/runtime.js';
import { errorStatus } from '../framework/status.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { PLUGINS } from '../plugins/index.js';
import type { ProfileConfiguration } from './configuration.js';

/** What plugins say when their filter runs without their PreFilter; the others do without. */
const UNREADABLE_FILTERS: Readonly<Record<string, string>> = {
  NodePorts: 'reading "PreFilterNodePorts" from cycleState: not found',
  NodeResourcesFit: 'error reading "PreFilterNodeResourcesFit" from cycleState: not found',
  VolumeRestrictions: 'cannot read "PreFilterVolumeRestrictions" from cycleState',
  VolumeBinding: 'not found',
  PodTopologySpread: 'reading "PreFilterPodTopologySpread" from cycleState: not found',
  InterPodAffinity: 'error reading "PreFilterInterPodAffinity" from cycleState: not found',
};
/** The same for scores without PreScore. */
const UNREADABLE_SCORES: Readonly<Record<string, string>> = {
  TaintToleration: 'failed to read "PreScoreTaintToleration" from cycleState: not found',
  PodTopologySpread: 'error reading "PreScorePodTopologySpread" from cycleState: not found',
  InterPodAffinity: 'failed to read "PreScoreInterPodAffinity" from cycleState: not found',
};

/** The plugin where its PreFilter is switched off. */
function withoutPreFilter(plugin: SchedulerPlugin): SchedulerPlugin {
  const unreadable = UNREADABLE_FILTERS[plugin.name];
  if (unreadable !== undefined) return { ...plugin, filter: () => errorStatus(unreadable) };
  if (plugin.preFilter === undefined) return plugin;
  return {
    ...plugin,
    filter(cycle, node) {
      const status = plugin.preFilter?.(cycle)?.status;
      if (status !== undefined) return status.code === 'Skip' ? undefined : status;
      return plugin.filter?.(cycle, node);
    },
  };
}

/** Makes the profile's plugins. */
export function createProfile(configuration: ProfileConfiguration, { handle, client }: { handle: PluginHandle; client: Client | undefined }): Profile {
  const byName = new Map<string, SchedulerPlugin>();
  for (const { name, create } of PLUGINS) byName.set(name, create({ handle, client, args: configuration.args[name] ?? {} }));
  const at = (point: string, has: (plugin: SchedulerPlugin) => boolean): SchedulerPlugin[] =>
    namesAt(configuration, point, (name) => {
      const plugin = byName.get(name);
      return plugin !== undefined && has(plugin);
    }).map((name) => byName.get(name) as SchedulerPlugin);
  // By name, as some of the plugins here have nothing to prepare where the original has.
  const preFiltered = new Set(namesAt(configuration, 'preFilter', (name) => UNREADABLE_FILTERS[name] !== undefined || byName.get(name)?.preFilter !== undefined));
  const preScored = new Set(namesAt(configuration, 'preScore', (name) => UNREADABLE_SCORES[name] !== undefined));
  return {
    schedulerName: configuration.schedulerName,
    preEnqueue: at('preEnqueue', (plugin) => plugin.preEnqueue !== undefined),
    preFilter: at('preFilter', (plugin) => plugin.preFilter !== undefined),
    filter: at('filter', (plugin) => plugin.filter !== undefined).map((plugin) => (preFiltered.has(plugin.name) ? plugin : withoutPreFilter(plugin))),
    postFilter: namesAt(configuration, 'postFilter', (name) => name === 'DynamicResources' || name === 'DefaultPreemption'),
    preScore: at('preScore', (plugin) => plugin.preScore !== undefined),
    score: at('score', (plugin) => plugin.score !== undefined).map((plugin) => {
      const unprepared = preScored.has(plugin.name) ? undefined : UNREADABLE_SCORES[plugin.name];
      return { plugin, weight: weightOf(configuration, plugin.name), ...(unprepared === undefined ? {} : { unprepared }) };
    }),
    reserve: at('reserve', (plugin) => plugin.reserve !== undefined),
    preBind: at('preBind', (plugin) => plugin.preBind !== undefined),
    byName,
    percentageOfNodesToScore: configuration.percentageOfNodesToScore,
    args: configuration.args,
  };
}

/** True when the profile runs exactly the default plugins at each point; weights and arguments may be its own. */
export function isRegularProfile(profile: Profile): boolean {
  const names = PLUGINS.map(({ name }) => name);
  if (profile.score.some(({ unprepared }) => unprepared !== undefined) || profile.filter.some((plugin) => plugin !== profile.byName.get(plugin.name))) return false;
  for (const list of [profile.preFilter, profile.filter, profile.preScore, profile.score.map(({ plugin }) => plugin)]) {
    const point = list === profile.preFilter ? 'preFilter' : list === profile.filter ? 'filter' : list === profile.preScore ? 'preScore' : 'score';
    const expected = names.filter((name) => profile.byName.get(name)?.[point] !== undefined);
    if (expected.join() !== list.map(({ name }) => name).join()) return false;
  }
  return true;
}

/** Plugins of the point: those it enables that stand in multiPoint too, the rest of multiPoint, the rest of those it enables. */
function namesAt({ plugins }: ProfileConfiguration, point: string, has: (name: string) => boolean): string[] {
  const set = plugins.points[point];
  const enabled = (set?.enabled ?? []).map(({ name }) => name).filter(has);
  const disabled = new Set(set?.disabled);
  if (disabled.has('*')) return enabled;
  const multiPoint = plugins.multiPoint.map(({ name }) => name).filter((name) => has(name) && !disabled.has(name));
  return [
    ...enabled.filter((name) => multiPoint.includes(name)),
    ...multiPoint.filter((name) => !enabled.includes(name)),
    ...enabled.filter((name) => !multiPoint.includes(name)),
  ];
}

function weightOf({ plugins }: ProfileConfiguration, name: string): number {
  const explicit = plugins.points['score']?.enabled.find((each) => each.name === name);
  return (explicit ?? plugins.multiPoint.find((each) => each.name === name))?.weight || 1;
}
