// CSIStorageCapacity: what a storage class has left for some nodes. Source: pkg/apis/storage/validation/validation.go (ValidateCSIStorageCapacity)
import { asJson, invalid, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, pathText, rootPath } from '../api/fieldPath.js';
import { quantityNano } from '../api/quantity.js';
import type { CSIStorageCapacity } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { nodeLabelDeprecation } from './shared/deprecatedLabels.js';
import { labelSelectorForm } from './shared/internalForm.js';
import { hasInvalidSelectorValue, validateLabelSelector } from './shared/labelSelector.js';
import { validateDns1123Subdomain } from './shared/names.js';

const TOPOLOGY = rootPath('nodeTopology');

/** The kind CSIStorageCapacity. */
export const csiStorageCapacity = defineKind<CSIStorageCapacity>('storage.k8s.io/v1', 'CSIStorageCapacity', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'both',
  validate: (object, errors) => validate(object, errors, false),
  validateUpdate(object, old, errors) {
    validate(object, errors, hasInvalidSelectorValue(old.nodeTopology));
    const shown = object.nodeTopology === undefined ? asJson(null) : asJson(labelSelectorForm(object.nodeTopology));
    validateImmutable(object.nodeTopology, old.nodeTopology, TOPOLOGY, errors, shown);
    validateImmutable(object.storageClassName, old.storageClassName, rootPath('storageClassName'), errors);
  },
  warnings({ nodeTopology }) {
    const found: string[] = [];
    nodeTopology?.matchExpressions?.forEach(({ key }, index) => {
      const text = nodeLabelDeprecation(key);
      if (text !== undefined) found.push(`${pathText(child(indexed(child(TOPOLOGY, 'matchExpressions'), index), 'key'))}: ${key} is ${text}`);
    });
    for (const label of sortedKeys(nodeTopology?.matchLabels)) {
      const text = nodeLabelDeprecation(label);
      if (text !== undefined) found.push(`${pathText(child(child(TOPOLOGY, 'matchLabels'), label))}: ${text}`);
    }
    return found;
  },
});

function validate(object: CSIStorageCapacity, errors: FieldErrors, allowInvalidValues: boolean): void {
  validateLabelSelector(object.nodeTopology, TOPOLOGY, errors, { allowInvalidValues });
  validateDns1123Subdomain(object.storageClassName ?? '', rootPath('storageClassName'), errors);
  if (object.capacity !== undefined && quantityNano(object.capacity) < 0n) invalid(errors, rootPath('capacity'), object.capacity, 'must be greater than or equal to 0');
}
