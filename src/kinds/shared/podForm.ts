// Pod specs and templates in the shape of Go's internal structs, as bad values and diffs show them.
import type { ObjectMeta, PodSpec, PodTemplateSpec } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { internalForm } from './internalForm.js';
import { POD_SPEC_LAYOUT } from './podLayouts.js';

/** The fields of a pod's metadata in the order of Go's struct. */
const METADATA_FIELDS = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp',
  'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields'] as const;
/** Fields that the internal struct keeps in the security context. */
const MOVED_FIELDS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const;

/** A pod spec as the internal struct prints. */
export function podSpecForm(spec: PodSpec): Record<string, unknown> {
  const context: Record<string, unknown> = { ...spec.securityContext };
  for (const field of MOVED_FIELDS) if (spec[field] !== undefined) context[field] = spec[field];
  return internalForm(POD_SPEC_LAYOUT, { ...spec, securityContext: spec.securityContext === undefined && Object.keys(context).length === 0 ? undefined : context });
}

/** A template as the internal struct prints: the metadata's fields first. */
export function podTemplateForm(template: PodTemplateSpec): Record<string, unknown> {
  return { ...metadataForm(template.metadata ?? {}), Spec: podSpecForm(template.spec ?? { containers: [] }) };
}

function metadataForm(meta: ObjectMeta): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const field of METADATA_FIELDS) {
    const value = meta[field];
    if (value === undefined || value === '' || value === 0 || (typeof value === 'object' && Object.keys(value).length === 0)) continue;
    form[field] = field === 'labels' || field === 'annotations' ? Object.fromEntries(sortedKeys(value as object).map((key) => [key, (value as Record<string, string>)[key]])) : value;
  }
  return form;
}
