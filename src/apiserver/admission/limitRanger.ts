// The LimitRanges of a namespace: defaults for containers, then bounds. Source: plugin/pkg/admission/limitranger/admission.go
import { isPodLevelResource, isSidecar } from '../../api/podRequests.js';
import { addQuantities, compareQuantities, quantityMilli, quantityNano } from '../../api/quantity.js';
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec, ResourceRequirements } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { forbiddenByAdmission, type AdmissionPlugin } from './admission.js';

type Amounts = Record<string, string>;

const ANNOTATION = 'kubernetes.io/limit-ranger';
const PREFIX = 'LimitRanger plugin set: ';

/** Fills in and checks requests and limits of pods, and the size of claims. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  admit({ operation, kind, subresource, namespace, object }, { read }) {
    if (operation !== 'CREATE' || subresource !== '' || kind.resource !== 'pods') return undefined;
    for (const range of read.list('limitranges', namespace)) setDefaults(range, object as Pod);
    return undefined;
  },
  validate(attributes, { read }) {
    const { operation, kind, subresource, namespace, object } = attributes;
    const isPod = kind.resource === 'pods';
    if (subresource !== '' || operation === 'DELETE' || (isPod && operation === 'UPDATE') || attributes.old?.metadata.deletionTimestamp !== undefined) return undefined;
    for (const range of read.list('limitranges', namespace)) {
      const errors = isPod ? podErrors(range, (object as Pod).spec) : claimErrors(range, object as PersistentVolumeClaim);
      const texts = [...new Set(errors)];
      if (texts.length > 0) return forbiddenByAdmission(attributes, texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`);
    }
    return undefined;
  },
};

function setDefaults({ spec: rangeSpec }: LimitRange, { metadata, spec }: Pod): void {
  const limits: Amounts = {};
  const requests: Amounts = {};
  for (const item of rangeSpec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    Object.assign(limits, item.default);
    Object.assign(requests, item.defaultRequest);
  }
  if (spec === undefined || (Object.keys(limits).length === 0 && Object.keys(requests).length === 0)) return;
  const notes: string[] = [];
  for (const container of spec.containers ?? []) setContainerDefaults(container, 'container', { limits, requests }, notes);
  for (const container of spec.initContainers ?? []) setContainerDefaults(container, 'init container', { limits, requests }, notes);
  if (notes.length > 0) metadata.annotations = { ...metadata.annotations, [ANNOTATION]: PREFIX + notes.join('; ') };
}

function setContainerDefaults(container: Container, label: string, { limits, requests }: { limits: Amounts; requests: Amounts }, notes: string[]): void {
  const resources: ResourceRequirements = { ...container.resources };
  const fill = (field: 'requests' | 'limits', defaults: Amounts, word: string): void => {
    const missing = sortedKeys(defaults).filter((name) => resources[field]?.[name] === undefined);
    if (missing.length === 0) return;
    resources[field] = { ...resources[field], ...Object.fromEntries(missing.map((name) => [name, defaults[name] as string])) };
    notes.push(`${missing.join(', ')} ${word} for ${label} ${container.name}`);
  };
  fill('requests', requests, 'request');
  fill('limits', limits, 'limit');
  container.resources = resources;
}

function podErrors({ spec: rangeSpec }: LimitRange, spec: PodSpec | undefined): string[] {
  const errors: string[] = [];
  if (spec === undefined) return errors;
  for (const item of rangeSpec?.limits ?? []) {
    if (item.type === 'Container') {
      for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) check(item, container.resources?.requests ?? {}, container.resources?.limits ?? {}, errors);
    } else if (item.type === 'Pod') check(item, podTotal(spec, 'requests'), podTotal(spec, 'limits'), errors);
  }
  return errors;
}

function check(item: LimitRangeItem, requests: Amounts, limits: Amounts, errors: string[]): void {
  const type = item.type;
  for (const name of sortedKeys(item.min)) checkMin(type, name, { bound: (item.min as Amounts)[name] as string, requests, limits }, errors);
  for (const name of sortedKeys(item.max)) checkMax(type, name, { bound: (item.max as Amounts)[name] as string, requests, limits }, errors);
  for (const name of sortedKeys(item.maxLimitRequestRatio)) checkRatio(type, name, { bound: (item.maxLimitRequestRatio as Amounts)[name] as string, requests, limits }, errors);
}

interface Bound {
  bound: string;
  requests: Amounts;
  limits: Amounts;
}

function checkMin(type: string, name: string, { bound, requests, limits }: Bound, errors: string[]): void {
  const [request, limit] = [requests[name], limits[name]];
  const text = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) errors.push(`${text}.  No request is specified`);
  else if (compareQuantities(request, bound) < 0) errors.push(`${text}, but request is ${request}`);
  else if (limit !== undefined && compareQuantities(limit, bound) < 0) errors.push(`${text}, but limit is ${limit}`);
}

function checkMax(type: string, name: string, { bound, requests, limits }: Bound, errors: string[]): void {
  const [request, limit] = [requests[name], limits[name]];
  const text = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) errors.push(`${text}.  No limit is specified`);
  else if (compareQuantities(limit, bound) > 0) errors.push(`${text}, but limit is ${limit}`);
  else if (request !== undefined && compareQuantities(request, bound) > 0) errors.push(`${text}, but request is ${request}`);
}

function checkRatio(type: string, name: string, { bound, requests, limits }: Bound, errors: string[]): void {
  const [request, limit] = [requests[name], limits[name]];
  const text = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (request === undefined || quantityNano(request) === 0n) errors.push(`${text}, but no request is specified or request is 0`);
  else if (limit === undefined || quantityNano(limit) === 0n) errors.push(`${text}, but no limit is specified or limit is 0`);
  else {
    const ratio = quantityMilli(limit) / quantityMilli(request);
    if (ratio * 1000 > quantityMilli(bound)) errors.push(`${text}, but provided ratio is ${ratio.toFixed(6)}`);
  }
}

/** Containers and sidecars together, or the peak while init containers run; what the pod names for itself counts instead. Overhead does not count. */
function podTotal(spec: PodSpec, field: 'requests' | 'limits'): Amounts {
  const total: Amounts = {};
  const add = (into: Amounts, list: Amounts | undefined): void => {
    for (const [name, quantity] of Object.entries(list ?? {})) into[name] = into[name] === undefined ? quantity : addQuantities(into[name], quantity);
  };
  for (const container of spec.containers ?? []) add(total, container.resources?.[field]);
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own: Amounts = { ...sidecars };
    add(own, container.resources?.[field]);
    if (isSidecar(container)) {
      add(sidecars, container.resources?.[field]);
      add(total, container.resources?.[field]);
    }
    for (const [name, quantity] of Object.entries(own)) if (peak[name] === undefined || compareQuantities(quantity, peak[name]) > 0) peak[name] = quantity;
  }
  for (const [name, quantity] of Object.entries(peak)) if (total[name] === undefined || compareQuantities(quantity, total[name]) > 0) total[name] = quantity;
  for (const [name, quantity] of Object.entries(spec.resources?.[field] ?? {})) if (isPodLevelResource(name)) total[name] = quantity;
  return total;
}

function claimErrors({ spec: rangeSpec }: LimitRange, { spec }: PersistentVolumeClaim): string[] {
  const errors: string[] = [];
  const requests = spec?.resources?.requests ?? {};
  for (const item of rangeSpec?.limits ?? []) {
    if (item.type !== 'PersistentVolumeClaim') continue;
    for (const name of sortedKeys(item.min)) checkMin(item.type, name, { bound: (item.min as Amounts)[name] as string, requests, limits: {} }, errors);
    for (const name of sortedKeys(item.max)) {
      const [bound, request] = [(item.max as Amounts)[name] as string, requests[name]];
      const text = `maximum ${name} usage per ${item.type} is ${bound}`;
      if (request === undefined) errors.push(`${text}.  No request is specified`);
      else if (compareQuantities(request, bound) > 0) errors.push(`${text}, but request is ${request}`);
    }
  }
  return errors;
}
