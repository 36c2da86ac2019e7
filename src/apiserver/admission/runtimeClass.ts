// A runtime class brings its overhead and where it can run. Source: plugin/pkg/admission/runtimeclass/admission.go, pkg/util/tolerations/tolerations.go
import { compareQuantities } from '../../api/quantity.js';
import type { Pod, PodSpec, RuntimeClass, Toleration } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import { sortedKeys } from '../../util/compare.js';
import type { Reader } from '../reader.js';
import type { Refusal } from '../refusal.js';
import { forbiddenByAdmission, type AdmissionAttributes, type AdmissionPlugin } from './admission.js';

/** Sets overhead, merges nodeSelector and tolerations of the class, and refuses what contradicts it. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],
  admit(attributes, { read }) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const spec = ((attributes.object as Pod).spec ??= { containers: [] });
    const found = classOf(attributes, spec, read);
    if (found === undefined || 'code' in found) return found;
    return setOverhead(attributes, spec, found) ?? setScheduling(attributes, spec, found);
  },
  validate(attributes, { read }) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const { spec } = attributes.object as Pod;
    if (spec === undefined) return undefined;
    const found = classOf(attributes, spec, read);
    if (found !== undefined && 'code' in found) return found;
    if (found?.overhead !== undefined) {
      return sameQuantities(spec.overhead, found.overhead.podFixed) ? undefined : forbiddenByAdmission(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    return spec.overhead === undefined || Object.keys(spec.overhead).length === 0 ? undefined : forbiddenByAdmission(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};

function classOf(attributes: AdmissionAttributes, { runtimeClassName }: PodSpec, read: Reader): RuntimeClass | Refusal | undefined {
  if (runtimeClassName === undefined || runtimeClassName === '') return undefined;
  return read.get('runtimeclasses.node.k8s.io', '', runtimeClassName) ?? forbiddenByAdmission(attributes, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
}

function setOverhead(attributes: AdmissionAttributes, spec: PodSpec, { overhead }: RuntimeClass): Refusal | undefined {
  if (overhead === undefined) return undefined;
  const hasOwn = spec.overhead !== undefined && Object.keys(spec.overhead).length > 0;
  if (hasOwn && !sameQuantities(spec.overhead, overhead.podFixed)) return forbiddenByAdmission(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  if (overhead.podFixed !== undefined) spec.overhead = { ...overhead.podFixed };
  return undefined;
}

function setScheduling(attributes: AdmissionAttributes, spec: PodSpec, { scheduling }: RuntimeClass): Refusal | undefined {
  if (scheduling === undefined) return undefined;
  const wanted = scheduling.nodeSelector ?? {};
  for (const key of sortedKeys(wanted)) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== wanted[key]) {
      return forbiddenByAdmission(attributes, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${wanted[key] ?? ''}; pod.spec.nodeSelector[${key}] = ${own}`);
    }
  }
  if (Object.keys(wanted).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...wanted };
  const tolerations = mergeTolerations([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  if (tolerations.length > 0) spec.tolerations = tolerations;
  return undefined;
}

/** Drops every toleration that another one covers. */
function mergeTolerations(all: readonly Toleration[]): Toleration[] {
  const merged: Toleration[] = [];
  all.forEach((toleration, index) => {
    if (merged.some((kept) => isSuperset(kept, toleration))) return;
    if (all.slice(index + 1).some((later) => !deepEqual(toleration, later) && isSuperset(later, toleration))) return;
    merged.push({ ...toleration });
  });
  return merged;
}

/** True when the first tolerates all that the second tolerates. */
function isSuperset(first: Toleration, second: Toleration): boolean {
  if (deepEqual(first, second)) return true;
  if (first.key !== second.key && !(first.key === undefined && first.operator === 'Exists')) return false;
  if (first.effect !== undefined && first.effect !== '' && first.effect !== second.effect) return false;
  if (first.effect === 'NoExecute' && first.tolerationSeconds !== undefined && (second.tolerationSeconds === undefined || first.tolerationSeconds < second.tolerationSeconds)) return false;
  if (first.operator === 'Exists') return true;
  // One that leaves its operator out means Equal too, but is not taken for it here.
  return second.operator === 'Equal' && (first.value ?? '') === (second.value ?? '');
}

function sameQuantities(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => b[name] !== undefined && compareQuantities(a[name] as string, b[name] as string) === 0);
}
