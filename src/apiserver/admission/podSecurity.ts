// Pod Security admission: pods that violate the enforced level are refused, others and workloads are warned of.
// Source: pod-security-admission/admission/admission.go
import type { FieldErrors } from '../../api/fieldError.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { Namespace, ObjectMeta, Pod, PodSpec } from '../../api/types.js';
import { invalidObject, type Refusal } from '../refusal.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { forbiddenByAdmission, type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin } from './admission.js';
import { allowsAll, levelVersionText, policyOf, validatePolicyLabels, violationsOf, violationsText } from './podSecurityPolicy.js';

type Template = { metadata?: ObjectMeta; spec?: PodSpec };
type Workload = { spec?: { template?: Template; jobTemplate?: { spec?: { template?: Template } } }; template?: Template };

/** Where each workload has its pods. */
const TEMPLATES: Record<string, (object: Workload) => Template | undefined> = {
  podtemplates: ({ template }) => template,
  'cronjobs.batch': ({ spec }) => spec?.jobTemplate?.spec?.template,
};
const WORKLOADS = ['replicationcontrollers', 'replicasets.apps', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch'];
for (const resource of WORKLOADS) TEMPLATES[resource] = ({ spec }) => spec?.template;
const MAX_PODS = 3000;

/** Judges pods, pod templates and the labels of namespaces. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: ['pods', 'namespaces', ...Object.keys(TEMPLATES)],
  validate(attributes, context) {
    const { operation, kind, subresource } = attributes;
    if (operation === 'DELETE' || (subresource !== '' && subresource !== 'ephemeralcontainers')) return undefined;
    if (kind.resource === 'namespaces') return judgeNamespace(attributes, context);
    const policy = policyOf(context.read.get('namespaces', '', attributes.namespace)?.metadata.labels);
    if (allowsAll(policy.enforce) && allowsAll(policy.warn)) return undefined;
    if (kind.resource !== 'pods') {
      const template = TEMPLATES[kind.resource]?.(attributes.object as unknown as Workload);
      if (template?.spec !== undefined) warnOf(attributes, policy.warn, template.spec, template.metadata?.annotations);
      return undefined;
    }
    const { metadata, spec } = attributes.object as Pod;
    if (spec === undefined || (operation === 'UPDATE' && !isSignificant(attributes.object as Pod, attributes.old as Pod))) return undefined;
    const violations = violationsOf(policy.enforce, spec, metadata.annotations);
    if (violations.length > 0) return forbiddenByAdmission(attributes, `violates PodSecurity "${levelVersionText(policy.enforce)}": ${violationsText(violations)}`);
    warnOf(attributes, policy.warn, spec, metadata.annotations);
    return undefined;
  },
};

function warnOf(attributes: AdmissionAttributes, warn: Parameters<typeof violationsOf>[0], spec: PodSpec, annotations: Record<string, string> | undefined): void {
  const violations = violationsOf(warn, spec, annotations);
  if (violations.length > 0) attributes.warn(`would violate PodSecurity "${levelVersionText(warn)}": ${violationsText(violations)}`);
}

/** True when the update changes the number of containers or an image; the rest of a pod that matters here cannot change. */
function isSignificant({ spec }: Pod, { spec: old }: Pod): boolean {
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const [now, before] = [spec?.[field] ?? [], old?.[field] ?? []];
    if (now.length !== before.length || now.some((container, index) => container.image !== before[index]?.image)) return true;
  }
  return false;
}

function judgeNamespace(attributes: AdmissionAttributes, context: AdmissionContext): Refusal | undefined {
  const { object, old, kind, name } = attributes;
  const errors: FieldErrors = [];
  validatePolicyLabels(object.metadata.labels, errors);
  if (errors.length > 0) {
    // Labels that are wrong in the same way as before do not stand in the way of an update.
    const before: FieldErrors = [];
    validatePolicyLabels(old?.metadata.labels, before);
    if (old === undefined || !deepEqual(before, errors)) return invalidObject(kind, name, errors);
  }
  if (old === undefined) return undefined;
  const [now, before] = [policyOf(object.metadata.labels).enforce, policyOf(old.metadata.labels).enforce];
  if (allowsAll(now) || levelVersionText(now) === levelVersionText(before)) return undefined;
  if (now.minor === before.minor && now.level === 'baseline' && before.level === 'restricted') return undefined;
  warnOfExisting(attributes, context, now);
  return undefined;
}

/** One line for each distinct list of reasons, with the first pod that has it. */
function warnOfExisting(attributes: AdmissionAttributes, { read }: AdmissionContext, enforce: Parameters<typeof violationsOf>[0]): void {
  const podsOf = new Map<string, string[]>();
  const pods = read.list('pods', (attributes.object as KubernetesObject & Namespace).metadata.name);
  if (pods.length > MAX_PODS) attributes.warn(`new PodSecurity enforce level only checked against the first ${MAX_PODS} of ${pods.length} existing pods`);
  for (const pod of pods.slice(0, MAX_PODS)) {
    const violations = pod.spec === undefined ? [] : violationsOf(enforce, pod.spec, pod.metadata.annotations);
    if (violations.length === 0) continue;
    const reasons = violations.map(({ reason }) => reason).join(', ');
    podsOf.set(reasons, [...(podsOf.get(reasons) ?? []), pod.metadata.name ?? '']);
  }
  if (podsOf.size === 0) return;
  attributes.warn(`existing pods in namespace "${attributes.name}" violate the new PodSecurity enforce level "${levelVersionText(enforce)}"`);
  const lines: string[] = [];
  for (const [reasons, names] of podsOf) {
    const others = names.length - 1;
    lines.push(`${names[0] ?? ''}${others === 0 ? '' : others === 1 ? ' (and 1 other pod)' : ` (and ${others} other pods)`}: ${reasons}`);
  }
  for (const line of lines.sort(compareStrings)) attributes.warn(line);
}
