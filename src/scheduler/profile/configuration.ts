// KubeSchedulerConfiguration: profiles, their plugins and arguments. Unset parts take the defaults.
// Source: pkg/scheduler/apis/config/v1/{defaults,default_plugins}.go
import type { Pod } from '../../api/types.js';
import { PLUGINS } from '../plugins/index.js';

/** A plugin that is switched on. */
export interface EnabledPlugin {
  name: string;
  /** 0 stands for 1. */
  weight: number;
}

/** Plugins of one extension point. */
export interface PluginSet {
  enabled: EnabledPlugin[];
  /** Names; '*' stands for all. */
  disabled: string[];
}

/** A profile with the defaults merged in. */
export interface ProfileConfiguration {
  schedulerName: string;
  /** 0: adaptive. */
  percentageOfNodesToScore: number;
  plugins: { multiPoint: EnabledPlugin[]; points: Record<string, PluginSet> };
  /** Arguments by plugin. */
  args: Record<string, unknown>;
}

/** What the scheduler runs with. */
export interface SchedulerConfiguration {
  profiles: ProfileConfiguration[];
  /** How long a pod is left alone after its first failure. */
  podInitialBackoffSeconds: number;
  /** After any failure, however many. */
  podMaxBackoffSeconds: number;
}

/** Back-off when the configuration names none. */
export const DEFAULT_BACKOFF = { podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10 };

/** The name of the profile that pods ask for when they name none. */
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** Name of the profile that the pod asks for; what is told of the pod is told under that name. */
export function schedulerNameOf({ spec }: Pod): string {
  return spec?.schedulerName || DEFAULT_SCHEDULER_NAME;
}

/** The default plugins with their weights. */
export function defaultPlugins(): EnabledPlugin[] {
  return PLUGINS.map(({ name, weight }) => ({ name, weight }));
}

/** One profile, the default one. */
export function defaultConfiguration(): SchedulerConfiguration {
  return { profiles: [{ schedulerName: DEFAULT_SCHEDULER_NAME, percentageOfNodesToScore: 0, plugins: { multiPoint: defaultPlugins(), points: {} }, args: {} }], ...DEFAULT_BACKOFF };
}
