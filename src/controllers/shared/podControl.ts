// How controllers make and delete pods, with the events that tell of it on the owner.
// Source: pkg/controller/controller_utils.go (RealPodControl, SlowStartBatch)
import type { KubernetesObject, Response } from '../../api/meta.js';
import { controllerReference } from '../../api/ownerReference.js';
import type { ObjectMeta, Pod, PodTemplateSpec } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { isEmptyRecord } from '../../util/objects.js';

/** Pods made or deleted in one sync at most. */
export const BURST_REPLICAS = 500;

/** A pod of the template. The template's spec is shared, not copied. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubernetesObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const metadata: ObjectMeta = {
    generateName: generateNameOf(owner.metadata.name ?? ''),
    namespace: owner.metadata.namespace ?? '',
    ownerReferences: [controllerReference(owner)],
  };
  if (labels !== undefined) metadata.labels = labels;
  if (annotations !== undefined) metadata.annotations = annotations;
  if (finalizers !== undefined) metadata.finalizers = finalizers;
  return { apiVersion: 'v1', kind: 'Pod', metadata, ...(template.spec === undefined ? {} : { spec: template.spec }) };
}

function generateNameOf(ownerName: string): string {
  return ownerName.length < 253 ? `${ownerName}-` : ownerName;
}

/** True when the namespace is going away, so that a refused creation is no failure. */
export function isNamespaceTerminating(response: Response): boolean {
  return response.code === 403 && (response.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true || (response.message ?? '').endsWith('because it is being terminated'));
}

/** The error text of a refused creation, or undefined. */
export function createPod(client: Client, owner: KubernetesObject, pod: Pod): string | undefined {
  if (isEmptyRecord(pod.metadata.labels)) return 'unable to create pods, no labels';
  const response = client.create(pod);
  if (response.code < 300) {
    client.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${response.object?.metadata.name ?? ''}`);
    return undefined;
  }
  if (isNamespaceTerminating(response)) return undefined;
  client.event(owner, 'Warning', 'FailedCreate', `Error creating: ${response.message ?? ''}`);
  return response.message ?? '';
}

/** The error text of a refused deletion, or undefined; a pod that is gone is deleted. */
export function deletePod(client: Client, owner: KubernetesObject, pod: Pod): string | undefined {
  const response = client.delete(pod);
  if (response.code === 404) return undefined;
  if (response.code < 300) {
    client.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`);
    return undefined;
  }
  client.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${response.message ?? ''}`);
  return `unable to delete pods: ${response.message ?? ''}`;
}

/** Runs `create(index)` for 0 ≤ index < count in batches of 1, 2, 4 …; a batch with an error is the last. Returns the first error. */
export function slowStartBatch(count: number, create: (index: number) => string | undefined): string | undefined {
  let done = 0;
  for (let size = 1; done < count; size *= 2) {
    const end = Math.min(done + size, count);
    let firstError: string | undefined;
    for (; done < end; done++) {
      const error = create(done);
      firstError ??= error;
    }
    if (firstError !== undefined) return firstError;
  }
  return undefined;
}
