// Nothing is created beyond the quotas of its namespace; what is created is charged at once.
// Source: apiserver/pkg/admission/plugin/resourcequota/controller.go (CheckRequest, checkQuotas), pkg/quota/v1/evaluator/core/pods.go (Constraints)
import type { KubernetesObject } from '../../api/meta.js';
import { isPodLevelRequestsSet } from '../../api/podRequests.js';
import { computeUsage, isBounded, quotaMatches, quotaUsage } from '../../api/quotaUsage.js';
import { addQuantities, compareQuantities, isZeroQuantity, subtractQuantities } from '../../api/quantity.js';
import type { Pod, PodSpec, ResourceQuota } from '../../api/types.js';
import { compareStrings, sortedKeys } from '../../util/compare.js';
import { forbiddenByAdmission, type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin } from './admission.js';

type Amounts = Record<string, string>;

/** A quota that lists one of these demands it of every container. */
const DEMANDED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);
/** Resources whose updates can use more than before; of others only new objects count. */
const UPDATED = new Set(['persistentvolumeclaims', 'services', 'resourceclaims.resource.k8s.io']);

/** Checks and charges the quotas. It runs last, so that nothing else can refuse what it has charged. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(attributes, context) {
    const { operation, kind, subresource, namespace, object, dryRun } = attributes;
    if (!kind.namespaced || subresource !== '' || operation === 'DELETE') return undefined;
    const quotas = context.read.list('resourcequotas', namespace);
    if (quotas.length === 0) return undefined;
    if (operation === 'UPDATE' && !UPDATED.has(kind.resource) && !changesBound(attributes)) return undefined;
    const matching = quotas.filter((quota) => quotaMatches(quota, kind.resource, object));
    if (matching.length === 0) return undefined;
    for (const quota of matching) {
      const missing = kind.resource === 'pods' ? missingResources(object as Pod, quota) : '';
      if (missing !== '') return forbiddenByAdmission(attributes, `failed quota: ${quota.metadata.name ?? ''}: must specify ${missing}`);
    }
    const usage = quotaUsage(kind.resource, object, context.nowMs());
    const growth = operation === 'UPDATE' && attributes.old !== undefined ? growthOf(usage, quotaUsage(kind.resource, attributes.old, context.nowMs())) : usage;
    const charged: ResourceQuota[] = [];
    for (const quota of matching) {
      // What the quota did not count before, it counts in full.
      const delta = attributes.old === undefined || quotaMatches(quota, kind.resource, attributes.old) ? growth : usage;
      if (Object.values(delta).every(isZeroQuantity)) continue;
      const used = usedOf(quota, context);
      const after = sumOf(quota, used, delta);
      const exceeded = exceededText(quota, { used, delta, after });
      if (exceeded !== '') return forbiddenByAdmission(attributes, `exceeded quota: ${quota.metadata.name ?? ''}, ${exceeded}`);
      charged.push({ ...quota, status: { hard: { ...quota.spec?.hard }, used: after } });
    }
    // A new object that is there already is refused hereafter, so nothing comes of it.
    const isRefused = operation === 'CREATE' && context.read.getObject(kind.resource, namespace, attributes.name) !== undefined;
    if (!dryRun && !isRefused) for (const quota of charged) context.writeStatus(quota as KubernetesObject);
    return undefined;
  },
};

/** True for the update of a pod that moves it between the scopes Terminating and NotTerminating. */
function changesBound({ kind, object, old }: AdmissionAttributes): boolean {
  return kind.resource === 'pods' && isBounded((object as Pod).spec) !== isBounded((old as Pod | undefined)?.spec);
}

/** What is used more than before; less does not count. */
function growthOf(usage: Amounts, before: Amounts): Amounts {
  const growth: Amounts = {};
  for (const [name, amount] of Object.entries(usage)) {
    const more = subtractQuantities(amount, before[name] ?? '0');
    if (compareQuantities(more, '0') > 0) growth[name] = more;
  }
  return growth;
}

/** What the quota's resources are used to: its status when that is complete, else counted anew. */
function usedOf(quota: ResourceQuota, { read, nowMs }: AdmissionContext): Amounts {
  const hard = quota.spec?.hard ?? {};
  const known = quota.status?.used;
  if (known !== undefined && Object.keys(hard).every((name) => known[name] !== undefined)) return known;
  const used: Amounts = {};
  for (const name of Object.keys(hard)) used[name] = '0';
  for (const resource of read.resources()) {
    for (const object of read.listObjects(resource, quota.metadata.namespace)) {
      if (!quotaMatches(quota, resource, object)) continue;
      for (const [name, amount] of Object.entries(quotaUsage(resource, object, nowMs()))) if (used[name] !== undefined) used[name] = addQuantities(used[name], amount);
    }
  }
  return used;
}

function exceededText({ spec }: ResourceQuota, { used, delta, after }: { used: Amounts; delta: Amounts; after: Amounts }): string {
  const hard = spec?.hard ?? {};
  const exceeded: string[] = [];
  // What is not asked for is not looked at, even where more is used than the quota allows by now.
  for (const name in hard) if (delta[name] !== undefined && compareQuantities(after[name] as string, hard[name] as string) > 0 && !isZeroQuantity(delta[name])) exceeded.push(name);
  if (exceeded.length === 0) return '';
  exceeded.sort(compareStrings);
  const pairs = (amounts: Amounts): string => exceeded.map((name) => `${name}=${amounts[name] ?? '0'}`).join(',');
  return `requested: ${pairs(delta)}, used: ${pairs(used)}, limited: ${pairs(hard)}`;
}

/** What the quota's resources would be used to. */
function sumOf({ spec }: ResourceQuota, used: Amounts, delta: Amounts): Amounts {
  const after: Amounts = {};
  for (const name in spec?.hard) after[name] = delta[name] === undefined ? (used[name] ?? '0') : addQuantities(used[name] ?? '0', delta[name]);
  return after;
}

/** Stored spec → the limits that were looked at last and what the spec leaves out of them: pods of one template share it. */
const lookedAt = new WeakMap<PodSpec, { hard: Amounts; missing: string }>();

/** 'limits.cpu for: a,b; requests.cpu for: a': what the containers leave out although the quota lists it. */
function missingResources({ spec }: Pod, quota: ResourceQuota): string {
  const hard = quota.spec?.hard;
  if (spec === undefined || hard === undefined) return '';
  const known = lookedAt.get(spec);
  if (known?.hard === hard) return known.missing;
  const missing = missingFrom(spec, Object.keys(hard).filter((name) => DEMANDED.has(name)));
  if (Object.isFrozen(spec)) lookedAt.set(spec, { hard, missing });
  return missing;
}

function missingFrom(spec: PodSpec, demanded: readonly string[]): string {
  if (demanded.length === 0 || isPodLevelRequestsSet(spec) || Object.keys(spec.resources?.limits ?? {}).length > 0) return '';
  const missing: Record<string, Set<string>> = {};
  for (const { name, resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const usage = computeUsage(resources?.requests ?? {}, resources?.limits ?? {});
    for (const resource of demanded) if (usage[resource] === undefined) (missing[resource] ??= new Set()).add(name);
  }
  return sortedKeys(missing).map((resource) => `${resource} for: ${[...(missing[resource] as Set<string>)].sort(compareStrings).join(',')}`).join('; ');
}
