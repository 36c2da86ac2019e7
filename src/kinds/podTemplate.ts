// PodTemplate. Source: pkg/apis/core/validation/validation.go (ValidatePodTemplate), pkg/registry/core/podtemplate/strategy.go
import { rootPath } from '../api/fieldPath.js';
import type { PodTemplate } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqualSpec } from './shared/checks.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { validatePodTemplateSpec } from './shared/podTemplate.js';
import { podTemplateWarnings } from './shared/podWarnings.js';
import { optionsOfOld } from './shared/workloads.js';

const TEMPLATE = rootPath('template');

/** The kind PodTemplate. */
export const podTemplate = defineKind<PodTemplate>('v1', 'PodTemplate', {
  podSpecPath: 'template.spec',
  hasGeneration: true,
  setDefaults: (object) => setPodTemplateDefaults((object.template ??= {})),
  prepareForCreate(object) {
    object.metadata.generation = 1;
    dropDisabledPodFields(object.template?.spec);
  },
  validate: (object, errors) => validatePodTemplateSpec(object.template ?? {}, TEMPLATE, errors),
  prepareForUpdate(object, old) {
    dropDisabledPodFields(object.template?.spec);
    object.metadata.generation = (old.metadata.generation ?? 0) + (semanticEqualSpec(object.template, old.template) ? 0 : 1);
  },
  validateUpdate: (object, old, errors) => validatePodTemplateSpec(object.template ?? {}, TEMPLATE, errors, optionsOfOld(old.template?.spec)),
  warnings(object, old) {
    return old === undefined || object.metadata.generation !== old.metadata.generation ? podTemplateWarnings(object.template, 'template') : [];
  },
});
