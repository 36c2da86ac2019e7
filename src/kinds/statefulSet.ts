// StatefulSet. Source: pkg/apis/apps/validation/validation.go (ValidateStatefulSetSpec), pkg/apis/apps/v1/defaults.go, pkg/registry/apps/statefulset/strategy.go
import { asJson, forbidden, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { PodTemplateSpec, StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy, Volume } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqualSpec, validateNonnegative } from './shared/checks.js';
import { validatePersistentVolumeClaimSpec } from './shared/claimSpec.js';
import { validateEnum } from './shared/enums.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { isEmptySelector, validateLabelSelector } from './shared/labelSelector.js';
import { dns1123Label, validateDns1123Label } from './shared/names.js';
import { validateAnnotations, validateLabels } from './shared/objectMeta.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { validatePodAnnotations, validatePodTemplateSpec } from './shared/podTemplate.js';
import { podTemplateWarnings, warnOfFraction } from './shared/podWarnings.js';
import { roundResourceList } from './shared/resourceNames.js';
import { isSelectorUsable, optionsOfOld, shownSelector, validateAlwaysRunning, validateSelectorMatches } from './shared/workloads.js';

const SPEC = rootPath('spec');
const TEMPLATE = child(SPEC, 'template');
const UPDATE_STRATEGY = child(SPEC, 'updateStrategy');
const RETENTION = child(SPEC, 'persistentVolumeClaimRetentionPolicy');
const ROLLING_UPDATE: GoLayout = [['Partition', 'partition', 'int'], ['MaxUnavailable', 'maxUnavailable', 'nullable']];
const STRATEGY_LAYOUT: GoLayout = [['Type', 'type', 'string'], ['RollingUpdate', 'rollingUpdate', { pointer: ROLLING_UPDATE }]];
const MUTABLE_FIELDS = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'] as const;
const UPDATE_FORBIDDEN = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** What only an update leaves unchecked. */
interface StatefulSetOptions {
  readonly podSpec: PodSpecOptions;
  readonly isUpdate: boolean;
  readonly skipsTemplate: boolean;
}

/** The kind StatefulSet. */
export const statefulSet = defineKind<StatefulSet>('apps/v1', 'StatefulSet', {
  nameRule: dns1123Label,
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {} as StatefulSetSpec);
    spec.podManagementPolicy ||= 'OrderedReady';
    const strategy = (spec.updateStrategy ??= {});
    if (!strategy.type) {
      strategy.type = 'RollingUpdate';
      strategy.rollingUpdate ??= {};
    }
    if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) strategy.rollingUpdate.partition ??= 0;
    const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
    retention.whenDeleted ||= 'Retain';
    retention.whenScaled ||= 'Retain';
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    setPodTemplateDefaults((spec.template ??= {}));
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1';
      claim.kind = 'PersistentVolumeClaim';
      claim.spec ??= {};
      claim.spec.volumeMode ??= 'Filesystem';
      claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' };
      roundResourceList(claim.spec.resources?.limits);
      roundResourceList(claim.spec.resources?.requests);
    }
  },
  prepareForCreate(object) {
    object.status = { replicas: 0, availableReplicas: 0 };
    dropDisabledFields(object);
  },
  validate: (object, errors) => validateSpec(object.spec as StatefulSetSpec, { podSpec: TEMPLATE_OPTIONS, isUpdate: false, skipsTemplate: false }, errors),
  prepareForUpdate: (object) => dropDisabledFields(object),
  validateUpdate(object, old, errors) {
    const spec = object.spec as StatefulSetSpec;
    const oldSpec = old.spec as StatefulSetSpec;
    const podSpec = optionsOfOld(oldSpec.template.spec);
    const oldErrors: FieldErrors = [];
    validateSpec(oldSpec, { podSpec, isUpdate: true, skipsTemplate: false }, oldErrors);
    validateSpec(spec, { podSpec, isUpdate: true, skipsTemplate: oldErrors.length > 0 }, errors);
    const allowed: Record<string, unknown> = { ...spec };
    for (const field of MUTABLE_FIELDS) allowed[field] = oldSpec[field];
    if (!semanticEqualSpec(allowed, oldSpec)) forbidden(errors, SPEC, UPDATE_FORBIDDEN);
  },
  warnings(object, old) {
    const warnings: string[] = [];
    const { spec } = object;
    if (old === undefined || object.metadata.generation !== old.metadata.generation) warnings.push(...podTemplateWarnings(spec?.template, 'spec.template'));
    spec?.volumeClaimTemplates?.forEach((claim, index) => {
      const path = `spec.volumeClaimTemplates[${index}].${old === undefined ? '' : 'Spec.'}resources`;
      warnOfFraction(claim.spec?.resources?.requests, 'storage', `${path}.requests`, warnings);
      warnOfFraction(claim.spec?.resources?.limits, 'storage', `${path}.limits`, warnings);
    });
    if ((spec?.revisionHistoryLimit ?? 0) < 0) warnings.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
    return warnings;
  },
});

function dropDisabledFields(object: StatefulSet): void {
  dropDisabledPodFields(object.spec?.template.spec);
  if (object.spec?.updateStrategy?.rollingUpdate !== undefined) delete object.spec.updateStrategy.rollingUpdate.maxUnavailable;
}

function validateSpec(spec: StatefulSetSpec, { podSpec, isUpdate, skipsTemplate }: StatefulSetOptions, errors: FieldErrors): void {
  if (spec.podManagementPolicy !== 'OrderedReady' && spec.podManagementPolicy !== 'Parallel') {
    invalid(errors, child(SPEC, 'podManagementPolicy'), asJson(spec.podManagementPolicy ?? ''), "must be 'OrderedReady' or 'Parallel'");
  }
  validateUpdateStrategy(spec.updateStrategy ?? {}, errors);
  for (const field of ['whenDeleted', 'whenScaled'] as const) validateEnum(spec.persistentVolumeClaimRetentionPolicy?.[field], ['Retain', 'Delete'], child(RETENTION, field), errors);
  if (!isUpdate) {
    spec.volumeClaimTemplates?.forEach((claim, index) => {
      validatePersistentVolumeClaimSpec(claim.spec ?? {}, child(indexed(child(SPEC, 'volumeClaimTemplates'), index), 'spec'), errors);
    });
  }
  validateNonnegative(spec.replicas, child(SPEC, 'replicas'), errors);
  validateNonnegative(spec.minReadySeconds, child(SPEC, 'minReadySeconds'), errors);
  validateNonnegative(spec.ordinals?.start, child(child(SPEC, 'ordinals'), 'start'), errors);
  if (!isUpdate && spec.serviceName) validateDns1123Label(spec.serviceName, child(SPEC, 'serviceName'), errors);
  const { selector } = spec;
  const selectorPath = child(SPEC, 'selector');
  if (selector === undefined) required(errors, selectorPath);
  else {
    validateLabelSelector(selector, selectorPath, errors);
    if (isEmptySelector(selector)) invalid(errors, selectorPath, asJson({}), 'empty selector is invalid for statefulset');
  }
  if (!isSelectorUsable(selector)) invalid(errors, selectorPath, shownSelector(selector));
  else if (!skipsTemplate) {
    validateSelectorMatches(selector, spec.template, TEMPLATE, errors);
    validateTemplateMetadata(spec.template, errors);
    validatePodTemplateSpec(templateOfPods(spec), TEMPLATE, errors, podSpec);
  }
  validateAlwaysRunning(spec.template.spec, 'StatefulSet', TEMPLATE, errors);
}

/** The server checks the labels and annotations here and once more with the template; repetitions show among the causes. */
function validateTemplateMetadata({ metadata, spec }: PodTemplateSpec, errors: FieldErrors): void {
  validateLabels(metadata?.labels, child(TEMPLATE, 'labels'), errors);
  if (metadata?.annotations === undefined) return;
  validateAnnotations(metadata.annotations, child(TEMPLATE, 'annotations'), errors);
  validatePodAnnotations(metadata.annotations, spec ?? { containers: [] }, child(TEMPLATE, 'annotations'), errors);
}

function validateUpdateStrategy(strategy: StatefulSetUpdateStrategy, errors: FieldErrors): void {
  const path = child(UPDATE_STRATEGY, 'rollingUpdate');
  const { rollingUpdate } = strategy;
  if (strategy.type === 'OnDelete') {
    if (rollingUpdate !== undefined) invalid(errors, path, asInternal(ROLLING_UPDATE, rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'");
  } else if (strategy.type === 'RollingUpdate') validateNonnegative(rollingUpdate?.partition, child(path, 'partition'), errors);
  else invalid(errors, UPDATE_STRATEGY, asInternal(STRATEGY_LAYOUT, strategy), "must be 'RollingUpdate' or 'OnDelete'");
}

/** The template as its pods have it: with a volume for each claim template and names that the controller sets. */
function templateOfPods({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  if (template.spec === undefined) return template;
  const claimed = new Set(volumeClaimTemplates.map((claim) => claim.metadata?.name ?? ''));
  const fromClaims: Volume[] = volumeClaimTemplates.map((claim) => ({ name: claim.metadata?.name ?? '', persistentVolumeClaim: { claimName: claim.metadata?.name ?? '' } }));
  const others = (template.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name ?? ''));
  return { ...template, spec: { ...template.spec, hostname: '', subdomain: '', volumes: [...fromClaims, ...others] } };
}
