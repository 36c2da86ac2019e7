// ReplicationController. Source: pkg/apis/core/validation/validation.go (ValidateReplicationControllerSpec), pkg/registry/core/replicationcontroller/strategy.go
import { invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { ReplicationController, ReplicationControllerSpec } from '../api/types.js';
import { isEmptyRecord } from '../util/objects.js';
import { defineKind } from './kind.js';
import { validateNonnegative } from './shared/checks.js';
import { dns1123SubdomainBytes } from './shared/names.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { validatePodTemplateSpec } from './shared/podTemplate.js';
import { replicatedPodWarnings } from './shared/podWarnings.js';
import { optionsOfOld, shownLabels, validateAlwaysRunning } from './shared/workloads.js';

const SPEC = rootPath('spec');
const TEMPLATE = child(SPEC, 'template');

/** The kind ReplicationController. */
export const replicationController = defineKind<ReplicationController>('v1', 'ReplicationController', {
  nameRule: dns1123SubdomainBytes,
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {});
    spec.replicas ??= 1;
    if (spec.template === undefined) return;
    setPodTemplateDefaults(spec.template);
    const labels = spec.template.metadata?.labels;
    if (labels === undefined) return;
    if (isEmptyRecord(spec.selector)) spec.selector = { ...labels };
    if (isEmptyRecord(object.metadata.labels)) object.metadata.labels = { ...labels };
  },
  prepareForCreate(object) {
    object.status = { replicas: 0 };
    dropDisabledPodFields(object.spec?.template?.spec);
  },
  validate: (object, errors) => validateSpec(object.spec ?? {}, TEMPLATE_OPTIONS, errors),
  prepareForUpdate: (object) => dropDisabledPodFields(object.spec?.template?.spec),
  validateUpdate: (object, old, errors) => validateSpec(object.spec ?? {}, optionsOfOld(old.spec?.template?.spec), errors),
  warnings: replicatedPodWarnings,
});

function validateSpec(spec: ReplicationControllerSpec, options: PodSpecOptions, errors: FieldErrors): void {
  validateNonnegative(spec.minReadySeconds, child(SPEC, 'minReadySeconds'), errors);
  if (isEmptyRecord(spec.selector)) required(errors, child(SPEC, 'selector'));
  validateNonnegative(spec.replicas, child(SPEC, 'replicas'), errors);
  const { template, selector = {} } = spec;
  if (template === undefined) return required(errors, TEMPLATE);
  const labels = template.metadata?.labels;
  if (Object.keys(selector).some((name) => labels?.[name] !== selector[name])) {
    invalid(errors, child(child(TEMPLATE, 'metadata'), 'labels'), shownLabels(labels), '`selector` does not match template `labels`');
  }
  validatePodTemplateSpec(template, TEMPLATE, errors, options);
  validateAlwaysRunning(template.spec, 'ReplicationController', TEMPLATE, errors);
}
