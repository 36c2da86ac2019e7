// Every active namespace has a ServiceAccount `default`.
// Source: pkg/controller/serviceaccount/serviceaccounts_controller.go (syncNamespace)
import type { ServiceAccount } from '../api/types.js';
import type { ControllerDescription } from './controller.js';

const NAME = 'default';

/** Creates the account when the namespace appears and when the account is deleted. */
export const serviceAccounts: ControllerDescription = {
  name: 'service-account-controller',
  create: ({ client, queue }) => ({
    handlers: {
      namespaces: ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name ?? '');
      },
      serviceaccounts: ({ type, object }) => {
        if (type === 'DELETED' && object.metadata.name === NAME) queue.add(object.metadata.namespace ?? '');
      },
    },
    reconcile(namespace) {
      const owner = client.read.get('namespaces', '', namespace);
      if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return 'done';
      if (client.read.get('serviceaccounts', namespace, NAME) !== undefined) return 'done';
      const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
      return client.create(account).code < 300 ? 'done' : 'retry';
    },
  }),
};
