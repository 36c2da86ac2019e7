// StorageClass: provisioner, parameters, topologies; immutable but for its topologies. Source: pkg/apis/storage/validation/validation.go (ValidateStorageClass)
import { asJson, duplicate, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, pathText, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { StorageClass, TopologySelectorTerm } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { validateImmutable, validateOneOf } from './shared/checks.js';
import { nodeLabelDeprecation } from './shared/deprecatedLabels.js';
import { validateQualifiedName } from './shared/names.js';
import { validateParameters, validateProvisioner } from './shared/storageParameters.js';

const TOPOLOGIES = rootPath('allowedTopologies');

/** The kind StorageClass. */
export const storageClass = defineKind<StorageClass>('storage.k8s.io/v1', 'StorageClass', {
  metadataOnUpdate: 'both',
  setDefaults(object) {
    object.reclaimPolicy ??= 'Delete';
    object.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate(object, old, errors) {
    validate(object, errors);
    validateImmutable(object.parameters ?? {}, old.parameters ?? {}, rootPath('parameters'), errors, asJson(object.parameters ?? null, { sorted: true }));
    for (const field of ['provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) validateImmutable(object[field] ?? '', old[field] ?? '', rootPath(field), errors);
  },
  warnings({ allowedTopologies }) {
    const found: string[] = [];
    allowedTopologies?.forEach(({ matchLabelExpressions }, index) => {
      matchLabelExpressions?.forEach(({ key }, at) => {
        const text = nodeLabelDeprecation(key);
        if (text !== undefined) found.push(`${pathText(child(indexed(child(indexed(TOPOLOGIES, index), 'matchLabelExpressions'), at), 'key'))}: ${text}`);
      });
    });
    return found;
  },
});

function validate(object: StorageClass, errors: FieldErrors): void {
  validateProvisioner(object.provisioner ?? '', rootPath('provisioner'), errors);
  validateParameters(object.parameters, rootPath('parameters'), errors, { allowEmpty: true });
  if (object.reclaimPolicy) validateOneOf(object.reclaimPolicy, ['Delete', 'Retain'], rootPath('reclaimPolicy'), errors);
  if (object.volumeBindingMode === undefined) required(errors, rootPath('volumeBindingMode'));
  else validateOneOf(object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], rootPath('volumeBindingMode'), errors);
  const { allowedTopologies = [] } = object;
  // The server compares each term with as many empty ones as there are terms, and with those before it.
  const seen: string[] = allowedTopologies.map(() => '{}');
  allowedTopologies.forEach((term, index) => {
    const path = indexed(TOPOLOGIES, index);
    const meaning = validateTerm(term, child(path, 'matchLabelExpressions'), errors);
    for (const other of seen) if (other === meaning) duplicate(errors, child(path, 'matchLabelExpressions'), '');
    seen.push(meaning);
  });
}

/** Checks a term and gives what it selects in one comparable text. */
function validateTerm({ matchLabelExpressions = [] }: TopologySelectorTerm, path: FieldPath, errors: FieldErrors): string {
  const meaning: Record<string, string[]> = {};
  matchLabelExpressions.forEach(({ key = '', values = [] }, index) => {
    const at = indexed(path, index);
    if (values.length === 0) required(errors, child(at, 'values'));
    values.forEach((value, place) => {
      if (values.indexOf(value) < place) duplicate(errors, indexed(child(at, 'values'), place), value);
    });
    validateQualifiedName(key, child(at, 'key'), errors);
    if (Object.hasOwn(meaning, key)) duplicate(errors, child(at, 'key'), key);
    meaning[key] = [...new Set(values)].sort();
  });
  return JSON.stringify(Object.fromEntries(sortedKeys(meaning).map((key) => [key, meaning[key]])));
}
