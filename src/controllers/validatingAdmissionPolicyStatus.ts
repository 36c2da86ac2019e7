// ValidatingAdmissionPolicies: their status says which expressions do not fit the types they are for.
// Source: pkg/controller/validatingadmissionpolicystatus/controller.go
import type { ControllerDescription } from './controller.js';
import { typeCheckPolicy } from './policyTypeChecks.js';

const TABLE = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/** Type-checks every policy once a generation. */
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
      const expressionWarnings = typeCheckPolicy(policy, client.read);
      const status = { ...policy.status, observedGeneration: generation, typeChecking: expressionWarnings.length === 0 ? {} : { expressionWarnings } };
      return client.updateStatus({ ...policy, status }).code < 300 ? 'done' : 'retry';
    },
  }),
};
