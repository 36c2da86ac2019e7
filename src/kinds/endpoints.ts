// Endpoints: addresses and ports of subsets. Source: pkg/apis/core/validation/validation.go (ValidateEndpointsCreate, validateEndpointSubsets)
import { required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { EndpointAddress, EndpointPort, Endpoints } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual, validateOneOf } from './shared/checks.js';
import { validateEndpointIp, validateIp, warnOfIp } from './shared/ip.js';
import { validateDns1123Label, validateDns1123Subdomain, validatePortNumber, validateQualifiedName } from './shared/names.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const SUBSETS = rootPath('subsets');

/** The kind Endpoints. */
export const endpoints = defineKind<Endpoints>('v1', 'Endpoints', {
  metadataOnUpdate: 'both',
  allowCreateOnUpdate: true,
  setDefaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  validateUpdate(object, old, errors) {
    if (!semanticEqual(object.subsets, old.subsets)) validate(object, errors);
  },
  warnings({ subsets }) {
    const found: string[] = [];
    subsets?.forEach(({ addresses, notReadyAddresses }, index) => {
      const path = indexed(SUBSETS, index);
      addresses?.forEach(({ ip }, at) => warnOfIp(ip, child(indexed(child(path, 'addresses'), at), 'ip'), found));
      notReadyAddresses?.forEach(({ ip }, at) => warnOfIp(ip, child(indexed(child(path, 'notReadyAddresses'), at), 'ip'), found));
    });
    return found;
  },
});

function validate({ subsets }: Endpoints, errors: FieldErrors): void {
  subsets?.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const path = indexed(SUBSETS, index);
    if (addresses.length === 0 && notReadyAddresses.length === 0) required(errors, path, 'must specify `addresses` or `notReadyAddresses`');
    addresses.forEach((address, at) => validateAddress(address, indexed(child(path, 'addresses'), at), errors));
    notReadyAddresses.forEach((address, at) => validateAddress(address, indexed(child(path, 'notReadyAddresses'), at), errors));
    ports.forEach((port, at) => validatePort(port, ports.length > 1, indexed(child(path, 'ports'), at), errors));
  });
}

function validateAddress({ ip = '', hostname, nodeName }: EndpointAddress, path: FieldPath, errors: FieldErrors): void {
  validateIp(ip, child(path, 'ip'), errors);
  if (hostname) validateDns1123Label(hostname, child(path, 'hostname'), errors);
  if (nodeName !== undefined) validateDns1123Subdomain(nodeName, child(path, 'nodeName'), errors);
  validateEndpointIp(ip, child(path, 'ip'), errors);
}

function validatePort({ name, port = 0, protocol, appProtocol }: EndpointPort, needsName: boolean, path: FieldPath, errors: FieldErrors): void {
  if (name) validateDns1123Label(name, child(path, 'name'), errors);
  else if (needsName) required(errors, child(path, 'name'));
  validatePortNumber(port, child(path, 'port'), errors);
  if (!protocol) required(errors, child(path, 'protocol'));
  else validateOneOf(protocol, PROTOCOLS, child(path, 'protocol'), errors);
  if (appProtocol !== undefined) validateQualifiedName(appProtocol, child(path, 'appProtocol'), errors);
}
