// IngressClass: a controller and its parameters. Source: pkg/apis/networking/validation/validation.go (ValidateIngressClass)
import { forbidden, notSupported, required, tooLong, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { IngressClass } from '../api/types.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { pathSegmentMessages } from './shared/formats.js';
import { invalidEach, validateDns1123Label, validateDns1123Subdomain, validateDomainPrefixedPath } from './shared/names.js';

const SPEC = rootPath('spec');
const PARAMETERS = child(SPEC, 'parameters');
const MAX_CONTROLLER = 250;

/** The kind IngressClass. */
export const ingressClass = defineKind<IngressClass>('networking.k8s.io/v1', 'IngressClass', {
  hasGeneration: true,
  metadataOnUpdate: 'both',
  setDefaults({ spec }) {
    if (spec?.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
  },
  validate,
  validateUpdate(object, old, errors) {
    validateImmutable(object.spec?.controller ?? '', old.spec?.controller ?? '', child(SPEC, 'controller'), errors);
    validate(object, errors);
  },
});

function validate({ spec = {} }: IngressClass, errors: FieldErrors): void {
  const { controller = '', parameters } = spec;
  if (byteLength(controller) > MAX_CONTROLLER) tooLong(errors, child(SPEC, 'controller'), MAX_CONTROLLER);
  validateDomainPrefixedPath(controller, child(SPEC, 'controller'), errors);
  if (parameters === undefined) return;
  const { apiGroup, kind = '', name = '', scope, namespace } = parameters;
  if (apiGroup !== undefined) validateDns1123Subdomain(apiGroup, child(PARAMETERS, 'apiGroup'), errors);
  for (const [field, value] of [['kind', kind], ['name', name]] as const) {
    if (value === '') required(errors, child(PARAMETERS, field));
    else invalidEach(errors, child(PARAMETERS, field), value, pathSegmentMessages(value, false));
  }
  if (scope === undefined) required(errors, child(PARAMETERS, 'scope'));
  else if (scope !== 'Cluster' && scope !== 'Namespace') notSupported(errors, child(PARAMETERS, 'scope'), scope, ['Cluster', 'Namespace']);
  else if (scope === 'Namespace') {
    if (namespace === undefined) required(errors, child(PARAMETERS, 'namespace'), "`parameters.scope` is set to 'Namespace'");
    else validateDns1123Label(namespace, child(PARAMETERS, 'namespace'), errors);
  } else if (namespace !== undefined) forbidden(errors, child(PARAMETERS, 'namespace'), "`parameters.scope` is set to 'Cluster'");
}
