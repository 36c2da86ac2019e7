// The pods that belong together with a pod: what its Services and its controller select.
// Source: pkg/scheduler/framework/plugins/helper/spread.go (DefaultSelector)
import { compileLabelMap, compileLabelSelector, type CompiledSelector } from '../../api/labelSelector.js';
import { controllerOf } from '../../api/ownerReference.js';
import type { Reader } from '../../apiserver/reader.js';
import type { PodInfo } from '../framework/podInfo.js';

/** The selector; empty when nothing selects the pod. */
export function defaultSelector(pod: PodInfo, read: Reader): CompiledSelector {
  const pairs: Record<string, string> = {};
  for (const service of read.list('services', pod.namespace)) {
    const selector = service.spec?.selector;
    if (selector !== undefined && hasAll(pod.labels, selector)) Object.assign(pairs, selector);
  }
  const owner = controllerOf(pod.pod);
  switch (owner === undefined ? '' : `${owner.apiVersion}/${owner.kind}`) {
    case 'v1/ReplicationController':
      Object.assign(pairs, read.get('replicationcontrollers', pod.namespace, owner?.name ?? '')?.spec?.selector);
      return compileLabelMap(pairs);
    case 'apps/v1/ReplicaSet': {
      const selector = read.get('replicasets.apps', pod.namespace, owner?.name ?? '')?.spec?.selector;
      return [...compileLabelMap(pairs), ...(selector === undefined ? [] : compileLabelSelector(selector))];
    }
    case 'apps/v1/StatefulSet': {
      const selector = read.get('statefulsets.apps', pod.namespace, owner?.name ?? '')?.spec?.selector;
      return [...compileLabelMap(pairs), ...(selector === undefined ? [] : compileLabelSelector(selector))];
    }
    default:
      return compileLabelMap(pairs);
  }
}

function hasAll(labels: Record<string, string> | undefined, pairs: Record<string, string>): boolean {
  for (const key in pairs) if (labels?.[key] !== pairs[key]) return false;
  return true;
}
