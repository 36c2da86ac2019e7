// Lease: who holds something, and for how long. Source: pkg/apis/coordination/validation/validation.go (ValidateLease)
import { forbidden, invalid, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { Lease } from '../api/types.js';
import { defineKind } from './kind.js';
import { qualifiedNameMessages } from './shared/formats.js';
import { invalidEach } from './shared/names.js';

const SPEC = rootPath('spec');

/** The kind Lease. */
export const lease = defineKind<Lease>('coordination.k8s.io/v1', 'Lease', {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  prepareForCreate: ({ spec }) => dropElection(spec, undefined),
  prepareForUpdate: ({ spec }, old) => dropElection(spec, old.spec),
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

/** Fields of coordinated leader election, a feature that is off: only what is stored already may stay. */
function dropElection(spec: Lease['spec'], old: Lease['spec']): void {
  for (const field of ['strategy', 'preferredHolder'] as const) if (spec?.[field] !== undefined && old?.[field] === undefined) delete spec[field];
}

function validate({ spec = {} }: Lease, errors: FieldErrors): void {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) invalid(errors, child(SPEC, 'leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0');
  if (leaseTransitions !== undefined && leaseTransitions < 0) invalid(errors, child(SPEC, 'leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0');
  if (strategy) invalidEach(errors, child(SPEC, 'strategy'), strategy, qualifiedNameMessages(strategy));
  if (preferredHolder && !strategy) forbidden(errors, child(SPEC, 'preferredHolder'), 'may only be specified if `strategy` is defined');
}
