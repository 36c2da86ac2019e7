// DaemonSet. Source: pkg/apis/apps/validation/validation.go (ValidateDaemonSetSpec), pkg/apis/apps/v1/{defaults,conversion}.go, pkg/registry/apps/daemonset/strategy.go
import { asJson, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import { labelSelectorMatches } from '../api/labelSelector.js';
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../api/types.js';
import { UPDATE_STRATEGY_LAYOUT } from './deployment.js';
import { defineKind } from './kind.js';
import { semanticEqualSpec, validateNonnegative } from './shared/checks.js';
import { asInternal } from './shared/internalForm.js';
import { intOrPercentValue, validateAtMost100Percent, validatePercentOrInt } from './shared/intOrString.js';
import { hasInvalidSelectorValue, isEmptySelector, validateLabelSelector, type LabelSelectorOptions } from './shared/labelSelector.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { validatePodTemplateSpec } from './shared/podTemplate.js';
import { podTemplateWarnings } from './shared/podWarnings.js';
import { isSelectorUsable, optionsOfOld, shownLabels, validateAlwaysRunning, validateSameSelector } from './shared/workloads.js';

const SPEC = rootPath('spec');
const TEMPLATE = child(SPEC, 'template');
const UPDATE_STRATEGY = child(SPEC, 'updateStrategy');
/** Counts changes of the template; what was a field once is stored as an annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** The kind DaemonSet. */
export const daemonSet = defineKind<DaemonSet>('apps/v1', 'DaemonSet', {
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {} as DaemonSetSpec);
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      strategy.rollingUpdate.maxUnavailable ??= 1;
      strategy.rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    setPodTemplateDefaults((spec.template ??= {}));
  },
  prepareForCreate(object) {
    object.status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
    setTemplateGeneration(object, Math.max(templateGeneration(object), 1));
    dropDisabledPodFields(object.spec?.template.spec);
  },
  validate: (object, errors) => validateSpec(object.spec as DaemonSetSpec, TEMPLATE_OPTIONS, {}, errors),
  prepareForUpdate(object, old) {
    dropDisabledPodFields(object.spec?.template.spec);
    const isTemplateChanged = !semanticEqualSpec(object.spec?.template, old.spec?.template);
    setTemplateGeneration(object, templateGeneration(old) + (isTemplateChanged ? 1 : 0));
  },
  validateUpdate(object, old, errors) {
    const spec = object.spec as DaemonSetSpec;
    const allowInvalidValues = hasInvalidSelectorValue(old.spec?.selector);
    validateSameSelector(spec.selector, old.spec?.selector, child(SPEC, 'selector'), errors);
    validateSpec(spec, optionsOfOld(old.spec?.template.spec), { allowInvalidValues }, errors);
  },
  warnings(object, old) {
    return old === undefined || templateGeneration(object) !== templateGeneration(old) ? podTemplateWarnings(object.spec?.template, 'spec.template') : [];
  },
});

function templateGeneration(object: DaemonSet): number {
  return Number(object.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0) || 0;
}

function setTemplateGeneration(object: DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

function validateSpec(spec: DaemonSetSpec, options: PodSpecOptions, selectorOptions: LabelSelectorOptions, errors: FieldErrors): void {
  const { selector, template } = spec;
  const selectorPath = child(SPEC, 'selector');
  validateLabelSelector(selector, selectorPath, errors, selectorOptions);
  const labels = template.metadata?.labels;
  if (isSelectorUsable(selector) && !labelSelectorMatches(selector, labels)) {
    invalid(errors, child(child(TEMPLATE, 'metadata'), 'labels'), shownLabels(labels), '`selector` does not match template `labels`');
  }
  if (selector !== undefined && isEmptySelector(selector)) invalid(errors, selectorPath, asJson({}), 'empty selector is invalid for daemonset');
  validatePodTemplateSpec(template, TEMPLATE, errors, options);
  validateAlwaysRunning(template.spec, 'DaemonSet', TEMPLATE, errors);
  validateNonnegative(spec.minReadySeconds, child(SPEC, 'minReadySeconds'), errors);
  validateUpdateStrategy(spec.updateStrategy ?? {}, errors);
  validateNonnegative(spec.revisionHistoryLimit, child(SPEC, 'revisionHistoryLimit'), errors);
}

function validateUpdateStrategy(strategy: DaemonSetUpdateStrategy, errors: FieldErrors): void {
  if (strategy.type === 'OnDelete') return;
  if (strategy.type !== 'RollingUpdate') return notSupported(errors, UPDATE_STRATEGY, asInternal(UPDATE_STRATEGY_LAYOUT, strategy), ['RollingUpdate', 'OnDelete']);
  const path = child(UPDATE_STRATEGY, 'rollingUpdate');
  if (strategy.rollingUpdate === undefined) return required(errors, path);
  const { maxUnavailable = 0, maxSurge = 0 } = strategy.rollingUpdate;
  const unavailablePath = child(path, 'maxUnavailable');
  const surgePath = child(path, 'maxSurge');
  validatePercentOrInt(maxUnavailable, unavailablePath, errors);
  validatePercentOrInt(maxSurge, surgePath, errors);
  validateAtMost100Percent(maxUnavailable, unavailablePath, errors);
  validateAtMost100Percent(maxSurge, surgePath, errors);
  const hasUnavailable = intOrPercentValue(maxUnavailable) !== 0;
  const hasSurge = intOrPercentValue(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) invalid(errors, surgePath, asJson(maxSurge), 'may not be set when maxUnavailable is non-zero');
  else if (!hasUnavailable && !hasSurge) required(errors, unavailablePath, 'cannot be 0 when maxSurge is 0');
}
