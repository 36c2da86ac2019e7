// Whether the cluster has a cloud controller: a control plane by itself has none, so the objects of the cluster must say so.
import type { EventHandlers } from '../controller.js';
import type { Node, Service } from '../../api/types.js';

/** The finalizer that a cloud controller sets on a Service while its load balancer stands. */
export const LOAD_BALANCER_CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';
/** A node whose annotation of this name is 'running' says that its cluster has a cloud controller. */
const CLOUD_ANNOTATION = 'stowage.dev/cloud-controller';

/** What is known of the cloud controller. */
export interface CloudPresence {
  readonly handlers: Required<Pick<EventHandlers, 'nodes' | 'services'>>;
  exists(): boolean;
}

/** Watches for a node that says it, or a Service that a cloud controller has served before; calls back when it is known first. */
export function createCloudPresence(onFound: () => void): CloudPresence {
  let isFound = false;
  const find = (): void => {
    if (isFound) return;
    isFound = true;
    onFound();
  };
  return {
    exists: () => isFound,
    handlers: {
      nodes: ({ type, object }) => {
        if (type !== 'DELETED' && saysSo(object)) find();
      },
      services: ({ type, object }) => {
        if (type !== 'DELETED' && wasServed(object)) find();
      },
    },
  };
}

function saysSo({ metadata }: Node): boolean {
  return metadata.annotations?.[CLOUD_ANNOTATION] === 'running';
}

function wasServed({ metadata, status }: Service): boolean {
  return (status?.loadBalancer?.ingress?.length ?? 0) > 0 && metadata.finalizers?.includes(LOAD_BALANCER_CLEANUP) === true;
}
