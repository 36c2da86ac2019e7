// A node's sums kept by additions and removals equal those of a node that is built anew; seed printed on failure.
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/types.js';
import { createPodInfoFactory } from '../../src/scheduler/framework/podInfo.js';
import { createSchedulerCache } from '../../src/scheduler/framework/schedulerCache.js';
import { addPodToNode, createNodeInfo, setNode, type NodeInfo } from '../../src/scheduler/framework/nodeInfo.js';
import { createNodeTree } from '../../src/scheduler/framework/nodeTree.js';
import { createRandom } from '../../src/util/random.js';
import { node, pod } from './builders.js';

const SEED = Number(process.env['STOWAGE_SEED'] ?? 11);

const summary = (info: NodeInfo): unknown => ({
  pods: info.pods.map(({ key }) => key).sort(), requested: { ...info.requested, scalars: [...info.requested.scalars].filter(([, amount]) => amount !== 0).sort() },
  nonZero: [info.nonZeroMilliCpu, info.nonZeroMemory], ports: [...info.usedPorts].sort(), claims: [...info.claimCounts].sort(),
  affinity: info.podsWithAffinity.map(({ key }) => key).sort(), anti: info.podsWithRequiredAntiAffinity.map(({ key }) => key).sort(),
});

describe('NodeInfo', () => {
  it(`kept equals rebuilt (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const cache = createSchedulerCache();
    const factory = createPodInfoFactory();
    for (const name of ['a', 'b', 'c']) cache.addNode(node(name) as Node);
    const anti = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: {} }] } };
    const there = new Map<string, string>();
    for (let step = 0; step < 500; step++) {
      const name = `p${random.nextInt(60)}`;
      const key = `default/${name}`;
      if (there.has(key)) {
        cache.removePod(key);
        there.delete(key);
        continue;
      }
      const made = pod(name, {
        requests: { cpu: `${random.nextInt(900)}m`, memory: `${1 + random.nextInt(900)}Mi`, 'example.com/gpu': String(random.nextInt(3)) },
        spec: { ...(random.nextInt(3) === 0 ? { affinity: anti } : {}), ...(random.nextInt(3) === 0 ? { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: `c${random.nextInt(3)}` } }] } : {}) },
        // No two pods share a port: the set of used ports would lose it with the first one that goes.
        ports: [{ containerPort: 1, hostPort: Number(name.slice(1)) + 1 }],
      });
      const at = ['a', 'b', 'c'][random.nextInt(3)] as string;
      cache.addPod(factory.of(made as Pod), at);
      there.set(key, at);
    }
    for (const kept of cache.nodes()) {
      const rebuilt = createNodeInfo(kept.name);
      setNode(rebuilt, kept.node as Node);
      for (const each of kept.pods) addPodToNode(rebuilt, each);
      expect(summary(kept)).toEqual(summary(rebuilt));
      expect(kept.pods.length).toBe([...there.values()].filter((name) => name === kept.name).length);
    }
  });
});

describe('the order of nodes', () => {
  it('goes round the zones in order of their appearance', () => {
    const tree = createNodeTree();
    const zoned = (name: string, zone?: string): Node => node(name, { labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } }) as Node;
    for (const each of [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b'), zoned('x'), zoned('a3', 'a'), zoned('b2', 'b')]) tree.add(each);
    expect(tree.list()).toEqual(['a1', 'b1', 'x', 'a2', 'b2', 'a3']);
    tree.remove(zoned('b1', 'b'));
    tree.remove(zoned('b2', 'b'));
    tree.add(zoned('b3', 'b'));
    expect(tree.list()).toEqual(['a1', 'x', 'b3', 'a2', 'a3']);
  });
});
