// ValidatingAdmissionPolicies: their status says that they were looked at.
// Source: pkg/controller/validatingadmissionpolicystatus/controller.go
import type { ControllerDescription } from './controller.js';

const TABLE = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/** Writes the generation that was seen. */
export const validatingAdmissionPolicyStatus: ControllerDescription = {
  name: 'validatingadmissionpolicy-status-controller',
  create: ({ client, queue }) => ({
    handlers: {
      [TABLE]: ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name ?? '');
      },
    },
    reconcile(name) {
      const policy = client.read.get(TABLE, '', name);
      if (policy === undefined) return 'done';
      const { generation } = policy.metadata;
      if (generation === undefined || policy.status?.observedGeneration === generation) return 'done';
      const status = { ...policy.status, observedGeneration: generation, typeChecking: {} };
      return client.updateStatus({ ...policy, status }).code < 300 ? 'done' : 'retry';
    },
  }),
};
