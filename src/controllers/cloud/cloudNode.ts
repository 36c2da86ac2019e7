// Nodes that wait for a cloud controller: once it has looked at them the taint with which they came is taken off.
// Source: staging/src/k8s.io/cloud-provider/controllers/node/node_controller.go (syncNode)
import type { Node } from '../../api/types.js';
import type { ControllerDescription } from '../controller.js';
import { createCloudPresence } from './cloudPresence.js';

const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';

/** Initialises nodes, where there is a cloud controller. Differs: addresses, labels and the provider's id are the cloud's to know and stay as declared. */
export const cloudNode: ControllerDescription = {
  name: 'cloud-node-controller',
  precedesScheduling: true,
  create({ client, queue }) {
    const cloud = createCloudPresence(() => {
      for (const node of client.read.list('nodes')) if (isUninitialized(node)) queue.add(node.metadata.name ?? '');
    });
    return {
      handlers: {
        services: cloud.handlers.services,
        nodes(event) {
          cloud.handlers.nodes(event);
          if (event.type !== 'DELETED' && cloud.exists() && isUninitialized(event.object)) queue.add(event.object.metadata.name ?? '');
        },
      },
      reconcile(name) {
        const node = client.read.get('nodes', '', name);
        if (node === undefined || !isUninitialized(node)) return 'done';
        const { taints = [], ...spec } = node.spec ?? {};
        const others = taints.filter(({ key }) => key !== UNINITIALIZED);
        if (client.update({ ...node, spec: others.length === 0 ? spec : { ...spec, taints: others } }).code >= 300) return 'retry';
        client.event(node, 'Normal', 'Synced', 'Node synced successfully');
        return 'done';
      },
    };
  },
};

function isUninitialized({ spec }: Node): boolean {
  return spec?.taints?.some(({ key }) => key === UNINITIALIZED) === true;
}
