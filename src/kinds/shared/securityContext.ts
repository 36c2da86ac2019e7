// Security contexts of pods and containers.
// Source: pkg/apis/core/validation/validation.go (ValidateSecurityContext, ValidatePodSecurityContext, validateWindowsSecurityContextOptions)
import { asJson, duplicate, forbidden, invalid, required, tooLong, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { AppArmorProfile, Container, PodSpec, SeccompProfile, SecurityContext, Sysctl, WindowsSecurityContextOptions } from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { validateEnum, validateRequiredEnum } from './enums.js';
import { dns1123SubdomainMessages, userIdMessages } from './formats.js';
import { asInternal } from './internalForm.js';
import { invalidEach } from './names.js';
import { validateDescendingPath } from './paths.js';
import { PROFILE_LAYOUT, SECURITY_CONTEXT_LAYOUT } from './podLayouts.js';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const MAX_GMSA_SPEC_BYTES = 64 * 1024;
const MAX_APPARMOR_PROFILE_BYTES = 4095;
const SYSCTL_MESSAGE = 'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const IPC_SYSCTLS = ['kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced', 'kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni'];

/** Checks the context of a container; `hostUsers` is false when the pod has a user namespace of its own. */
export function validateSecurityContext(context: SecurityContext | undefined, hostUsers: boolean, path: FieldPath, errors: FieldErrors): void {
  if (context === undefined) return;
  validateUserIds(context, ['runAsUser', 'runAsGroup'], path, errors);
  if (context.procMount !== undefined) {
    validateEnum(context.procMount, ['Default', 'Unmasked'], child(path, 'procMount'), errors);
    if (hostUsers && context.procMount === 'Unmasked') invalid(errors, child(path, 'procMount'), context.procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  validateSeccompProfile(context.seccompProfile, child(path, 'seccompProfile'), errors);
  if (context.allowPrivilegeEscalation === false) {
    const shown = asInternal(SECURITY_CONTEXT_LAYOUT, context);
    if (context.privileged === true) invalid(errors, path, shown, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') invalid(errors, path, shown, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions'), errors);
  validateAppArmorProfile(context.appArmorProfile, child(path, 'appArmorProfile'), errors);
}

function validateUserIds<K extends string>(context: { [field in K]?: number }, fields: readonly K[], path: FieldPath, errors: FieldErrors): void {
  for (const field of fields) {
    const id = context[field];
    if (id !== undefined) invalidEach(errors, child(path, field), id, userIdMessages(id));
  }
}

function validateSeccompProfile(profile: SeccompProfile | undefined, path: FieldPath, errors: FieldErrors): void {
  if (profile === undefined) return;
  validateRequiredEnum(profile.type, PROFILE_TYPES, child(path, 'type'), errors, 'type is required when seccompProfile is set');
  const at = child(path, 'localhostProfile');
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) required(errors, at, 'must be set when seccomp type is Localhost');
    else validateDescendingPath(profile.localhostProfile, at, errors);
  } else if (profile.localhostProfile !== undefined) invalid(errors, at, asInternal(PROFILE_LAYOUT, profile), 'can only be set when seccomp type is Localhost');
}

function validateAppArmorProfile(profile: AppArmorProfile | undefined, path: FieldPath, errors: FieldErrors): void {
  if (profile === undefined) return;
  const at = child(path, 'localhostProfile');
  const { type, localhostProfile } = profile;
  if (type === 'Localhost') {
    const mustBeSet = 'must be set when AppArmor type is Localhost';
    if (localhostProfile === undefined) return required(errors, at, mustBeSet);
    const trimmed = localhostProfile.trim();
    if (trimmed !== localhostProfile) invalid(errors, at, localhostProfile, 'must not be padded with whitespace');
    else if (trimmed === '') required(errors, at, mustBeSet);
    if (byteLength(localhostProfile) > MAX_APPARMOR_PROFILE_BYTES) tooLong(errors, at, MAX_APPARMOR_PROFILE_BYTES);
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (localhostProfile !== undefined) invalid(errors, at, asJson(localhostProfile), 'can only be set when AppArmor type is Localhost');
  } else validateRequiredEnum(type, PROFILE_TYPES, child(path, 'type'), errors, 'type is required when appArmorProfile is set');
}

function validateWindowsOptions(options: WindowsSecurityContextOptions | undefined, path: FieldPath, errors: FieldErrors): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName: userName } = options;
  if (specName !== undefined) invalidEach(errors, child(path, 'gmsaCredentialSpecName'), asJson(specName), dns1123SubdomainMessages(specName));
  if (spec !== undefined) {
    if (spec === '') invalid(errors, child(path, 'gmsaCredentialSpec'), asJson(spec), 'gmsaCredentialSpec cannot be an empty string');
    else if (byteLength(spec) > MAX_GMSA_SPEC_BYTES) invalid(errors, child(path, 'gmsaCredentialSpec'), asJson(spec), 'gmsaCredentialSpec size must be under 64 KiB');
  }
  if (userName !== undefined) for (const message of windowsUserNameMessages(userName)) invalid(errors, child(path, 'runAsUserName'), asJson(userName), message);
}

function windowsUserNameMessages(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/[\x00-\x1f\x7f]/.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) as string;
  const domain = parts.length === 2 ? (parts[0] as string) : undefined;
  const found: string[] = [];
  if (domain !== undefined && byteLength(domain) >= 256) found.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !isNetBiosName(domain) && !/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/.test(domain)) {
    found.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') found.push("runAsUserName's User cannot be empty");
  else if (byteLength(user) > 104) found.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) found.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) found.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return found;
}

function isNetBiosName(domain: string): boolean {
  return /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(domain);
}

/** Checks the context of a pod; the path is the one of the spec's `securityContext`. */
export function validatePodSecurityContext(spec: PodSpec, specPath: FieldPath, errors: FieldErrors): void {
  const context = spec.securityContext;
  const path = child(specPath, 'securityContext');
  if (context !== undefined) {
    validateUserIds(context, ['fsGroup', 'runAsUser', 'runAsGroup'], path, errors);
    context.supplementalGroups?.forEach((group, index) => invalidEach(errors, indexed(child(path, 'supplementalGroups'), index), group, userIdMessages(group)));
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    invalid(errors, child(path, 'shareProcessNamespace'), spec.shareProcessNamespace, 'ShareProcessNamespace and HostPID cannot both be enabled');
  }
  if (context === undefined) return;
  if ((context.sysctls ?? []).length > 0) validateSysctls(context.sysctls as Sysctl[], spec, child(path, 'sysctls'), errors);
  if (context.fsGroupChangePolicy !== undefined) validateEnum(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], child(path, 'fsGroupChangePolicy'), errors);
  validateSeccompProfile(context.seccompProfile, child(path, 'seccompProfile'), errors);
  validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions'), errors);
  validateAppArmorProfile(context.appArmorProfile, child(path, 'appArmorProfile'), errors);
  if (context.supplementalGroupsPolicy !== undefined) validateEnum(context.supplementalGroupsPolicy, ['Merge', 'Strict'], child(path, 'supplementalGroupsPolicy'), errors);
  if (context.seLinuxChangePolicy !== undefined) validateEnum(context.seLinuxChangePolicy, ['MountOption', 'Recursive'], child(path, 'seLinuxChangePolicy'), errors);
}

function validateSysctls(sysctls: readonly Sysctl[], spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  sysctls.forEach((sysctl, index) => {
    const at = child(indexed(path, index), 'name');
    const name = sysctl.name ?? '';
    if (name === '') required(errors, at);
    else if (name.length > 253 || !/^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name)) invalid(errors, at, name, SYSCTL_MESSAGE);
    else if (names.has(name)) duplicate(errors, at, name);
    const dotted = normalizedSysctl(name);
    if (spec.hostNetwork === true && dotted.startsWith('net.')) invalid(errors, at, name, "may not be specified when 'hostNetwork' is true");
    if (spec.hostIPC === true && (IPC_SYSCTLS.includes(dotted) || dotted.startsWith('fs.mqueue.'))) invalid(errors, at, name, "may not be specified when 'hostIPC' is true");
    names.add(name);
  });
}

/** A name with slashes as separators in its dotted form. Source: component-helpers/node/util/sysctl (NormalizeName) */
function normalizedSysctl(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name;
}

/** Either every container of a pod is a process of a Windows host, or none is. Source: validateWindowsHostProcessPod */
export function validateHostProcess(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const podValue = spec.securityContext?.windowsOptions?.hostProcess;
  let hostProcessCount = 0;
  let count = 0;
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers = spec[field] as Container[] | undefined;
    containers?.forEach((container, index) => {
      const own = container.securityContext?.windowsOptions?.hostProcess;
      count++;
      if (podValue !== undefined && own !== undefined && podValue !== own) {
        const at = child(child(child(indexed(child(path, field), index), 'securityContext'), 'windowsOptions'), 'hostProcess');
        invalid(errors, at, own, `pod hostProcess value must be identical if both are specified, was ${String(podValue)}`);
      }
      if (own ?? podValue) hostProcessCount++;
    });
  }
  if (hostProcessCount === 0) return;
  if (hostProcessCount !== count) invalid(errors, path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers');
  if (spec.hostNetwork !== true) invalid(errors, child(path, 'hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers');
}

const WINDOWS_POD_FIELDS = ['appArmorProfile', 'seLinuxOptions', 'hostUsers', 'hostPID', 'hostIPC', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls',
  'shareProcessNamespace', 'runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy'] as const;
const SPEC_LEVEL_FIELDS = new Set(['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace']);
const WINDOWS_CONTAINER_FIELDS = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount',
  'runAsUser', 'runAsGroup'] as const;

/** What a pod that names its operating system must not set. Source: validateWindows, validateLinux */
export function validateOperatingSystemFields(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const name = spec.os?.name;
  const contextPath = child(path, 'securityContext');
  const forEachContainer = (visit: (container: Container, at: FieldPath) => void): void => {
    for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
      (spec[field] as Container[] | undefined)?.forEach((container, index) => visit(container, child(indexed(child(path, field), index), 'securityContext')));
    }
  };
  if (name === 'linux') {
    const detail = 'windows options cannot be set for a linux pod';
    if (spec.securityContext?.windowsOptions !== undefined) forbidden(errors, child(contextPath, 'windowsOptions'), detail);
    forEachContainer((container, at) => {
      if (container.securityContext?.windowsOptions !== undefined) forbidden(errors, child(at, 'windowsOptions'), detail);
    });
  } else if (name === 'windows') {
    const detail = 'cannot be set for a windows pod';
    const context = (spec.securityContext ?? {}) as Record<string, unknown>;
    for (const field of WINDOWS_POD_FIELDS) {
      const isSpecLevel = SPEC_LEVEL_FIELDS.has(field);
      const value = isSpecLevel ? (spec as unknown as Record<string, unknown>)[field] : context[field];
      if (value === undefined || value === null || ((field === 'hostPID' || field === 'hostIPC') && value === false)) continue;
      if (field === 'sysctls' && (value as unknown[]).length === 0) continue;
      forbidden(errors, child(isSpecLevel ? path : contextPath, field), detail);
    }
    forEachContainer((container, at) => {
      for (const field of WINDOWS_CONTAINER_FIELDS) if (container.securityContext?.[field] !== undefined) forbidden(errors, child(at, field), detail);
    });
  }
}

