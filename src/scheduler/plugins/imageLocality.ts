// Nodes that hold the images already are better. Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodSpec } from '../../api/types.js';
import type { SchedulerCache } from '../framework/schedulerCache.js';
import { MAX_SCORE, type PluginHandle, type SchedulerPlugin } from '../framework/types.js';

const MEBIBYTE = 1024 * 1024;
const MIN_THRESHOLD = 23 * MEBIBYTE;
const MAX_THRESHOLD_PER_CONTAINER = 1000 * MEBIBYTE;

/** ImageLocality. */
export function createImageLocality({ cache }: PluginHandle): SchedulerPlugin {
  return {
    name: 'ImageLocality',
    score: ({ pod }, node) => imageScore(imageNames(pod.facts.spec), { node, cache, spec: pod.facts.spec }),
  };
}

/** Normalized names of the images, one entry a container or image volume. */
export function imageNames(spec: PodSpec): string[] {
  const names: string[] = [];
  for (const { image } of [...(spec.initContainers ?? []), ...spec.containers]) names.push(normalizedImageName(image ?? ''));
  for (const volume of spec.volumes ?? []) if (volume.image !== undefined) names.push(normalizedImageName(volume.image.reference ?? ''));
  return names;
}

/** The score of the node for pods with these images. Image volumes count in the sum but not in the threshold. */
export function imageScore(images: readonly string[], { node, cache, spec }: { node: NodeInfo; cache: SchedulerCache; spec: PodSpec }): number {
  const total = cache.nodes().length;
  let sum = 0;
  for (const name of images) {
    const state = cache.image(name);
    if (state?.nodeNames.has(node.name) === true) sum += Math.trunc(state.sizeBytes * (state.nodeNames.size / total));
  }
  const maxThreshold = MAX_THRESHOLD_PER_CONTAINER * ((spec.initContainers?.length ?? 0) + spec.containers.length);
  const clamped = Math.min(Math.max(sum, MIN_THRESHOLD), maxThreshold);
  return Math.floor((MAX_SCORE * (clamped - MIN_THRESHOLD)) / (maxThreshold - MIN_THRESHOLD));
}

function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
