// Who a pod of a StatefulSet is: its ordinal, name, labels, claims and volumes.
// Source: pkg/controller/statefulset/stateful_set_utils.go
import { isPodAvailable, isPodReady } from '../../api/pods.js';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Volume } from '../../api/types.js';
import { podFromTemplate } from '../shared/podControl.js';

/** The label that holds the name of a pod's revision. */
export const REVISION_LABEL = 'controller-revision-hash';
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

const NO_PARENT: [parent: string, ordinal: number] = ['', -1];
const parsedNames = new WeakMap<Pod, [parent: string, ordinal: number]>();

/** The parent's name and the ordinal in a pod's name; ordinal -1 when the name has none. Remembered by identity of the pod. */
export function parentAndOrdinal(pod: Pod): [parent: string, ordinal: number] {
  let parsed = parsedNames.get(pod);
  if (parsed === undefined) {
    const match = /^(.*)-([0-9]+)$/s.exec(pod.metadata.name ?? '');
    parsed = match === null || Number(match[2]) > 0x7fffffff ? NO_PARENT : [match[1] as string, Number(match[2])];
    parsedNames.set(pod, parsed);
  }
  return parsed;
}

/** The first ordinal. */
export function startOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0;
}

/** True when the set wants a pod of that ordinal. */
export function isInRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= startOrdinal(set) && ordinal < startOrdinal(set) + (set.spec?.replicas ?? 1);
}

/** The pod of that ordinal, made of a template. */
export function newPod(set: StatefulSet, ordinal: number, { template, revision }: { template: PodTemplateSpec; revision: string }): Pod {
  const name = `${set.metadata.name ?? ''}-${ordinal}`;
  const pod = podFromTemplate(template, set);
  const serviceName = set.spec?.serviceName ?? '';
  const spec = { ...(pod.spec ?? { containers: [] }), hostname: name, ...(serviceName === '' ? {} : { subdomain: serviceName }) };
  const made: Pod = { ...pod, metadata: { ...pod.metadata, name, labels: identityLabels(pod, name, ordinal) }, spec };
  (made.metadata.labels as Record<string, string>)[REVISION_LABEL] = revision;
  return withStorage(set, made, ordinal);
}

function identityLabels(pod: Pod, name: string, ordinal: number): Record<string, string> {
  return { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) };
}

/** The pod with the labels and volumes of its ordinal. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const [, ordinal] = parentAndOrdinal(pod);
  const named = hasIdentity(set, pod) ? pod : { ...pod, metadata: { ...pod.metadata, labels: identityLabels(pod, pod.metadata.name ?? '', ordinal) } };
  return hasStorage(set, named) ? named : withStorage(set, named, ordinal);
}

function withStorage(set: StatefulSet, pod: Pod, ordinal: number): Pod {
  const claims = set.spec?.volumeClaimTemplates ?? [];
  if (claims.length === 0) return pod;
  const volumes: Volume[] = claims.map((claim) => ({ name: claim.metadata.name ?? '', persistentVolumeClaim: { claimName: claimName(set, claim, ordinal), readOnly: false } }));
  const names = new Set(volumes.map((volume) => volume.name));
  for (const volume of pod.spec?.volumes ?? []) if (!names.has(volume.name)) volumes.push(volume);
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), volumes } };
}

/** The name of the pod's claim that is made of that template. */
export function claimName(set: StatefulSet, claim: PersistentVolumeClaim, ordinal: number): string {
  return `${claim.metadata.name ?? ''}-${set.metadata.name ?? ''}-${ordinal}`;
}

/** The claims of the pod of that ordinal. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((claim) => ({
    apiVersion: 'v1', kind: 'PersistentVolumeClaim',
    metadata: {
      ...claim.metadata, name: claimName(set, claim, ordinal), namespace: set.metadata.namespace ?? '',
      labels: { ...claim.metadata.labels, ...set.spec?.selector.matchLabels },
    },
    ...(claim.spec === undefined ? {} : { spec: claim.spec }),
  }));
}

/** True when the pod has the label of its name. */
export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  const [parent, ordinal] = parentAndOrdinal(pod);
  return ordinal >= 0 && parent === set.metadata.name && pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name;
}

/** True when the pod has the volumes of its ordinal. */
export function hasStorage(set: StatefulSet, pod: Pod): boolean {
  const [, ordinal] = parentAndOrdinal(pod);
  return (set.spec?.volumeClaimTemplates ?? []).every((claim) => pod.spec?.volumes?.some(
    (volume) => volume.name === claim.metadata.name && volume.persistentVolumeClaim?.claimName === claimName(set, claim, ordinal)) === true);
}

/** True when the pod is stored: one in memory has no phase. */
export function isCreated(pod: Pod): boolean {
  return (pod.status?.phase ?? '') !== '';
}

/** True when the pod is being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** True when the pod is Running and Ready. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

/** True when the pod is Running and has been ready for long enough. */
export function isRunningAndAvailable(set: StatefulSet, pod: Pod, nowMs: number): boolean {
  return pod.status?.phase === 'Running' && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
}
