// Backends of a Service as a proxy on each node would choose them.
import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointSlice, Node, Service, ServiceSpec } from '../../src/api/types.js';
import { serviceBackends, type Reach } from '../../src/network/serviceBackends.js';

const serviceOf = (spec: Partial<ServiceSpec>): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', clusterIP: '10.0.0.9', ports: [{ port: 80, protocol: 'TCP' }], ...spec } });
const sliceOf = (endpoints: Endpoint[], addressType = 'IPv4'): EndpointSlice => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-x' }, addressType, endpoints, ports: [{ name: '', port: 8080, protocol: 'TCP' }] });
const NODES: Node[] = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': `zone-${name}` } } }));

type State = 'ready' | 'leaving' | 'starting';
const CONDITIONS: Record<State, Endpoint['conditions'] & object> = {
  ready: { ready: true, serving: true, terminating: false },
  leaving: { ready: false, serving: true, terminating: true },
  starting: { ready: false, serving: false, terminating: false },
};
/** Endpoint number `last` on the node. */
const at = (nodeName: string, last: number, state: State = 'ready', hints?: Endpoint['hints']): Endpoint => ({ addresses: [`10.1.0.${last}`], nodeName, conditions: CONDITIONS[state], ...(hints === undefined ? {} : { hints }) });
const inZone = (nodeName: string, last: number, zone: string): Endpoint => at(nodeName, last, 'ready', { forZones: [{ name: zone }] });
const onNode = (nodeName: string, last: number): Endpoint => at(nodeName, last, 'ready', { forNodes: [{ name: nodeName }], forZones: [{ name: `zone-${nodeName}` }] });
const printed = ({ outcome, backends }: Reach): string => (outcome === 'forward' ? backends.map(({ address }) => address.slice(address.lastIndexOf('.') + 1)).join(' ') : outcome);

describe('serviceBackends', () => {
  const local = { type: 'NodePort', externalTrafficPolicy: 'Local' };
  test.each<[about: string, spec: Partial<ServiceSpec>, endpoints: Endpoint[], anywhere: string, internal: string[], external: string[]]>([
    ['ready ones only', {}, [at('a', 1), at('b', 2, 'starting')], '1', ['1', '1'], ['1', '1']],
    ['sorted by address', {}, [at('a', 2), at('b', 1)], '1 2', ['1 2', '1 2'], ['1 2', '1 2']],
    ['nobody: refused', {}, [], 'reject', ['reject', 'reject'], ['reject', 'reject']],
    ['nobody ready: those that leave but serve', {}, [at('a', 1, 'leaving'), at('b', 2, 'starting')], '1', ['1', '1'], ['1', '1']],
    ['what leaves serves unless it says that it does not', {}, [{ addresses: ['10.1.0.1'], nodeName: 'a', conditions: { ready: false, terminating: true } }], '1', ['1', '1'], ['1', '1']],
    ['one ready: none that leave', {}, [at('a', 1, 'leaving'), at('b', 2)], '2', ['2', '2'], ['2', '2']],
    ['internal policy Local', { internalTrafficPolicy: 'Local' }, [at('a', 1)], '1', ['1', 'drop'], ['1', '1']],
    ['external policy Local', local, [at('a', 1)], '1', ['1', '1'], ['1', 'drop']],
    ['Local with nobody anywhere', local, [], 'reject', ['reject', 'reject'], ['reject', 'reject']],
    ['Local falls back to what leaves there', local, [at('a', 1), at('b', 2, 'leaving')], '1', ['1', '1'], ['1', '2']],
    ['hints of zones', {}, [inZone('a', 1, 'zone-a'), inZone('b', 2, 'zone-b')], '1 2', ['1', '2'], ['1', '2']],
    ['hints of zones that not all have', {}, [inZone('a', 1, 'zone-a'), at('b', 2)], '1 2', ['1 2', '1 2'], ['1 2', '1 2']],
    ['no hint for the zone', {}, [inZone('a', 1, 'zone-a')], '1', ['1', '1'], ['1', '1']],
    ['hints of nodes, then of zones', {}, [onNode('a', 1), onNode('a', 2)], '1 2', ['1 2', '1 2'], ['1 2', '1 2']],
    ['hints of nodes', {}, [onNode('a', 1), onNode('b', 2)], '1 2', ['1', '2'], ['1', '2']],
  ])('%s', (_, spec, endpoints, anywhere, internal, external) => {
    const [port] = serviceBackends(serviceOf(spec), [sliceOf(endpoints)], NODES).ports;
    expect(port && { anywhere: printed(port.anywhere), internal: port.nodes.map((each) => printed(each.internal)), external: port.nodes.map((each) => printed(each.external)) }).toEqual({ anywhere, internal, external });
  });

  test('backends name pod, node, zone and target port; slices of the other family do not count', () => {
    const endpoint: Endpoint = { ...at('a', 1), zone: 'zone-a', targetRef: { kind: 'Pod', name: 'web-1' } };
    const [port] = serviceBackends(serviceOf({}), [sliceOf([endpoint]), sliceOf([{ addresses: ['fd00::1'] }], 'IPv6')]).ports;
    expect(port).toEqual({ port: { port: 80, protocol: 'TCP' }, nodes: [], anywhere: { outcome: 'forward', backends: [{ address: '10.1.0.1', port: 8080, pod: 'web-1', node: 'a', zone: 'zone-a' }] } });
  });

  test('affinity; Services that nothing proxies', () => {
    expect(serviceBackends(serviceOf({ sessionAffinity: 'ClientIP' }), []).affinitySeconds).toBe(10800);
    expect(serviceBackends(serviceOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } }), []).affinitySeconds).toBe(5);
    expect(serviceBackends(serviceOf({ clusterIP: 'None' }), [sliceOf([at('a', 1)])])).toEqual({ ports: [] });
    expect(serviceBackends(serviceOf({ type: 'ExternalName' }), [])).toEqual({ ports: [] });
  });
});
