// PriorityLevelConfiguration: shares and queues. Source: pkg/apis/flowcontrol/validation/validation.go (ValidatePriorityLevelConfiguration),
// pkg/apis/flowcontrol/v1/defaults.go
import { forbidden, invalid, notSupported, required, type FieldErrors, type JsonPrinted } from '../api/fieldError.js';
import { child, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { ExemptPriorityLevelConfiguration, LimitedPriorityLevelConfiguration, LimitResponse, PriorityLevelConfiguration, QueuingConfiguration } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';

const SPEC = rootPath('spec');
const DEFAULT_SHARES = 30;
const DEFAULT_QUEUES = 64;
const DEFAULT_HAND_SIZE = 8;
const DEFAULT_QUEUE_LENGTH = 50;
const MAX_QUEUES = 10_000_000;
const MAX_ENTROPY_BITS = 60;
const CATCH_ALL = { type: 'Limited', limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } } };
const QUEUING: GoLayout = [['Queues', 'queues', 'int'], ['HandSize', 'handSize', 'int'], ['QueueLengthLimit', 'queueLengthLimit', 'int']];
const SPEC_LAYOUT: GoLayout = [
  ['Type', 'type', 'string'],
  ['Limited', 'limited', {
    pointer: [
      ['NominalConcurrencyShares', 'nominalConcurrencyShares', 'int'], ['LimitResponse', 'limitResponse', { struct: [['Type', 'type', 'string'], ['Queuing', 'queuing', { pointer: QUEUING }]] }],
      ['LendablePercent', 'lendablePercent', 'nullable'], ['BorrowingLimitPercent', 'borrowingLimitPercent', 'nullable'],
    ],
  }],
  ['Exempt', 'exempt', { pointer: [['NominalConcurrencyShares', 'nominalConcurrencyShares', 'nullable'], ['LendablePercent', 'lendablePercent', 'nullable']] }],
];

/** The kind PriorityLevelConfiguration. */
export const priorityLevelConfiguration = defineKind<PriorityLevelConfiguration>('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', {
  hasGeneration: true,
  metadataOnUpdate: 'full',
  setDefaults({ spec }) {
    if (spec?.exempt !== undefined) {
      spec.exempt.nominalConcurrencyShares ??= 0;
      spec.exempt.lendablePercent ??= 0;
    }
    if (spec?.limited === undefined) return;
    spec.limited.nominalConcurrencyShares ??= DEFAULT_SHARES;
    spec.limited.lendablePercent ??= 0;
    const queuing = spec.limited.limitResponse?.queuing;
    if (queuing === undefined) return;
    queuing.queues ||= DEFAULT_QUEUES;
    queuing.handSize ||= DEFAULT_HAND_SIZE;
    queuing.queueLengthLimit ||= DEFAULT_QUEUE_LENGTH;
  },
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ spec, metadata }: PriorityLevelConfiguration, errors: FieldErrors): void {
  const { type = '', limited, exempt } = spec ?? ({} as Partial<NonNullable<PriorityLevelConfiguration['spec']>>);
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) invalid(errors, child(SPEC, 'type'), type, "must be 'Exempt' if and only if `name` is 'exempt'");
  if (type === 'Exempt') {
    if (limited !== undefined) forbidden(errors, child(SPEC, 'limited'), 'must be nil if the type is not Limited');
    if (exempt !== undefined) validateShares(exempt, child(SPEC, 'exempt'), errors);
  } else if (type === 'Limited') {
    if (exempt !== undefined) forbidden(errors, child(SPEC, 'exempt'), 'must be nil if the type is Limited');
    if (limited === undefined) required(errors, child(SPEC, 'limited'), 'must not be empty when type is Limited');
    else validateLimited(limited, child(SPEC, 'limited'), errors);
  } else notSupported(errors, child(SPEC, 'type'), type, ['Exempt', 'Limited']);
  const printed = (): JsonPrinted => asInternal(SPEC_LAYOUT, spec ?? {});
  if (metadata.name === 'exempt') {
    if (type !== 'Exempt' || limited !== undefined) invalid(errors, SPEC, printed(), "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value");
  } else if (metadata.name === 'catch-all' && !semanticEqual(spec, CATCH_ALL)) invalid(errors, SPEC, printed(), "spec of 'catch-all' must equal the fixed value");
}

function validateShares({ nominalConcurrencyShares = 0, lendablePercent }: ExemptPriorityLevelConfiguration, path: FieldPath, errors: FieldErrors): void {
  if (nominalConcurrencyShares < 0) invalid(errors, child(path, 'nominalConcurrencyShares'), nominalConcurrencyShares, 'must be a non-negative integer');
  validateLendable(lendablePercent, path, errors);
}

function validateLendable(percent: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (percent !== undefined && (percent < 0 || percent > 100)) invalid(errors, child(path, 'lendablePercent'), percent, 'must be between 0 and 100, inclusive');
}

function validateLimited(limited: LimitedPriorityLevelConfiguration, path: FieldPath, errors: FieldErrors): void {
  const { nominalConcurrencyShares = 0, limitResponse, lendablePercent, borrowingLimitPercent } = limited;
  if (nominalConcurrencyShares < 0) invalid(errors, child(path, 'nominalConcurrencyShares'), nominalConcurrencyShares, 'must be a non-negative integer');
  validateLimitResponse(limitResponse ?? ({ type: '' } as LimitResponse), child(path, 'limitResponse'), errors);
  validateLendable(lendablePercent, path, errors);
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0) invalid(errors, child(path, 'borrowingLimitPercent'), borrowingLimitPercent, 'if specified, must be a non-negative integer');
}

function validateLimitResponse({ type = '', queuing }: LimitResponse, path: FieldPath, errors: FieldErrors): void {
  const at = child(path, 'queuing');
  if (type === 'Reject') {
    if (queuing !== undefined) forbidden(errors, at, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (type === 'Queue') {
    if (queuing === undefined) required(errors, at, 'must not be empty if limited.limitResponse.type is Limited');
    else validateQueuing(queuing, at, errors);
  } else notSupported(errors, child(path, 'type'), type, ['Queue', 'Reject']);
}

function validateQueuing({ queueLengthLimit = 0, queues = 0, handSize = 0 }: QueuingConfiguration, path: FieldPath, errors: FieldErrors): void {
  if (queueLengthLimit <= 0) invalid(errors, child(path, 'queueLengthLimit'), queueLengthLimit, 'must be positive');
  if (queues <= 0) invalid(errors, child(path, 'queues'), queues, 'must be positive');
  else if (queues > MAX_QUEUES) invalid(errors, child(path, 'queues'), queues, `must not be greater than ${MAX_QUEUES}`);
  const hand = child(path, 'handSize');
  if (handSize <= 0) invalid(errors, hand, handSize, 'must be positive');
  else if (handSize > queues) invalid(errors, hand, handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > MAX_ENTROPY_BITS) {
    invalid(errors, hand, handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_ENTROPY_BITS}`);
  }
}
