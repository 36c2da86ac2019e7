// The checks of the Pod Security Standards, in the order in which they report. Source: pod-security-admission/policy/check_*.go
import type { Container, PodSpec, PodSecurityContext, Probe, SecurityContext, Volume } from '../../api/types.js';
import { compareStrings, sortedKeys } from '../../util/compare.js';
import { goQuote } from '../../util/goText.js';

/** What a check finds wrong: '<reason> (<detail>)' in messages. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** What checks look at. */
export interface CheckedPod {
  readonly spec: PodSpec;
  readonly annotations: Record<string, string>;
  /** Init containers, containers, ephemeral containers. */
  readonly containers: readonly Container[];
  /** The minor version of the policy; Infinity for the latest. */
  readonly minor: number;
}

/** A check. Those of the restricted level replace the baseline ones they name. */
export interface PodSecurityCheck {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** The first minor version of the policy that has it. */
  readonly since: number;
  readonly replaces?: string;
  find(pod: CheckedPod): Violation | undefined;
}

const BASELINE_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);
const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';
const ALLOWED_VOLUMES = new Set(['name', 'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']);
/** Name → first minor version of the policy that allows it. */
const SYSCTLS: Record<string, number> = {
  'kernel.shm_rmid_forced': 0, 'net.ipv4.ip_local_port_range': 0, 'net.ipv4.tcp_syncookies': 0, 'net.ipv4.ping_group_range': 0, 'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27, 'net.ipv4.tcp_keepalive_time': 29, 'net.ipv4.tcp_fin_timeout': 29, 'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29, 'net.ipv4.tcp_rmem': 32, 'net.ipv4.tcp_wmem': 32,
};
/** Type → first minor version of the policy that allows it. */
const SELINUX_TYPES: Record<string, number> = { '': 0, container_t: 0, container_init_t: 0, container_kvm_t: 0, container_engine_t: 31 };

const quoted = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ');
const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort(compareStrings);
const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);
const containerNames = (names: readonly string[]): string => `${plural('container', names.length)} ${quoted(names)}`;
const isWindows = ({ spec, minor }: CheckedPod): boolean => minor >= 25 && spec.os?.name === 'windows';
const ownsUserNamespace = ({ spec, minor }: CheckedPod): boolean => minor >= 35 && spec.hostUsers === false;

/** 'pod', 'container "a"', or both joined; '' when nobody set something bad. */
function setters(pod: CheckedPod, isBad: (context: PodSecurityContext | SecurityContext) => boolean): string {
  const parts: string[] = [];
  if (pod.spec.securityContext !== undefined && isBad(pod.spec.securityContext)) parts.push('pod');
  const names = badContainers(pod, ({ securityContext }) => securityContext !== undefined && isBad(securityContext));
  if (names.length > 0) parts.push(containerNames(names));
  return parts.join(' and ');
}

function badContainers({ containers }: CheckedPod, isBad: (container: Container) => boolean): string[] {
  const names: string[] = [];
  for (const container of containers) if (isBad(container)) names.push(container.name);
  return names;
}

function appArmorProfile(pod: CheckedPod): Violation | undefined {
  const values = new Set<string>();
  const who = setters(pod, ({ appArmorProfile: profile }) => {
    if (profile === undefined || profile.type === 'RuntimeDefault' || profile.type === 'Localhost') return false;
    values.add(profile.type);
    return true;
  });
  const annotations = sortedKeys(pod.annotations).filter((name) => name.startsWith(APPARMOR_PREFIX) && !isAllowedAppArmor(pod.annotations[name] as string));
  const shown = [...sorted(values), ...annotations.map((name) => `${name}=${goQuote(pod.annotations[name] as string)}`)];
  if (shown.length === 0) return undefined;
  const parts = who === '' ? [] : [who];
  if (annotations.length > 0) parts.push(plural('annotation', annotations.length));
  return { reason: plural('forbidden AppArmor profile', shown.length), detail: `${parts.join(' and ')} must not set AppArmor profile type to ${quoted(shown)}` };
}

function isAllowedAppArmor(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

function capabilitiesBaseline(pod: CheckedPod): Violation | undefined {
  const added = new Set<string>();
  const names = badContainers(pod, ({ securityContext }) => {
    const bad = (securityContext?.capabilities?.add ?? []).filter((name) => !BASELINE_CAPABILITIES.has(name));
    for (const name of bad) added.add(name);
    return bad.length > 0;
  });
  if (names.length === 0) return undefined;
  return { reason: 'non-default capabilities', detail: `${containerNames(names)} must not include ${quoted(sorted(added))} in securityContext.capabilities.add` };
}

function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  return set.length === 0 ? undefined : { reason: 'host namespaces', detail: set.map((field) => `${field}=true`).join(', ') };
}

function hostPathVolumes({ spec }: CheckedPod): Violation | undefined {
  const names = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural('volume', names.length)} ${quoted(names)}` };
}

function hostPorts(pod: CheckedPod): Violation | undefined {
  const ports = new Set<string>();
  const names = badContainers(pod, (container) => {
    const bad = (container.ports ?? []).filter((port) => port.hostPort);
    for (const port of bad) ports.add(String(port.hostPort));
    return bad.length > 0;
  });
  if (names.length === 0) return undefined;
  return { reason: 'hostPort', detail: `${containerNames(names)} ${names.length === 1 ? 'uses' : 'use'} ${plural('hostPort', ports.size)} ${sorted(ports).join(', ')}` };
}

function hostProbes(pod: CheckedPod): Violation | undefined {
  const hosts = new Set<string>();
  const note = (handler: Pick<Probe, 'httpGet' | 'tcpSocket'> | undefined): void => {
    for (const host of [handler?.httpGet?.host, handler?.tcpSocket?.host]) if (host) hosts.add(host);
  };
  const names = badContainers(pod, ({ livenessProbe, readinessProbe, startupProbe, lifecycle }) => {
    const before = hosts.size;
    const own = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
    for (const handler of own) note(handler);
    return hosts.size > before || own.some((handler) => handler?.httpGet?.host || handler?.tcpSocket?.host);
  });
  if (names.length === 0) return undefined;
  const shown = sorted(names);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containerNames(shown)} ${shown.length === 1 ? 'uses' : 'use'} ${plural('probe or lifecycle host', hosts.size)} ${quoted(sorted(hosts))}`,
  };
}

function privileged(pod: CheckedPod): Violation | undefined {
  const names = badContainers(pod, ({ securityContext }) => securityContext?.privileged === true);
  return names.length === 0 ? undefined : { reason: 'privileged', detail: `${containerNames(names)} must not set securityContext.privileged=true` };
}

function procMount(pod: CheckedPod): Violation | undefined {
  const types = new Set<string>();
  const names = badContainers(pod, ({ securityContext }) => {
    const type = securityContext?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.add(type);
    return true;
  });
  return names.length === 0 ? undefined : { reason: 'procMount', detail: `${containerNames(names)} must not set securityContext.procMount to ${quoted(sorted(types))}` };
}

function seLinuxOptions(pod: CheckedPod): Violation | undefined {
  const types = new Set<string>();
  let [setsUser, setsRole] = [false, false];
  const who = setters(pod, ({ seLinuxOptions: options }) => {
    if (options === undefined) return false;
    const { type = '', user = '', role = '' } = options;
    const isBadType = !Object.hasOwn(SELINUX_TYPES, type) || (SELINUX_TYPES[type] as number) > pod.minor;
    if (isBadType) types.add(type);
    setsUser ||= user !== '';
    setsRole ||= role !== '';
    return isBadType || user !== '' || role !== '';
  });
  if (who === '') return undefined;
  const what = [...(types.size > 0 ? [`${plural('type', types.size)} ${quoted(sorted(types))}`] : []), ...(setsUser ? ['user may not be set'] : []), ...(setsRole ? ['role may not be set'] : [])];
  return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` };
}

function badSeccomp(pod: CheckedPod): Violation | undefined {
  const types = new Set<string>();
  const who = setters(pod, ({ seccompProfile }) => {
    if (seccompProfile === undefined || seccompProfile.type === 'RuntimeDefault' || seccompProfile.type === 'Localhost') return false;
    types.add(seccompProfile.type);
    return true;
  });
  return who === '' ? undefined : { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sorted(types))}` };
}

/** Before 1.19 annotations said it. */
function badSeccompAnnotation({ annotations, containers }: CheckedPod): Violation | undefined {
  const bad = [SECCOMP_POD_ANNOTATION, ...containers.map(({ name }) => SECCOMP_CONTAINER_PREFIX + name)].filter((name) => {
    const value = annotations[name];
    return value !== undefined && value !== 'runtime/default' && value !== 'docker/default' && !value.startsWith('localhost/');
  });
  const shown = sorted(bad).map((name) => `${name}=${goQuote(annotations[name] as string)}`);
  return shown.length === 0 ? undefined : { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', shown.length)} ${shown.join(', ')}` };
}

function seccompRestricted(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const bad = badSeccomp(pod);
  if (bad !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return bad;
  const names = badContainers(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (names.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `pod or ${containerNames(names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` };
}

function sysctls({ spec, minor }: CheckedPod): Violation | undefined {
  const bad = (spec.securityContext?.sysctls ?? []).filter(({ name }) => !Object.hasOwn(SYSCTLS, name) || (SYSCTLS[name] as number) > minor).map(({ name }) => name);
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
}

function windowsHostProcess(pod: CheckedPod): Violation | undefined {
  const who = setters(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  return who === '' ? undefined : { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
}

function allowPrivilegeEscalation(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const names = badContainers(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  return names.length === 0 ? undefined : { reason: 'allowPrivilegeEscalation != false', detail: `${containerNames(names)} must set securityContext.allowPrivilegeEscalation=false` };
}

function capabilitiesRestricted(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const added = new Set<string>();
  const keeping = badContainers(pod, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = badContainers(pod, ({ securityContext }) => {
    const bad = (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
    for (const name of bad) added.add(name);
    return bad.length > 0;
  });
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${containerNames(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) details.push(`${containerNames(adding)} must not include ${quoted(sorted(added))} in securityContext.capabilities.add`);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function restrictedVolumes({ spec }: CheckedPod): Violation | undefined {
  const bad = (spec.volumes ?? []).map((volume) => [volume, restrictedType(volume)] as const).filter(([, type]) => type !== undefined);
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map(([, type]) => type as string));
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', bad.length)} ${quoted(bad.map(([{ name }]) => name))} ${bad.length === 1 ? 'uses' : 'use'} restricted volume ${plural('type', types.length)} ${quoted(types)}`,
  };
}

function restrictedType(volume: Volume): string | undefined {
  for (const field of Object.keys(volume)) if (!ALLOWED_VOLUMES.has(field)) return field;
  return undefined;
}

function runAsNonRoot(pod: CheckedPod): Violation | undefined {
  if (ownsUserNamespace(pod)) return undefined;
  const who = setters(pod, (context) => context.runAsNonRoot === false);
  if (who !== '') return { reason: 'runAsNonRoot != true', detail: `${who} must not set securityContext.runAsNonRoot=false` };
  if (pod.spec.securityContext?.runAsNonRoot === true) return undefined;
  const names = badContainers(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  return names.length === 0 ? undefined : { reason: 'runAsNonRoot != true', detail: `pod or ${containerNames(names)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(pod: CheckedPod): Violation | undefined {
  if (ownsUserNamespace(pod)) return undefined;
  const who = setters(pod, (context) => context.runAsUser === 0);
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
}

/** Baseline checks by id, then restricted ones by id. */
export const POD_SECURITY_CHECKS: readonly PodSecurityCheck[] = [
  { id: 'appArmorProfile', level: 'baseline', since: 0, find: appArmorProfile },
  { id: 'capabilities_baseline', level: 'baseline', since: 0, find: capabilitiesBaseline },
  { id: 'hostNamespaces', level: 'baseline', since: 0, find: hostNamespaces },
  { id: 'hostPathVolumes', level: 'baseline', since: 0, find: hostPathVolumes },
  { id: 'hostPorts', level: 'baseline', since: 0, find: hostPorts },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', since: 34, find: hostProbes },
  { id: 'privileged', level: 'baseline', since: 0, find: privileged },
  { id: 'procMount', level: 'baseline', since: 0, find: (pod) => (ownsUserNamespace(pod) ? undefined : procMount(pod)) },
  { id: 'seLinuxOptions', level: 'baseline', since: 0, find: seLinuxOptions },
  { id: 'seccompProfile_baseline', level: 'baseline', since: 0, find: (pod) => (pod.minor >= 19 ? badSeccomp(pod) : badSeccompAnnotation(pod)) },
  { id: 'sysctls', level: 'baseline', since: 0, find: sysctls },
  { id: 'windowsHostProcess', level: 'baseline', since: 0, find: windowsHostProcess },
  { id: 'allowPrivilegeEscalation', level: 'restricted', since: 8, find: allowPrivilegeEscalation },
  { id: 'capabilities_restricted', level: 'restricted', since: 22, replaces: 'capabilities_baseline', find: capabilitiesRestricted },
  { id: 'procMount_restricted', level: 'restricted', since: 35, replaces: 'procMount', find: procMount },
  { id: 'restrictedVolumes', level: 'restricted', since: 0, replaces: 'hostPathVolumes', find: restrictedVolumes },
  { id: 'runAsNonRoot', level: 'restricted', since: 0, find: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', since: 23, find: runAsUser },
  { id: 'seccompProfile_restricted', level: 'restricted', since: 19, replaces: 'seccompProfile_baseline', find: seccompRestricted },
];
