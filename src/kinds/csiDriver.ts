// CSIDriver: what a driver can do. Source: pkg/apis/storage/validation/validation.go (ValidateCSIDriver), pkg/registry/storage/csidriver/strategy.go
import { duplicate, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { CSIDriver } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual, validateImmutable, validateOneOf } from './shared/checks.js';

const SPEC = rootPath('spec');
const MODES = ['Persistent', 'Ephemeral'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_PERIOD_SECONDS = 10;
const TOKENS_IN_SECRETS = 'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

/** The kind CSIDriver. */
export const csiDriver = defineKind<CSIDriver>('storage.k8s.io/v1', 'CSIDriver', {
  allowUnconditionalUpdate: false,
  setDefaults(object) {
    const spec = (object.spec ??= {});
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate,
  prepareForUpdate(object, old) {
    if (!semanticEqual(object.spec, old.spec)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate(object, old, errors) {
    validate(object, errors);
    validateImmutable(object.spec.attachRequired, old.spec.attachRequired, child(SPEC, 'attachedRequired'), errors);
    validateImmutable(object.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, child(SPEC, 'volumeLifecycleModes'), errors);
  },
  warnings({ spec }, old) {
    if ((spec.tokenRequests ?? []).length === 0 || spec.serviceAccountTokenInSecrets !== undefined) return [];
    if (old !== undefined && semanticEqual(spec.tokenRequests, old.spec.tokenRequests) && old.spec.serviceAccountTokenInSecrets === undefined) return [];
    return [TOKENS_IN_SECRETS];
  },
});

function validate({ spec }: CSIDriver, errors: FieldErrors): void {
  if (spec.attachRequired === undefined) required(errors, child(SPEC, 'attachedRequired'));
  if (spec.podInfoOnMount === undefined) required(errors, child(SPEC, 'podInfoOnMount'));
  if (spec.storageCapacity === undefined) required(errors, child(SPEC, 'storageCapacity'));
  if (spec.fsGroupPolicy !== undefined) validateOneOf(spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'], child(SPEC, 'fsGroupPolicy'), errors);
  const { tokenRequests = [] } = spec;
  tokenRequests.forEach(({ audience = '', expirationSeconds }, index) => {
    const path = indexed(child(SPEC, 'tokenRequests'), index);
    if (tokenRequests.findIndex((other) => (other.audience ?? '') === audience) < index) return duplicate(errors, child(path, 'audience'), audience);
    if (expirationSeconds === undefined) return;
    if (expirationSeconds < MIN_TOKEN_SECONDS) invalid(errors, child(path, 'expirationSeconds'), expirationSeconds, 'may not specify a duration less than 10 minutes');
    if (expirationSeconds > MAX_TOKEN_SECONDS) invalid(errors, child(path, 'expirationSeconds'), expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
  });
  for (const mode of spec.volumeLifecycleModes ?? []) if (!MODES.includes(mode)) notSupported(errors, child(SPEC, 'volumeLifecycleModes'), mode, MODES);
  if (spec.seLinuxMount === undefined) required(errors, child(SPEC, 'seLinuxMount'));
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < MIN_UPDATE_PERIOD_SECONDS) invalid(errors, child(SPEC, 'nodeAllocatableUpdatePeriodSeconds'), period, 'must be greater than or equal to 10 seconds');
  if (spec.serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0) {
    invalid(errors, child(SPEC, 'serviceAccountTokenInSecrets'), spec.serviceAccountTokenInSecrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified');
  }
}
