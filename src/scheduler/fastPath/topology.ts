// Values of topology labels as small numbers, per key and node. Valid until a node comes, goes or changes.
import type { NodeInfo } from '../framework/nodeInfo.js';

/** The domains of one topology key. */
export interface TopologyDomains {
  readonly key: string;
  /** Domain of each node by its index; -1 without the label. */
  readonly ofNode: Int32Array;
  readonly count: number;
  /** True when every node has the label. */
  readonly isComplete: boolean;
  /** True when a node carries the label with an empty value, which is easily taken for none. */
  readonly hasEmptyValue: boolean;
}

/** Numbers the values of the label over all nodes. */
export function numberDomains(key: string, nodes: readonly NodeInfo[]): TopologyDomains {
  const ids = new Map<string, number>();
  const ofNode = new Int32Array(nodes.length).fill(-1);
  for (let index = 0; index < nodes.length; index++) {
    const value = nodes[index]?.node?.metadata.labels?.[key];
    if (value === undefined) continue;
    let id = ids.get(value);
    if (id === undefined) ids.set(value, (id = ids.size));
    ofNode[index] = id;
  }
  return { key, ofNode, count: ids.size, isComplete: !ofNode.includes(-1), hasEmptyValue: ids.has('') };
}
