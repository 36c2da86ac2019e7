// Fields that the storage kinds share: provisioners, parameters. Source: pkg/apis/storage/validation/validation.go
import { invalid, required, tooLong, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import { byteLength } from '../../util/utf8.js';
import { qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';

const MAX_ENTRIES = 512;
const MAX_BYTES = 256 * 1024;

/** Checks who provisions: a qualified name, case aside; a wrong one is shown in lower case. Source: validateProvisioner */
export function validateProvisioner(provisioner: string, path: FieldPath, errors: FieldErrors): void {
  if (provisioner === '') return required(errors, path);
  const lower = provisioner.toLowerCase();
  invalidEach(errors, path, lower, qualifiedNameMessages(lower));
}

/** Checks the number and the size of parameters. */
export function validateParameters(parameters: Record<string, string> = {}, path: FieldPath, errors: FieldErrors, options: { allowEmpty: boolean }): void {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_ENTRIES) return tooLong(errors, path, MAX_ENTRIES);
  if (entries.length === 0 && !options.allowEmpty) required(errors, path, 'must contain at least one key/value pair');
  let size = 0;
  for (const [name, value] of entries) {
    if (name === '') invalid(errors, path, name, 'field can not be empty.');
    size += byteLength(name) + byteLength(value);
  }
  if (size > MAX_BYTES) tooLong(errors, path, MAX_BYTES);
}
