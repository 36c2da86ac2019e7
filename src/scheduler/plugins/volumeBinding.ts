// Claims of a pod: bound ones tie it to where their volumes are, waiting ones are matched with volumes or asked to be provisioned.
// Source: pkg/scheduler/framework/plugins/volumebinding/{volume_binding,binder}.go
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { nodeIdentity, nodeSelectorMatches } from '../../api/nodeAffinity.js';
import { isControlledBy } from '../../api/ownerReference.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Client } from '../../apiserver/client.js';
import type { CSIStorageCapacity, Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { objectKey, succeeded } from '../../api/meta.js';
import { stateKey } from '../framework/cycleState.js';
import type { PodInfo } from '../framework/podInfo.js';
import { errorStatus, SKIP, unresolvable, type Status } from '../framework/status.js';
import type { ClusterEvent, PluginHandle, SchedulerPlugin } from '../framework/types.js';
import { BOUND_BY_CONTROLLER, classOfClaim, isVolumeForClaim, SELECTED_NODE, sizeOfClaim } from '../../api/volumeClaims.js';
import { claimNameOf, classOf, isFullyBound, waitsForConsumer } from './claims.js';
import { findVolume, volumeCandidates, type VolumeCandidates } from './findVolume.js';

const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';
const AFFINITY = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_SUCH_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

interface State {
  bound: readonly PersistentVolumeClaim[];
  /** Claims that wait and have no node yet, the smallest first. */
  delayed: readonly DelayedClaim[];
  /** Claims for which a volume is being made near a node. */
  selected: readonly (Provisioning & { nodeName: string })[];
}

/** A claim for which a volume can be made. */
interface Provisioning {
  claim: PersistentVolumeClaim;
  /** Why it cannot be made anywhere, or for one node. Undefined: it can be made everywhere. */
  refusal: Status | ((node: Node) => Status | undefined) | undefined;
}

interface DelayedClaim extends Provisioning {
  candidates: VolumeCandidates;
}

/** What is to happen to the waiting claims if the node is chosen. */
interface Decision {
  bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[];
  provisions: PersistentVolumeClaim[];
}

const key = stateKey<State>('PreFilterVolumeBinding');
/** 'namespace/pod' → what was decided for it. */
type Assumed = Map<string, Decision & { waitsUntilMs: number }>;

/** VolumeBindingArgs. */
export interface VolumeBindingArgs {
  bindTimeoutSeconds?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 600;

/** VolumeBinding. `client` writes bindings; without one nothing is ever bound. */
export function createVolumeBinding({ read, nowMs }: PluginHandle, client: Client | undefined, { bindTimeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: VolumeBindingArgs = {}): SchedulerPlugin {
  const assumed: Assumed = new Map();
  /** Volume name → 'namespace/claim' it is promised to. */
  const promised = new Map<string, string>();
  /** 'namespace/claim' → node at which it is to be provisioned. */
  const selected = new Map<string, string>();

  function decide(state: State, node: Node): Decision | Status {
    const decision: Decision = { bindings: [], provisions: [] };
    const provisions: Provisioning[] = [];
    for (const each of state.selected) {
      if (each.nodeName !== node.metadata.name) return unresolvable(NO_VOLUME);
      provisions.push(each);
    }
    const chosen = new Set<string>();
    for (const each of state.delayed) {
      const volume = findVolume(each.candidates, { node, isTaken: (name) => chosen.has(name) });
      if (volume === undefined) provisions.push(each);
      else {
        chosen.add(volume.metadata.name ?? '');
        decision.bindings.push({ claim: each.claim, volume });
      }
    }
    for (const { claim, refusal } of provisions) {
      const status = typeof refusal === 'function' ? refusal(node) : refusal;
      if (status !== undefined) return status;
      decision.provisions.push(claim);
    }
    return decision;
  }

  /** Whether and where a volume can be made for the claim. */
  function provisioningOf(claim: PersistentVolumeClaim): Provisioning {
    const storageClass = classOf(claim, read);
    if (storageClass === undefined) return { claim, refusal: errorStatus(`storageclass.storage.k8s.io "${classOfClaim(claim)}" not found`) };
    if (storageClass.provisioner === '' || storageClass.provisioner === 'kubernetes.io/no-provisioner') return { claim, refusal: unresolvable(NO_VOLUME) };
    const topologies = storageClass.allowedTopologies ?? [];
    const isCapacityTold = read.get('csidrivers.storage.k8s.io', '', storageClass.provisioner)?.spec?.storageCapacity === true;
    if (topologies.length === 0 && !isCapacityTold) return { claim, refusal: undefined };
    return {
      claim,
      refusal({ metadata: { labels } }) {
        const isAllowed = topologies.some(({ matchLabelExpressions }) =>
          (matchLabelExpressions?.length ?? 0) > 0 && matchLabelExpressions?.every(({ key: label, values }) => values.includes(labels?.[label] ?? '\u0000')) === true);
        if (topologies.length > 0 && !isAllowed) return unresolvable(NO_VOLUME);
        return !isCapacityTold || hasSpace(claim, storageClass, labels) ? undefined : unresolvable(NO_SPACE);
      },
    };
  }

  function hasSpace(claim: PersistentVolumeClaim, storageClass: StorageClass, nodeLabels: Record<string, string> | undefined): boolean {
    const size = sizeOfClaim(claim);
    return read.list('csistoragecapacities.storage.k8s.io').some((capacity) => {
      const most = largestVolume(capacity);
      return capacity.storageClassName === storageClass.metadata.name && most !== undefined && compareQuantities(most, size) >= 0 && labelSelectorMatches(capacity.nodeTopology, nodeLabels);
    });
  }

  function stateOf(bound: readonly PersistentVolumeClaim[], waiting: readonly PersistentVolumeClaim[]): State {
    const delayed: DelayedClaim[] = [];
    const atNode: (Provisioning & { nodeName: string })[] = [];
    for (const claim of waiting) {
      const claimKey = objectKey(claim);
      const nodeName = claim.metadata.annotations?.[SELECTED_NODE] ?? selected.get(claimKey);
      if (nodeName !== undefined) atNode.push({ ...provisioningOf(claim), nodeName });
      else delayed.push({ ...provisioningOf(claim), candidates: volumeCandidates(claim, { read, isPromised: (name) => (promised.get(name) ?? claimKey) !== claimKey }) });
    }
    // The sort is stable: among claims of one size the order of the volumes decides.
    delayed.sort((a, b) => compareQuantities(sizeOfClaim(a.claim), sizeOfClaim(b.claim)));
    return { bound, delayed, selected: atNode };
  }

  /** True when no node is worse off than another: the claims are bound to volumes that all reach, or get new ones that can be made everywhere. */
  function letsOnEverywhere(state: State): boolean {
    if (state.selected.length > 0) return false;
    if (state.delayed.some(({ refusal, candidates }) => refusal !== undefined || candidates.reserved !== undefined || candidates.free.length > 0)) return false;
    return state.bound.every(({ spec }) => {
      const volume = read.get('persistentvolumes', '', spec?.volumeName ?? '');
      return volume !== undefined && volume.spec?.nodeAffinity?.required === undefined;
    });
  }

  function checkBound(bound: readonly PersistentVolumeClaim[], node: Node): string | undefined {
    for (const claim of bound) {
      const volume = read.get('persistentvolumes', '', claim.spec?.volumeName ?? '');
      if (volume === undefined) return NO_SUCH_VOLUME;
      const required = volume.spec?.nodeAffinity?.required;
      if (required !== undefined && !nodeSelectorMatches(required, { ...nodeIdentity(node), name: '' })) return AFFINITY;
    }
    return undefined;
  }

  const forget = (pod: PodInfo): void => {
    const decision = assumed.get(pod.key);
    if (decision === undefined) return;
    assumed.delete(pod.key);
    for (const { volume } of decision.bindings) promised.delete(volume.metadata.name ?? '');
    for (const claim of decision.provisions) selected.delete(objectKey(claim));
  };

  return {
    name: 'VolumeBinding',
    preFilter(cycle) {
      const { pod } = cycle;
      const bound: PersistentVolumeClaim[] = [];
      const delayed: PersistentVolumeClaim[] = [];
      let isAnyImmediate = false;
      let count = 0;
      for (const volume of pod.facts.volumes) {
        const name = claimNameOf(pod, volume);
        if (name === undefined) continue;
        count++;
        const claim = read.get('persistentvolumeclaims', pod.namespace, name);
        if (claim === undefined) {
          const text = `persistentvolumeclaim "${name}" not found`;
          return { status: unresolvable(volume.ephemeral === undefined ? text : `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`) };
        }
        if (claim.status?.phase === 'Lost') return { status: unresolvable(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`) };
        if (claim.metadata.deletionTimestamp !== undefined) return { status: unresolvable(`persistentvolumeclaim "${name}" is being deleted`) };
        if (volume.ephemeral !== undefined && !isControlledBy(claim, pod.pod)) {
          return { status: unresolvable(`PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`) };
        }
        if (isFullyBound(claim)) bound.push(claim);
        else if (!claim.spec?.volumeName && waitsForConsumer(classOf(claim, read))) delayed.push(claim);
        else isAnyImmediate = true;
      }
      if (count === 0) return { status: SKIP };
      if (isAnyImmediate) return { status: unresolvable('pod has unbound immediate PersistentVolumeClaims') };
      const state = stateOf(bound, delayed);
      key.write(cycle, state);
      return letsOnEverywhere(state) ? { status: SKIP } : undefined;
    },
    filter(cycle, { node }) {
      if (node === undefined) return undefined;
      const state = key.read(cycle);
      const wrong = checkBound(state.bound, node);
      const decision = decide(state, node);
      const refusal = 'code' in decision ? decision : undefined;
      if (refusal?.code === 'Error') return refusal;
      if (wrong === undefined && refusal === undefined) return undefined;
      const reasons = [wrong, ...(refusal?.reasons ?? [])].filter((reason) => reason !== undefined);
      const order = [AFFINITY, NO_VOLUME, NO_SPACE, NO_SUCH_VOLUME];
      return unresolvable(...order.filter((reason) => reasons.includes(reason)));
    },
    preScore: () => SKIP,
    reserve(cycle, { node, name }) {
      if (node === undefined || !key.isSet(cycle)) return;
      const decision = decide(key.read(cycle), node);
      if ('code' in decision || decision.bindings.length + decision.provisions.length === 0) return;
      assumed.set(cycle.pod.key, { ...decision, waitsUntilMs: nowMs() + bindTimeoutSeconds * 1000 });
      for (const { claim, volume } of decision.bindings) promised.set(volume.metadata.name ?? '', objectKey(claim));
      for (const claim of decision.provisions) selected.set(objectKey(claim), name);
    },
    unreserve: (cycle) => forget(cycle.pod),
    preBind({ pod }, nodeName) {
      const decision = assumed.get(pod.key);
      if (decision === undefined || client === undefined) return 'done';
      for (const { claim, volume } of decision.bindings) {
        const stored = read.get('persistentvolumes', '', volume.metadata.name ?? '');
        if (stored === undefined) return errorStatus(`persistentvolumes "${volume.metadata.name ?? ''}" not found`);
        if (stored.spec?.claimRef?.uid !== undefined && stored.spec.claimRef.uid === claim.metadata.uid) continue;
        const bound = boundVolume(stored, claim);
        if (!succeeded(client.update(bound))) return errorStatus(`volume ${volume.metadata.name ?? ''} could not be bound to claim ${objectKey(claim)}`);
      }
      for (const claim of decision.provisions) {
        const stored = read.get('persistentvolumeclaims', claim.metadata.namespace ?? '', claim.metadata.name ?? '');
        if (stored === undefined) return errorStatus(`persistentvolumeclaim "${claim.metadata.name ?? ''}" not found`);
        if (stored.metadata.annotations?.[SELECTED_NODE] === nodeName || isFullyBound(stored)) continue;
        const annotated = { ...stored, metadata: { ...stored.metadata, annotations: { ...stored.metadata.annotations, [SELECTED_NODE]: nodeName } } };
        if (!succeeded(client.update(annotated))) return errorStatus(`claim ${objectKey(claim)} could not be updated`);
      }
      if (read.get('nodes', '', nodeName) === undefined) return errorStatus(`binding volumes: failed to get node "${nodeName}": node "${nodeName}" not found`);
      const claims = [...decision.bindings.map(({ claim }) => claim), ...decision.provisions];
      const isDone = claims.every((claim) => {
        const stored = read.get('persistentvolumeclaims', claim.metadata.namespace ?? '', claim.metadata.name ?? '');
        return stored !== undefined && isFullyBound(stored);
      });
      const { waitsUntilMs } = decision;
      if (!isDone) return nowMs() < waitsUntilMs ? { waitsUntilMs } : errorStatus('binding volumes: context deadline exceeded');
      forget(pod);
      return 'done';
    },
    isHelpedBy,
  };
}

/** The volume with the claim's reference; it is marked as chosen unless somebody reserved it for the claim before. */
function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata } = claim;
  const annotations = isVolumeForClaim(volume, claim) ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: volume.metadata.annotations?.[BOUND_BY_CONTROLLER] ?? 'yes' };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      ...volume.spec,
      claimRef: {
        kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: metadata.namespace ?? '', name: metadata.name ?? '',
        ...(metadata.uid === undefined ? {} : { uid: metadata.uid }), ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      },
    },
  };
}

function isHelpedBy(pod: PodInfo, event: ClusterEvent): boolean {
  if (event.kind === 'nodeAdded') return true;
  if (event.kind === 'nodeUpdated') return JSON.stringify(event.old.metadata.labels) !== JSON.stringify(event.node.metadata.labels);
  if (event.kind !== 'objectChanged' || event.type === 'DELETED') return false;
  switch (event.resource) {
    case 'persistentvolumeclaims':
      return event.object.metadata.namespace === pod.namespace && pod.facts.volumes.some((volume) => claimNameOf(pod, volume) === event.object.metadata.name);
    case 'persistentvolumes':
      return true;
    case 'storageclasses.storage.k8s.io':
      return event.type === 'ADDED' || JSON.stringify((event.object as StorageClass).allowedTopologies) !== JSON.stringify((event.old as StorageClass | undefined)?.allowedTopologies);
    case 'csistoragecapacities.storage.k8s.io':
      return event.type === 'ADDED' || hasGrown(event.old as CSIStorageCapacity | undefined, event.object as CSIStorageCapacity);
    case 'csinodes.storage.k8s.io':
      return event.type === 'ADDED' || event.object.metadata.annotations?.[MIGRATED_PLUGINS] !== event.old?.metadata.annotations?.[MIGRATED_PLUGINS];
    default:
      return false;
  }
}

function hasGrown(old: CSIStorageCapacity | undefined, capacity: CSIStorageCapacity): boolean {
  const [before, after] = [old === undefined ? undefined : largestVolume(old), largestVolume(capacity)];
  return after !== undefined && (before === undefined || compareQuantities(after, before) > 0);
}

/** The largest volume that can be made; undefined when nobody knows. */
function largestVolume({ maximumVolumeSize, capacity }: CSIStorageCapacity): string | undefined {
  return maximumVolumeSize ?? capacity;
}
