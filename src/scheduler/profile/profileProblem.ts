// Whether plugins can be made into a profile: they exist, extend the points where they are enabled, once, with valid arguments.
// Source: pkg/scheduler/framework/runtime/framework.go (NewFramework, updatePluginList, expandMultiPointPlugins), pkg/scheduler/profile/profile.go (NewMap)
import type { ProfileConfiguration } from './configuration.js';

/** Extension points in the order in which their plugins are put together. */
const POINTS: readonly string[] = ['preFilter', 'filter', 'postFilter', 'reserve', 'preScore', 'score', 'preBind', 'bind', 'postBind', 'permit', 'preEnqueue', 'queueSort'];
/** Where each plugin has something to do. */
const EXTENDS: Record<string, readonly string[]> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', 'preScore', 'score'],
  NodeAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  NodePorts: ['preFilter', 'filter'],
  NodeResourcesFit: ['preFilter', 'filter', 'preScore', 'score'],
  VolumeRestrictions: ['preFilter', 'filter'],
  NodeVolumeLimits: ['preFilter', 'filter'],
  VolumeBinding: ['preFilter', 'filter', 'reserve', 'preBind', 'preScore', 'score'],
  VolumeZone: ['preFilter', 'filter'],
  PodTopologySpread: ['preFilter', 'filter', 'preScore', 'score'],
  InterPodAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  DynamicResources: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'score', 'reserve', 'preBind'],
  DefaultPreemption: ['preEnqueue', 'postFilter'],
  NodeResourcesBalancedAllocation: ['preScore', 'score'],
  ImageLocality: ['score'],
  DefaultBinder: ['bind'],
  NodeDeclaredFeatures: ['preFilter', 'filter'],
};

/** The first thing that stands in the way, or undefined. `badArgs`: what is wrong with arguments, by plugin. */
export function profileProblem(profile: ProfileConfiguration, badArgs: Record<string, readonly string[]>): string | undefined {
  const { schedulerName, plugins } = profile;
  const inWords = (problem: string): string => `creating profile for scheduler name ${schedulerName}: ${problem}`;
  const needed = new Set([...plugins.multiPoint, ...Object.values(plugins.points).flatMap(({ enabled }) => enabled)].map(({ name }) => name));
  for (const [name, problems] of Object.entries(badArgs)) {
    if (problems.length > 0 && needed.has(name)) return inWords(`initializing plugin "${name}": ${problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`}`);
  }
  const problem = POINTS.map((point) => ownProblem(profile, point)).find((each) => each !== undefined) ?? POINTS.map((point) => multiPointProblem(profile, point)).find((each) => each !== undefined);
  if (problem !== undefined) return inWords(problem);
  const sorting = enabledAt(profile, 'queueSort').length;
  if (sorting !== 1) return inWords(`only one queue sort plugin required for profile with scheduler name "${schedulerName}", but got ${sorting}`);
  return enabledAt(profile, 'bind').length === 0 ? inWords(`at least one bind plugin is needed for profile with scheduler name "${schedulerName}"`) : undefined;
}

function extendsPoint(name: string, point: string): boolean {
  return Object.hasOwn(EXTENDS, name) && (EXTENDS[name] as readonly string[]).includes(point);
}

/** 'score' → 'ScorePlugin' */
function typeOf(point: string): string {
  return `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
}

function ownProblem({ plugins }: ProfileConfiguration, point: string): string | undefined {
  const seen = new Set<string>();
  for (const { name } of plugins.points[point]?.enabled ?? []) {
    if (!Object.hasOwn(EXTENDS, name)) return `${typeOf(point)} "${name}" does not exist`;
    if (!extendsPoint(name, point)) return `plugin "${name}" does not extend ${typeOf(point)} plugin`;
    if (seen.has(name)) return `plugin "${name}" already registered as "${typeOf(point)}"`;
    seen.add(name);
  }
  return undefined;
}

function multiPointProblem({ plugins }: ProfileConfiguration, point: string): string | undefined {
  const { enabled = [], disabled = [] } = plugins.points[point] ?? {};
  if (disabled.includes('*')) return undefined;
  const seen = new Set<string>();
  for (const { name } of plugins.multiPoint) {
    if (!Object.hasOwn(EXTENDS, name)) return `${typeOf(point)} "${name}" does not exist`;
    if (!extendsPoint(name, point) || disabled.includes(name) || enabled.some((each) => each.name === name)) continue;
    if (seen.has(name)) return `plugin "${name}" already registered as "${typeOf(point)}"`;
    seen.add(name);
  }
  return undefined;
}

function enabledAt({ plugins }: ProfileConfiguration, point: string): string[] {
  const { enabled = [], disabled = [] } = plugins.points[point] ?? {};
  const names = new Set(enabled.map(({ name }) => name));
  if (!disabled.includes('*')) for (const { name } of plugins.multiPoint) if (extendsPoint(name, point) && !disabled.includes(name)) names.add(name);
  return [...names];
}
