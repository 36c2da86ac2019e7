// ControllerRevision. Source: pkg/apis/apps/validation/validation.go (ValidateControllerRevision)
import { asJson, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { rootPath } from '../api/fieldPath.js';
import type { ControllerRevision } from '../api/types.js';
import { defineKind } from './kind.js';
import { IMMUTABLE, semanticEqual, validateNonnegative } from './shared/checks.js';

const DATA = rootPath('data');

/** The kind ControllerRevision. */
export const controllerRevision = defineKind<ControllerRevision>('apps/v1', 'ControllerRevision', {
  metadataOnUpdate: 'both',
  validate,
  validateUpdate(object, old, errors) {
    validateNonnegative(object.revision, rootPath('revision'), errors);
    if (!semanticEqual(object.data, old.data)) invalid(errors, DATA, asJson(object.data ?? null, { sorted: true }), IMMUTABLE);
  },
});

function validate({ data, revision }: ControllerRevision, errors: FieldErrors): void {
  if (data === undefined || data === null) required(errors, DATA, 'data is mandatory');
  else if (typeof data !== 'object' || Array.isArray(data)) required(errors, DATA, 'data must be a valid JSON object');
  validateNonnegative(revision, rootPath('revision'), errors);
}
