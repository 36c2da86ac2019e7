// Pods that a controller makes from one template differ in their names only, and so do many that a user applies. What the pipeline made
// of the first one is kept, and its siblings share it, as long as nothing that admission looks at has been written since.
import type { ObjectMeta, OwnerReference, Pod, PodSpec } from '../api/types.js';
import { dns1123LabelMessages } from '../kinds/shared/formats.js';
import type { AdmissionState } from './admissionState.js';
import type { FieldValidation } from './decode.js';

/** The pods of one template as the pipeline makes them. */
export interface PodTemplateCache {
  /** The stored form of an earlier pod like this one; its siblings differ in name, uid, creation and revision only. */
  find(pod: Pod): Pod | undefined;
  /** Keeps the stored form of a pod that was made from `asked`. */
  keep(asked: Pod, stored: Pod): void;
  /** What became of an earlier pod that was applied with the same text but for its name. */
  findApplied(applied: AppliedPod): MadePod | undefined;
  /** Keeps what became of a pod that was applied. */
  keepApplied(applied: AppliedPod, made: MadePod): void;
}

/** A pod as kubectl applies it. */
export interface AppliedPod {
  /** All of it, as JSON. */
  readonly text: string;
  readonly name: string;
  readonly fieldValidation: FieldValidation | undefined;
}

/** What the pipeline made of a pod. */
export interface MadePod {
  readonly stored: Pod;
  readonly warnings: readonly string[];
}

/** Texts that are kept at most: where there are more, pods are hardly alike. */
const MAX_TEXTS = 1000;

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
  const byText = new Map<string, MadePod>();
  /** The epoch that what is kept by text belongs to. */
  let textEpoch = 0;

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
    findApplied(applied) {
      if (textEpoch !== admission.epoch || byText.size === 0) return undefined;
      const text = textButName(applied);
      return text === undefined ? undefined : byText.get(text);
    },
    keepApplied(applied, made) {
      if (textEpoch !== admission.epoch || byText.size >= MAX_TEXTS) byText.clear();
      textEpoch = admission.epoch;
      const text = textButName(applied);
      if (text !== undefined && !admission.hasOwnRules && isLikeSiblings(made.stored) && !namesClaims(made.stored)) byText.set(text, made);
    },
  };
}

/**
 * What of the pod is its siblings' too: how it is to be read, the length of its name, which counts as a part of its annotations, and its text without
 * the name. What is taken out is the first that reads like the name: if that were not the pod's own, the own one would stand in the rest, and only pods
 * of one name would have the rest in common. Undefined where a warning tells the name: where it is no label.
 */
function textButName({ text, name, fieldValidation }: AppliedPod): string | undefined {
  if (dns1123LabelMessages(name).length > 0) return undefined;
  const named = `"name":"${name}"`;
  const at = text.indexOf(named);
  return at < 0 ? undefined : `${fieldValidation} ${name.length} ${at} ${text.slice(0, at)}${text.slice(at + named.length)}`;
}

/** True for a pod with volumes whose claims are named after it: they are checked with its name. */
function namesClaims({ spec }: Pod): boolean {
  return spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false;
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
