// Keeps the status of quotas equal to what stands. Admission charges what is created; this controller takes off what goes.
// Source: pkg/controller/resourcequota/{resource_quota_controller,resource_quota_monitor}.go (syncResourceQuota)
import { objectKey, splitKey, type KubernetesObject, type WatchEvent } from '../api/meta.js';
import { isPodTerminal } from '../api/pods.js';
import { addQuantities, subtractQuantities } from '../api/quantity.js';
import { isBounded, quotaMatches, quotaUsage } from '../api/quotaUsage.js';
import type { Pod, ResourceQuota } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import type { ControllerDescription } from './controller.js';

type Amounts = Record<string, string>;

/** A pod counts until it is removed, even after its grace period: what was added is what is taken off. */
const NEVER_GONE_MS = 0;

/** A quota's running sum over the objects of its namespace. */
interface Account {
  quota: ResourceQuota;
  used: Amounts;
}

/** Sums are kept by adding and subtracting what each write changes; only a new quota or a new spec counts the namespace. */
export const resourceQuota: ControllerDescription = {
  name: 'resourcequota-controller',
  create({ client, queue }) {
    /** Namespace → key of the quota → account. */
    const accounts = new Map<string, Map<string, Account>>();

    const zero = (quota: ResourceQuota): Amounts => Object.fromEntries(sortedKeys(quota.spec?.hard).map((name) => [name, '0']));
    const change = ({ quota, used }: Account, resource: string, object: KubernetesObject, combine: typeof addQuantities): boolean => {
      if (!quotaMatches(quota, resource, object)) return false;
      for (const [name, amount] of Object.entries(quotaUsage(resource, object, NEVER_GONE_MS))) if (used[name] !== undefined) used[name] = combine(used[name], amount);
      return true;
    };
    const count = (account: Account): void => {
      account.used = zero(account.quota);
      for (const resource of client.read.resources()) {
        for (const object of client.read.listObjects(resource, account.quota.metadata.namespace)) change(account, resource, object, addQuantities);
      }
    };

    function onQuota({ type, object: quota, old }: WatchEvent<ResourceQuota>): void {
      const key = objectKey(quota);
      const namespace = quota.metadata.namespace ?? '';
      const byKey = accounts.get(namespace) ?? new Map<string, Account>();
      accounts.set(namespace, byKey);
      if (type === 'DELETED') {
        byKey.delete(key);
        return;
      }
      const account = byKey.get(key);
      if (account === undefined || !deepEqual(old?.spec, quota.spec)) {
        const fresh: Account = { quota, used: {} };
        byKey.set(key, fresh);
        count(fresh);
        queue.add(key);
      } else account.quota = quota;
    }

    return {
      handlers: { resourcequotas: onQuota },
      onAnyEvent({ type, object, old }, resource) {
        if (accounts.size === 0) return;
        const byKey = accounts.get(object.metadata.namespace ?? '');
        if (byKey === undefined || byKey.size === 0) return;
        if (type === 'MODIFIED' && (old === undefined || !changesUsage(resource, object, old))) return;
        for (const [key, account] of byKey) {
          // A quota that has just been counted has seen its own creation.
          if (resource === 'resourcequotas' && type === 'ADDED' && objectKey(object) === key) continue;
          const tookOff = type !== 'ADDED' && change(account, resource, old ?? object, subtractQuantities);
          const putOn = type !== 'DELETED' && change(account, resource, object, addQuantities);
          // What is new has been charged by admission.
          if (tookOff || (putOn && type === 'MODIFIED')) queue.add(key);
        }
      },
      reconcile(key) {
        const [namespace, name] = splitKey(key);
        const stored = client.read.get('resourcequotas', namespace, name);
        const account = accounts.get(namespace)?.get(key);
        if (stored === undefined || account === undefined) return 'done';
        const hard = stored.spec?.hard ?? {};
        const used = Object.fromEntries(sortedKeys(hard).map((resource) => [resource, account.used[resource] ?? '0']));
        if (deepEqual(stored.status, { hard, used })) return 'done';
        return client.updateStatus({ ...stored, status: { hard, used } }).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

/** True when the update can change what the object counts for, or for which quota. */
function changesUsage(resource: string, object: KubernetesObject, old: KubernetesObject): boolean {
  if (resource === 'pods') return isPodTerminal(object as Pod) !== isPodTerminal(old as Pod) || isBounded((object as Pod).spec) !== isBounded((old as Pod).spec);
  if (resource !== 'services' && resource !== 'persistentvolumeclaims' && resource !== 'resourceclaims.resource.k8s.io') return false;
  return !deepEqual((object as { spec?: unknown }).spec, (old as { spec?: unknown }).spec);
}
