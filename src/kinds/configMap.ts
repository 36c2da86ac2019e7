// ConfigMap: keys, size, immutability. Source: pkg/apis/core/validation/validation.go (ValidateConfigMap, ValidateConfigMapUpdate)
import { forbidden, invalid, tooLong, type FieldErrors } from '../api/fieldError.js';
import { keyed, rootPath } from '../api/fieldPath.js';
import type { ConfigMap } from '../api/types.js';
import { base64Length } from '../util/base64.js';
import { sortedKeys } from '../util/compare.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { semanticEqual } from './shared/checks.js';
import { validateConfigMapKey } from './shared/names.js';

const MAX_BYTES = 1048576;
const CANNOT_CHANGE = 'field is immutable when `immutable` is set';

/** The kind ConfigMap. */
export const configMap = defineKind<ConfigMap>('v1', 'ConfigMap', {
  metadataOnUpdate: 'both',
  validate,
  validateUpdate(object, old, errors) {
    if (old.immutable === true) {
      if (object.immutable !== true) forbidden(errors, rootPath('immutable'), CANNOT_CHANGE);
      if (!semanticEqual(object.data ?? {}, old.data ?? {})) forbidden(errors, rootPath('data'), CANNOT_CHANGE);
      if (!semanticEqual(object.binaryData ?? {}, old.binaryData ?? {})) forbidden(errors, rootPath('binaryData'), CANNOT_CHANGE);
    }
    validate(object, errors);
  },
});

function validate({ data, binaryData }: ConfigMap, errors: FieldErrors): void {
  let size = 0;
  for (const name of sortedKeys(data)) {
    const path = keyed(rootPath('data'), name);
    validateConfigMapKey(name, path, errors);
    if (binaryData !== undefined && Object.hasOwn(binaryData, name)) invalid(errors, path, name, 'duplicate of key present in binaryData');
    size += byteLength((data as Record<string, string>)[name] as string);
  }
  for (const name of sortedKeys(binaryData)) {
    validateConfigMapKey(name, keyed(rootPath('binaryData'), name), errors);
    size += base64Length((binaryData as Record<string, string>)[name] as string);
  }
  // The server names this place by the empty path, which prints as brackets.
  if (size > MAX_BYTES) tooLong(errors, keyed(undefined, ''), MAX_BYTES);
}
