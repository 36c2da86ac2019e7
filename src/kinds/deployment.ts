// Deployment. Source: pkg/apis/apps/validation/validation.go (ValidateDeploymentSpec), pkg/apis/apps/v1/defaults.go, pkg/registry/apps/deployment/strategy.go
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment } from '../api/types.js';
import { deepEqual } from '../util/objects.js';
import { defineKind } from './kind.js';
import { semanticEqualSpec, validateNonnegative } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { intOrPercentValue, validateAtMost100Percent, validatePercentOrInt } from './shared/intOrString.js';
import { isEmptySelector, validateLabelSelector } from './shared/labelSelector.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { validatePodTemplateSpec } from './shared/podTemplate.js';
import { replicatedPodWarnings } from './shared/podWarnings.js';
import { isSelectorUsable, optionsOfOld, shownSelector, validateAlwaysRunning, validateSameSelector, validateSelectorMatches } from './shared/workloads.js';

const SPEC = rootPath('spec');
const TEMPLATE = child(SPEC, 'template');
const STRATEGY = child(SPEC, 'strategy');
const ROLLING_UPDATE: GoLayout = [['MaxUnavailable', 'maxUnavailable', 'int'], ['MaxSurge', 'maxSurge', 'int']];
/** The update strategy of a deployment or a daemon set as a bad value. */
export const UPDATE_STRATEGY_LAYOUT: GoLayout = [['Type', 'type', 'string'], ['RollingUpdate', 'rollingUpdate', { pointer: ROLLING_UPDATE }]];

/** The kind Deployment. */
export const deployment = defineKind<Deployment>('apps/v1', 'Deployment', {
  podSpecPath: 'spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {} as DeploymentSpec);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    const strategy = (spec.strategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      strategy.rollingUpdate.maxUnavailable ??= '25%';
      strategy.rollingUpdate.maxSurge ??= '25%';
    }
    setPodTemplateDefaults((spec.template ??= {}));
  },
  prepareForCreate(object) {
    object.status = {};
    dropDisabledPodFields(object.spec?.template.spec);
  },
  validate: (object, errors) => validateSpec(object.spec as DeploymentSpec, TEMPLATE_OPTIONS, errors),
  prepareForUpdate(object, old) {
    dropDisabledPodFields(object.spec?.template.spec);
    if (!semanticEqualSpec(object.spec, old.spec) || !deepEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate(object, old, errors) {
    const spec = object.spec as DeploymentSpec;
    validateSpec(spec, optionsOfOld(old.spec?.template.spec), errors);
    validateSameSelector(spec.selector, old.spec?.selector, child(SPEC, 'selector'), errors);
  },
  warnings: replicatedPodWarnings,
});

function validateSpec(spec: DeploymentSpec, options: PodSpecOptions, errors: FieldErrors): void {
  validateNonnegative(spec.replicas, child(SPEC, 'replicas'), errors);
  validateReplicatedTemplate(spec, options, errors);
  validateStrategy(spec.strategy ?? {}, errors);
  validateNonnegative(spec.minReadySeconds, child(SPEC, 'minReadySeconds'), errors);
  validateNonnegative(spec.revisionHistoryLimit, child(SPEC, 'revisionHistoryLimit'), errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return;
  validateNonnegative(deadline, child(SPEC, 'progressDeadlineSeconds'), errors);
  if (deadline <= (spec.minReadySeconds ?? 0)) invalid(errors, child(SPEC, 'progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds');
}

/** The selector and the template of a deployment or a replica set. */
export function validateReplicatedTemplate(spec: Pick<DeploymentSpec, 'selector' | 'template'>, options: PodSpecOptions, errors: FieldErrors): void {
  const selectorPath = child(SPEC, 'selector');
  const { selector } = spec;
  if (selector === undefined) required(errors, selectorPath);
  else {
    validateLabelSelector(selector, selectorPath, errors);
    if (isEmptySelector(selector)) invalid(errors, selectorPath, asJson({}), 'empty selector is invalid for deployment');
  }
  if (!isSelectorUsable(selector)) return invalid(errors, selectorPath, shownSelector(selector), 'invalid label selector');
  validateSelectorMatches(selector, spec.template, TEMPLATE, errors);
  validatePodTemplateSpec(spec.template, TEMPLATE, errors, options);
  validateAlwaysRunning(spec.template.spec, 'ReplicaSet', TEMPLATE, errors);
}

function validateStrategy(strategy: DeploymentStrategy, errors: FieldErrors): void {
  const path = child(STRATEGY, 'rollingUpdate');
  if (strategy.type === 'Recreate') {
    if (strategy.rollingUpdate !== undefined) forbidden(errors, path, "may not be specified when strategy `type` is 'Recreate'");
  } else if (strategy.type === 'RollingUpdate') {
    if (strategy.rollingUpdate === undefined) required(errors, path, 'this should be defaulted and never be nil');
    else validateRollingUpdate(strategy.rollingUpdate, path, errors);
  } else notSupported(errors, STRATEGY, asInternal(UPDATE_STRATEGY_LAYOUT, strategy), ['Recreate', 'RollingUpdate']);
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment, path: FieldPath, errors: FieldErrors): void {
  const unavailablePath = child(path, 'maxUnavailable');
  validatePercentOrInt(maxUnavailable, unavailablePath, errors);
  validatePercentOrInt(maxSurge, child(path, 'maxSurge'), errors);
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) invalid(errors, unavailablePath, asJson(maxUnavailable), 'may not be 0 when `maxSurge` is 0');
  validateAtMost100Percent(maxUnavailable, unavailablePath, errors);
}
