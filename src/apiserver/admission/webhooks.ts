// Which webhooks a request would have been sent to. They can't be called here, so the answer is for the report only.
// Source: apiserver/pkg/admission/plugin/webhook/generic/webhook.go
import type { MutatingWebhook, ValidatingWebhook } from '../../api/types.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin, WebhookCall } from './admission.js';
import { compilePolicy, createActivation, matchesConditions, type CompiledPolicy } from './policyEvaluation.js';
import { isOpenToWebhooks, matchesRequest } from './requestMatching.js';

const compiledConditions = new WeakMap<object, CompiledPolicy>();

/** Refuses nothing: it only tells who wants to know which webhooks the request would have met. */
export const webhooks: AdmissionPlugin = {
  name: 'Webhooks',
  validate(attributes, context) {
    const { webhookListeners = [] } = context;
    if (webhookListeners.length === 0) return undefined;
    for (const call of webhooksFor(attributes, context)) for (const listener of webhookListeners) listener(call, attributes);
    return undefined;
  },
};

/** The webhooks that would have been called, mutating ones first, by name of configuration and then in their order. */
function webhooksFor(attributes: AdmissionAttributes, context: AdmissionContext): readonly WebhookCall[] {
  if (!isOpenToWebhooks(attributes)) return [];
  const mutating = context.read.list('mutatingwebhookconfigurations.admissionregistration.k8s.io');
  const validating = context.read.list('validatingwebhookconfigurations.admissionregistration.k8s.io');
  if (mutating.length === 0 && validating.length === 0) return [];
  return [
    ...mutating.flatMap((configuration) => (configuration.webhooks ?? []).flatMap((webhook) => callOf(webhook, { configuration: configuration.metadata.name ?? '', isMutating: true }, attributes, context))),
    ...validating.flatMap((configuration) => (configuration.webhooks ?? []).flatMap((webhook) => callOf(webhook, { configuration: configuration.metadata.name ?? '', isMutating: false }, attributes, context))),
  ];
}

function callOf(webhook: ValidatingWebhook | MutatingWebhook, from: { configuration: string; isMutating: boolean }, attributes: AdmissionAttributes, context: AdmissionContext): WebhookCall[] {
  const { rules = [], matchConditions = [] } = webhook;
  if (rules.length === 0) return [];
  const { namespaceSelector, objectSelector, matchPolicy } = webhook;
  const criteria = {
    resourceRules: rules, ...(namespaceSelector === undefined ? {} : { namespaceSelector }), ...(objectSelector === undefined ? {} : { objectSelector }),
    ...(matchPolicy === undefined ? {} : { matchPolicy }),
  };
  if (!matchesRequest(criteria, attributes, context)) return [];
  const call: WebhookCall = { ...from, webhook: webhook.name, failurePolicy: webhook.failurePolicy ?? 'Fail' };
  if (matchConditions.length === 0) return [call];
  let compiled = compiledConditions.get(webhook);
  if (compiled === undefined) compiledConditions.set(webhook, (compiled = compilePolicy({ matchConditions }, false)));
  const { matches, error } = matchesConditions(compiled, createActivation(compiled, attributes, context, undefined));
  if (error !== undefined) return [{ ...call, uncertainty: error.message }];
  return matches ? [call] : [];
}
