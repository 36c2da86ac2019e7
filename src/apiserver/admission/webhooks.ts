// Which webhooks a request would have been sent to. They can't be called here: what they would say is for the report only.
// But a webhook whose service is not there fails for certain. Source: apiserver/pkg/admission/plugin/webhook/{generic,mutating,validating},
// apiserver/pkg/util/webhook/{client,error}.go
import type { StatusCause } from '../../api/meta.js';
import type { MutatingWebhook, MutatingWebhookConfiguration, Service, ValidatingWebhook, ValidatingWebhookConfiguration } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';
import type { Refusal } from '../refusal.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin, WebhookCall } from './admission.js';
import { compilePolicy, matchesConditions, type CompiledPolicy } from './policyEvaluation.js';
import { isOpenToWebhooks, matchesRequest } from './requestMatching.js';

const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_PORT = 443;
const compiledConditions = new WeakMap<object, CompiledPolicy>();

/** Refuses what would have to pass a webhook that cannot be reached, and tells who wants to know which others the request would have met. */
export const webhooks: AdmissionPlugin = {
  name: 'Webhooks',
  admit(attributes, context) {
    return refusalOf(mutatingCalls(attributes, context), attributes);
  },
  validate(attributes, context) {
    const validating = validatingCalls(attributes, context);
    const refusal = refusalOf(validating, attributes);
    const { webhookListeners = [] } = context;
    if (refusal !== undefined || webhookListeners.length === 0) return refusal;
    for (const call of [...mutatingCalls(attributes, context), ...validating]) {
      if (call.problem === undefined) for (const listener of webhookListeners) listener(call, attributes);
    }
    return undefined;
  },
};

/** A webhook that a request meets, or that cannot tell whether it does: then the request fails. */
type Meeting = WebhookCall & { readonly conditionProblem?: string };

/** The refusal of the first call that fails and must not. Mutating webhooks are called one after the other; what validating ones ask for is found out before any is called. */
function refusalOf(calls: readonly Meeting[], { kind, name }: AdmissionAttributes): Refusal | undefined {
  const isUnreachable = ({ problem, failurePolicy, uncertainty }: Meeting): boolean => problem !== undefined && failurePolicy === 'Fail' && uncertainty === undefined;
  const failed = calls.find((call) => call.conditionProblem !== undefined || (call.isMutating && isUnreachable(call))) ?? calls.find(isUnreachable);
  if (failed === undefined) return undefined;
  if (failed.conditionProblem !== undefined) return { code: 403, reason: 'Forbidden', message: `${kind.resource} ${goQuote(name)} is forbidden: ${failed.conditionProblem}` };
  const message = `failed calling webhook ${goQuote(failed.webhook)}: failed to call webhook: ${failed.problem ?? ''}`;
  return { code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, causes: [{ message } as StatusCause] };
}

function mutatingCalls(attributes: AdmissionAttributes, context: AdmissionContext): Meeting[] {
  return callsOf({ configurations: context.read.list('mutatingwebhookconfigurations.admissionregistration.k8s.io'), isMutating: true }, attributes, context);
}

function validatingCalls(attributes: AdmissionAttributes, context: AdmissionContext): Meeting[] {
  return callsOf({ configurations: context.read.list('validatingwebhookconfigurations.admissionregistration.k8s.io'), isMutating: false }, attributes, context);
}

interface Stage {
  readonly configurations: readonly (MutatingWebhookConfiguration | ValidatingWebhookConfiguration)[];
  readonly isMutating: boolean;
}

/** By name of configuration and then in their order. */
function callsOf({ configurations, isMutating }: Stage, attributes: AdmissionAttributes, context: AdmissionContext): Meeting[] {
  const calls: Meeting[] = [];
  if (configurations.length === 0 || !isOpenToWebhooks(attributes)) return calls;
  for (const configuration of configurations) {
    // One that was taken over is believed to work: not everything it needs may have been taken over with it.
    const isTrusted = context.isRestored?.(configuration) === true;
    for (const webhook of configuration.webhooks ?? []) {
      const meeting = meetingOf(webhook, attributes, context);
      if (meeting === undefined) continue;
      const problem = isTrusted ? undefined : connectionProblem(webhook, context);
      calls.push({ configuration: configuration.metadata.name ?? '', isMutating, webhook: webhook.name, failurePolicy: webhook.failurePolicy ?? 'Fail', ...meeting, ...(problem === undefined ? {} : { problem }) });
    }
  }
  return calls;
}

/** Why the webhook cannot be reached; undefined when it may be. */
function connectionProblem({ clientConfig: { service }, timeoutSeconds }: MutatingWebhook | ValidatingWebhook, { read }: AdmissionContext): string | undefined {
  if (service === undefined) return undefined;
  const problem = routeProblem(read.get('services', service.namespace, service.name), service);
  if (problem === undefined) return undefined;
  const path = service.path === undefined || service.path === '' ? '/' : service.path;
  const address = `https://${service.name}.${service.namespace}.svc:${service.port ?? DEFAULT_PORT}${path}?timeout=${timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS}s`;
  return `Post "${address}": ${problem}`;
}

/** Why no request gets to the service. Source: apiserver/pkg/util/proxy/proxy.go (ResolveCluster) */
function routeProblem(service: Service | undefined, { name, port = DEFAULT_PORT }: { name: string; port?: number }): string | undefined {
  if (service === undefined) return `service "${name}" not found`;
  const { type, clusterIP, ports = [] } = service.spec ?? {};
  if (type === 'ExternalName') return undefined;
  if (type === 'ClusterIP' && clusterIP === 'None') return 'cannot route to service with ClusterIP "None"';
  return ports.some((served) => served.port === port) ? undefined : `no service port ${port} found for service "${name}"`;
}

/** Undefined when the request does not go to the webhook; with `uncertainty` when only a real cluster could tell. */
function meetingOf(webhook: ValidatingWebhook | MutatingWebhook, attributes: AdmissionAttributes, context: AdmissionContext): Pick<Meeting, 'uncertainty' | 'conditionProblem'> | undefined {
  const { rules = [], matchConditions = [], namespaceSelector, objectSelector, matchPolicy } = webhook;
  if (rules.length === 0) return undefined;
  const criteria = {
    resourceRules: rules, ...(namespaceSelector === undefined ? {} : { namespaceSelector }), ...(objectSelector === undefined ? {} : { objectSelector }),
    ...(matchPolicy === undefined ? {} : { matchPolicy }),
  };
  if (!matchesRequest(criteria, attributes, context)) return undefined;
  if (matchConditions.length === 0) return {};
  let compiled = compiledConditions.get(webhook);
  if (compiled === undefined) compiledConditions.set(webhook, (compiled = compilePolicy({ matchConditions }, false)));
  const { matches, error } = matchesConditions(compiled, attributes, undefined);
  if (error?.isUnevaluable === true) return { uncertainty: error.message };
  if (error !== undefined) return webhook.failurePolicy === 'Ignore' ? undefined : { conditionProblem: error.message };
  return matches ? {} : undefined;
}
