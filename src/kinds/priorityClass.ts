// PriorityClass: a number with a name; the system's own names and numbers are reserved.
// Source: pkg/apis/scheduling/validation/validation.go, pkg/apis/scheduling/v1/helpers.go (SystemPriorityClasses)
import { forbidden, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { PriorityClass } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateImmutable, validateOneOf } from './shared/checks.js';

const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Record<string, number> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 };
const POLICIES = ['PreemptLowerPriority', 'Never'];

/** The kind PriorityClass. */
export const priorityClass = defineKind<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass', {
  hasGeneration: true,
  setDefaults(object) {
    object.preemptionPolicy ??= 'PreemptLowerPriority';
    object.value ??= 0;
  },
  validate,
  validateUpdate(object, old, errors) {
    if (object.value !== old.value) forbidden(errors, rootPath('value'), 'may not be changed in an update.');
    validateImmutable(object.preemptionPolicy, old.preemptionPolicy, rootPath('preemptionPolicy'), errors);
  },
});

function validate(object: PriorityClass, errors: FieldErrors): void {
  const name = object.metadata.name ?? '';
  if (name.startsWith('system-')) {
    const problem = systemClassProblem(object, name);
    if (problem !== undefined) {
      forbidden(errors, child(rootPath('metadata'), 'name'), `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`);
    }
  } else if ((object.value ?? 0) > HIGHEST_USER_PRIORITY) {
    forbidden(errors, rootPath('value'), `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`);
  }
  if (object.preemptionPolicy !== undefined) validateOneOf(object.preemptionPolicy, POLICIES, rootPath('preemptionPolicy'), errors);
}

function systemClassProblem({ value, globalDefault = false }: PriorityClass, name: string): string | undefined {
  const known = SYSTEM_CLASSES[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
