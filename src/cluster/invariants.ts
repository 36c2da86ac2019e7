// What is true of every cluster at rest, whatever was applied to it. A broken claim is a bug of ours, not of the input.
import { isPodTerminal } from '../api/pods.js';
import { controllerOf } from '../api/ownerReference.js';
import { findCondition } from '../api/conditions.js';
import { objectKey, splitApiVersion, type KubernetesObject } from '../api/meta.js';
import { podRequests } from '../api/podRequests.js';
import { addQuantities, compareQuantities } from '../api/quantity.js';
import { createQuantitySums } from '../api/quantitySums.js';
import { quotaMatches, quotaUsage } from '../api/quotaUsage.js';
import type { Node, Pod } from '../api/types.js';
import type { ApiServer } from '../apiserver/apiServer.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';

/** Checks a cluster at rest, knowing what was done to it before. */
export interface InvariantChecker {
  /** The broken claims in words; none when all hold. */
  broken(nowMs: number): string[];
}

/** A checker that follows the server from now on. */
export function createInvariantChecker(server: ApiServer): InvariantChecker {
  // Nodes whose load is not the scheduler's alone: a pod that comes with its node was not placed, and a node that changes has made its promises before.
  const foreign = new Set(server.read.list('pods').map(({ spec }) => spec?.nodeName ?? ''));
  server.watch(({ type, object, old }, resource) => {
    if (resource === 'pods' && type === 'ADDED') foreign.add((object as Pod).spec?.nodeName ?? '');
    if (resource === 'nodes' && type !== 'ADDED' && !deepEqual((object as Node).status?.allocatable, (old as Node | undefined)?.status?.allocatable)) foreign.add(object.metadata.name ?? '');
  });
  /** Pods whose node somebody chose, as namespace/name. */
  const boundByHand = new Set<string>();
  server.onRequest(({ resource, namespace, name }) => {
    if (resource === 'pods') boundByHand.add(`${namespace}/${name}`);
  }, { actor: 'kubectl', verb: 'bind' });
  const isForeign = ({ metadata: { name = '' } }: Node): boolean => foreign.has(name) || (boundByHand.size > 0 && server.read.podsOnNode(name).some((pod) => boundByHand.has(objectKey(pod))));
  return { broken: (nowMs) => [...overcommitted(server, isForeign), ...orphans(server), ...unaccounted(server), ...miscounted(server, nowMs), ...wrongRevisions(server)] };
}

/** No node has promised more than it has, and no host port twice. */
function overcommitted({ read }: ApiServer, isForeign: (node: Node) => boolean): string[] {
  const broken: string[] = [];
  for (const node of read.list('nodes')) {
    if (isForeign(node)) continue;
    const { name = '' } = node.metadata;
    const pods = read.podsOnNode(name).filter((pod) => !isPodTerminal(pod));
    const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
    const sums = createQuantitySums();
    sums.add({ pods: String(pods.length) });
    for (const pod of pods) sums.add(podRequests(pod));
    const requested = sums.list();
    for (const resource in requested) {
      const amount = requested[resource] as string;
      const limit = allocatable[resource];
      if (limit !== undefined && compareQuantities(amount, limit) > 0) broken.push(`node ${name} has ${limit} of ${resource}, and its pods request ${amount}`);
    }
    if (pods.some(hasHostPort)) broken.push(...sharedPorts(name, pods));
  }
  return broken;
}

function hasHostPort({ spec }: Pod): boolean {
  return spec?.containers?.some(({ ports }) => ports?.some(({ hostPort }) => Boolean(hostPort))) === true;
}

function sharedPorts(node: string, pods: readonly Pod[]): string[] {
  const takenBy = new Map<string, string>();
  const broken: string[] = [];
  for (const pod of pods) {
    for (const { ports = [] } of pod.spec?.containers ?? []) {
      for (const { hostPort, hostIP = '', protocol = 'TCP' } of ports) {
        if (!hostPort) continue;
        const port = `${hostIP}:${hostPort}/${protocol}`;
        const other = takenBy.get(port);
        if (other !== undefined && other !== objectKey(pod)) broken.push(`node ${node} gives the port ${port} to ${other} and to ${objectKey(pod)}`);
        takenBy.set(port, objectKey(pod));
      }
    }
  }
  return broken;
}

/** Whatever has a controller has one that stands, unless it is on its way out. */
function orphans({ read, kindOf }: ApiServer): string[] {
  const broken: string[] = [];
  /** The owner found last: most siblings stand together. */
  let standing: string | undefined;
  for (const resource of ['pods', 'replicasets.apps', 'jobs.batch']) {
    read.forEach(resource, (object) => {
      const owner = controllerOf(object);
      if (owner === undefined || owner.uid === standing || isOnItsWayOut(object)) return;
      const kind = kindOf(owner.apiVersion, owner.kind);
      // What another program's kind owns is that program's business.
      if (kind === undefined || !['apps', 'batch', ''].includes(splitApiVersion(owner.apiVersion)[0])) return;
      const found = read.getObject(kind.resource, kind.namespaced ? (object.metadata.namespace ?? '') : '', owner.name);
      if (found?.metadata.uid === owner.uid) standing = owner.uid;
      else broken.push(`${object.kind} ${objectKey(object)} belongs to ${owner.kind} ${owner.name}, which does not stand`);
    });
  }
  return broken.sort(compareStrings);
}

/** A pod that is not finished has a node, or one on which it waits for its volumes, or a reason for having none. */
function unaccounted({ read }: ApiServer): string[] {
  return read
    .list('pods')
    .filter((pod) => !pod.spec?.nodeName && !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined && pod.spec?.schedulerName === 'default-scheduler')
    .filter((pod) => findCondition(pod.status?.conditions, 'PodScheduled')?.status !== 'False' && !pod.status?.nominatedNodeName)
    .map((pod) => `pod ${objectKey(pod)} has neither a node nor a reason for having none`);
}

/** A quota's usage is the sum of what stands. */
function miscounted({ read }: ApiServer, nowMs: number): string[] {
  const broken: string[] = [];
  for (const quota of read.list('resourcequotas')) {
    const used: Record<string, string> = Object.fromEntries(Object.keys(quota.spec?.hard ?? {}).map((name) => [name, '0']));
    const { namespace = '' } = quota.metadata;
    for (const resource of read.resources()) {
      for (const object of read.listObjects(resource, namespace)) {
        if (isOnItsWayOut(object) || !quotaMatches(quota, resource, object)) continue;
        for (const [name, amount] of Object.entries(quotaUsage(resource, object, nowMs))) if (used[name] !== undefined) used[name] = addQuantities(used[name], amount);
      }
    }
    if (read.list('pods', namespace).some(isOnItsWayOut)) continue;
    for (const [name, amount] of Object.entries(used)) {
      const written = quota.status?.used?.[name];
      if (written !== undefined && compareQuantities(written, amount) !== 0) broken.push(`quota ${objectKey(quota)} says ${written} of ${name} is used, and ${amount} stands`);
    }
  }
  return broken;
}

function isOnItsWayOut({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** No object is newer than the store, and no two have one revision. */
function wrongRevisions({ read, store }: ApiServer): string[] {
  /** Revision → whether an object has it. */
  const seen = new Uint8Array(store.revision + 1);
  const broken: string[] = [];
  for (const resource of read.resources()) {
    // Reading events would put them together, and nothing depends on them.
    if (resource === 'events') continue;
    read.forEach(resource, (object) => {
      const revision = Number(object.metadata.resourceVersion);
      if (seen[revision] !== 0) broken.push(`${object.kind} ${objectKey(object)} has the revision ${object.metadata.resourceVersion}, the store ${store.revision}`);
      seen[revision] = 1;
    });
  }
  return broken.sort(compareStrings);
}
