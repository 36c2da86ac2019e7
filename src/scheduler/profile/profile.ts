// From a configured profile to its plugins at each extension point. Source: pkg/scheduler/framework/runtime/framework.go (expandMultiPointPlugins)
import type { Client } from '../../apiserver/client.js';
import type { Profile } from '../framework/runtime.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { PLUGINS } from '../plugins/index.js';
import type { ProfileConfiguration } from './configuration.js';

/** Makes the profile's plugins. */
export function createProfile(configuration: ProfileConfiguration, { handle, client }: { handle: PluginHandle; client: Client | undefined }): Profile {
  const byName = new Map<string, SchedulerPlugin>();
  for (const { name, create } of PLUGINS) byName.set(name, create({ handle, client, args: configuration.args[name] ?? {} }));
  const at = (point: string, has: (plugin: SchedulerPlugin) => boolean): SchedulerPlugin[] =>
    namesAt(configuration, point, (name) => {
      const plugin = byName.get(name);
      return plugin !== undefined && has(plugin);
    }).map((name) => byName.get(name) as SchedulerPlugin);
  return {
    schedulerName: configuration.schedulerName,
    preEnqueue: at('preEnqueue', (plugin) => plugin.preEnqueue !== undefined),
    preFilter: at('preFilter', (plugin) => plugin.preFilter !== undefined),
    filter: at('filter', (plugin) => plugin.filter !== undefined),
    postFilter: namesAt(configuration, 'postFilter', (name) => name === 'DynamicResources' || name === 'DefaultPreemption'),
    preScore: at('preScore', (plugin) => plugin.preScore !== undefined),
    score: at('score', (plugin) => plugin.score !== undefined).map((plugin) => ({ plugin, weight: weightOf(configuration, plugin.name) })),
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
