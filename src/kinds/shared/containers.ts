// The containers of a pod spec: what all have in common, then regular, init and ephemeral ones.
// Source: pkg/apis/core/validation/validation.go (validateContainerCommon, validateContainers, validateInitContainers, validateEphemeralContainers)
import { asJson, duplicate, forbidden, invalid, notFound, notSupported, required, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { Container, ContainerPort, ContainerResizePolicy, PodSpec, Volume } from '../../api/types.js';
import { validateEnum, validateRequiredEnum } from './enums.js';
import { validateEnv, validateEnvFrom } from './env.js';
import { dns1123LabelMessages, portNameMessages, portNumberMessages } from './formats.js';
import { validateLifecycle, validateReadinessProbe, validateRestartingProbe } from './handlers.js';
import { invalidEach } from './names.js';
import { validateResourceRequirements } from './resourceRequirements.js';
import { validateSecurityContext } from './securityContext.js';
import { validateVolumeDevices, validateVolumeMounts } from './volumeMounts.js';
import { validatePullPolicy } from './volumeSources.js';

/** What the checks of containers need to know of the pod. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claimNames: ReadonlySet<string>;
  /** False when the pod has a user namespace of its own. */
  readonly hostUsers: boolean;
}

const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Checks the regular containers; there must be one. */
export function validateContainers(context: ContainerContext, path: FieldPath, errors: FieldErrors): void {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return required(errors, path);
  // One alone repeats nothing.
  const names = containers.length > 1 ? new Set<string>() : undefined;
  containers.forEach((container, index) => {
    const at = indexed(path, index);
    validateCommon(container, context, at, errors);
    if (names?.has(container.name ?? '') === true) duplicate(errors, child(at, 'name'), container.name ?? '');
    else names?.add(container.name ?? '');
    validateHandlers(container, context, at, errors);
    validateRestartPolicy(container, at, errors);
  });
  validateHostPortsUnique(containers, path, errors);
}

/** Checks the init containers; the names of the regular ones are taken. */
export function validateInitContainers(context: ContainerContext, path: FieldPath, errors: FieldErrors): void {
  const { spec } = context;
  if (spec.initContainers === undefined || spec.initContainers.length === 0) return;
  const names = new Set((spec.containers ?? []).map((container) => container.name ?? ''));
  spec.initContainers.forEach((container, index) => {
    const at = indexed(path, index);
    const isSidecar = container.restartPolicy === 'Always';
    validateCommon(container, context, at, errors);
    validateRestartPolicy(container, at, errors);
    const name = container.name ?? '';
    if (names.has(name)) duplicate(errors, child(at, 'name'), name);
    else if (name !== '') names.add(name);
    validateHostPortsUnique([container], path, errors);
    if (isSidecar) validateHandlers(container, context, at, errors);
    else {
      const detail = 'may not be set for init containers without restartPolicy=Always';
      if (container.lifecycle !== undefined) forbidden(errors, child(at, 'lifecycle'), detail);
      for (const probe of PROBES) if (container[probe] !== undefined) forbidden(errors, child(at, probe), detail);
      container.resizePolicy?.forEach((policy, position) => {
        if (policy.restartPolicy === 'RestartContainer') {
          invalid(errors, child(indexed(child(at, 'resizePolicy'), position), 'restartPolicy'), asJson(policy.restartPolicy), "must not be set to 'RestartContainer' for non-sidecar initContainers");
        }
      });
    }
  });
}

const FORBIDDEN_IN_EPHEMERAL = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/** Checks the ephemeral containers, which only debug a running pod. */
export function validateEphemeralContainers(context: ContainerContext, path: FieldPath, errors: FieldErrors): void {
  const { spec } = context;
  if (spec.ephemeralContainers === undefined || spec.ephemeralContainers.length === 0) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.name ?? ''));
  const names = new Set(others);
  const detail = 'cannot be set for an Ephemeral Container';
  spec.ephemeralContainers.forEach((container, index) => {
    const at = indexed(path, index);
    validateCommon(container, context, at, errors);
    validateImageWhitespace(container.image ?? '', child(at, 'image'), errors);
    if (names.has(container.name ?? '')) duplicate(errors, child(at, 'name'), container.name ?? '');
    else names.add(container.name ?? '');
    if (container.targetContainerName && !others.has(container.targetContainerName)) notFound(errors, child(at, 'targetContainerName'), container.targetContainerName);
    for (const field of FORBIDDEN_IN_EPHEMERAL) {
      const value = container[field];
      const isEmpty = value === undefined || (field === 'resources' && Object.keys(value as object).length === 0);
      if (!isEmpty) forbidden(errors, child(at, field), detail);
    }
    container.volumeMounts?.forEach((mount, position) => {
      for (const field of ['subPath', 'subPathExpr'] as const) if (mount[field]) forbidden(errors, child(indexed(child(at, 'volumeMounts'), position), field), detail);
    });
  });
}

/** Spaces around an image are refused in pods, not in templates. Source: validateContainerOnlyForPod */
export function validateImageWhitespace(image: string, path: FieldPath, errors: FieldErrors): void {
  if (image !== '' && image.trim() !== image) invalid(errors, path, image, 'must not have leading or trailing whitespace');
}

function validateCommon(container: Container, { spec, volumes, claimNames, hostUsers }: ContainerContext, path: FieldPath, errors: FieldErrors): void {
  if (!container.name) required(errors, child(path, 'name'));
  else {
    const messages = dns1123LabelMessages(container.name);
    if (messages.length > 0) invalidEach(errors, child(path, 'name'), container.name, messages);
  }
  if (!container.image) required(errors, child(path, 'image'));
  const policy = container.terminationMessagePolicy;
  if (policy !== 'File') validateRequiredEnum(policy, ['File', 'FallbackToLogsOnError'], child(path, 'terminationMessagePolicy'), errors);
  if (container.ports !== undefined) validatePorts(container.ports, child(path, 'ports'), errors);
  if (container.env !== undefined) validateEnv(container.env, child(path, 'env'), errors);
  if (container.envFrom !== undefined) validateEnvFrom(container.envFrom, child(path, 'envFrom'), errors);
  if (container.volumeMounts !== undefined) validateVolumeMounts(container, volumes, child(path, 'volumeMounts'), errors);
  if (container.volumeDevices !== undefined) validateVolumeDevices(container, volumes, child(path, 'volumeDevices'), errors);
  if (container.imagePullPolicy !== 'IfNotPresent') validatePullPolicy(container.imagePullPolicy, child(path, 'imagePullPolicy'), errors);
  if (container.resources !== undefined) validateResourceRequirements(container.resources, { claimNames }, child(path, 'resources'), errors);
  if (container.resizePolicy !== undefined) validateResizePolicy(container.resizePolicy, spec.restartPolicy, child(path, 'resizePolicy'), errors);
  if (container.securityContext !== undefined) validateSecurityContext(container.securityContext, hostUsers, child(path, 'securityContext'), errors);
}

function validateHandlers(container: Container, { spec }: ContainerContext, path: FieldPath, errors: FieldErrors): void {
  const grace = spec.terminationGracePeriodSeconds;
  if (container.lifecycle !== undefined) validateLifecycle(container.lifecycle, grace, child(path, 'lifecycle'), errors);
  if (container.livenessProbe !== undefined) validateRestartingProbe(container.livenessProbe, grace, child(path, 'livenessProbe'), errors);
  if (container.readinessProbe !== undefined) validateReadinessProbe(container.readinessProbe, grace, child(path, 'readinessProbe'), errors);
  if (container.startupProbe !== undefined) validateRestartingProbe(container.startupProbe, grace, child(path, 'startupProbe'), errors);
}

function validatePorts(ports: readonly ContainerPort[], path: FieldPath, errors: FieldErrors): void {
  const names = ports.length > 1 ? new Set<string>() : undefined;
  ports.forEach((port, index) => {
    const at = indexed(path, index);
    if (port.name) {
      const messages = portNameMessages(port.name);
      if (messages.length > 0) invalidEach(errors, child(at, 'name'), port.name, messages);
      else if (names?.has(port.name) === true) duplicate(errors, child(at, 'name'), port.name);
      else names?.add(port.name);
    }
    if (!port.containerPort) required(errors, child(at, 'containerPort'));
    else {
      const messages = portNumberMessages(port.containerPort);
      if (messages.length > 0) invalidEach(errors, child(at, 'containerPort'), port.containerPort, messages);
    }
    if (port.hostPort) invalidEach(errors, child(at, 'hostPort'), port.hostPort, portNumberMessages(port.hostPort));
    if (port.protocol !== 'TCP') validateRequiredEnum(port.protocol, ['SCTP', 'TCP', 'UDP'], child(at, 'protocol'), errors);
  });
}

/** Source: validateResizePolicy */
function validateResizePolicy(policies: readonly ContainerResizePolicy[], podRestartPolicy: string | undefined, path: FieldPath, errors: FieldErrors): void {
  const resources = new Set<string>();
  policies.forEach((policy, index) => {
    const { resourceName = '', restartPolicy = '' } = policy;
    if (resources.has(resourceName)) duplicate(errors, indexed(path, index), asJson(resourceName));
    resources.add(resourceName);
    validateRequiredEnum(resourceName, ['cpu', 'memory'], path, errors);
    validateRequiredEnum(restartPolicy, ['NotRequired', 'RestartContainer'], path, errors);
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') invalid(errors, path, asJson(restartPolicy), "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
  });
}

/** The restart policy of one container and the rules that refine it. Source: validateContainerRestartPolicy */
function validateRestartPolicy(container: Container, path: FieldPath, errors: FieldErrors): void {
  if (container.restartPolicy === undefined && container.restartPolicyRules === undefined) return;
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined) {
    if (rules.length > 0) required(errors, child(path, 'restartPolicy'), 'must specify restartPolicy when restart rules are used');
  } else validateEnum(restartPolicy, ['Always', 'Never', 'OnFailure'], child(path, 'restartPolicy'), errors);
  if (rules.length === 0) return;
  const list = child(path, 'restartPolicyRules');
  if (rules.length > MAX_RESTART_RULES) tooMany(errors, list, rules.length, MAX_RESTART_RULES);
  rules.forEach((rule, index) => {
    const at = indexed(list, index);
    validateEnum(rule.action, ['Restart', 'RestartAllContainers'], child(at, 'action'), errors);
    const codesPath = child(at, 'exitCodes');
    if (rule.exitCodes === undefined) return required(errors, codesPath, 'must be specified');
    if (rule.exitCodes.operator !== 'In' && rule.exitCodes.operator !== 'NotIn') notSupported(errors, child(codesPath, 'operator'), asJson(rule.exitCodes.operator ?? ''), ['In', 'NotIn']);
    const values = rule.exitCodes.values ?? [];
    if (values.length > MAX_EXIT_CODES) tooMany(errors, child(codesPath, 'values'), values.length, MAX_EXIT_CODES);
  });
}

/** No two ports of the containers may want the same port of a host. Source: checkHostPortConflicts */
function validateHostPortsUnique(containers: readonly Container[], path: FieldPath, errors: FieldErrors): void {
  let taken: Set<string> | undefined;
  containers.forEach((container, index) => {
    container.ports?.forEach((port, position) => {
      if (!port.hostPort) return;
      const place = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      taken ??= new Set();
      if (taken.has(place)) duplicate(errors, child(indexed(child(indexed(path, index), 'ports'), position), 'hostPort'), place);
      else taken.add(place);
    });
  });
}
