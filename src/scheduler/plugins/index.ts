// The plugins of the default profile: order and weights together. Every extension point runs those that have it, in this order.
// Source: pkg/scheduler/apis/config/v1/default_plugins.go
import type { Client } from '../../apiserver/client.js';
import type { PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { createDynamicResources } from './dynamicResources.js';
import { createImageLocality } from './imageLocality.js';
import { createInterPodAffinity, type InterPodAffinityArgs } from './interPodAffinity.js';
import { createNodeAffinity, type NodeAffinityArgs } from './nodeAffinity.js';
import { createNodeDeclaredFeatures } from './nodeDeclaredFeatures.js';
import { createNodeName } from './nodeName.js';
import { createNodePorts } from './nodePorts.js';
import { createNodeResourcesBalancedAllocation, type NodeResourcesBalancedAllocationArgs } from './nodeResourcesBalancedAllocation.js';
import { createNodeResourcesFit, type NodeResourcesFitArgs } from './nodeResourcesFit.js';
import { createNodeUnschedulable } from './nodeUnschedulable.js';
import { createNodeVolumeLimits } from './nodeVolumeLimits.js';
import { createPodTopologySpread } from './podTopologySpread.js';
import { createSchedulingGates } from './schedulingGates.js';
import type { PodTopologySpreadArgs } from './spreadConstraint.js';
import { createTaintToleration } from './taintToleration.js';
import { createVolumeBinding, type VolumeBindingArgs } from './volumeBinding.js';
import { createVolumeRestrictions } from './volumeRestrictions.js';
import { createVolumeZone } from './volumeZone.js';

/** What a plugin is made with. `args` are validated already. */
export interface PluginContext {
  handle: PluginHandle;
  client: Client | undefined;
  args: unknown;
}

/** An entry of the list. */
export interface PluginEntry {
  readonly name: string;
  /** Of its score; 0 stands for 1. */
  readonly weight: number;
  readonly create: (context: PluginContext) => SchedulerPlugin;
}

/** Sorting the queue and binding have no choice of plugins here: both are part of the scheduler itself. */
const BUILT_IN = (name: string): PluginEntry => ({ name, weight: 0, create: () => ({ name }) });

/** All plugins in order. Arguments are of the plugin's own type: the configuration was checked against it. */
export const PLUGINS: readonly PluginEntry[] = [
  { name: 'SchedulingGates', weight: 0, create: () => createSchedulingGates() },
  BUILT_IN('PrioritySort'),
  { name: 'NodeUnschedulable', weight: 0, create: () => createNodeUnschedulable() },
  { name: 'NodeName', weight: 0, create: () => createNodeName() },
  { name: 'TaintToleration', weight: 3, create: () => createTaintToleration() },
  { name: 'NodeAffinity', weight: 2, create: ({ args }) => createNodeAffinity(args as NodeAffinityArgs) },
  { name: 'NodePorts', weight: 0, create: () => createNodePorts() },
  { name: 'NodeResourcesFit', weight: 1, create: ({ args }) => createNodeResourcesFit(args as NodeResourcesFitArgs) },
  { name: 'VolumeRestrictions', weight: 0, create: ({ handle }) => createVolumeRestrictions(handle) },
  { name: 'NodeVolumeLimits', weight: 0, create: ({ handle }) => createNodeVolumeLimits(handle) },
  { name: 'VolumeBinding', weight: 0, create: ({ handle, client, args }) => createVolumeBinding(handle, client, args as VolumeBindingArgs) },
  { name: 'VolumeZone', weight: 0, create: ({ handle }) => createVolumeZone(handle) },
  { name: 'PodTopologySpread', weight: 2, create: ({ handle, args }) => createPodTopologySpread(handle, args as PodTopologySpreadArgs) },
  { name: 'InterPodAffinity', weight: 2, create: ({ handle, args }) => createInterPodAffinity(handle, args as InterPodAffinityArgs) },
  // Before DefaultPreemption, so that its word comes first in messages.
  { name: 'DynamicResources', weight: 2, create: () => createDynamicResources() },
  BUILT_IN('DefaultPreemption'),
  { name: 'NodeResourcesBalancedAllocation', weight: 1, create: ({ args }) => createNodeResourcesBalancedAllocation(args as NodeResourcesBalancedAllocationArgs) },
  { name: 'ImageLocality', weight: 1, create: ({ handle }) => createImageLocality(handle) },
  BUILT_IN('DefaultBinder'),
  { name: 'NodeDeclaredFeatures', weight: 0, create: () => createNodeDeclaredFeatures() },
];
