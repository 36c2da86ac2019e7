// The order in which nodes are visited: round robin over zones. Source: pkg/scheduler/backend/cache/node_tree.go
import type { Node } from '../../api/types.js';

/** Nodes by zone. */
export interface NodeTree {
  add(node: Node): void;
  remove(node: Node): void;
  /** Moves the node when its zone has changed. */
  update(old: Node, node: Node): void;
  /** Names in visiting order. */
  list(): string[];
}

/** A tree without nodes. */
export function createNodeTree(): NodeTree {
  // Invariant: zones in order of first appearance, none empty; names in a zone in order of addition.
  const zones = new Map<string, Set<string>>();
  const add = (node: Node): void => {
    const zone = zoneKey(node);
    const names = zones.get(zone);
    const name = node.metadata.name ?? '';
    if (names === undefined) zones.set(zone, new Set([name]));
    else names.add(name);
  };
  const remove = (node: Node): void => {
    const zone = zoneKey(node);
    const names = zones.get(zone);
    names?.delete(node.metadata.name ?? '');
    if (names?.size === 0) zones.delete(zone);
  };
  return {
    add,
    remove,
    update(old, node) {
      if (zoneKey(old) === zoneKey(node)) return;
      remove(old);
      add(node);
    },
    list() {
      const order: string[] = [];
      const rows = Array.from(zones.values(), (names) => [...names]);
      const longest = rows.reduce((most, names) => Math.max(most, names.length), 0);
      for (let round = 0; round < longest; round++) {
        for (const names of rows) if (round < names.length) order.push(names[round] as string);
      }
      return order;
    },
  };
}

/** Region and zone of the node, the beta labels before the current ones; '' without both. Source: component-helpers/node/topology/helpers.go (GetZoneKey) */
function zoneKey(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
}
