// Warnings about pod specs and templates. Source: pkg/api/pod/warnings.go, pkg/api/node/util.go
import { rootPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type { Container, ContainerPort, HostAlias, LocalObjectReference, NodeSelectorTerm, ObjectMeta, PodAffinity, PodSpec, PodTemplateSpec, Volume } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';
import { nodeLabelDeprecation } from './deprecatedLabels.js';
import { dns1123LabelMessages, labelValueMessages } from './formats.js';
import { warnOfIp } from './ip.js';
import { APPARMOR_PREFIX, hasProfileAnnotation, SECCOMP_CONTAINER_PREFIX } from './podTemplate.js';
import { warnOfOverlappingPaths } from './overlappingPaths.js';

const NO_SELECTOR = 'a null labelSelector results in matching no pod';
const DEPRECATED_ANNOTATIONS = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
/** Source of a volume → how it is shown, and since when it is deprecated. */
const DEPRECATED_VOLUMES: ReadonlyMap<string, string> = new Map([
  ['photonPersistentDisk', 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO: deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker: deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS: deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte: deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs: deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd: deprecated in v1.28, non-functional in v1.31+'],
]);
const BYTE_RESOURCES = ['memory', 'ephemeral-storage'] as const;
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** The warning about a name that cannot stand in the hostnames made of it; `what` is the rest of the sentence. */
export function warnOfNonLabelName(name: string | undefined, what: string, warnings: string[]): void {
  const messages = dns1123LabelMessages(name ?? '');
  if (messages.length > 0) warnings.push(`metadata.name: this is used in ${what}, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`);
}

/** The warnings of a template; the path is its place: 'spec.template', 'template'. */
export function podTemplateWarnings(template: PodTemplateSpec | undefined, path: string): string[] {
  return template === undefined ? [] : podSpecWarnings(template.spec ?? { containers: [] }, template.metadata ?? {}, path);
}

/** The warnings of what keeps replicas of a pod: the name its pods begin with, and a template that is new or changed. */
export function replicatedPodWarnings({ metadata, spec }: ReplicatedPods, old: ReplicatedPods | undefined): string[] {
  const warnings: string[] = [];
  if (old === undefined) warnOfNonLabelName(metadata.name, 'Pod names and hostnames', warnings);
  if (old === undefined || metadata.generation !== old.metadata.generation) warnings.push(...podTemplateWarnings(spec?.template, 'spec.template'));
  return warnings;
}

interface ReplicatedPods {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly template?: PodTemplateSpec };
}

/** The warnings of a pod's spec and metadata; `templatePath` is '' in a pod. */
export function podSpecWarnings(spec: PodSpec, meta: ObjectMeta, templatePath: string): string[] {
  const warnings: string[] = [];
  const prefix = templatePath === '' ? '' : `${templatePath}.`;
  const at = `${prefix}spec`;
  warnOfNodeLabels(spec, at, warnings);
  // Nearly all pods have annotations, and hardly any has one of these.
  const annotations = hasProfileAnnotation(meta.annotations) ? meta.annotations : undefined;
  const annotationAt = (key: string): string => `${prefix}metadata.annotations[${key}]`;
  if (meta.annotations !== undefined) for (const [key, text] of DEPRECATED_ANNOTATIONS) if (meta.annotations[key] !== undefined) warnings.push(`${annotationAt(key)}: ${text}`);
  if (spec.volumes !== undefined) warnOfVolumes(spec.volumes, at, warnings);
  if (spec.hostAliases !== undefined) warnOfRepeatedAddresses(spec.hostAliases, at, warnings);
  if (spec.imagePullSecrets !== undefined) warnOfRepeatedSecrets(spec.imagePullSecrets, at, warnings);
  if (spec.overhead !== undefined) for (const name of BYTE_RESOURCES) warnOfFraction(spec.overhead, name, `${at}.overhead`, warnings);
  if (annotations?.[SECCOMP_POD] !== undefined && spec.securityContext?.seccompProfile === undefined) {
    warnings.push(`${annotationAt(SECCOMP_POD)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  }
  forEachContainer(spec, at, (container, path) => {
    if (annotations !== undefined) {
      const seccomp = SECCOMP_CONTAINER_PREFIX + (container.name ?? '');
      if (annotations[seccomp] !== undefined && container.securityContext?.seccompProfile === undefined) {
        warnings.push(`${annotationAt(seccomp)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
      }
      const apparmor = APPARMOR_PREFIX + (container.name ?? '');
      const annotation = annotations[apparmor];
      if (templatePath !== '' && annotation !== undefined && container.securityContext?.appArmorProfile === undefined && !isPodProfile(spec, annotation)) {
        warnings.push(`${annotationAt(apparmor)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
      }
    }
    for (const name of BYTE_RESOURCES) {
      warnOfFraction(container.resources?.limits, name, `${path}.resources.limits`, warnings);
      warnOfFraction(container.resources?.requests, name, `${path}.resources.requests`, warnings);
    }
    warnOfHiddenVariables(container, path, warnings);
  });
  warnOfPorts(spec, at, warnings);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warnings.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  if (spec.affinity !== undefined) {
    warnOfPodAffinity(spec.affinity.podAffinity, `${at}.affinity.podAffinity`, warnings);
    warnOfPodAffinity(spec.affinity.podAntiAffinity, `${at}.affinity.podAntiAffinity`, warnings);
  }
  spec.dnsConfig?.nameservers?.forEach((address, index) => warnOfIp(address, rootPath(`${at}.dnsConfig.nameservers[${index}]`), warnings));
  spec.hostAliases?.forEach((alias, index) => warnOfIp(alias.ip ?? '', rootPath(`${at}.hostAliases[${index}].ip`), warnings));
  return warnings;
}

function forEachContainer(spec: PodSpec, at: string, visit: (container: Container, path: string) => void): void {
  for (const field of CONTAINER_LISTS) {
    (spec[field] as Container[] | undefined)?.forEach((container, index) => visit(container, `${at}.${field}[${index}]`));
  }
}

function warnOfNodeLabels(spec: PodSpec, at: string, warnings: string[]): void {
  for (const key in spec.nodeSelector) {
    const text = nodeLabelDeprecation(key);
    if (text !== undefined) warnings.push(`${at}.nodeSelector[${key}]: ${text}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const affinityPath = `${at}.affinity.nodeAffinity`;
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, index) => {
    warnOfNodeTerm(term, false, `${affinityPath}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`, warnings);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    warnOfNodeTerm(term.preference ?? {}, true, `${affinityPath}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`, warnings);
  });
  spec.topologySpreadConstraints?.forEach((constraint, index) => {
    const path = `${at}.topologySpreadConstraints[${index}]`;
    const text = nodeLabelDeprecation(constraint.topologyKey ?? '');
    if (text !== undefined) warnings.push(`${path}.topologyKey: ${constraint.topologyKey} is ${text}`);
    if (constraint.labelSelector === undefined) warnings.push(`${path}.labelSelector: ${NO_SELECTOR}`);
  });
}

/** Source: GetWarningsForNodeSelectorTerm */
function warnOfNodeTerm(term: NodeSelectorTerm, checksValues: boolean, path: string, warnings: string[]): void {
  term.matchExpressions?.forEach((expression, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    const text = nodeLabelDeprecation(expression.key ?? '');
    if (text !== undefined) warnings.push(`${at}.key: ${expression.key} is ${text}`);
    if (!checksValues) return;
    expression.values?.forEach((value, position) => {
      const messages = labelValueMessages(value);
      for (const message of messages) warnings.push(`${at}.values[${position}]: ${value} is invalid, ${message}`);
    });
  });
}

function warnOfVolumes(volumes: readonly Volume[], at: string, warnings: string[]): void {
  volumes.forEach((volume, index) => {
    // A volume that is valid has one source.
    for (const field in volume) {
      const text = volume[field as keyof Volume] === undefined ? undefined : DEPRECATED_VOLUMES.get(field);
      if (text !== undefined) warnings.push(`${at}.volumes[${index}].${text}`);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec?.resources;
    if (claim === undefined) return;
    const claimPath = `${at}.volumes[${index}].ephemeral.volumeClaimTemplate.spec.resources`;
    warnOfFraction(claim.requests, 'storage', `${claimPath}.requests`, warnings);
    warnOfFraction(claim.limits, 'storage', `${claimPath}.limits`, warnings);
  });
  warnOfOverlappingPaths(volumes, warnings);
}

function warnOfRepeatedAddresses(aliases: readonly HostAlias[], at: string, warnings: string[]): void {
  const addresses = new Set<string>();
  aliases.forEach(({ ip }, index) => {
    if (addresses.has(ip)) warnings.push(`${at}.hostAliases[${index}].ip: duplicate ip ${goQuote(ip)}`);
    addresses.add(ip);
  });
}

function warnOfRepeatedSecrets(references: readonly LocalObjectReference[], at: string, warnings: string[]): void {
  const secrets = new Set<string>();
  references.forEach(({ name = '' }, index) => {
    if (secrets.has(name)) warnings.push(`${at}.imagePullSecrets[${index}].name: duplicate name ${goQuote(name)}`);
    secrets.add(name);
  });
  references.forEach(({ name = '' }, index) => {
    if (name === '') warnings.push(`${at}.imagePullSecrets[${index}].name: invalid empty name ""`);
  });
}

/** Bytes come whole: warns of the amount of this name in a list. */
export function warnOfFraction(amounts: Record<string, string> | undefined, name: string, path: string, warnings: string[]): void {
  const quantity = amounts?.[name];
  if (quantity !== undefined && quantityNano(quantity) % 1_000_000_000n !== 0n) warnings.push(`${path}[${name}]: fractional byte value ${goQuote(quantity)} is invalid, must be an integer`);
}

function isPodProfile(spec: PodSpec, annotation: string): boolean {
  const profile = spec.securityContext?.appArmorProfile;
  if (profile === undefined) return false;
  const text = profile.type === 'RuntimeDefault' ? 'runtime/default' : profile.type === 'Unconfined' ? 'unconfined' : `localhost/${profile.localhostProfile ?? ''}`;
  return annotation === text;
}

function warnOfHiddenVariables(container: Container, path: string, warnings: string[]): void {
  if (container.env === undefined || container.env.length < 2) return;
  const names = new Set<string>();
  container.env.forEach((variable, index) => {
    const name = variable.name ?? '';
    if (!names.has(name)) return names.add(name);
    const reference = `$(${name})`;
    const value = variable.value ?? '';
    if (variable.valueFrom !== undefined || value === reference || !value.includes(reference)) {
      warnings.push(`${path}.env[${index}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`);
    }
    return undefined;
  });
}

function warnOfPorts(spec: PodSpec, at: string, warnings: string[]): void {
  const ports: PlacedPort[] = [];
  forEachContainer(spec, at, (container, path) => container.ports?.forEach((port, index) => ports.push({ path: `${path}.ports[${index}]`, port })));
  // One alone repeats nothing.
  if (ports.length === 1 && !ports[0]?.port.hostIP) return;
  const taken = new Map<string, PlacedPort[]>();
  const named = new Map<string, string>();
  for (const placed of ports) {
    const { path } = placed;
    const { hostIP = '', hostPort = 0, containerPort, protocol = '', name = '' } = placed.port;
    if (hostIP !== '' && hostPort === 0) {
      warnings.push(`${path}: hostIP set without hostPort: {Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`);
    }
    const key = `${containerPort}/${protocol}`;
    const others = taken.get(key);
    for (const other of others ?? []) {
      const { hostIP: otherIp = '', hostPort: otherPort = 0 } = other.port;
      if (hostIP === otherIp && hostPort === otherPort) warnings.push(`${path}: duplicate port definition with ${other.path}`);
      else if (hostPort === 0 || otherPort === 0) warnings.push(`${path}: overlapping port definition with ${other.path}`);
      else if (hostPort === otherPort && (hostIP === '') !== (otherIp === '')) warnings.push(`${path}: dangerously ambiguous port definition with ${other.path}`);
    }
    if (others === undefined) taken.set(key, [placed]);
    else others.push(placed);
    if (name === '') continue;
    const first = named.get(name);
    if (first === undefined) named.set(name, path);
    else warnings.push(`${path}: duplicate port name ${goQuote(name)} with ${first}, services and probes that select ports by name will use ${first}`);
  }
}

interface PlacedPort {
  readonly path: string;
  readonly port: ContainerPort;
}

function warnOfPodAffinity(affinity: PodAffinity | undefined, path: string, warnings: string[]): void {
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    if (term.labelSelector === undefined) warnings.push(`${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${NO_SELECTOR}`);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    if (term.podAffinityTerm?.labelSelector === undefined) warnings.push(`${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`);
  });
}
