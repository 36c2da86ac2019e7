// Every active namespace has the ConfigMap with which its pods trust the API server.
// Source: pkg/controller/certificates/rootcacertpublisher/publisher.go (syncNamespace)
import { deepEqual } from '../util/objects.js';
import type { ConfigMap } from '../api/types.js';
import type { ControllerDescription } from './controller.js';

const NAME = 'kube-root-ca.crt';
const DATA = { 'ca.crt': '-----BEGIN CERTIFICATE-----\nstowage\n-----END CERTIFICATE-----\n' };
const ANNOTATIONS = {
  'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

/** Writes the ConfigMap, and again when it is changed or deleted. */
export const rootCertificates: ControllerDescription = {
  name: 'root-ca-certificate-publisher',
  create: ({ client, queue }) => ({
    handlers: {
      namespaces: ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name ?? '');
      },
      configmaps: ({ object }) => {
        if (object.metadata.name === NAME) queue.add(object.metadata.namespace ?? '');
      },
    },
    reconcile(namespace) {
      const owner = client.read.get('namespaces', '', namespace);
      if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return 'done';
      const stored = client.read.get('configmaps', namespace, NAME);
      if (stored === undefined) {
        const made: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace, annotations: ANNOTATIONS }, data: DATA };
        return client.create(made).code < 300 ? 'done' : 'retry';
      }
      if (deepEqual(stored.data, DATA) && stored.metadata.annotations?.['kubernetes.io/description'] !== undefined) return 'done';
      const restored: ConfigMap = { ...stored, metadata: { ...stored.metadata, annotations: { ...stored.metadata.annotations, ...ANNOTATIONS } }, data: DATA };
      return client.update(restored).code < 300 ? 'done' : 'retry';
    },
  }),
};
