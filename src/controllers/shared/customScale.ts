// The scale subresource of custom resources: which kinds have one, and what it tells of an object.
// Source: apiextensions-apiserver/pkg/registry/customresource/etcd.go (scaleFromCustomResource)
import { isConditionTrue } from '../../api/conditions.js';
import type { CompiledSelector, LabelRequirement } from '../../api/labelSelector.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { CustomResourceSubresourceScale } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';

/** A custom kind that is served. */
export interface CustomKind {
  /** 'rollouts.argoproj.io'. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Undefined when objects of the kind have no size. */
  readonly scale: CustomResourceSubresourceScale | undefined;
}

/** The kind of that name; without a version the one that is stored, else the first that is served. */
export function findCustomKind(read: Reader, { group, version, kind }: { group: string; version?: string | undefined; kind: string }): CustomKind | undefined {
  for (const { spec, status } of read.list('customresourcedefinitions.apiextensions.k8s.io')) {
    if (spec.group !== group || spec.names.kind !== kind || !isConditionTrue(status?.conditions, 'Established')) continue;
    const served = spec.versions.filter((each) => each.served);
    const found = version === undefined ? (served.find(({ storage }) => storage) ?? served[0]) : served.find(({ name }) => name === version);
    if (found !== undefined) return { resource: `${spec.names.plural}.${spec.group}`, namespaced: spec.scope === 'Namespaced', scale: found.subresources?.scale };
  }
  return undefined;
}

/** How many replicas the object asks for, or the server's words when it does not say. */
export function specReplicasOf(object: KubernetesObject, { specReplicasPath }: CustomResourceSubresourceScale): number | string {
  const replicas = valueAt(object, specReplicasPath);
  return typeof replicas === 'number' ? replicas : `Internal error occurred: the spec replicas field "${specReplicasPath}" does not exist`;
}

/** The object, asking for so many replicas. */
export function withSpecReplicas(object: KubernetesObject, { specReplicasPath }: CustomResourceSubresourceScale, replicas: number): KubernetesObject {
  const write = (value: unknown, [name = '', ...rest]: string[]): unknown => {
    const fields = value as Record<string, unknown> | undefined;
    return { ...fields, [name]: rest.length === 0 ? replicas : write(fields?.[name], rest) };
  };
  return write(object, stepsOf(specReplicasPath)) as KubernetesObject;
}

/** The selector of the object's pods in the form of a query; '' when it tells none. */
export function podSelectorOf(object: KubernetesObject, { labelSelectorPath = '' }: CustomResourceSubresourceScale): string {
  const text = labelSelectorPath === '' ? undefined : valueAt(object, labelSelectorPath);
  return typeof text === 'string' ? text : '';
}

/** A selector in the form of a query: 'app=web,tier in (a,b),!old'; undefined when it is none. Source: apimachinery/pkg/labels/selector.go (Parse) */
export function parseSelectorQuery(text: string): CompiledSelector | undefined {
  const requirements: LabelRequirement[] = [];
  for (const part of text.split(/,(?![^(]*\))/)) {
    const match = /^\s*(?:!\s*([^\s=!]+)|([^\s=!]+)|([^\s=!]+)\s*(==?|!=)\s*([^\s=!]*)|([^\s=!]+)\s+(in|notin)\s*\(([^)]*)\))\s*$/.exec(part);
    if (match === null) return undefined;
    const [, absent, present, key, sign, value = '', setKey, operator, values = ''] = match;
    if (absent !== undefined) requirements.push({ key: absent, operator: 'DoesNotExist', values: [] });
    else if (present !== undefined) requirements.push({ key: present, operator: 'Exists', values: [] });
    else if (key !== undefined) requirements.push({ key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] });
    else requirements.push({ key: setKey as string, operator: operator === 'in' ? 'In' : 'NotIn', values: values.split(',').map((each) => each.trim()) });
  }
  return requirements;
}

function valueAt(object: KubernetesObject, path: string): unknown {
  return stepsOf(path).reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
}

function stepsOf(path: string): string[] {
  return path.replace(/^\./, '').split('.');
}
