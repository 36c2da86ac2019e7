// ClusterRoles that gather their rules from others: those that their selectors choose.
// Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
import { compileLabelSelector, selectorMatches, type CompiledSelector } from '../api/labelSelector.js';
import type { ClusterRole, PolicyRule } from '../api/types.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import type { ControllerDescription } from './controller.js';

const TABLE = 'clusterroles.rbac.authorization.k8s.io';

/** Keeps the rules of every such role equal to those of the roles it gathers. */
export const clusterRoleAggregation: ControllerDescription = {
  name: 'clusterrole-aggregation-controller',
  create({ client, queue }) {
    /** Role that gathers → its selectors. */
    const gathering = new Map<string, readonly CompiledSelector[]>();
    const wakeGatherersOf = ({ metadata: { labels } }: ClusterRole): void => {
      for (const [name, selectors] of gathering) if (selectors.some((selector) => selectorMatches(selector, labels))) queue.add(name);
    };
    return {
      handlers: {
        [TABLE]: ({ type, object, old }) => {
          const { name = '' } = object.metadata;
          if (type === 'DELETED' || object.aggregationRule === undefined) gathering.delete(name);
          else {
            gathering.set(name, (object.aggregationRule.clusterRoleSelectors ?? []).map(compileLabelSelector));
            queue.add(name);
          }
          wakeGatherersOf(object);
          if (old !== undefined && old.metadata.labels !== object.metadata.labels) wakeGatherersOf(old);
        },
      },
      reconcile(name) {
        const role = client.read.get(TABLE, '', name);
        const selectors = gathering.get(name);
        if (role === undefined || selectors === undefined) return 'done';
        const rules = gatheredRules(client.read.list(TABLE).filter(({ metadata }) => metadata.name !== name), selectors);
        return deepEqual(rules, role.rules ?? []) || client.update<ClusterRole>({ ...role, rules }).code < 300 ? 'done' : 'retry';
      },
    };
  },
};

/** Every rule once: selector by selector, the roles by name. */
function gatheredRules(roles: readonly ClusterRole[], selectors: readonly CompiledSelector[]): PolicyRule[] {
  const byName = [...roles].sort((a, b) => compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
  const rules: PolicyRule[] = [];
  for (const selector of selectors) {
    for (const role of byName) {
      if (!selectorMatches(selector, role.metadata.labels)) continue;
      for (const rule of role.rules ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
