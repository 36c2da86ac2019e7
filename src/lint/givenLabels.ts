// Labels that a controller gives to its pods beside those of the template: selectors may ask for them too.
// Source: pkg/controller/statefulset/stateful_set_utils.go, pkg/controller/job/job_controller.go, pkg/controller/daemon/util/daemonset_util.go
import { selectorMatches, type CompiledSelector } from '../api/labelSelector.js';
import type { KubernetesObject } from '../api/meta.js';

/** Values that a controller gives; undefined when they cannot be known beforehand. */
type GivenValues = readonly string[] | undefined;

const JOB_LABELS = ['job-name', 'batch.kubernetes.io/job-name', 'controller-uid', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-completion-index'];
/** Kind → the labels its controllers give. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['pod-template-hash'],
  StatefulSet: ['statefulset.kubernetes.io/pod-name', 'apps.kubernetes.io/pod-index', 'controller-revision-hash'],
  DaemonSet: ['controller-revision-hash', 'pod-template-generation'],
  Job: JOB_LABELS,
  CronJob: JOB_LABELS,
};
const GIVEN_KEYS: ReadonlySet<string> = new Set(Object.values(GIVEN).flat());

/** True for a label that some controller gives to its pods. */
export function isGivenLabel(key: string): boolean {
  return GIVEN_KEYS.has(key);
}

/** Whether some pod of the object, made with these labels, carries what the selector asks for; a value that only the cluster will know may be any. */
export function mayMatch(selector: CompiledSelector, object: KubernetesObject, labels: Record<string, string>): boolean {
  const given = GIVEN[object.kind] ?? [];
  return selector.every((requirement) => {
    const { key } = requirement;
    if (!given.includes(key)) return selectorMatches([requirement], labels);
    const values = valuesOf(key, object);
    return values === undefined ? requirement.operator !== 'DoesNotExist' : values.some((value) => selectorMatches([requirement], { [key]: value }));
  });
}

function valuesOf(key: string, { kind, metadata, spec }: KubernetesObject & { spec?: { replicas?: unknown; ordinals?: { start?: unknown } | null } | null }): GivenValues {
  const name = metadata?.name;
  if (name === undefined) return undefined;
  if (kind === 'Job' && key.endsWith('job-name')) return [name];
  if (kind !== 'StatefulSet' || key === 'controller-revision-hash') return undefined;
  const replicas = spec?.replicas ?? 1;
  const start = spec?.ordinals?.start ?? 0;
  if (typeof replicas !== 'number' || typeof start !== 'number') return undefined;
  const indexes = Array.from({ length: Math.min(Math.max(replicas, 0), 10_000) }, (_, index) => start + index);
  return indexes.map((index) => (key === 'apps.kubernetes.io/pod-index' ? String(index) : `${name}-${index}`));
}
