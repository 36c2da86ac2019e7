// Pods carry the zone and region of their node as labels. Source: plugin/pkg/admission/podtopologylabels/admission.go
import type { Pod } from '../../api/types.js';
import type { Reader } from '../reader.js';
import type { AdmissionPlugin } from './admission.js';

type Labels = Record<string, string>;

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

/** Labels of a node → the part of them that pods get; null for none. */
const topologies = new WeakMap<object, Labels | null>();
/** The same topology is one object, by its text. */
const interned = new Map<string, Labels>();
const MAX_INTERNED = 1000;
/** Labels of a pod with a topology. */
interface Merged {
  readonly topology: Labels;
  readonly both: Labels;
  /** The same labels with another topology. */
  readonly next: Merged | undefined;
}

/** Pods of one template on nodes of one zone share their labels. */
const merged = new WeakMap<object, Merged>();

/** The labels that a pod on the node gets; undefined when there are none. */
export function topologyLabelsOf(read: Reader, nodeName: string): Labels | undefined {
  const labels = read.get('nodes', '', nodeName)?.metadata.labels;
  if (labels === undefined) return undefined;
  let topology = topologies.get(labels);
  if (topology === undefined) {
    topology = labels[ZONE] === undefined && labels[REGION] === undefined ? null : shared(labels[ZONE], labels[REGION]);
    topologies.set(labels, topology);
  }
  return topology ?? undefined;
}

function shared(zone: string | undefined, region: string | undefined): Labels {
  const text = JSON.stringify([zone, region]);
  const known = interned.get(text);
  if (known !== undefined) return known;
  const topology: Labels = {};
  if (zone !== undefined) topology[ZONE] = zone;
  if (region !== undefined) topology[REGION] = region;
  Object.freeze(topology);
  if (interned.size >= MAX_INTERNED) interned.clear();
  interned.set(text, topology);
  return topology;
}

/** The labels of a pod with those of its node's topology. */
export function withTopology(labels: Labels | undefined, topology: Labels): Labels {
  if (labels === undefined) return topology;
  const first = merged.get(labels);
  for (let known = first; known !== undefined; known = known.next) if (known.topology === topology) return known.both;
  const both = Object.freeze({ ...labels, ...topology });
  merged.set(labels, { topology, both, next: first });
  return both;
}

/** Labels pods that are created with a node; others are labelled when they are bound. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  resources: ['pods'],
  admit({ operation, subresource, object }, { read }) {
    const { metadata, spec } = object as Pod;
    if (operation !== 'CREATE' || subresource !== '' || !spec?.nodeName) return undefined;
    const topology = topologyLabelsOf(read, spec.nodeName);
    if (topology !== undefined) metadata.labels = { ...metadata.labels, ...topology };
    return undefined;
  },
};
