// What kinds with a pod template have in common: the selector against the template, and what an update tolerates.
// Source: pkg/apis/apps/validation/validation.go, pkg/api/pod/util.go (GetValidationOptionsFromPodTemplate)
import { asJson, forbidden, invalid, notSupported, type FieldErrors, type JsonPrinted } from '../../api/fieldError.js';
import { child, type FieldPath } from '../../api/fieldPath.js';
import { labelSelectorMatches } from '../../api/labelSelector.js';
import type { LabelSelector, PodSpec, PodTemplateSpec } from '../../api/types.js';
import { IMMUTABLE, semanticEqual } from './checks.js';
import { labelValueMessages } from './formats.js';
import { labelSelectorForm } from './internalForm.js';
import { hasInvalidSelectorValue, isEmptySelector, isUsableSelector } from './labelSelector.js';
import { hasBacksteps } from './paths.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './podSpec.js';

/** A selector as a bad value; null when absent. */
export function shownSelector(selector: LabelSelector | undefined): JsonPrinted {
  return asJson(selector === undefined ? null : labelSelectorForm(selector));
}

/** A label map as a bad value; null when absent. */
export function shownLabels(labels: Record<string, string> | undefined): JsonPrinted {
  return asJson(labels ?? null, { sorted: true });
}

/** The selector must choose the pods of the template; an absent selector chooses nothing, an empty one everything. */
export function validateSelectorMatches(selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, path: FieldPath, errors: FieldErrors): void {
  const labels = template?.metadata?.labels;
  if (selector !== undefined && isEmptySelector(selector)) return;
  if (!labelSelectorMatches(selector, labels)) invalid(errors, child(child(path, 'metadata'), 'labels'), shownLabels(labels), '`selector` does not match template `labels`');
}

/** A selector stays what it was. */
export function validateSameSelector(selector: LabelSelector | undefined, old: LabelSelector | undefined, path: FieldPath, errors: FieldErrors): void {
  if (!semanticEqual(selector, old)) invalid(errors, path, shownSelector(selector), IMMUTABLE);
}

/** True when the selector is absent or can be turned into requirements. */
export function isSelectorUsable(selector: LabelSelector | undefined): boolean {
  return selector === undefined || isUsableSelector(selector);
}

/** Pods that a controller keeps running restart always and have no deadline. `owner` names the controller in the message. */
export function validateAlwaysRunning(spec: PodSpec | undefined, owner: string, templatePath: FieldPath, errors: FieldErrors): void {
  const path = child(templatePath, 'spec');
  if (spec?.restartPolicy !== 'Always') notSupported(errors, child(path, 'restartPolicy'), asJson(spec?.restartPolicy ?? ''), ['Always']);
  if (spec?.activeDeadlineSeconds !== undefined) forbidden(errors, child(path, 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${owner} is not Supported`);
}

/** What an update may keep because the stored spec already has it. */
export function optionsOfOld(old: PodSpec | undefined, isPod = false): PodSpecOptions {
  if (old === undefined || (old.affinity === undefined && old.topologySpreadConstraints === undefined && old.volumes === undefined)) return isPod ? { isPod } : TEMPLATE_OPTIONS;
  const { affinity } = old;
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((half) => [
    ...(half?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(half?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
  const nodeTerms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const spread = old.topologySpreadConstraints ?? [];
  const tokens = (old.volumes ?? []).flatMap((volume) => (volume.projected?.sources ?? []).flatMap((source) => source.serviceAccountToken ?? []));
  return {
    isPod,
    selectorOptions: { allowInvalidValues: terms.some((term) => hasInvalidSelectorValue(term.labelSelector) || hasInvalidSelectorValue(term.namespaceSelector)) },
    allowInvalidNodeAffinityValues: nodeTerms.some((term) => (term.matchExpressions ?? []).some((expression) => (expression.values ?? []).some((value) => labelValueMessages(value).length > 0))),
    allowInvalidSpreadSelector: spread.some((constraint) => !isSelectorUsable(constraint.labelSelector)),
    allowAnyTokenPath: tokens.some((token) => hasBacksteps(token.path) || token.path.startsWith('/') || token.path.startsWith('..')),
  };
}

