// APIService: which server answers for a group and version. Source: kube-aggregator/pkg/apis/apiregistration/validation/validation.go,
// kube-aggregator/pkg/registry/apiservice/strategy.go
import { invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { APIService } from '../api/types.js';
import { base64Length } from '../util/base64.js';
import { formatTime } from '../util/time.js';
import { defineKind } from './kind.js';
import { portNumberMessages } from './shared/formats.js';
import { invalidEach, pathSegment, validateDns1035Label, validateDns1123Subdomain } from './shared/names.js';

const SPEC = rootPath('spec');
const MAX_GROUP_PRIORITY = 20000;
const MAX_VERSION_PRIORITY = 1000;
const LOCAL = { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

/** The kind APIService. */
export const apiService = defineKind<APIService>('apiregistration.k8s.io/v1', 'APIService', {
  nameRule: pathSegment,
  metadataOnUpdate: 'both',
  allowUnconditionalUpdate: false,
  setDefaults({ spec }) {
    if (spec?.service !== undefined) spec.service.port ??= 443;
  },
  prepareForCreate(object, { nowMs }) {
    const isLocal = object.spec?.service === undefined;
    object.status = isLocal ? { conditions: [{ ...LOCAL, lastTransitionTime: formatTime(nowMs) }] } : {};
  },
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ metadata, spec }: APIService, errors: FieldErrors): void {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service, caBundle = '', insecureSkipTLSVerify = false } = spec ?? ({} as Partial<NonNullable<APIService['spec']>>);
  const wanted = `${version}.${group}`;
  if (metadata.name && metadata.name !== wanted) invalid(errors, child(rootPath('metadata'), 'name'), metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`);
  if (group === '' && version !== 'v1') required(errors, child(SPEC, 'group'), 'only v1 may have an empty group and it better be legacy kube');
  if (group !== '') validateDns1123Subdomain(group, child(SPEC, 'group'), errors);
  validateDns1035Label(version, child(SPEC, 'version'), errors);
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > MAX_GROUP_PRIORITY) invalid(errors, child(SPEC, 'groupPriorityMinimum'), groupPriorityMinimum, `must be positive and less than ${MAX_GROUP_PRIORITY}`);
  if (versionPriority <= 0 || versionPriority > MAX_VERSION_PRIORITY) invalid(errors, child(SPEC, 'versionPriority'), versionPriority, `must be positive and less than ${MAX_VERSION_PRIORITY}`);
  const skip = child(SPEC, 'insecureSkipTLSVerify');
  if (service === undefined) {
    if (caBundle !== '') invalid(errors, child(SPEC, 'caBundle'), `${base64Length(caBundle)} bytes`, 'local APIServices may not have a caBundle');
    if (insecureSkipTLSVerify) invalid(errors, skip, insecureSkipTLSVerify, 'local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  const at = child(SPEC, 'service');
  if (!service.namespace) required(errors, child(at, 'namespace'));
  if (!service.name) required(errors, child(at, 'name'));
  const port = service.port ?? 0;
  invalidEach(errors, child(at, 'port'), port, portNumberMessages(port).map((message) => `port is not valid: ${message}`));
  if (insecureSkipTLSVerify && caBundle !== '') invalid(errors, skip, insecureSkipTLSVerify, 'may not be true if caBundle is present');
}
