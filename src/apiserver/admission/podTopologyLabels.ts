// Pods carry the zone and region of their node as labels. Source: plugin/pkg/admission/podtopologylabels/admission.go
import type { Pod } from '../../api/types.js';
import type { Reader } from '../reader.js';
import type { AdmissionPlugin } from './admission.js';

const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** The labels that a pod on the node gets; undefined when there are none. */
export function topologyLabelsOf(read: Reader, nodeName: string): Record<string, string> | undefined {
  const labels = read.get('nodes', '', nodeName)?.metadata.labels;
  if (labels === undefined) return undefined;
  let found: Record<string, string> | undefined;
  for (const name of TOPOLOGY_LABELS) if (labels[name] !== undefined) found = { ...found, [name]: labels[name] };
  return found;
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
