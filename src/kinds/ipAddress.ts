// IPAddress: an address that is taken, and by whom. Source: pkg/apis/networking/validation/validation.go (ValidateIPAddress)
import { required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { IPAddress } from '../api/types.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { pathSegmentMessages } from './shared/formats.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { validateCanonicalIp } from './shared/ip.js';
import { invalidEach, validateDns1123Subdomain } from './shared/names.js';

const PARENT = child(rootPath('spec'), 'parentRef');
const PARENT_LAYOUT: GoLayout = [['Group', 'group', 'string'], ['Resource', 'resource', 'string'], ['Namespace', 'namespace', 'string'], ['Name', 'name', 'string']];

/** The kind IPAddress. */
export const ipAddress = defineKind<IPAddress>('networking.k8s.io/v1', 'IPAddress', {
  nameRule: (name, _isPrefix, path, errors) => void validateCanonicalIp(name, path, errors),
  validate,
  validateUpdate(object, old, errors) {
    validateImmutable(object.spec?.parentRef, old.spec?.parentRef, PARENT, errors, asInternal(PARENT_LAYOUT, object.spec?.parentRef));
  },
});

function validate({ spec }: IPAddress, errors: FieldErrors): void {
  if (spec?.parentRef === undefined) return required(errors, PARENT);
  const { group = '', resource = '', name = '', namespace = '' } = spec.parentRef;
  if (group !== '') validateDns1123Subdomain(group, child(PARENT, 'group'), errors);
  for (const [field, value] of [['resource', resource], ['name', name]] as const) {
    if (value === '') required(errors, child(PARENT, field));
    else invalidEach(errors, child(PARENT, field), value, pathSegmentMessages(value, false));
  }
  if (namespace !== '') invalidEach(errors, child(PARENT, 'namespace'), namespace, pathSegmentMessages(namespace, false));
}
