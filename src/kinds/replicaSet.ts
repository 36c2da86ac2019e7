// ReplicaSet. Source: pkg/apis/apps/validation/validation.go (ValidateReplicaSetSpec), pkg/registry/apps/replicaset/strategy.go
import type { FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { ReplicaSet, ReplicaSetSpec } from '../api/types.js';
import { validateReplicatedTemplate } from './deployment.js';
import { defineKind } from './kind.js';
import { validateNonnegative } from './shared/checks.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { replicatedPodWarnings } from './shared/podWarnings.js';
import { optionsOfOld, validateSameSelector } from './shared/workloads.js';

const SPEC = rootPath('spec');

/** The kind ReplicaSet. */
export const replicaSet = defineKind<ReplicaSet>('apps/v1', 'ReplicaSet', {
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {} as ReplicaSetSpec);
    spec.replicas ??= 1;
    setPodTemplateDefaults((spec.template ??= {}));
  },
  prepareForCreate(object) {
    object.status = { replicas: 0 };
    dropDisabledPodFields(object.spec?.template?.spec);
  },
  validate: (object, errors) => validateSpec(object.spec as ReplicaSetSpec, TEMPLATE_OPTIONS, errors),
  prepareForUpdate: (object) => dropDisabledPodFields(object.spec?.template?.spec),
  validateUpdate(object, old, errors) {
    const spec = object.spec as ReplicaSetSpec;
    validateSpec(spec, optionsOfOld(old.spec?.template?.spec), errors);
    validateSameSelector(spec.selector, old.spec?.selector, child(SPEC, 'selector'), errors);
  },
  warnings: replicatedPodWarnings,
});

function validateSpec(spec: ReplicaSetSpec, options: PodSpecOptions, errors: FieldErrors): void {
  validateNonnegative(spec.replicas, child(SPEC, 'replicas'), errors);
  validateNonnegative(spec.minReadySeconds, child(SPEC, 'minReadySeconds'), errors);
  validateReplicatedTemplate({ selector: spec.selector, template: spec.template ?? {} }, options, errors);
}
