// Pods that a controller makes from one template differ in their names only. What the pipeline made of the first one is kept,
// and its siblings share it, as long as nothing that admission looks at has been written since.
import type { ObjectMeta, OwnerReference, Pod, PodSpec } from '../api/types.js';
import type { AdmissionState } from './admissionState.js';

/** The pods of one template as the pipeline makes them. */
export interface PodTemplateCache {
  /** The stored form of an earlier pod like this one; its siblings differ in name, uid, creation and revision only. */
  find(pod: Pod): Pod | undefined;
  /** Keeps the stored form of a pod that was made from `asked`. */
  keep(asked: Pod, stored: Pod): void;
}

interface Kept {
  epoch: number;
  namespace: string;
  generateName: string;
  labels: ObjectMeta['labels'];
  annotations: ObjectMeta['annotations'];
  finalizers: ObjectMeta['finalizers'];
  owner: OwnerReference;
  stored: Pod;
}

/** An empty cache. */
export function createPodTemplateCache(admission: AdmissionState): PodTemplateCache {
  const bySpec = new WeakMap<PodSpec, Kept>();

  return {
    find(pod) {
      const template = templateOf(pod);
      const kept = template === undefined ? undefined : bySpec.get(template.spec);
      if (template === undefined || kept === undefined || kept.epoch !== admission.epoch) return undefined;
      const { metadata } = pod;
      const isSame =
        kept.namespace === metadata.namespace && kept.generateName === metadata.generateName && kept.labels === metadata.labels &&
        kept.annotations === metadata.annotations && kept.finalizers === metadata.finalizers && isSameOwner(kept.owner, template.owner);
      return isSame && !admission.hasOwnRules ? kept.stored : undefined;
    },
    keep(asked, stored) {
      const template = templateOf(asked);
      if (template === undefined || admission.hasOwnRules || !isLikeSiblings(stored)) return;
      const { namespace = '', generateName = '', labels, annotations, finalizers } = asked.metadata;
      bySpec.set(template.spec, { epoch: admission.epoch, namespace, generateName, labels, annotations, finalizers, owner: template.owner, stored });
    },
  };
}

/** False for gated pods, whose condition tells when they were created, and for those that take labels from a node that they name. */
function isLikeSiblings({ spec }: Pod): boolean {
  return (spec?.schedulingGates?.length ?? 0) === 0 && !spec?.nodeName;
}

/** What makes a pod one of many: a spec and labels that are shared with a stored template, a generated name, one controller. */
function templateOf({ metadata, spec }: Pod): { spec: PodSpec; owner: OwnerReference } | undefined {
  const { name, generateName, labels, ownerReferences } = metadata;
  const [owner] = ownerReferences ?? [];
  if (name !== undefined || generateName === undefined || owner === undefined || ownerReferences?.length !== 1) return undefined;
  if (spec === undefined || !Object.isFrozen(spec) || !Object.isFrozen(labels)) return undefined;
  return { spec, owner };
}

function isSameOwner(a: OwnerReference, b: OwnerReference): boolean {
  return a.uid === b.uid && a.apiVersion === b.apiVersion && a.kind === b.kind && a.name === b.name && a.controller === b.controller && a.blockOwnerDeletion === b.blockOwnerDeletion;
}
