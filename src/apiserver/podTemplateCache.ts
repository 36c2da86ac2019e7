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
  /** The pods that are applied with the same text but for their names, and labels that say their names; undefined when there can be none like this one. */
  alikeTo(applied: AppliedPod): AlikePods | undefined;
}

/** Pods that are applied alike. */
export interface AlikePods {
  /** What became of the first of them. */
  readonly made: MadePod | undefined;
  /** Keeps what became of this one. */
  keep(made: MadePod): void;
}

/** A pod as kubectl applies it. */
export interface AppliedPod {
  /** All of it, as JSON with sorted keys. */
  readonly text: string;
  readonly name: string;
  readonly labels: ObjectMeta['labels'];
  readonly fieldValidation: FieldValidation | undefined;
}

/** What the pipeline made of a pod. */
export interface MadePod {
  readonly stored: Pod;
  readonly warnings: readonly string[];
}

/** Texts that are kept. When there are more and fewer pods were like one of them, looking is given up. */
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
  /** Pods that were like one of the texts. */
  let alike = 0;
  let areUnlike = false;

  const startTexts = (): void => {
    areUnlike = textEpoch === admission.epoch && alike < byText.size;
    byText.clear();
    alike = 0;
    textEpoch = admission.epoch;
  };

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
    alikeTo(applied) {
      if (textEpoch !== admission.epoch) startTexts();
      const text = areUnlike || admission.hasOwnRules ? undefined : textButName(applied);
      if (text === undefined) return undefined;
      const made = byText.get(text);
      if (made !== undefined) alike++;
      return {
        made,
        keep(first) {
          // What was written meanwhile may have changed what admission says.
          if (textEpoch !== admission.epoch) return;
          if (byText.size >= MAX_TEXTS) startTexts();
          if (isLikeSiblings(first.stored) && !namesClaims(first.stored) && !readsLabels(first.stored)) byText.set(text, first);
        },
      };
    },
  };
}

/**
 * What of the pod is its siblings' too: how it is to be read, the length of its name, which counts as a part of its annotations, and its text without
 * its name, and without labels that say it: each leaves a gap, as JSON has none otherwise, so that the rest tells where it stood. Undefined for a name
 * that is no label, since a warning tells it, and where something else in the metadata reads like the name; what the spec says is the same for siblings.
 */
function textButName({ text, name, labels, fieldValidation }: AppliedPod): string | undefined {
  if (dns1123LabelMessages(name).length > 0) return undefined;
  const named = `"${name}"`;
  const specAt = text.indexOf('"spec":{');
  let left = 1;
  for (const key in labels) if (labels[key] === name) left++;
  let rest = '';
  let from = 0;
  for (let at = text.indexOf(named); at >= 0 && at < specAt; at = text.indexOf(named, from)) {
    rest += text.slice(from, at);
    from = at + named.length;
    left--;
  }
  return left === 0 ? `${fieldValidation} ${name.length} ${rest}${text.slice(from)}` : undefined;
}

/** The labels of a pod for its sibling: those that say the name of the one say the name of the other. */
export function labelsFor(name: string, { metadata }: Pod): ObjectMeta['labels'] {
  const { labels } = metadata;
  let own = labels;
  for (const key in labels) if (labels[key] === metadata.name) own = { ...own, [key]: name };
  return own;
}

/** True for a pod whose spec may hold what its labels say. */
function readsLabels({ metadata, spec }: Pod): boolean {
  const hasSelectors = spec?.affinity !== undefined || spec?.topologySpreadConstraints !== undefined;
  return hasSelectors && Object.values(metadata.labels ?? {}).includes(metadata.name ?? '');
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
