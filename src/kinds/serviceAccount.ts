// ServiceAccount: its secrets keep only their names. Source: pkg/registry/core/serviceaccount/strategy.go
import type { ServiceAccount } from '../api/types.js';
import { defineKind } from './kind.js';

const MOUNTABLE_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets';

/** The kind ServiceAccount. */
export const serviceAccount = defineKind<ServiceAccount>('v1', 'ServiceAccount', {
  metadataOnUpdate: 'both',
  prepareForCreate: cleanSecretReferences,
  prepareForUpdate: cleanSecretReferences,
  warnings({ metadata }, old) {
    const isSet = metadata.annotations?.[MOUNTABLE_ANNOTATION] !== undefined;
    if (!isSet || old?.metadata.annotations?.[MOUNTABLE_ANNOTATION] !== undefined) return [];
    return [`metadata.annotations[${MOUNTABLE_ANNOTATION}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
  },
});

function cleanSecretReferences(object: ServiceAccount): void {
  if (object.secrets !== undefined) object.secrets = object.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
