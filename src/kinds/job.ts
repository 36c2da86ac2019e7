// Job. Source: pkg/apis/batch/validation/validation.go (ValidateJob, ValidateJobUpdate), pkg/apis/batch/v1/defaults.go, pkg/registry/batch/job/strategy.go
import { asJson, invalid, required, type FieldErrors, type JsonPrinted } from '../api/fieldError.js';
import { child, keyed, rootPath } from '../api/fieldPath.js';
import { labelSelectorMatches } from '../api/labelSelector.js';
import type { Container, Job, JobSpec, PodTemplateSpec } from '../api/types.js';
import { deepCopy } from '../util/objects.js';
import { defineKind } from './kind.js';
import { IMMUTABLE, semanticEqual, semanticEqualSpec } from './shared/checks.js';
import { dns1123LabelMessages } from './shared/formats.js';
import { asInternal } from './shared/internalForm.js';
import { jobTemplateWarnings, POD_FAILURE_POLICY_LAYOUT, setFailurePolicyDefaults, SUCCESS_POLICY_LAYOUT, validateJobSpecWithoutSelector } from './shared/jobSpec.js';
import { hasInvalidSelectorValue, isEmptySelector, validateLabelSelector } from './shared/labelSelector.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { podSpecForm, podTemplateForm } from './shared/podForm.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { podTemplateWarnings, warnOfNonLabelName } from './shared/podWarnings.js';
import { isSelectorUsable, optionsOfOld, shownLabels, shownSelector } from './shared/workloads.js';

const SPEC = rootPath('spec');
const SELECTOR = child(SPEC, 'selector');
const TEMPLATE = child(SPEC, 'template');
const TEMPLATE_LABELS = child(child(TEMPLATE, 'metadata'), 'labels');
const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const MAX_INT32 = 2147483647;

/** The kind Job. */
export const job = defineKind<Job>('batch/v1', 'Job', {
  metadataOnUpdate: 'both',
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= { template: {} });
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
    spec.manualSelector ??= false;
    setPodTemplateDefaults((spec.template ??= {}));
    const labels = spec.template.metadata?.labels;
    if (labels !== undefined && Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = { ...labels };
    setFailurePolicyDefaults(spec);
  },
  prepareForCreate(object) {
    const spec = object.spec as JobSpec;
    if (spec.manualSelector !== true) generateSelector(object, spec);
    object.status = {};
    dropDisabledPodFields(spec.template.spec);
  },
  validate: (object, errors) => validateJob(object, TEMPLATE_OPTIONS, errors),
  prepareForUpdate: (object) => dropDisabledPodFields(object.spec?.template?.spec),
  validateUpdate(object, old, errors) {
    const options = optionsOfOld(old.spec?.template.spec);
    validateJob(object, options, errors, hasInvalidSelectorValue(old.spec?.selector));
    validateJobSpec(object.spec as JobSpec, options, errors, hasInvalidSelectorValue(old.spec?.selector));
    validateSpecUpdate(object.spec as JobSpec, old, errors);
  },
  warnings(object, old) {
    const warnings: string[] = [];
    if (old === undefined) warnOfNonLabelName(object.metadata.name, 'Pod names and hostnames', warnings);
    if (old === undefined || object.metadata.generation !== old.metadata.generation) {
      warnings.push(...jobTemplateWarnings(object.spec, 'spec'));
      warnings.push(...podTemplateWarnings(object.spec?.template, 'spec.template'));
    }
    return warnings;
  },
});

/** The labels that tie pods to their job. */
function generatedLabels({ metadata }: Job): [key: string, value: string][] {
  const { uid = '', name = '' } = metadata;
  return [['controller-uid', uid], ['job-name', name], [UID_LABEL, uid], ['batch.kubernetes.io/job-name', name]];
}

/** Source: pkg/registry/batch/job/strategy.go (generateSelector) */
function generateSelector(object: Job, spec: JobSpec): void {
  const metadata = (spec.template.metadata ??= {});
  const labels = { ...metadata.labels };
  for (const [key, value] of generatedLabels(object)) labels[key] ??= value;
  metadata.labels = labels;
  const selector = (spec.selector ??= {});
  selector.matchLabels = { [UID_LABEL]: object.metadata.uid ?? '', ...selector.matchLabels };
}

function validateJob(object: Job, options: PodSpecOptions, errors: FieldErrors, allowInvalidValues = false): void {
  const spec = object.spec as JobSpec;
  validateGeneratedSelector(object, spec, errors);
  validateJobSpec(spec, options, errors, allowInvalidValues);
  const { completionMode, completions } = spec;
  if (completionMode === 'Indexed' && completions !== undefined && completions > 0) {
    const lastName = `${object.metadata.name ?? ''}-${completions - 1}`;
    if (dns1123LabelMessages(lastName).length > 0) {
      invalid(errors, child(rootPath('metadata'), 'name'), object.metadata.name ?? '', `will not able to create pod with invalid DNS label: ${lastName}`);
    }
  }
}

/** Source: validateGeneratedSelector */
function validateGeneratedSelector(object: Job, spec: JobSpec, errors: FieldErrors): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  if (!object.metadata.uid) required(errors, child(rootPath('metadata'), 'uid'));
  const labels = spec.template?.metadata?.labels;
  const expected: Record<string, string> = {};
  for (const [key, value] of generatedLabels(object)) {
    expected[key] = value;
    const actual = labels?.[key];
    if (actual === undefined) required(errors, keyed(TEMPLATE_LABELS, key), `must be '${value}'`);
    else if (actual !== value) invalid(errors, keyed(TEMPLATE_LABELS, key), shownLabels(labels), `must be '${value}'`);
  }
  if (isSelectorUsable(spec.selector) && !isEmptySelector(spec.selector) && !labelSelectorMatches(spec.selector, expected)) {
    invalid(errors, SELECTOR, shownSelector(spec.selector), '`selector` not auto-generated');
  }
}

function validateJobSpec(spec: JobSpec, options: PodSpecOptions, errors: FieldErrors, allowInvalidValues: boolean): void {
  validateJobSpecWithoutSelector(spec, SPEC, options, errors);
  const { selector } = spec;
  if (selector === undefined) required(errors, SELECTOR);
  else validateLabelSelector(selector, SELECTOR, errors, { allowInvalidValues });
  const labels = spec.template?.metadata?.labels;
  if (isSelectorUsable(selector) && !labelSelectorMatches(selector, labels)) invalid(errors, TEMPLATE_LABELS, shownLabels(labels), '`selector` does not match template `labels`');
}

/** Source: ValidateJobSpecUpdate */
function validateSpecUpdate(spec: JobSpec, old: Job, errors: FieldErrors): void {
  const oldSpec = old.spec as JobSpec;
  validateCompletions(spec, oldSpec, errors);
  const immutable = (field: string, value: unknown, before: unknown, shown: () => JsonPrinted): void => {
    if (!semanticEqual(value, before)) invalid(errors, child(SPEC, field), shown(), IMMUTABLE);
  };
  immutable('selector', spec.selector, oldSpec.selector, () => shownSelector(spec.selector));
  validateTemplateUpdate(spec, old, errors);
  immutable('completionMode', spec.completionMode, oldSpec.completionMode, () => asJson(spec.completionMode ?? null));
  immutable('podFailurePolicy', spec.podFailurePolicy, oldSpec.podFailurePolicy, () => asInternal(POD_FAILURE_POLICY_LAYOUT, spec.podFailurePolicy));
  immutable('backoffLimitPerIndex', spec.backoffLimitPerIndex, oldSpec.backoffLimitPerIndex, () => asJson(spec.backoffLimitPerIndex ?? null));
  immutable('managedBy', spec.managedBy, oldSpec.managedBy, () => asJson(spec.managedBy ?? null));
  immutable('successPolicy', spec.successPolicy, oldSpec.successPolicy, () => asInternal(SUCCESS_POLICY_LAYOUT, spec.successPolicy));
}

function validateCompletions(spec: JobSpec, old: JobSpec, errors: FieldErrors): void {
  if (spec.completions === old.completions) return;
  const path = child(SPEC, 'completions');
  const shown = asJson(spec.completions ?? null);
  if (spec.completionMode !== 'Indexed') invalid(errors, path, shown, IMMUTABLE);
  else if (spec.completions !== undefined && spec.completions !== spec.parallelism) invalid(errors, path, shown, 'can only be modified in tandem with spec.parallelism');
}

/** The template of a suspended job without pods may change in what decides where pods run, and in their resources. Source: validatePodTemplateUpdate */
function validateTemplateUpdate(spec: JobSpec, old: Job, errors: FieldErrors): void {
  const oldSpec = old.spec as JobSpec;
  if (!isTemplateMutable(old)) {
    if (!semanticEqualSpec(spec.template, oldSpec.template)) invalid(errors, TEMPLATE, asJson(podTemplateForm(spec.template)), IMMUTABLE);
    return;
  }
  const before: PodTemplateSpec = deepCopy(oldSpec.template);
  copyResources(spec.template, before);
  copySchedulingFields(spec.template, before);
  if (!semanticEqualSpec(spec.template, before)) invalid(errors, child(TEMPLATE, 'spec'), asJson(podSpecForm(spec.template.spec ?? { containers: [] })), IMMUTABLE);
}

function isTemplateMutable({ spec, status }: Job): boolean {
  if (spec?.suspend !== true || (status?.active ?? 0) > 0) return false;
  return status?.startTime === undefined || (status.conditions ?? []).some((condition) => condition.type === 'Suspended' && condition.status === 'True');
}

function copyResources(from: PodTemplateSpec, to: PodTemplateSpec): void {
  for (const field of ['containers', 'initContainers'] as const) {
    (to.spec?.[field] as Container[] | undefined)?.forEach((container, index) => {
      const resources = from.spec?.[field]?.[index]?.resources;
      if (resources !== undefined) container.resources = resources;
    });
  }
}

function copySchedulingFields(from: PodTemplateSpec, to: PodTemplateSpec): void {
  if (to.spec === undefined || from.spec === undefined) return;
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates'] as const) assignOrDelete(to.spec, field, from.spec[field]);
  const nodeAffinity = from.spec.affinity?.nodeAffinity;
  if (nodeAffinity !== undefined) to.spec.affinity = { ...to.spec.affinity, nodeAffinity };
  else if (to.spec.affinity !== undefined) {
    delete to.spec.affinity.nodeAffinity;
    if (Object.keys(to.spec.affinity).length === 0) delete to.spec.affinity;
  }
  to.metadata = { ...to.metadata };
  assignOrDelete(to.metadata, 'labels', from.metadata?.labels);
  assignOrDelete(to.metadata, 'annotations', from.metadata?.annotations);
}

function assignOrDelete<T extends object, K extends keyof T>(target: T, field: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[field];
  else target[field] = value;
}
