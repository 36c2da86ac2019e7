// Objects live in namespaces that exist; nothing new enters one that is going. Source: apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
import type { Namespace } from '../../api/types.js';
import { notFoundRefusal } from '../refusal.js';
import { forbiddenByAdmission, type AdmissionPlugin } from './admission.js';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
/** Asking what one may do needs no namespace. */
const REVIEWS = new Set(['localsubjectaccessreviews.authorization.k8s.io']);

/** Refuses writes into namespaces that are missing or terminating, and the deletion of those that the system needs. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(attributes, { read }) {
    const { operation, kind, namespace, name } = attributes;
    if (operation === 'DELETE') {
      return kind.resource === 'namespaces' && IMMORTAL.has(name) ? forbiddenByAdmission(attributes, 'this namespace may not be deleted') : undefined;
    }
    if (!kind.namespaced || REVIEWS.has(kind.resource)) return undefined;
    const found = read.get('namespaces', '', namespace);
    if (found === undefined) return notFoundRefusal('namespaces', namespace);
    if (operation !== 'CREATE' || !isTerminating(found)) return undefined;
    return {
      ...forbiddenByAdmission(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`),
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    };
  },
};

function isTerminating({ status }: Namespace): boolean {
  return status?.phase === 'Terminating';
}
