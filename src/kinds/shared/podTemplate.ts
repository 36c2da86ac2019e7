// Templates of pods and the rules that pods and templates share beyond the spec: annotations that stand for fields.
// Source: pkg/apis/core/validation/validation.go (ValidatePodTemplateSpec, ValidatePodSpecificAnnotations)
import { forbidden, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import { MIRROR_ANNOTATION } from '../../api/pods.js';
import type { AppArmorProfile, Container, PodSpec, PodTemplateSpec, SeccompProfile, Toleration } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';
import { annotatedList, type AnnotatedStruct } from './annotationLists.js';
import { validateAnnotations, validateLabels } from './objectMeta.js';
import { TEMPLATE_OPTIONS, validatePodSpec, type PodSpecOptions } from './podSpec.js';
import { validateTolerations } from './scheduling.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const TOLERATION: AnnotatedStruct = {
  name: 'Toleration',
  fields: new Map([
    ['key', ['Key', 'key', 'string']], ['operator', ['Operator', 'operator', 'core.TolerationOperator']], ['value', ['Value', 'value', 'string']],
    ['effect', ['Effect', 'effect', 'core.TaintEffect']], ['tolerationseconds', ['TolerationSeconds', 'tolerationSeconds', 'int64']],
  ]),
};
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
/** Followed by the name of a container. */
export const SECCOMP_CONTAINER_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';
/** Followed by the name of a container. */
export const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

/** Specs without an error → the options they were checked with. Once such a spec is stored it is frozen, and whoever shares it need not check it again. */
const sound = new WeakMap<PodSpec, PodSpecOptions>();

/** Checks a template: its labels and annotations stand at the template itself, not below its metadata. */
export function validatePodTemplateSpec(template: PodTemplateSpec, path: FieldPath, errors: FieldErrors, options: PodSpecOptions = TEMPLATE_OPTIONS): void {
  const spec = template.spec ?? { containers: [] };
  const annotations = template.metadata?.annotations;
  validateLabels(template.metadata?.labels, child(path, 'labels'), errors);
  if (annotations !== undefined) {
    validateAnnotations(annotations, child(path, 'annotations'), errors);
    validatePodAnnotations(annotations, spec, child(path, 'annotations'), errors);
  }
  if (!Object.isFrozen(spec) || sound.get(spec) !== options) {
    const before = errors.length;
    validatePodSpec(spec, child(path, 'spec'), errors, options);
    if (errors.length === before) sound.set(spec, options);
  }
  validateProfilesMatch(annotations, spec, child(path, 'spec'), errors);
  if ((spec.ephemeralContainers ?? []).length > 0) forbidden(errors, child(child(path, 'spec'), 'ephemeralContainers'), 'ephemeral containers not allowed in pod template');
}

/** True when one of the annotations stands for the seccomp or AppArmor profile of a pod or a container. */
export function hasProfileAnnotation(annotations: Record<string, string> | undefined): boolean {
  for (const key in annotations) if (key.startsWith(SECCOMP_CONTAINER_PREFIX) || key.startsWith(APPARMOR_PREFIX) || key === SECCOMP_POD) return true;
  return false;
}

/** Checks the annotations that mean something to pods. */
export function validatePodAnnotations(annotations: Record<string, string>, spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const mirror = annotations[MIRROR_ANNOTATION];
  if (mirror !== undefined && !spec.nodeName) invalid(errors, keyed(path, MIRROR_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set');
  const tolerations = annotations[TOLERATIONS];
  if (tolerations) validateTolerationsAnnotation(tolerations, path, errors);
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) invalid(errors, keyed(path, DELETION_COST), cost, 'must be a 32bit integer');
  if (!hasProfileAnnotation(annotations)) return;
  const podSeccomp = annotations[SECCOMP_POD];
  if (podSeccomp !== undefined) validateSeccompAnnotation(podSeccomp, child(path, SECCOMP_POD), errors);
  for (const key in annotations) {
    const value = annotations[key] as string;
    if (key.startsWith(SECCOMP_CONTAINER_PREFIX)) validateSeccompAnnotation(value, child(path, key), errors);
  }
  for (const key in annotations) {
    const value = annotations[key] as string;
    if (key.startsWith(APPARMOR_PREFIX)) validateAppArmorAnnotation(key.slice(APPARMOR_PREFIX.length), value, spec, keyed(path, key), errors);
  }
}

function validateTolerationsAnnotation(text: string, path: FieldPath, errors: FieldErrors): void {
  const list = annotatedList<Toleration>(text, TOLERATION);
  if ('problem' in list) invalid(errors, path, TOLERATIONS, list.problem);
  else validateTolerations(list.items, child(path, TOLERATIONS), errors);
}

/** Source: helper.GetDeletionCostFromPodAnnotations: no leading plus, no leading zeros (after a minus they pass). */
function isInt32(text: string): boolean {
  if (!/^(-[0-9]+|0|[1-9][0-9]*)$/.test(text)) return false;
  const value = Number(text);
  return value >= -2147483648 && value <= 2147483647;
}

function validateSeccompAnnotation(profile: string, path: FieldPath, errors: FieldErrors): void {
  if (profile === 'runtime/default' || profile === 'docker/default' || profile === 'unconfined') return;
  if (profile.startsWith('localhost/')) {
    const name = profile.slice('localhost/'.length);
    if (name.startsWith('/')) invalid(errors, path, name, 'must be a relative path');
    if (name.split('/').includes('..')) invalid(errors, path, name, "must not contain '..'");
    return;
  }
  invalid(errors, path, profile, 'must be a valid seccomp profile');
}

function validateAppArmorAnnotation(containerName: string, profile: string, spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  if (!containers.some((container) => container.name === containerName)) invalid(errors, path, containerName, 'container not found');
  const isKnown = profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith('localhost/');
  if (!isKnown) invalid(errors, path, profile, `invalid AppArmor profile name: ${goQuote(profile)}`);
}

/** Annotations and fields that say the same thing must agree. Source: validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatch */
export function validateProfilesMatch(annotations: Record<string, string> | undefined, spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  if (annotations === undefined || !hasProfileAnnotation(annotations)) return;
  const podProfile = spec.securityContext?.seccompProfile;
  const podAnnotation = annotations[SECCOMP_POD];
  if (podProfile !== undefined && podAnnotation !== undefined) {
    validateSeccompMatches(podAnnotation, podProfile, child(child(path, 'securityContext'), 'seccompProfile'), errors);
  }
  forEachContainer(spec, path, (container, at) => {
    const context = child(at, 'securityContext');
    const seccomp = annotations[SECCOMP_CONTAINER_PREFIX + (container.name ?? '')];
    const profile = container.securityContext?.seccompProfile;
    if (profile !== undefined && seccomp !== undefined) validateSeccompMatches(seccomp, profile, child(context, 'seccompProfile'), errors);
  });
  if (spec.os?.name === 'windows') return;
  forEachContainer(spec, path, (container, at) => {
    const annotation = annotations[APPARMOR_PREFIX + (container.name ?? '')];
    const profile = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    if (annotation === undefined || profile === undefined) return;
    validateAppArmorMatches(annotation, profile, child(child(at, 'securityContext'), 'appArmorProfile'), errors);
  });
}

function forEachContainer(spec: PodSpec, path: FieldPath, visit: (container: Container, path: FieldPath) => void): void {
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[field] as Container[] | undefined)?.forEach((container, index) => visit(container, indexed(child(path, field), index)));
  }
}

function validateSeccompMatches(annotation: string, profile: SeccompProfile, path: FieldPath, errors: FieldErrors): void {
  const type = child(path, 'type');
  switch (profile.type) {
    case 'Unconfined':
      if (annotation !== 'unconfined') forbidden(errors, type, 'seccomp type in annotation and field must match');
      break;
    case 'RuntimeDefault':
      if (annotation !== 'runtime/default' && annotation !== 'docker/default') forbidden(errors, type, 'seccomp type in annotation and field must match');
      break;
    case 'Localhost':
      if (!annotation.startsWith('localhost/')) forbidden(errors, type, 'seccomp type in annotation and field must match');
      else if (annotation.slice('localhost/'.length) !== profile.localhostProfile) forbidden(errors, child(path, 'localhostProfile'), 'seccomp profile in annotation and field must match');
      break;
    default:
  }
}

function validateAppArmorMatches(annotation: string, profile: AppArmorProfile, path: FieldPath, errors: FieldErrors): void {
  const type = child(path, 'type');
  const mismatch = (): void => forbidden(errors, type, 'apparmor type in annotation and field must match');
  switch (profile.type) {
    case 'Unconfined':
      if (annotation !== 'unconfined') mismatch();
      break;
    case 'RuntimeDefault':
      if (annotation !== 'runtime/default') mismatch();
      break;
    case 'Localhost':
      if (!annotation.startsWith('localhost/')) mismatch();
      else if (annotation.slice('localhost/'.length) !== profile.localhostProfile) forbidden(errors, child(path, 'localhostProfile'), 'apparmor profile in annotation and field must match');
      break;
    default:
  }
}
