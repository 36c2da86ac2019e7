// How long a kubelet may keep what it read of Secrets and ConfigMaps: the more nodes, the longer. Source: pkg/controller/ttl/ttl_controller.go
import type { ControllerDescription } from './controller.js';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';
/** A step is left upwards above `most` nodes and downwards below `least`. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Infinity, seconds: 300 },
] as const;

/** Keeps the annotation of every node. */
export const nodeTtl: ControllerDescription = {
  name: 'ttl-controller',
  create({ client, queue }) {
    let count = 0;
    let step = 0;
    return {
      handlers: {
        nodes({ type, object }) {
          if (type === 'ADDED') count++;
          else if (type === 'DELETED') count--;
          const current = STEPS[step] as (typeof STEPS)[number];
          if (type === 'ADDED' && count > current.most) step++;
          else if (type === 'DELETED' && count < current.least) step--;
          if (type !== 'DELETED' && object.metadata.annotations?.[ANNOTATION] !== String((STEPS[step] as (typeof STEPS)[number]).seconds)) queue.add(object.metadata.name ?? '');
        },
      },
      reconcile(name) {
        const node = client.read.get('nodes', '', name);
        const wanted = String((STEPS[step] as (typeof STEPS)[number]).seconds);
        if (node === undefined || node.metadata.annotations?.[ANNOTATION] === wanted) return 'done';
        return client.update({ ...node, metadata: { ...node.metadata, annotations: { ...node.metadata.annotations, [ANNOTATION]: wanted } } }).code < 300 ? 'done' : 'retry';
      },
    };
  },
};
