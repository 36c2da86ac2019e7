// CSINode: the drivers of a node; a driver's entry is set once. Source: pkg/apis/storage/validation/validation.go (ValidateCSINode)
import { duplicate, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { CSINode, CSINodeDriver } from '../api/types.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { IMMUTABLE, semanticEqual, validateNonnegative } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { validateQualifiedName } from './shared/names.js';
import { validateCsiDriverName } from './shared/volumeSources.js';

const DRIVERS = child(rootPath('spec'), 'drivers');
const MAX_NODE_ID = 256;
const DRIVER: GoLayout = [['Name', 'name', 'string'], ['NodeID', 'nodeID', 'string'], ['TopologyKeys', 'topologyKeys', 'nullable'], ['Allocatable', 'allocatable', { pointer: [['Count', 'count', 'nullable']] }]];

/** The kind CSINode. */
export const csiNode = defineKind<CSINode>('storage.k8s.io/v1', 'CSINode', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'fullTwice',
  validate,
  validateUpdate(object, old, errors) {
    // The server judges the whole object before and within the check of the update; repetitions show among the causes.
    validate(object, errors);
    validate(object, errors);
    for (const before of old.spec.drivers ?? []) {
      for (const driver of object.spec.drivers ?? []) {
        if (driver.name !== before.name) continue;
        const { allocatable: _new, ...rest } = driver;
        const { allocatable: _old, ...restBefore } = before;
        if (!semanticEqual(rest, restBefore)) invalid(errors, DRIVERS, asInternal(DRIVER, rest), IMMUTABLE);
      }
    }
  },
});

function validate({ spec }: CSINode, errors: FieldErrors): void {
  const seen = new Set<string>();
  spec.drivers?.forEach((driver, index) => {
    const path = indexed(DRIVERS, index);
    validateDriver(driver, path, errors);
    if (seen.has(driver.name ?? '')) duplicate(errors, child(path, 'name'), driver.name);
    seen.add(driver.name ?? '');
    validateTopologyKeys(driver.topologyKeys ?? [], path, errors);
  });
}

function validateDriver({ name = '', nodeID = '', allocatable }: CSINodeDriver, path: FieldPath, errors: FieldErrors): void {
  validateCsiDriverName(name, child(path, 'name'), errors);
  if (nodeID === '') required(errors, child(path, 'nodeID'));
  if (byteLength(nodeID) > MAX_NODE_ID) invalid(errors, child(path, 'nodeID'), nodeID, 'must be 256 characters or less');
  validateNonnegative(allocatable?.count, child(child(path, 'allocatable'), 'count'), errors);
}

function validateTopologyKeys(keys: readonly string[], path: FieldPath, errors: FieldErrors): void {
  keys.forEach((key, index) => {
    if (key === '') required(errors, path);
    if (keys.indexOf(key) < index) duplicate(errors, path, key);
    validateQualifiedName(key, path, errors);
  });
}
