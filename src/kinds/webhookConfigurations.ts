// ValidatingWebhookConfiguration and MutatingWebhookConfiguration: which requests are sent to which webhooks.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}
import { asJson, duplicate, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhook, ValidatingWebhookConfiguration } from '../api/types.js';
import { semanticEqual } from './shared/checks.js';
import { dns1035LabelMessages } from './shared/formats.js';
import { hasInvalidSelectorValue, validateLabelSelector } from './shared/labelSelector.js';
import { validateFullyQualifiedName } from './shared/names.js';
import { validateWebhookClient } from './shared/webhookClient.js';
import { FAILURE_POLICIES, MATCH_POLICIES, REINVOCATION_POLICIES, validateChoice, validateMatchConditions, validateRule, warningsForStaticName } from './shared/admissionRules.js';
import { defineKind, type Strategy } from './kind.js';

type Webhook = ValidatingWebhook & Partial<Pick<MutatingWebhook, 'reinvocationPolicy'>>;
type Configuration = ValidatingWebhookConfiguration | MutatingWebhookConfiguration;

const NO_SIDE_EFFECTS: readonly string[] = ['None', 'NoneOnDryRun'];
const ALL_SIDE_EFFECTS: readonly string[] = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];
const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 30;

/** What an update need not repeat because the stored object breaks it already. */
interface Leniency { ignoreMatchConditions: boolean; allowSideEffects: boolean; allowUnknownReview: boolean; allowSameNames: boolean; allowInvalidSelectorValues: boolean }
const strict: Leniency = { ignoreMatchConditions: false, allowSideEffects: false, allowUnknownReview: false, allowSameNames: false, allowInvalidSelectorValues: false };

const strategyFor = <T extends Configuration>(isMutating: boolean): Strategy<T> => ({
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'full',
  warnings: warningsForStaticName,
  hasGeneration: true,
  setDefaults(configuration) {
    for (const webhook of webhooksOf(configuration)) setWebhookDefaults(webhook, isMutating);
  },
  validate: (configuration, errors) => validateWebhooks(webhooksOf(configuration), strict, errors),
  validateUpdate: (configuration, old, errors) => validateWebhooks(webhooksOf(configuration), leniencyFor(webhooksOf(configuration), webhooksOf(old)), errors),
  prepareForUpdate(configuration, old) {
    if (!semanticEqual(webhooksOf(configuration), webhooksOf(old))) configuration.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
});

/** The kind ValidatingWebhookConfiguration. */
export const validatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', strategyFor(false));
/** The kind MutatingWebhookConfiguration. */
export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', strategyFor(true));

const webhooksOf = (configuration: Configuration): Webhook[] => (configuration.webhooks ?? []) as Webhook[];

function setWebhookDefaults(webhook: Webhook, isMutating: boolean): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= DEFAULT_TIMEOUT_SECONDS;
  if (isMutating) webhook.reinvocationPolicy ??= 'Never';
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  for (const name of ['rules', 'matchConditions'] as const) if (webhook[name]?.length === 0) delete webhook[name];
  const service = webhook.clientConfig?.service;
  if (service !== undefined) service.port ??= 443;
}

function leniencyFor(webhooks: readonly Webhook[], old: readonly Webhook[]): Leniency {
  return {
    ignoreMatchConditions: webhooks.length === old.length && webhooks.every((webhook, index) => semanticEqual(webhook.matchConditions, old[index]?.matchConditions)),
    allowSideEffects: old.some((webhook) => !NO_SIDE_EFFECTS.includes(webhook.sideEffects)),
    allowUnknownReview: old.some((webhook) => (webhook.admissionReviewVersions ?? []).length > 0 && !webhook.admissionReviewVersions.some((version) => REVIEW_VERSIONS.includes(version))),
    allowSameNames: new Set(old.map(({ name }) => name)).size < old.length,
    allowInvalidSelectorValues: old.some((webhook) => hasInvalidSelectorValue(webhook.namespaceSelector) || hasInvalidSelectorValue(webhook.objectSelector)),
  };
}

function validateWebhooks(webhooks: readonly Webhook[], leniency: Leniency, errors: FieldErrors): void {
  const names = new Set<string>();
  webhooks.forEach((webhook, index) => {
    const path = indexed(rootPath('webhooks'), index);
    validateWebhook(webhook, leniency, path, errors);
    validateReviewVersions(webhook.admissionReviewVersions ?? [], leniency.allowUnknownReview, child(path, 'admissionReviewVersions'), errors);
    if (leniency.allowSameNames || !webhook.name) return;
    if (names.has(webhook.name)) duplicate(errors, child(path, 'name'), webhook.name);
    names.add(webhook.name);
  });
}

function validateWebhook(webhook: Webhook, leniency: Leniency, path: FieldPath, errors: FieldErrors): void {
  validateFullyQualifiedName(webhook.name ?? '', child(path, 'name'), errors);
  webhook.rules?.forEach((rule, index) => validateRule(rule, indexed(child(path, 'rules'), index), errors));
  validateChoice(webhook.failurePolicy, FAILURE_POLICIES, child(path, 'failurePolicy'), errors);
  validateChoice(webhook.matchPolicy, MATCH_POLICIES, child(path, 'matchPolicy'), errors);
  const sideEffects = leniency.allowSideEffects ? ALL_SIDE_EFFECTS : NO_SIDE_EFFECTS;
  if (webhook.sideEffects === undefined) required(errors, child(path, 'sideEffects'), `must specify one of ${sideEffects.join(', ')}`);
  else if (!sideEffects.includes(webhook.sideEffects)) notSupported(errors, child(path, 'sideEffects'), asJson(webhook.sideEffects), sideEffects);
  const timeout = webhook.timeoutSeconds;
  if (timeout !== undefined && (timeout > MAX_TIMEOUT_SECONDS || timeout < 1)) invalid(errors, child(path, 'timeoutSeconds'), timeout, `the timeout value must be between 1 and ${MAX_TIMEOUT_SECONDS} seconds`);
  const options = { allowInvalidValues: leniency.allowInvalidSelectorValues };
  if (webhook.namespaceSelector !== undefined) validateLabelSelector(webhook.namespaceSelector, child(path, 'namespaceSelector'), errors, options);
  if (webhook.objectSelector !== undefined) validateLabelSelector(webhook.objectSelector, child(path, 'objectSelector'), errors, options);
  validateChoice(webhook.reinvocationPolicy, REINVOCATION_POLICIES, child(path, 'reinvocationPolicy'), errors);
  validateWebhookClient(webhook.clientConfig ?? {}, child(path, 'clientConfig'), errors);
  if (!leniency.ignoreMatchConditions) validateMatchConditions(webhook.matchConditions, false, child(path, 'matchConditions'), errors);
}

function validateReviewVersions(versions: readonly string[], allowUnknown: boolean, path: FieldPath, errors: FieldErrors): void {
  if (versions.length === 0) { required(errors, path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`); return; }
  const seen = new Set<string>();
  versions.forEach((version, index) => {
    if (seen.has(version)) { invalid(errors, indexed(path, index), version, 'duplicate version'); return; }
    seen.add(version);
    for (const message of dns1035LabelMessages(version)) invalid(errors, indexed(path, index), version, message);
  });
  if (!allowUnknown && !versions.some((version) => REVIEW_VERSIONS.includes(version))) invalid(errors, path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
}
