// Pod. Source: pkg/apis/core/validation/validation.go (ValidatePodCreate, ValidatePodUpdate), pkg/registry/core/pod/strategy.go
import { asJson, forbidden, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import { MIRROR_ANNOTATION } from '../api/pods.js';
import { podQosClass } from '../api/podQos.js';
import type { AppArmorProfile, Container, LabelSelector, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../api/types.js';
import { deepCopy, deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { semanticEqual, semanticEqualSpec } from './shared/checks.js';
import { validateImageWhitespace } from './shared/containers.js';
import { asInternal } from './shared/internalForm.js';
import { dropDisabledPodFields, dropInitContainerAnnotations, setPodDefaults, setPodSpecDefaults } from './shared/podDefaults.js';
import { podSpecForm } from './shared/podForm.js';
import { NODE_SELECTOR_LAYOUT, NODE_SELECTOR_TERM_LAYOUT } from './shared/podLayouts.js';
import { validatePodSpec, type PodSpecOptions } from './shared/podSpec.js';
import { APPARMOR_PREFIX, hasProfileAnnotation, validatePodAnnotations, validateProfilesMatch } from './shared/podTemplate.js';
import { podSpecWarnings, warnOfNonLabelName } from './shared/podWarnings.js';
import { validateTolerations } from './shared/scheduling.js';
import { unifiedDiff } from './shared/unifiedDiff.js';
import { optionsOfOld } from './shared/workloads.js';

const SPEC = rootPath('spec');
const ANNOTATIONS = child(rootPath('metadata'), 'annotations');
const MAX_INT32 = 2147483647;
const MAX_APPARMOR_PROFILE_BYTES = 4095;
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
const UPDATE_FORBIDDEN = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,'
  + '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Annotations that prepareForCreate turned into fields: their warning comes with the others. Entries live for one request. */
const syncedAnnotations = new WeakMap<Pod, string[]>();

/** The kind Pod. */
export const pod = defineKind<Pod>('v1', 'Pod', {
  podSpecPath: 'spec',
  metadataOnUpdate: 'both',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= { containers: [] });
    setPodSpecDefaults(spec);
    setPodDefaults(spec);
    dropInitContainerAnnotations(object.metadata);
  },
  prepareForCreate(object, { nowMs }) {
    const spec = object.spec as PodSpec;
    dropDisabledPodFields(spec);
    object.status = { phase: 'Pending', qosClass: podQosClass(spec) };
    if ((spec.schedulingGates ?? []).length > 0) {
      object.status.conditions = [{
        type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: formatTime(nowMs), reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      } as unknown as NonNullable<NonNullable<Pod['status']>['conditions']>[number]];
    }
    mergeLabelKeys(object, spec);
    syncAppArmor(object, spec);
  },
  validate(object, errors) {
    const spec = object.spec as PodSpec;
    validatePod(object, spec, { isPod: true, podName: object.metadata.name }, errors);
    if ((spec.ephemeralContainers ?? []).length > 0) forbidden(errors, child(SPEC, 'ephemeralContainers'), 'cannot be set on create');
    validateProfilesMatch(object.metadata.annotations, spec, SPEC, errors);
    if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) forbidden(errors, child(SPEC, 'nodeName'), 'cannot be set until all schedulingGates have been cleared');
  },
  prepareForUpdate(object, old) {
    dropDisabledPodFields(object.spec);
    if (old.status !== undefined) object.status = old.status;
  },
  validateUpdate(object, old, errors) {
    const spec = object.spec as PodSpec;
    validatePod(object, spec, { ...optionsOfOld(old.spec, true), podName: object.metadata.name }, errors);
    validatePodUpdate(object, old, errors);
  },
  warnings(object, old) {
    if (old !== undefined) return [];
    const warnings: string[] = [];
    warnOfNonLabelName(object.metadata.name, "the Pod's hostname", warnings);
    const synced = syncedAnnotations.get(object);
    const rest = podSpecWarnings(object.spec as PodSpec, object.metadata, '');
    return synced === undefined && warnings.length === 0 ? rest : [...(synced ?? []), ...warnings, ...rest];
  },
});

/** Source: validatePodMetadataAndSpec */
function validatePod(object: Pod, spec: PodSpec, options: PodSpecOptions, errors: FieldErrors): void {
  if (object.metadata.annotations !== undefined) validatePodAnnotations(object.metadata.annotations, spec, ANNOTATIONS, errors);
  validatePodSpec(spec, SPEC, errors, options);
  if (!spec.serviceAccountName) validateNoTokens(spec, errors);
  for (const field of ['containers', 'initContainers'] as const) {
    spec[field]?.forEach(({ image = '' }, index) => {
      if (image !== '' && (image.charCodeAt(0) <= 32 || image.charCodeAt(image.length - 1) <= 32)) validateImageWhitespace(image, child(indexed(child(SPEC, field), index), 'image'), errors);
    });
  }
}

/** A pod without a service account has no tokens of one. */
function validateNoTokens(spec: PodSpec, errors: FieldErrors): void {
  spec.volumes?.forEach((volume, index) => {
    volume.projected?.sources?.forEach((source, position) => {
      if (source.serviceAccountToken === undefined) return;
      const at = child(indexed(child(child(indexed(child(SPEC, 'volumes'), index), 'projected'), 'sources'), position), 'serviceAccountToken');
      forbidden(errors, at, 'must not be specified when serviceAccountName is not set');
    });
  });
}

/** Keys whose values the pod itself has become requirements of its selectors. Source: mutatePodAffinity, mutateTopologySpreadConstraints */
function mergeLabelKeys(object: Pod, spec: PodSpec): void {
  if (spec.affinity === undefined && spec.topologySpreadConstraints === undefined) return;
  const labels = object.metadata.labels ?? {};
  const merge = (selector: LabelSelector | undefined, keys: readonly string[] | undefined, operator: 'In' | 'NotIn'): void => {
    if (selector === undefined) return;
    for (const key of keys ?? []) {
      if (labels[key] !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [labels[key]] });
    }
  };
  for (const half of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    const weighted = half?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of [...weighted.map(({ podAffinityTerm }) => podAffinityTerm), ...(half?.requiredDuringSchedulingIgnoredDuringExecution ?? [])]) {
      merge(term?.labelSelector, term?.matchLabelKeys, 'In');
      merge(term?.labelSelector, term?.mismatchLabelKeys, 'NotIn');
    }
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint.labelSelector, constraint.matchLabelKeys, 'In');
}

/** An AppArmor annotation sets the field that replaced it. Source: applyAppArmorVersionSkew */
function syncAppArmor(object: Pod, spec: PodSpec): void {
  if (spec.os?.name === 'windows' || !hasProfileAnnotation(object.metadata.annotations)) return;
  const podProfile = spec.securityContext?.appArmorProfile;
  const warnings: string[] = [];
  for (const field of CONTAINER_LISTS) {
    for (const container of (spec[field] as Container[] | undefined) ?? []) {
      const key = APPARMOR_PREFIX + (container.name ?? '');
      const annotation = object.metadata.annotations?.[key];
      const profile = container.securityContext?.appArmorProfile;
      if (annotation !== undefined && profile === undefined) {
        const derived = profileOf(annotation);
        let isWarned = derived === undefined;
        if (derived !== undefined && !deepEqual(derived, podProfile)) {
          (container.securityContext ??= {}).appArmorProfile = derived;
          isWarned = true;
        }
        if (isWarned) warnings.push(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
      }
    }
  }
  if (warnings.length > 0) syncedAnnotations.set(object, warnings);
}

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const name = annotation.startsWith('localhost/') ? annotation.slice('localhost/'.length) : '';
  return name === '' || name.trim() !== name || byteLength(name) > MAX_APPARMOR_PROFILE_BYTES ? undefined : { type: 'Localhost', localhostProfile: name };
}

/** Source: ValidatePodUpdate */
function validatePodUpdate(object: Pod, old: Pod, errors: FieldErrors): void {
  const spec = object.spec as PodSpec;
  const oldSpec = old.spec as PodSpec;
  validateAnnotationUpdates(object.metadata.annotations ?? {}, old.metadata.annotations ?? {}, errors);
  // The server judges what annotations mean a second time here.
  if (object.metadata.annotations !== undefined) validatePodAnnotations(object.metadata.annotations, spec, ANNOTATIONS, errors);
  for (const field of ['containers', 'initContainers'] as const) {
    const path = child(SPEC, field);
    const containers = spec[field] ?? [];
    if (containers.length !== (oldSpec[field] ?? []).length) return forbidden(errors, path, 'pod updates may not add or remove containers');
    containers.forEach((container, index) => {
      const at = child(indexed(path, index), 'image');
      if (!container.image) required(errors, at);
      else validateImageWhitespace(container.image, at, errors);
    });
  }
  if (!validateDeadline(spec.activeDeadlineSeconds, oldSpec.activeDeadlineSeconds, errors)) return;
  validateTolerationsKept(spec.tolerations ?? [], oldSpec.tolerations ?? [], errors);
  const addedGates = new Map((spec.schedulingGates ?? []).map((gate, index) => [gate.name, index]));
  for (const gate of oldSpec.schedulingGates ?? []) addedGates.delete(gate.name);
  for (const [name, index] of addedGates) forbidden(errors, child(indexed(child(SPEC, 'schedulingGates'), index), 'name'), `only deletion is allowed, but found new scheduling gate '${name}'`);
  const munged = mungedSpec(spec, oldSpec, errors);
  if (!semanticEqualSpec(munged, oldSpec)) forbidden(errors, SPEC, `${UPDATE_FORBIDDEN}\n${unifiedDiff(podSpecForm(oldSpec), podSpecForm(munged))}`);
}

function validateAnnotationUpdates(annotations: Record<string, string>, old: Record<string, string>, errors: FieldErrors): void {
  const isGuarded = (key: string): string | undefined => (key.startsWith(APPARMOR_PREFIX) ? 'AppArmor annotations' : key === MIRROR_ANNOTATION ? 'mirror pod annotation' : undefined);
  for (const key in old) {
    const what = annotations[key] === old[key] ? undefined : isGuarded(key);
    if (what !== undefined) forbidden(errors, keyed(ANNOTATIONS, key), `may not remove or update ${what}`);
  }
  for (const key in annotations) {
    const what = old[key] === undefined ? isGuarded(key) : undefined;
    if (what !== undefined) forbidden(errors, keyed(ANNOTATIONS, key), `may not add ${what}`);
  }
}

/** False when the deadline is so wrong that the server looks no further. */
function validateDeadline(deadline: number | undefined, old: number | undefined, errors: FieldErrors): boolean {
  const path = child(SPEC, 'activeDeadlineSeconds');
  const before = errors.length;
  if (deadline === undefined) {
    if (old !== undefined) invalid(errors, path, asJson(null), 'must not update from a positive integer to nil value');
    return true;
  }
  if (deadline < 0 || deadline > MAX_INT32) invalid(errors, path, deadline, 'must be between 0 and 2147483647, inclusive');
  else if (old !== undefined && old < deadline) invalid(errors, path, deadline, 'must be less than or equal to previous value');
  return errors.length === before;
}

function validateTolerationsKept(tolerations: readonly Toleration[], old: readonly Toleration[], errors: FieldErrors): void {
  const withoutSeconds = ({ tolerationSeconds: _, ...rest }: Toleration): Toleration => rest;
  const isKept = (toleration: Toleration): boolean => tolerations.some((other) => deepEqual(withoutSeconds(other), withoutSeconds(toleration)));
  const path = child(SPEC, 'tolerations');
  if (!old.every(isKept)) forbidden(errors, path, 'existing toleration can not be modified except its tolerationSeconds');
  else validateTolerations(tolerations, path, errors);
}

/** The new spec with everything that may change put back to what it was. */
function mungedSpec(spec: PodSpec, old: PodSpec, errors: FieldErrors): PodSpec {
  const munged = deepCopy(spec);
  for (const field of ['containers', 'initContainers'] as const) {
    munged[field]?.forEach((container, index) => {
      const image = old[field]?.[index]?.image;
      if (image === undefined) delete container.image;
      else container.image = image;
    });
  }
  const restore = <K extends keyof PodSpec>(field: K): void => {
    if (old[field] === undefined) delete munged[field];
    else munged[field] = old[field];
  };
  restore('activeDeadlineSeconds');
  restore('tolerations');
  restore('schedulingGates');
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) restore('terminationGracePeriodSeconds');
  if ((old.schedulingGates ?? []).length > 0) {
    validateGatedNodeSelector(spec.nodeSelector ?? {}, old.nodeSelector ?? {}, errors);
    restore('nodeSelector');
    validateGatedNodeAffinity(munged, old, errors);
  }
  return munged;
}

function validateGatedNodeSelector(selector: Record<string, string>, old: Record<string, string>, errors: FieldErrors): void {
  if (Object.keys(old).some((key) => selector[key] !== old[key])) {
    invalid(errors, child(SPEC, 'nodeSelector'), asJson(selector, { sorted: true }), 'only additions to spec.nodeSelector are allowed (no mutations or deletions)');
  }
}

/** The required terms of a pod that is not scheduled yet may be narrowed. Source: validateNodeAffinityMutation */
function validateGatedNodeAffinity(munged: PodSpec, old: PodSpec, errors: FieldErrors): void {
  const before = old.affinity?.nodeAffinity;
  const { affinity } = munged;
  if (semanticEqual(before, affinity?.nodeAffinity)) return;
  const path = child(child(child(SPEC, 'affinity'), 'nodeAffinity'), 'requiredDuringSchedulingIgnoredDuringExecution');
  const oldNeeded = before?.requiredDuringSchedulingIgnoredDuringExecution;
  const needed = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (oldNeeded !== undefined) validateTermsNarrowed(needed?.nodeSelectorTerms ?? [], oldNeeded.nodeSelectorTerms ?? [], path, errors);
  if (old.affinity === undefined && affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) {
    delete munged.affinity;
    return;
  }
  const { nodeAffinity: _changed, ...others } = affinity ?? {};
  munged.affinity = before === undefined ? others : { ...others, nodeAffinity: before };
}

function validateTermsNarrowed(terms: readonly NodeSelectorTerm[], old: readonly NodeSelectorTerm[], path: FieldPath, errors: FieldErrors): void {
  const list = child(path, 'nodeSelectorTerms');
  if (old.length > 0 && terms.length !== old.length) {
    return invalid(errors, list, asJson(terms.map((term) => asInternalValue(term))), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed');
  }
  old.forEach((oldTerm, index) => {
    const term = terms[index] as NodeSelectorTerm;
    const isKept = (['matchExpressions', 'matchFields'] as const).every((field) => (oldTerm[field] ?? []).every((part, position) => semanticEqual(part, term[field]?.[position])));
    const isEmpty = (oldTerm.matchExpressions ?? []).length === 0 && (oldTerm.matchFields ?? []).length === 0;
    if (isEmpty ? !semanticEqual(term, oldTerm) : !isKept) invalid(errors, indexed(list, index), asInternal(NODE_SELECTOR_TERM_LAYOUT, term), 'only additions are allowed (no mutations or deletions)');
  });
}

function asInternalValue(term: NodeSelectorTerm): unknown {
  return JSON.parse(asInternal(NODE_SELECTOR_LAYOUT, { nodeSelectorTerms: [term] }).json).NodeSelectorTerms[0];
}
