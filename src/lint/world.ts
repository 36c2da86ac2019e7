// The objects that are linted, with the indexes that rules need: by kind and name, pod templates by namespace.
import type { KubernetesObject } from '../api/meta.js';
import type { CompiledSelector } from '../api/labelSelector.js';
import { isGivenLabel, mayMatch } from './givenLabels.js';
import type { PodSpec } from '../api/types.js';
import { isRecord } from '../util/objects.js';
import type { SourceRange } from './finding.js';

/** One object of the input. */
export interface LintObject {
  object: KubernetesObject;
  /** The namespace it goes to; '' for a cluster-scoped one. */
  namespace: string;
  /** The place of a field; of the nearest field around it when there is no such field. */
  locate(path: string): SourceRange;
  /** The place of the name of a field. */
  locateKey(path: string): SourceRange;
}

/** A pod spec inside an object, with the labels its pods carry. */
export interface PodTemplateView {
  owner: LintObject;
  spec: PodSpec;
  /** 'spec', 'spec.template.spec', … */
  specPath: string;
  labels: Record<string, string>;
  labelsPath: string;
}

/** What stands around the objects that are linted. */
export interface Surroundings {
  /** Objects of the cluster: they are found, and no rule looks at them. */
  cluster?: readonly LintObject[];
  /** What a build of the manifests will add: its kind and the name it is referred to by, in any namespace. */
  generated?: readonly { kind: string; name: string }[];
}

/** All objects and how to find them. A kind that is not Kubernetes' own is called with its group: `Certificate.cert-manager.io`. */
export interface World {
  /** The objects that are linted. */
  readonly objects: readonly LintObject[];
  /** Every object of the kind in the namespace; `namespace` undefined finds all. */
  ofKind(kind: string, namespace?: string): readonly LintObject[];
  /** True for what a build of the manifests will add. */
  isGenerated(kind: string, name: string): boolean;
  /** Objects of the namespace whose kind is not Kubernetes' own. */
  custom(namespace: string): readonly LintObject[];
  find(kind: string, namespace: string, name: string): LintObject | undefined;
  /** Pod templates of the namespace. */
  templates(namespace: string): readonly PodTemplateView[];
  /** The pod template of an object, if it has one. */
  templateOf(object: LintObject): PodTemplateView | undefined;
  selected(namespace: string, selector: CompiledSelector): readonly PodTemplateView[];
}

/** Kind → where its pod template stands. */
const TEMPLATE_PATHS: Record<string, string> = {
  Pod: '',
  PodTemplate: 'template',
  Deployment: 'spec.template', ReplicaSet: 'spec.template', StatefulSet: 'spec.template', DaemonSet: 'spec.template',
  ReplicationController: 'spec.template', Job: 'spec.template', CronJob: 'spec.jobTemplate.spec.template',
};

/** The kinds that carry a pod template. */
export const POD_TEMPLATE_KINDS: readonly string[] = Object.keys(TEMPLATE_PATHS);

/** The name by which rules call the kind of an object. */
export function ruleKind({ apiVersion, kind }: KubernetesObject): string {
  const group = groupOf(apiVersion);
  return isNative(group) ? kind : `${kind}.${group}`;
}

function groupOf(apiVersion: unknown): string {
  const text = String(apiVersion);
  return text.includes('/') ? text.slice(0, text.indexOf('/')) : '';
}

/** Kubernetes' own groups have no dot, or stand below k8s.io. */
function isNative(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** Indexes the objects. */
export function createWorld(objects: readonly LintObject[], { cluster = [], generated = [] }: Surroundings = {}): World {
  const byKind = new Map<string, LintObject[]>();
  const byName = new Map<string, LintObject>();
  const templates = new Map<string, PodTemplateView[]>();
  const byLabel = new Map<string, PodTemplateView[]>();
  const templateOf = new Map<LintObject, PodTemplateView>();
  const custom = new Map<string, LintObject[]>();
  const generatedNames = new Set(generated.map(({ kind, name }) => `${kind}\u0000${name}`));
  for (const each of [...cluster, ...objects]) {
    const { metadata } = each.object;
    const kind = ruleKind(each.object);
    if (kind !== each.object.kind) push(custom, each.namespace, each);
    push(byKind, kind, each);
    push(byKind, `${kind}\u0000${each.namespace}`, each);
    byName.set(`${kind}\u0000${each.namespace}\u0000${metadata?.name ?? ''}`, each);
    const view = templateView(each);
    if (view === undefined) continue;
    templateOf.set(each, view);
    push(templates, each.namespace, view);
    for (const key of Object.keys(view.labels)) push(byLabel, `${each.namespace}\u0000${key}=${view.labels[key]}`, view);
  }
  return {
    objects,
    ofKind: (kind, namespace) => byKind.get(namespace === undefined ? kind : `${kind}\u0000${namespace}`) ?? [],
    find: (kind, namespace, name) => byName.get(`${kind}\u0000${namespace}\u0000${name}`),
    isGenerated: (kind, name) => generatedNames.has(`${kind}\u0000${name}`),
    custom: (namespace) => custom.get(namespace) ?? [],
    templates: (namespace) => templates.get(namespace) ?? [],
    templateOf: (object) => templateOf.get(object),
    selected(namespace, selector) {
      const equality = selector.find(({ key, operator, values }) => operator === 'In' && values.length === 1 && !isGivenLabel(key));
      const candidates = equality === undefined ? templates.get(namespace) : byLabel.get(`${namespace}\u0000${equality.key}=${equality.values[0]}`);
      return (candidates ?? []).filter(({ owner, labels }) => mayMatch(selector, owner.object, labels));
    },
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function templateView(owner: LintObject): PodTemplateView | undefined {
  const path = TEMPLATE_PATHS[ruleKind(owner.object)];
  if (path === undefined) return undefined;
  const template = path === '' ? owner.object : valueAt(owner.object, path);
  if (!isRecord(template) || !isRecord(template['spec'])) return undefined;
  const labels = isRecord(template['metadata']) && isRecord(template['metadata']['labels']) ? template['metadata']['labels'] : {};
  const prefix = path === '' ? '' : `${path}.`;
  // Lint reads objects before the server has decoded them: a spec of the wrong shape is the server's finding, and rules look at what is there.
  return { owner, spec: template['spec'] as unknown as PodSpec, specPath: `${prefix}spec`, labels: labels as Record<string, string>, labelsPath: `${prefix}metadata.labels` };
}

/** The value at a dotted path of field names. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const field of path.split('.')) {
    if (!isRecord(at)) return undefined;
    at = at[field];
  }
  return at;
}
