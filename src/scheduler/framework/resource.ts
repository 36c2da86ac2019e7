// Amounts of resources as the scheduler counts them: thousandths of a CPU, bytes, whole numbers of the rest.
// Source: pkg/scheduler/framework/types.go (Resource), pkg/apis/core/v1/helper/helpers.go (IsScalarResourceName)
import type { ResourceList } from '../../api/podRequests.js';
import { quantityMilli, quantityValue } from '../../api/quantity.js';

/** Amounts. */
export interface Resource {
  milliCpu: number;
  memory: number;
  ephemeralStorage: number;
  /** How many pods are allowed; of allocatable only. */
  pods: number;
  /** Extended resources, huge pages and attachable volumes by name. */
  scalars: ReadonlyMap<string, number>;
}

/** Amounts that are added up. */
export interface ResourceSum extends Resource {
  readonly scalars: Map<string, number>;
}

/** Nearly nobody asks for scalars: those who don't share this. */
const NO_SCALARS: ReadonlyMap<string, number> = new Map();

/** Nothing of anything, to add to. */
export function emptyResource(): ResourceSum {
  return { milliCpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalars: new Map() };
}

/** The amounts of a resource list; names that the scheduler does not know count nowhere. */
export function toResource(list: ResourceList | undefined): Resource {
  const resource: Resource = { milliCpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalars: NO_SCALARS };
  let scalars: Map<string, number> | undefined;
  for (const name in list) {
    const text = list[name];
    if (name === 'cpu') resource.milliCpu = quantityMilli(text);
    else if (name === 'memory') resource.memory = quantityValue(text);
    else if (name === 'ephemeral-storage') resource.ephemeralStorage = quantityValue(text);
    else if (name === 'pods') resource.pods = quantityValue(text);
    else if (isScalarResource(name)) {
      if (scalars === undefined) resource.scalars = scalars = new Map();
      scalars.set(name, quantityValue(text));
    }
  }
  return resource;
}

/** Adds (sign 1) or takes away (sign -1); `pods` stays. */
export function addResource(total: ResourceSum, part: Resource, sign: 1 | -1): void {
  total.milliCpu += sign * part.milliCpu;
  total.memory += sign * part.memory;
  total.ephemeralStorage += sign * part.ephemeralStorage;
  if (part.scalars.size > 0) for (const [name, amount] of part.scalars) total.scalars.set(name, (total.scalars.get(name) ?? 0) + sign * amount);
}

/** A copy that shares nothing. */
export function copyResource(resource: ResourceSum): ResourceSum {
  return { ...resource, scalars: new Map(resource.scalars) };
}

/** The amount of the resource of that name. */
export function amountOf(resource: Resource, name: string): number {
  if (name === 'cpu') return resource.milliCpu;
  if (name === 'memory') return resource.memory;
  if (name === 'ephemeral-storage') return resource.ephemeralStorage;
  return resource.scalars.get(name) ?? 0;
}

/** True for a resource that is counted by its name. */
export function isScalarResource(name: string): boolean {
  return isExtendedResource(name) || name.startsWith('hugepages-') || name.includes('kubernetes.io/') || name.startsWith('attachable-volumes-');
}

/** True for a resource of a vendor. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}
