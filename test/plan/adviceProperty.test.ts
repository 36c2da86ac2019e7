// Advice is carried out: on random clusters and workloads every change that is named gives a place to as many pods as it says.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { Node, Pod, PodSpec, Taint, Toleration } from '../../src/api/types.js';
import { formatMilli, formatValue, quantityMilli, quantityValue } from '../../src/api/quantity.js';
import type { InputObject } from '../../src/plan/appliedObject.js';
import { buildPlan } from '../../src/plan/buildPlan.js';
import type { Plan } from '../../src/plan/model.js';
import { simulate } from '../../src/plan/simulate.js';
import type { Explanation } from '../../src/scheduler/scheduler.js';
import { createRandom, type Random } from '../../src/util/random.js';

const SEED = Number(process.env['STOWAGE_SEED'] ?? 2026);
const CASES = Number(process.env['STOWAGE_CASES'] ?? 100);
const source = () => ({ file: 'test.yaml', line: 1, column: 1 });
const MI = 2 ** 20;

interface Workload {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { replicas?: number; selector: object; template: { metadata: object; spec: PodSpec } };
}
interface Case {
  nodes: Node[];
  others: Workload[];
  web: Workload;
}

function planOf(nodes: readonly Node[], steps: readonly (readonly object[])[]): Plan {
  const input = (object: object): InputObject => ({ object: structuredClone(object) as KubernetesObject, source });
  return buildPlan(simulate({ cluster: nodes.map(input), steps: steps.map((step) => step.map(input)), namespace: 'default', kubernetesVersion: '1.36' }), { kubernetesVersion: '1.36', notes: [] });
}

const placedPods = (plan: Plan, owner: string): number => plan.pods.filter((pod) => pod.owner === owner && pod.node !== null).length;

function randomCase(random: Random): Case {
  const pick = <T>(...choices: T[]): T => choices[random.nextInt(choices.length)] as T;
  const maybe = <T>(odds: number, value: () => T): T | undefined => (random.nextInt(odds) === 0 ? value() : undefined);
  const nodes = Array.from({ length: 1 + random.nextInt(4) }, (_each, index): Node => {
    const name = `node-${index}`;
    const resources = { cpu: pick('1', '1500m', '2', '4'), memory: pick('1Gi', '2Gi', '4Gi', '3000000Ki'), pods: pick('3', '6', '110') };
    const taints = maybe(4, (): Taint[] => pick([{ key: 'team', value: 'x', effect: 'NoSchedule' }], [{ key: 'gpu', effect: 'NoExecute' }], [{ key: 'team', value: 'x', effect: 'NoSchedule' }, { key: 'gpu', effect: 'NoSchedule' }]));
    const isCordoned = random.nextInt(6) === 0;
    return {
      apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, zone: pick('a', 'b'), ...maybe(2, () => ({ disk: pick('ssd', 'hdd') })) } },
      spec: { ...(taints === undefined ? {} : { taints }), ...(isCordoned ? { unschedulable: true } : {}) },
      status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: undefined, lastTransitionTime: undefined }] },
    } as unknown as Node;
  });
  const workload = (kind: string, name: string, replicas: number | undefined, requests: Record<string, string>, spec: Partial<PodSpec> = {}): Workload => ({
    apiVersion: 'apps/v1', kind, metadata: { name },
    spec: { ...(replicas === undefined ? {} : { replicas }), ...(kind === 'StatefulSet' ? { serviceName: name } : {}), selector: { matchLabels: { app: name, part: 'own' } }, template: { metadata: { labels: { app: name, part: 'own' } }, spec: { ...spec, containers: [{ name: 'main', image: 'registry.example/app:1', resources: { requests } }] } as PodSpec } },
  });
  const others = [
    ...(random.nextInt(2) === 0 ? [workload('DaemonSet', 'agent', undefined, { cpu: pick('50m', '300m'), memory: '64Mi' })] : []),
    ...Array.from({ length: random.nextInt(3) }, (_each, index) => workload('Deployment', `other-${index}`, 1 + random.nextInt(2), { cpu: pick('100m', '250m', '600m'), memory: pick('128Mi', '300Mi') })),
  ];
  const selector = { matchLabels: { app: pick('web', 'web', 'other-0') } };
  const spec: Partial<PodSpec> = {
    ...maybe(5, () => ({ nodeSelector: pick<Record<string, string>>({ disk: 'ssd' }, { disk: 'ssd', zone: 'a' }, { zone: 'c' }) })),
    ...maybe(6, () => ({ tolerations: [{ key: 'team', operator: 'Exists' }] as Toleration[] })),
    ...maybe(3, () => ({
      affinity: pick<NonNullable<PodSpec['affinity']>>(
        { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: pick('kubernetes.io/hostname', 'zone'), labelSelector: selector }] } },
        { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: selector }] } },
        { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }] } } },
      ),
    })),
    ...maybe(4, () => ({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: pick('kubernetes.io/hostname', 'zone'), whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }] as NonNullable<PodSpec['topologySpreadConstraints']> })),
  };
  const web = workload(pick('Deployment', 'Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet'), 'web', 1 + random.nextInt(9), { cpu: pick('100m', '333m', '700m', '1200m', '3'), ...maybe(2, () => ({ memory: pick('100Mi', '700Mi', '1500Mi', '5Gi') })) }, spec);
  const main = web.spec.template.spec.containers[0];
  if (main !== undefined && random.nextInt(6) === 0) main.ports = [{ containerPort: 80, hostPort: 8080 }];
  if (web.kind === 'DaemonSet') delete web.spec.replicas;
  return { nodes, others, web };
}

/** The workload with another pod spec. */
function changed(web: Workload, change: (spec: PodSpec) => void): Workload {
  const copy = structuredClone(web);
  change(copy.spec.template.spec);
  return copy;
}

const inSteps = (resource: string, quantity: string): number => (resource === 'cpu' ? quantityMilli(quantity) : quantityValue(quantity) / MI);
const fromSteps = (resource: string, steps: number): string => (resource === 'cpu' ? formatMilli(steps) : formatValue(steps * MI, 'BinarySI'));

function withRequests(web: Workload, requests: Record<string, string>): Workload {
  return changed(web, ({ containers: [main] }) => Object.assign((main?.resources?.requests ?? {}) as object, requests));
}

/** Carries the advice out; the plan it leads to. Throws when it names something that is not there. */
function carryOut(text: string, { nodes, others, web }: Case): Plan {
  const named = (name: string): Node => {
    const found = nodes.find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no node ${name}`);
    return found;
  };
  const fresh = (changedWeb: Workload): Plan => planOf(nodes, [[...others, changedWeb]]);
  const later = (object: object): Plan => planOf(nodes, [[...others, web], [object]]);
  const [, more] = /^there is one more node like (\S+)/.exec(text) ?? [];
  if (more !== undefined) {
    const { metadata, spec, status } = named(more);
    const { unschedulable: _cordoned, ...open } = spec ?? {};
    return later({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'new', labels: { ...metadata.labels, 'kubernetes.io/hostname': 'new' } }, spec: open, status });
  }
  const [, opened] = /^(\S+) is uncordoned/.exec(text) ?? [];
  if (opened !== undefined) {
    const node = named(opened);
    if (node.spec?.unschedulable !== true) throw new Error(`${opened} is not cordoned`);
    return later({ ...node, spec: { ...node.spec, unschedulable: false } });
  }
  const [, requests] = /^web requests at most (.*) \(instead of/.exec(text) ?? [];
  if (requests !== undefined) return fresh(withRequests(web, Object.fromEntries(requests.split(' and ').map((each) => each.split(' ').reverse() as [string, string]))));
  const [, replicas] = /^web has (\d+) replicas?$/.exec(text) ?? [];
  if (replicas !== undefined) return fresh({ ...web, spec: { ...web.spec, replicas: Number(replicas) } });
  const [, taints] = /^web tolerates (.*?)(?: \(|$)/.exec(text) ?? [];
  if (taints !== undefined) {
    const tolerations = taints.split(' and ').map((taint): Toleration => {
      const [, key = '', value, effect] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(taint) ?? [];
      if (!nodes.some(({ spec }) => spec?.taints?.some((each) => each.key === key && (each.value ?? '') === (value ?? '') && each.effect === effect))) throw new Error(`there is no taint ${taint}`);
      return { key, effect: effect ?? '', ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }) } as Toleration;
    });
    return fresh(changed(web, (spec) => void (spec.tolerations = [...(spec.tolerations ?? []), ...tolerations])));
  }
  const [, key, value] = /^web drops the node selector (\S+)=(\S+)/.exec(text) ?? [];
  if (key !== undefined) {
    return fresh(changed(web, (spec) => {
      if (spec.nodeSelector?.[key] !== value) throw new Error(`there is no node selector ${key}=${value}`);
      delete spec.nodeSelector?.[key];
    }));
  }
  if (/^web drops its node selector/.test(text)) return fresh(changed(web, (spec) => void delete spec.nodeSelector));
  const [, affinity] = /^web drops its required (node affinity|pod affinity|pod anti-affinity)/.exec(text) ?? [];
  if (affinity !== undefined) {
    return fresh(changed(web, (spec) => {
      const part = ({ 'node affinity': 'nodeAffinity', 'pod affinity': 'podAffinity', 'pod anti-affinity': 'podAntiAffinity' } as const)[affinity as 'node affinity'];
      if (spec.affinity?.[part] === undefined) throw new Error(`there is no ${affinity}`);
      delete spec.affinity[part];
    }));
  }
  const [, topologyKey] = /^web only prefers to spread over (\S+)/.exec(text) ?? [];
  if (topologyKey !== undefined) {
    return fresh(changed(web, ({ topologySpreadConstraints = [] }) => {
      const found = topologySpreadConstraints.filter((each) => each.topologyKey === topologyKey);
      if (found.length === 0) throw new Error(`there is no constraint over ${topologyKey}`);
      for (const each of found) each.whenUnsatisfiable = 'ScheduleAnyway';
    }));
  }
  if (/^web drops the host port 8080/.test(text)) return fresh(changed(web, ({ containers: [main] }) => void delete main?.ports));
  throw new Error('nobody knows how to carry this out');
}

/** True when one step more of the resource is too much: for one pod beside what stands, or for all of them anew. */
function isTight(text: string, given: Case, wanted: number): boolean {
  const [, quantity = '', resource = ''] = /at most (\S+) (\S+) \(instead of (\S+)\)$/.exec(text) ?? [];
  if (quantity === '') return true;
  const more = withRequests(given.web, { [resource]: fromSteps(resource, inSteps(resource, quantity) + 1) });
  const probe = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe', labels: { app: 'web' } }, spec: more.spec.template.spec };
  const beside = planOf(given.nodes, [[...given.others, given.web], [probe]]);
  if (beside.pods.find(({ name }) => name === 'probe')?.node === null) return true;
  return placedPods(planOf(given.nodes, [[...given.others, more]]), `${given.web.kind}/web`) < wanted;
}

test(`advice, carried out, holds (STOWAGE_SEED=${SEED})`, () => {
  const random = createRandom(SEED);
  const failures: string[] = [];
  const kinds = new Set<string>();
  for (let index = 0; index < CASES; index++) {
    const given = randomCase(random);
    const plan = planOf(given.nodes, [[...given.others, given.web]]);
    const owner = `${given.web.kind}/web`;
    // Where others wait too they take what becomes free.
    const [group, ...further] = plan.pending;
    if (group?.owner !== owner || further.length > 0) continue;
    const placed = placedPods(plan, owner);
    for (const text of group.advice) {
kinds.add(/^there is|^web \w+(?: its| the| at)?|uncordoned/.exec(text)?.[0] ?? text);
      const where = (why: string): void => void failures.push(`case ${index}: ${text}: ${why}\n${JSON.stringify({ message: group.message, nodes: given.nodes.map(({ metadata: { name, labels }, spec, status }) => ({ name, labels, spec, allocatable: status?.allocatable })), others: given.others.map(({ kind, spec: { replicas, template } }) => [kind, replicas, template.spec.containers[0]?.resources]), web: given.web })}`);
      try {
        const [, promised] = /(\d+) of the \d+ pods/.exec(text) ?? [];
        const wanted = placed + Number(promised ?? group.pods.length);
        const after = carryOut(text, given);
        const got = placedPods(after, owner);
        if (/replicas?$/.test(text) ? after.pending.length > 0 : got < wanted) where(`${got} pods are placed, not ${wanted}`);
        else if (promised === undefined && !isTight(text, given, wanted)) where('more would do');
      } catch (error) {
        where((error as Error).message);
      }
    }
  }
  expect(failures.slice(0, 5).join('\n\n'), `${failures.length} failures`).toBe('');
  expect(kinds.size).toBeGreaterThan(5);
});

/** How often each reason of a failure message is counted: '1 Insufficient cpu' and so on, of the part before preemption. */
function reasonsOfMessage(message: string): string[] {
  const [, reasons = ''] = /^0\/\d+ nodes are available: (.*?)\. /.exec(`${message} `) ?? [];
  return reasons.split(', ').sort();
}

test(`what is explained is what is decided (STOWAGE_SEED=${SEED})`, () => {
  const random = createRandom(SEED + 1);
  let placed = 0;
  let pending = 0;
  for (let index = 0; index < CASES; index++) {
    const { nodes, others, web } = randomCase(random);
    const urgent = random.nextInt(3) === 0 ? [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'urgent' }, spec: { priority: 2_000_000_000, priorityClassName: 'system-cluster-critical', containers: [{ name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu: '900m' } } }] } }] : [];
    const decisions = new Map<string, Explanation>();
    const input = (object: object): InputObject => ({ object: structuredClone(object) as KubernetesObject, source });
    const { plane } = simulate({ cluster: nodes.map(input), steps: [[...others, web].map(input), urgent.map(input)], namespace: 'default', kubernetesVersion: '1.36' }, {
      beforeCycle({ metadata: { namespace = '', name = '' } }, { scheduler }) {
        const explanation = scheduler.explain({ apiVersion: 'v1', kind: 'Pod', namespace, name });
        if (explanation !== undefined) decisions.set(name, explanation);
      },
    });
    for (const pod of plane.server.read.list('pods') as Pod[]) {
      const where = `case ${index}, pod ${pod.metadata.name ?? ''}`;
      const decision = decisions.get(pod.metadata.name ?? '');
      if (decision === undefined) throw new Error(`${where} was never looked at`);
      const { node, tied, message, nodes: told } = decision;
      if (pod.spec?.nodeName) {
        placed++;
        const totals = Object.values(told).flatMap(({ total }) => total ?? []);
        expect(node, where).toBe(pod.spec.nodeName);
        expect(tied, where).toEqual(Object.keys(told).filter((name) => told[name]?.total === Math.max(...totals)).sort());
        expect(tied, where).toContain(node);
        for (const { scores, total } of Object.values(told)) if (scores !== undefined) expect(Object.values(scores).reduce((sum, each) => sum + each, 0), where).toBe(total);
      } else {
        pending++;
        expect(pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message, where).toBe(message);
        const counts = new Map<string, number>();
        for (const { reasons = [] } of Object.values(told)) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
        expect(Object.keys(told).length, where).toBe(nodes.length);
        expect([...counts].map(([reason, count]) => `${count} ${reason}`).sort(), where).toEqual(reasonsOfMessage(message ?? ''));
      }
    }
  }
  expect(placed).toBeGreaterThan(CASES);
  expect(pending).toBeGreaterThan(CASES / 4);
});
