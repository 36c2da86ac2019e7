// Namespace: its name as a label, its finalizers. Source: pkg/registry/core/namespace/strategy.go, pkg/apis/core/validation/validation.go (ValidateNamespace)
import { invalid, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { Namespace } from '../api/types.js';
import { defineKind } from './kind.js';
import { dns1123Label, validateQualifiedName } from './shared/names.js';

const FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = [FINALIZER, 'orphan', 'foregroundDeletion'];

/** The kind Namespace. */
export const namespace = defineKind<Namespace>('v1', 'Namespace', {
  nameRule: dns1123Label,
  metadataOnUpdate: 'both',
  setDefaults: nameLabel,
  prepareForCreate(object) {
    nameLabel(object);
    const finalizers = object.spec?.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) object.spec = { ...object.spec, finalizers: [...finalizers, FINALIZER] };
    object.status = { phase: 'Active' };
  },
  validate,
  prepareForUpdate(object, old) {
    if (old.spec?.finalizers === undefined) delete object.spec?.finalizers;
    else object.spec = { ...object.spec, finalizers: old.spec.finalizers };
  },
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function nameLabel({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}

function validate({ spec }: Namespace, errors: FieldErrors): void {
  for (const name of spec?.finalizers ?? []) {
    const path = child(rootPath('spec'), 'finalizers');
    validateQualifiedName(name, path, errors);
    if (!name.includes('/') && !STANDARD_FINALIZERS.includes(name)) {
      invalid(errors, path, name, 'name is neither a standard finalizer name nor is it fully qualified');
    }
  }
}
