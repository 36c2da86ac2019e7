// EndpointSlice: addresses by type, ports, hints. Source: pkg/apis/discovery/validation/validation.go (ValidateEndpointSlice)
import { duplicate, internalError, invalid, required, tooMany, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { DiscoveryEndpointPort, Endpoint, EndpointHints, EndpointSlice } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual, validateImmutable, validateOneOf } from './shared/checks.js';
import { labelValueMessages } from './shared/formats.js';
import { parseIp, validateCanonicalIp, validateEndpointIp, validateIp, warnOfIp } from './shared/ip.js';
import { invalidEach, validateDns1123Label, validateDns1123Subdomain, validateFullyQualifiedDomain, validatePortNumber, validateQualifiedName } from './shared/names.js';
import { validateLabels } from './shared/objectMeta.js';

const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_TOPOLOGY = 16;
const MAX_HINTS = 8;
const HOSTNAME_LABEL = 'kubernetes.io/hostname';
const ENDPOINTS = rootPath('endpoints');

/** The kind EndpointSlice. */
export const endpointSlice = defineKind<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', {
  hasGeneration: true,
  metadataOnUpdate: 'full',
  setDefaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  prepareForCreate: dropTopology,
  prepareForUpdate(object, old) {
    if (!semanticEqual(object.endpoints, old.endpoints)) dropTopology(object);
    const generation = old.metadata.generation ?? 0;
    if (object.metadata.generation === generation && !semanticEqual(object.metadata.labels, old.metadata.labels)) object.metadata.generation = generation + 1;
  },
  validate: (object, errors) => validate(object, errors, new Set()),
  validateUpdate(object, old, errors) {
    validate(object, errors, new Set(old.addressType === 'FQDN' ? [] : (old.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])));
    validateImmutable(object.addressType, old.addressType, rootPath('addressType'), errors);
  },
  warnings({ addressType, endpoints }, old) {
    const found: string[] = [];
    if (addressType === 'FQDN') {
      if (old === undefined) found.push('spec.addressType: FQDN endpoints are deprecated');
      return found;
    }
    endpoints?.forEach(({ addresses }, index) => {
      addresses?.forEach((address, at) => warnOfIp(address, indexed(child(indexed(ENDPOINTS, index), 'addresses'), at), found));
    });
    return found;
  },
});

/** Requests of this version do not write the topology of the version before it. Source: pkg/registry/discovery/endpointslice/strategy.go (dropTopologyOnV1) */
function dropTopology({ endpoints }: EndpointSlice): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
}

function validate({ addressType = '', endpoints = [], ports = [] }: EndpointSlice, errors: FieldErrors, knownAddresses: ReadonlySet<string>): void {
  if (addressType === '') required(errors, rootPath('addressType'));
  else validateOneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], rootPath('addressType'), errors);
  if (endpoints.length > MAX_ENDPOINTS) tooMany(errors, ENDPOINTS, endpoints.length, MAX_ENDPOINTS);
  else endpoints.forEach((endpoint, index) => validateEndpoint(endpoint, indexed(ENDPOINTS, index), errors, { addressType, knownAddresses }));
  validatePorts(ports, errors);
}

interface AddressRules {
  readonly addressType: string;
  /** Those of the old object: as they are written, they stay. */
  readonly knownAddresses: ReadonlySet<string>;
}

function validateEndpoint(endpoint: Endpoint, path: FieldPath, errors: FieldErrors, rules: AddressRules): void {
  const { addresses = [], nodeName, deprecatedTopology, hostname, hints } = endpoint;
  const list = child(path, 'addresses');
  if (addresses.length === 0) required(errors, list, 'must contain at least 1 address');
  else if (addresses.length > MAX_ADDRESSES) tooMany(errors, list, addresses.length, MAX_ADDRESSES);
  addresses.forEach((address, index) => validateAddress(address, { list, at: indexed(list, index) }, errors, rules));
  if (nodeName !== undefined) validateDns1123Subdomain(nodeName, child(path, 'nodeName'), errors);
  if (deprecatedTopology !== undefined) {
    const topology = child(path, 'deprecatedTopology');
    const size = Object.keys(deprecatedTopology).length;
    if (size > MAX_TOPOLOGY) tooMany(errors, topology, size, MAX_TOPOLOGY);
    validateLabels(deprecatedTopology, topology, errors);
    if (deprecatedTopology[HOSTNAME_LABEL] !== undefined) internalError(errors, keyed(topology, HOSTNAME_LABEL), 'hostname key must not be set in topology');
  }
  if (hostname !== undefined) validateDns1123Label(hostname, child(path, 'hostname'), errors);
  if (hints !== undefined) validateHints(hints, child(path, 'hints'), errors);
}

function validateAddress(address: string, { list, at }: { list: FieldPath; at: FieldPath }, errors: FieldErrors, { addressType, knownAddresses }: AddressRules): void {
  if (addressType === 'FQDN') return validateFullyQualifiedDomain(address, at, errors);
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return;
  const before = errors.length;
  const validateNew = addressType === 'IPv4' ? validateIp : validateCanonicalIp;
  const ip = knownAddresses.has(address) ? parseIp(address) : validateNew(address, at, errors);
  if (ip === undefined || errors.length > before) return;
  if (ip.family !== addressType) invalid(errors, list, address, `must be an ${addressType} address`);
  else validateEndpointIp(address, at, errors);
}

function validateHints({ forZones = [], forNodes = [] }: EndpointHints, path: FieldPath, errors: FieldErrors): void {
  for (const [field, entries] of [['forZones', forZones], ['forNodes', forNodes]] as const) {
    const list = child(path, field);
    if (entries.length > MAX_HINTS) return tooMany(errors, list, entries.length, MAX_HINTS);
    entries.forEach(({ name = '' }, index) => {
      const at = child(indexed(list, index), 'name');
      if (entries.findIndex((other) => (other.name ?? '') === name) < index) duplicate(errors, at, name);
      if (field === 'forZones') invalidEach(errors, at, name, labelValueMessages(name));
      else validateDns1123Subdomain(name, at, errors);
    });
  }
}

function validatePorts(ports: readonly DiscoveryEndpointPort[], errors: FieldErrors): void {
  const list = rootPath('ports');
  if (ports.length > MAX_PORTS) return tooMany(errors, list, ports.length, MAX_PORTS);
  const names = new Set<string>();
  ports.forEach(({ name = '', port, protocol = '', appProtocol }, index) => {
    const path = indexed(list, index);
    if (name !== '') validateDns1123Label(name, child(path, 'name'), errors);
    if (names.has(name)) duplicate(errors, child(path, 'name'), name);
    names.add(name);
    if (port !== undefined) validatePortNumber(port, child(path, 'port'), errors);
    if (protocol === '') required(errors, child(path, 'protocol'));
    else validateOneOf(protocol, ['SCTP', 'TCP', 'UDP'], child(path, 'protocol'), errors);
    if (appProtocol !== undefined) validateQualifiedName(appProtocol, child(path, 'appProtocol'), errors);
  });
}
