// ClusterRoles that gather the rules of others.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { ClusterRole, PolicyRule } from '../../src/api/types.js';
import { Cluster } from '../../src/cluster/cluster.js';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const rule = (...resources: string[]): PolicyRule => ({ apiGroups: [''], resources, verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, rules: PolicyRule[], selectors?: Record<string, string>[]): KubernetesObject & ClusterRole => ({
  apiVersion: API_VERSION, kind: 'ClusterRole', metadata: { name, labels }, rules,
  ...(selectors === undefined ? {} : { aggregationRule: { clusterRoleSelectors: selectors.map((matchLabels) => ({ matchLabels })) } }),
});
const gathered = (cluster: Cluster, name: string): (string[] | undefined)[] =>
  ((cluster.get({ apiVersion: API_VERSION, kind: 'ClusterRole', name }) as ClusterRole | undefined)?.rules ?? []).map(({ resources }) => resources);

function settled(...roles: KubernetesObject[]): Cluster {
  const cluster = new Cluster();
  apply(cluster, ...roles);
  return cluster;
}

function apply(cluster: Cluster, ...roles: KubernetesObject[]): void {
  for (const each of roles) expect(cluster.apply(each).code).toBeLessThan(300);
  cluster.settle();
}

describe('a role that gathers', () => {
  test('has the rules of the roles it chooses, selector by selector, by name, each once', () => {
    const cluster = settled(
      role('view', {}, [rule('its-own')], [{ to: 'view' }, { to: 'see' }]),
      role('b', { to: 'view' }, [rule('pods'), rule('services')]),
      role('a', { to: 'see' }, [rule('nodes'), rule('pods')]),
      role('c', { to: 'view' }, [rule('jobs')]),
      role('other', { to: 'edit' }, [rule('secrets')]),
    );
    expect(gathered(cluster, 'view')).toEqual([['pods'], ['services'], ['jobs'], ['nodes']]);
  });

  test('follows roles that come, change, are labelled otherwise and go', () => {
    const cluster = settled(role('view', {}, [], [{ to: 'view' }]), role('a', { to: 'view' }, [rule('pods')]));
    expect(gathered(cluster, 'view')).toEqual([['pods']]);
    apply(cluster, role('a', { to: 'view' }, [rule('pods', 'pods/log')]), role('b', { to: 'view' }, [rule('nodes')]));
    expect(gathered(cluster, 'view')).toEqual([['pods', 'pods/log'], ['nodes']]);
    apply(cluster, role('a', { to: 'edit' }, [rule('pods')]));
    expect(gathered(cluster, 'view')).toEqual([['nodes']]);
    cluster.delete({ apiVersion: API_VERSION, kind: 'ClusterRole', name: 'b' });
    cluster.settle();
    expect(gathered(cluster, 'view')).toEqual([]);
  });

  test('passes on what another gathers, and not what it has itself', () => {
    const cluster = settled(role('edit', {}, [], [{ to: 'edit' }]), role('view', { to: 'edit' }, [], [{ to: 'view' }, { to: 'edit' }]), role('a', { to: 'view' }, [rule('pods')]));
    expect([gathered(cluster, 'view'), gathered(cluster, 'edit')]).toEqual([[['pods']], [['pods']]]);
  });

  test('that gathers no longer keeps what it has', () => {
    const cluster = settled(role('view', {}, [], [{ to: 'view' }]), role('a', { to: 'view' }, [rule('pods')]));
    apply(cluster, role('view', {}, [rule('nodes')]), role('b', { to: 'view' }, [rule('jobs')]));
    expect(gathered(cluster, 'view')).toEqual([['nodes']]);
  });
});
