// The spec of a pod: every field in the order in which the server looks at it.
// Source: pkg/apis/core/validation/validation.go (ValidatePodSpec)
import { asJson, duplicate, forbidden, invalid, notFound, required, tooLong, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { Container, PodDNSConfig, PodResourceClaim, PodSchedulingGate, PodSpec } from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { validateContainers, validateEphemeralContainers, validateInitContainers, type ContainerContext } from './containers.js';
import { validateEnum, validateRequiredEnum } from './enums.js';
import { dns1123LabelMessages, dns1123SubdomainMessages, qualifiedNameMessages, underscoreSubdomainMessages } from './formats.js';
import { asInternal } from './internalForm.js';
import { validateIp } from './ip.js';
import { invalidEach } from './names.js';
import { validateLabels } from './objectMeta.js';
import { validatePodLevelResources } from './podLevelResources.js';
import { RESOURCE_CLAIM_LAYOUT } from './podLayouts.js';
import { validateResourceRequirements } from './resourceRequirements.js';
import { validateAffinity, validateTolerations, validateTopologySpread, type SchedulingOptions } from './scheduling.js';
import { validateHostProcess, validateOperatingSystemFields, validatePodSecurityContext } from './securityContext.js';
import { validateVolumes, type VolumeRules } from './volumes.js';

/** Whose spec it is, and what an update may keep of a stored one. */
export interface PodSpecOptions extends SchedulingOptions, Omit<VolumeRules, 'isPod'> {
  /** True in a pod, false in a template. */
  readonly isPod: boolean;
}

/** What a template's spec is checked with. */
export const TEMPLATE_OPTIONS: PodSpecOptions = { isPod: false };

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;
const MAX_HOSTNAME_BYTES = 64;
const MAX_INT32 = 2147483647;
const NO_CLAIMS: ReadonlySet<string> = new Set();

/** Checks a pod spec with its defaults set. */
export function validatePodSpec(spec: PodSpec, path: FieldPath, errors: FieldErrors, options: PodSpecOptions = TEMPLATE_OPTIONS): void {
  if (spec.terminationGracePeriodSeconds === undefined) required(errors, child(path, 'terminationGracePeriodSeconds'));
  const volumes = validateVolumes(spec.volumes, options, child(path, 'volumes'), errors);
  const claimNames = spec.resourceClaims === undefined ? NO_CLAIMS : validateResourceClaims(spec.resourceClaims, child(path, 'resourceClaims'), errors);
  const context: ContainerContext = { spec, volumes, claimNames, hostUsers: spec.hostUsers !== false };
  validateContainers(context, child(path, 'containers'), errors);
  if (spec.initContainers !== undefined) validateInitContainers(context, child(path, 'initContainers'), errors);
  if (spec.ephemeralContainers !== undefined) validateEphemeralContainers(context, child(path, 'ephemeralContainers'), errors);
  if (spec.resources !== undefined) validatePodLevelResources(spec, claimNames, path, errors);
  if (spec.hostNetwork === true) validateHostNetworkPorts(spec, options.isPod, child(path, 'containers'), errors);
  if (spec.restartPolicy !== 'Always') validateEnum(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], child(path, 'restartPolicy'), errors);
  if (spec.dnsPolicy !== 'ClusterFirst') validateEnum(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], child(path, 'dnsPolicy'), errors);
  if (spec.nodeSelector !== undefined) validateLabels(spec.nodeSelector, child(path, 'nodeSelector'), errors);
  validatePodSecurityContext(spec, path, errors);
  if (spec.affinity !== undefined) validateAffinity(spec.affinity, child(path, 'affinity'), errors, options);
  if (spec.dnsConfig !== undefined || spec.dnsPolicy === 'None') validateDnsConfig(spec.dnsConfig, spec.dnsPolicy, child(path, 'dnsConfig'), errors);
  spec.readinessGates?.forEach((gate, index) => {
    invalidEach(errors, child(indexed(child(path, 'readinessGates'), index), 'conditionType'), gate.conditionType ?? '', qualifiedNameMessages(gate.conditionType ?? ''));
  });
  if (spec.schedulingGates !== undefined) validateSchedulingGates(spec.schedulingGates, child(path, 'schedulingGates'), errors);
  if (spec.topologySpreadConstraints !== undefined) validateTopologySpread(spec.topologySpreadConstraints, child(path, 'topologySpreadConstraints'), errors, options);
  validateHostProcess(spec, path, errors);
  if (spec.hostUsers === false) validateUserNamespace(spec, path, errors);
  if (spec.hostnameOverride !== undefined) validateHostnameOverride(spec, child(path, 'hostnameOverride'), errors);
  if (spec.serviceAccountName) validateReference(spec.serviceAccountName, child(path, 'serviceAccountName'), errors);
  if (spec.nodeName) validateReference(spec.nodeName, child(path, 'nodeName'), errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) invalid(errors, child(path, 'activeDeadlineSeconds'), deadline, 'must be between 1 and 2147483647, inclusive');
  if (spec.hostname) invalidEach(errors, child(path, 'hostname'), spec.hostname, dns1123LabelMessages(spec.hostname));
  if (spec.subdomain) invalidEach(errors, child(path, 'subdomain'), spec.subdomain, dns1123LabelMessages(spec.subdomain));
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, child(path, 'tolerations'), errors);
  spec.hostAliases?.forEach((alias, index) => {
    const at = indexed(child(path, 'hostAliases'), index);
    validateIp(alias.ip ?? '', child(at, 'ip'), errors);
    alias.hostnames?.forEach((hostname, position) => invalidEach(errors, indexed(child(at, 'hostnames'), position), hostname, dns1123SubdomainMessages(hostname)));
  });
  if (spec.priorityClassName) validateReference(spec.priorityClassName, child(path, 'priorityClassName'), errors);
  if (spec.runtimeClassName !== undefined) invalidEach(errors, child(path, 'runtimeClassName'), spec.runtimeClassName, dns1123SubdomainMessages(spec.runtimeClassName));
  if (spec.preemptionPolicy !== undefined) validateRequiredEnum(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], child(path, 'preemptionPolicy'), errors);
  if (spec.overhead !== undefined) validateResourceRequirements({ limits: spec.overhead }, {}, child(path, 'overhead'), errors);
  if (spec.os !== undefined) {
    if (!spec.os.name) required(errors, child(child(path, 'os'), 'name'));
    else validateEnum(spec.os.name, ['linux', 'windows'], child(path, 'os'), errors);
    validateOperatingSystemFields(spec, path, errors);
  }
  validateFileKeyVolumes(spec, path, errors);
}

function validateReference(name: string, path: FieldPath, errors: FieldErrors): void {
  const messages = dns1123SubdomainMessages(name);
  if (messages.length > 0) invalidEach(errors, path, name, messages);
}

/** Source: validatePodResourceClaims */
function validateResourceClaims(claims: readonly PodResourceClaim[], path: FieldPath, errors: FieldErrors): ReadonlySet<string> {
  const names = new Set<string>();
  claims.forEach((claim, index) => {
    const at = indexed(path, index);
    const name = claim.name ?? '';
    if (name === '') required(errors, child(at, 'name'));
    else if (names.has(name)) duplicate(errors, child(at, 'name'), name);
    else {
      invalidEach(errors, child(at, 'name'), name, dns1123LabelMessages(name));
      names.add(name);
    }
    const { resourceClaimName: claimName, resourceClaimTemplateName: templateName } = claim;
    if (claimName !== undefined && templateName !== undefined) {
      invalid(errors, at, asInternal(RESOURCE_CLAIM_LAYOUT, claim), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
    if (claimName === undefined && templateName === undefined) {
      invalid(errors, at, asInternal(RESOURCE_CLAIM_LAYOUT, claim), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    if (claimName !== undefined) invalidEach(errors, child(at, 'resourceClaimName'), claimName, dns1123SubdomainMessages(claimName));
    if (templateName !== undefined) invalidEach(errors, child(at, 'resourceClaimTemplateName'), templateName, dns1123SubdomainMessages(templateName));
  });
  return names;
}

/** Source: validatePodHostNetworkDeps */
function validateHostNetworkPorts(spec: PodSpec, isPod: boolean, path: FieldPath, errors: FieldErrors): void {
  spec.containers?.forEach((container, index) => {
    container.ports?.forEach((port, position) => {
      const hostPort = port.hostPort ?? 0;
      if ((isPod || hostPort !== 0) && hostPort !== (port.containerPort ?? 0)) {
        invalid(errors, child(indexed(child(indexed(path, index), 'ports'), position), 'hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true');
      }
    });
  });
}

/** Source: validatePodDNSConfig */
function validateDnsConfig(config: PodDNSConfig | undefined, policy: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (policy === 'None') {
    if (config === undefined) return required(errors, path, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if ((config.nameservers ?? []).length === 0) return required(errors, child(path, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  if (config === undefined) return;
  const { nameservers = [], searches = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS) invalid(errors, child(path, 'nameservers'), nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`);
  nameservers.forEach((address, index) => validateIp(address, indexed(child(path, 'nameservers'), index), errors));
  if (searches.length > MAX_SEARCHES) invalid(errors, child(path, 'searches'), searches, `must not have more than ${MAX_SEARCHES} search paths`);
  if (byteLength(searches.join(' ')) > MAX_SEARCH_CHARACTERS) {
    invalid(errors, child(path, 'searches'), searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`);
  }
  searches.forEach((search, index) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    invalidEach(errors, indexed(child(path, 'searches'), index), name, underscoreSubdomainMessages(name));
  });
  config.options?.forEach((option, index) => {
    if (!option.name) required(errors, indexed(child(path, 'options'), index), 'must not be empty');
  });
}

function validateSchedulingGates(gates: readonly PodSchedulingGate[], path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  gates.forEach((gate, index) => {
    const name = gate.name ?? '';
    invalidEach(errors, indexed(path, index), name, qualifiedNameMessages(name));
    if (seen.has(name)) duplicate(errors, indexed(path, index), name);
    seen.add(name);
  });
}

/** A pod with users of its own shares nothing else with the host. Source: validateHostUsers */
function validateUserNamespace(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const detail = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) forbidden(errors, child(path, 'hostNetwork'), detail);
  if (spec.hostPID === true) forbidden(errors, child(path, 'HostPID'), detail);
  if (spec.hostIPC === true) forbidden(errors, child(path, 'HostIPC'), detail);
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[field] as Container[] | undefined)?.forEach((container, index) => {
      if ((container.volumeDevices ?? []).length > 0) forbidden(errors, child(indexed(child(path, field), index), 'volumeDevices'), detail);
    });
  }
}

function validateHostnameOverride(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const name = spec.hostnameOverride ?? '';
  if (spec.setHostnameAsFQDN === true) forbidden(errors, path, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork === true) forbidden(errors, path, 'may not be specified when hostNetwork is true');
  if (byteLength(name) > MAX_HOSTNAME_BYTES) tooLong(errors, path, MAX_HOSTNAME_BYTES);
  invalidEach(errors, path, name, dns1123SubdomainMessages(name));
}

/** A file that gives variables must stand in an emptyDir of the pod; a volume that is wrong otherwise will do. Source: validateFileKeyRefVolumes */
function validateFileKeyVolumes(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    (spec[field] as Container[] | undefined)?.forEach(({ env }, index) => {
      for (let position = 0; env !== undefined && position < env.length; position++) {
        const selector = env[position]?.valueFrom?.fileKeyRef;
        if (selector === undefined) continue;
        const { volumeName: name = '' } = selector;
        const at = child(child(child(indexed(child(indexed(child(path, field), index), 'env'), position), 'valueFrom'), 'fileKeyRef'), 'volumeName');
        const volume = spec.volumes?.findLast((candidate) => (candidate.name ?? '') === name);
        if (volume === undefined) notFound(errors, at, name);
        else if (volume.emptyDir === undefined) invalid(errors, at, asJson(name), 'referenced volume must be of type emptyDir');
      }
    });
  }
}
