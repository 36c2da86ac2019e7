// Which requests a policy, binding or webhook is for: rules, selectors, match policy.
// Source: apiserver/pkg/admission/plugin/policy/matching/matching.go, plugin/webhook/predicates
import { labelSelectorMatches } from '../../api/labelSelector.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { LabelSelector, NamedRuleWithOperations } from '../../api/types.js';
import type { AdmissionAttributes, AdmissionContext } from './admission.js';

/** What policies, bindings and webhooks say about the requests they want. */
export interface RequestCriteria {
  readonly resourceRules?: readonly NamedRuleWithOperations[];
  readonly excludeResourceRules?: readonly NamedRuleWithOperations[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchPolicy?: string;
}

const ADMISSION_GROUP = 'admissionregistration.k8s.io';
const POLICY_KINDS: ReadonlySet<string> = new Set(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding']);
const WEBHOOK_KINDS: ReadonlySet<string> = new Set(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']);
const REVIEW_GROUPS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/** False for requests that no policy ever sees. */
export function isOpenToPolicies({ kind }: AdmissionAttributes): boolean {
  return !REVIEW_GROUPS.has(kind.group) && !(kind.group === ADMISSION_GROUP && POLICY_KINDS.has(kind.kind));
}

/** False for requests that no webhook ever sees. */
export function isOpenToWebhooks(attributes: AdmissionAttributes): boolean {
  return isOpenToPolicies(attributes) && !(attributes.kind.group === ADMISSION_GROUP && WEBHOOK_KINDS.has(attributes.kind.kind));
}

/** True when the request is one of those wanted. No rules at all want every request. */
export function matchesRequest(criteria: RequestCriteria, attributes: AdmissionAttributes, context: AdmissionContext): boolean {
  const { resourceRules = [], excludeResourceRules = [] } = criteria;
  const isEquivalent = criteria.matchPolicy !== 'Exact';
  if (resourceRules.length > 0 && !matchesRules(resourceRules, attributes, context, isEquivalent)) return false;
  if (excludeResourceRules.length > 0 && matchesRules(excludeResourceRules, attributes, context, isEquivalent)) return false;
  return matchesNamespace(criteria.namespaceSelector, attributes, context) && matchesObject(criteria.objectSelector, attributes);
}

function matchesRules(rules: readonly NamedRuleWithOperations[], attributes: AdmissionAttributes, context: AdmissionContext, isEquivalent: boolean): boolean {
  const named = (rule: NamedRuleWithOperations): boolean => (rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(attributes.name);
  if (rules.some((rule) => matchesRule(rule, attributes) && versionMatches(rule, attributes.kind.version) && named(rule))) return true;
  if (!isEquivalent) return false;
  // A rule for another version of the same resource means this one too.
  return rules.some((rule) => matchesRule(rule, attributes) && named(rule) && (rule.apiVersions ?? []).some((version) => {
    const { group, kind, resource } = attributes.kind;
    return context.kindOf(group === '' ? version : `${group}/${version}`, kind)?.resource === resource;
  }));
}

const versionMatches = (rule: NamedRuleWithOperations, version: string): boolean => (rule.apiVersions ?? []).some((wanted) => wanted === '*' || wanted === version);

/** Everything of a rule but its versions. */
function matchesRule(rule: NamedRuleWithOperations, { kind, operation, subresource, namespace }: AdmissionAttributes): boolean {
  const isNamespace = kind.resource === 'namespaces';
  const isNamespaced = !isNamespace && namespace !== '';
  if (rule.scope === 'Namespaced' && !isNamespaced) return false;
  if (rule.scope === 'Cluster' && isNamespaced) return false;
  return (rule.operations ?? []).some((wanted) => wanted === '*' || wanted === operation)
    && (rule.apiGroups ?? []).some((wanted) => wanted === '*' || wanted === kind.group)
    && (rule.resources ?? []).some((wanted) => {
      const slash = wanted.indexOf('/');
      const [resource, wantedSubresource] = slash < 0 ? [wanted, ''] : [wanted.slice(0, slash), wanted.slice(slash + 1)];
      return (resource === '*' || resource === kind.plural) && (wantedSubresource === '*' || wantedSubresource === subresource);
    });
}

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector === undefined || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);

function matchesNamespace(selector: LabelSelector | undefined, { kind, namespace, object }: AdmissionAttributes, { read }: AdmissionContext): boolean {
  if (isEmpty(selector)) return true;
  if (kind.resource === 'namespaces') return labelSelectorMatches(selector, object.metadata.labels);
  if (namespace === '') return true;
  return labelSelectorMatches(selector, read.get('namespaces', '', namespace)?.metadata.labels);
}

function matchesObject(selector: LabelSelector | undefined, { operation, object, old }: AdmissionAttributes): boolean {
  if (isEmpty(selector)) return true;
  const matches = (candidate: KubernetesObject | undefined): boolean => candidate !== undefined && labelSelectorMatches(selector, candidate.metadata.labels);
  return (operation !== 'DELETE' && matches(object)) || matches(old);
}
