// NetworkPolicy: ports and peers of ingress and egress rules. Source: pkg/apis/networking/validation/validation.go (ValidateNetworkPolicySpec)
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../api/types.js';
import { defineKind } from './kind.js';
import { cidrContains, parseCidr, validateCidr, warnOfCidr } from './shared/ip.js';
import { hasInvalidSelectorValue, validateLabelSelector } from './shared/labelSelector.js';
import { validatePortName, validatePortNumber } from './shared/names.js';

const SPEC = rootPath('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];

/** What an update may keep of the stored policy. */
interface Tolerated {
  readonly allowInvalidValues: boolean;
  readonly knownCidrs: readonly string[];
}

/** The kind NetworkPolicy. */
export const networkPolicy = defineKind<NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', {
  hasGeneration: true,
  setDefaults(object) {
    const { spec } = object;
    if (spec === undefined) return;
    if ((spec.policyTypes ?? []).length === 0) spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of ports ?? []) port.protocol ??= 'TCP';
  },
  validate: (object, errors) => validate(object, errors, { allowInvalidValues: false, knownCidrs: [] }),
  validateUpdate(object, old, errors) {
    const selectors = [old.spec?.podSelector, ...peersOf(old).flatMap(({ peer }) => [peer.podSelector, peer.namespaceSelector])];
    const knownCidrs = peersOf(old).flatMap(({ peer: { ipBlock } }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])]));
    validate(object, errors, { allowInvalidValues: selectors.some(hasInvalidSelectorValue), knownCidrs });
  },
  warnings(object) {
    const found: string[] = [];
    for (const { peer: { ipBlock }, path } of peersOf(object)) {
      if (ipBlock === undefined) continue;
      const block = child(path, 'ipBlock');
      warnOfCidr(ipBlock.cidr, child(block, 'cidr'), found);
      ipBlock.except?.forEach((range, index) => warnOfCidr(range, indexed(child(block, 'except'), index), found));
    }
    return found;
  },
});

function peersOf({ spec }: NetworkPolicy): { peer: NetworkPolicyPeer; path: FieldPath }[] {
  const found: { peer: NetworkPolicyPeer; path: FieldPath }[] = [];
  spec?.ingress?.forEach(({ from }, index) => {
    from?.forEach((peer, at) => found.push({ peer, path: indexed(child(indexed(child(SPEC, 'ingress'), index), 'from'), at) }));
  });
  spec?.egress?.forEach(({ to }, index) => {
    to?.forEach((peer, at) => found.push({ peer, path: indexed(child(indexed(child(SPEC, 'egress'), index), 'to'), at) }));
  });
  return found;
}

function validate({ spec = {} }: NetworkPolicy, errors: FieldErrors, tolerated: Tolerated): void {
  validateLabelSelector(spec.podSelector, child(SPEC, 'podSelector'), errors, tolerated);
  spec.ingress?.forEach(({ ports, from }, index) => {
    const path = indexed(child(SPEC, 'ingress'), index);
    ports?.forEach((port, at) => validatePort(port, indexed(child(path, 'ports'), at), errors));
    from?.forEach((peer, at) => validatePeer(peer, indexed(child(path, 'from'), at), errors, tolerated));
  });
  spec.egress?.forEach(({ ports, to }, index) => {
    const path = indexed(child(SPEC, 'egress'), index);
    ports?.forEach((port, at) => validatePort(port, indexed(child(path, 'ports'), at), errors));
    to?.forEach((peer, at) => validatePeer(peer, indexed(child(path, 'to'), at), errors, tolerated));
  });
  const { policyTypes = [] } = spec;
  const path = child(SPEC, 'policyTypes');
  if (policyTypes.length > 2) return invalid(errors, path, asJson(policyTypes), 'may not specify more than two policyTypes');
  policyTypes.forEach((type, index) => {
    if (!POLICY_TYPES.includes(type)) notSupported(errors, indexed(path, index), type, POLICY_TYPES);
  });
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, path: FieldPath, errors: FieldErrors): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) notSupported(errors, child(path, 'protocol'), protocol, PROTOCOLS);
  const end = child(path, 'endPort');
  if (typeof port === 'number') {
    validatePortNumber(port, child(path, 'port'), errors);
    if (endPort === undefined) return;
    if (endPort < port) invalid(errors, end, port, 'must be greater than or equal to `port`');
    validatePortNumber(endPort, end, errors);
  } else if (typeof port === 'string') {
    if (endPort !== undefined) invalid(errors, end, endPort, 'may not be specified when `port` is non-numeric');
    validatePortName(port, child(path, 'port'), errors);
  } else if (endPort !== undefined) invalid(errors, end, endPort, 'may not be specified when `port` is not specified');
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: FieldPath, errors: FieldErrors, tolerated: Tolerated): void {
  validateLabelSelector(podSelector, child(path, 'podSelector'), errors, tolerated);
  validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), errors, tolerated);
  if (ipBlock !== undefined) validateIpBlock(ipBlock, child(path, 'ipBlock'), errors, tolerated);
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (!hasSelector && ipBlock === undefined) required(errors, path, 'must specify a peer');
  else if (hasSelector && ipBlock !== undefined) forbidden(errors, path, 'may not specify both ipBlock and another peer');
}

function validateIpBlock({ cidr = '', except = [] }: IPBlock, path: FieldPath, errors: FieldErrors, { knownCidrs }: Tolerated): void {
  if (cidr === '') return required(errors, child(path, 'cidr'));
  const range = validateCidr(cidr, child(path, 'cidr'), errors, knownCidrs);
  if (range === undefined) return;
  for (let index = 0; index < except.length; index++) {
    const text = except[index] as string;
    const at = indexed(child(path, 'except'), index);
    validateCidr(text, at, errors, knownCidrs);
    const hole = parseCidr(text);
    if (hole === undefined) return;
    if (!cidrContains(range, hole.network) || range.prefixLength >= hole.prefixLength) invalid(errors, at, text, 'must be a strict subset of `cidr`');
  }
}
