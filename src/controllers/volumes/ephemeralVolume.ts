// The claims behind generic ephemeral volumes of pods. Source: pkg/controller/volume/ephemeral/controller.go
import { objectKey } from '../../api/meta.js';
import { controllerReference, isControlledBy } from '../../api/ownerReference.js';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { deepCopy } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';
import { createClaimUsers } from './claimUsers.js';

/** Makes the claim `pod-volume` for every ephemeral volume; one of that name that belongs to no such pod stands in the way. */
export const ephemeralVolume: ControllerDescription = {
  name: 'ephemeral_volume',
  create({ client, queue }) {
    const users = createClaimUsers(client.read);
    return {
      handlers: {
        pods(event) {
          const mountsClaims = users.onPod(event).length > 0;
          if (mountsClaims && event.type === 'ADDED' && event.object.spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true) queue.add(event.key);
        },
        persistentvolumeclaims({ type, key }) {
          if (type === 'DELETED') for (const pod of users.podsOf(key)) queue.add(objectKey(pod));
        },
      },
      reconcile(key) {
        const pod = client.read.byKey('pods', key);
        if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return 'done';
        for (const volume of pod.spec?.volumes ?? []) {
          const error = makeClaim(client, pod, volume);
          if (error === undefined) continue;
          client.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${error}`);
          return 'retry';
        }
        return 'done';
      },
    };
  },
};

/** Makes the claim of the volume if it is an ephemeral one. Gives the error text, if any. */
function makeClaim(client: Client, pod: Pod, { name: volumeName, ephemeral }: Volume): string | undefined {
  const template = ephemeral?.volumeClaimTemplate;
  if (template === undefined) return undefined;
  const { namespace = '', name: podName = '' } = pod.metadata;
  const name = `${podName}-${volumeName}`;
  const stored = client.read.get('persistentvolumeclaims', namespace, name);
  if (stored !== undefined) return isControlledBy(stored, pod) ? undefined : `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
  const { labels, annotations } = template.metadata ?? {};
  const claim: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name, namespace, ownerReferences: [controllerReference(pod)],
      ...(labels === undefined ? {} : { labels: { ...labels } }), ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    spec: deepCopy(template.spec),
  };
  const response = client.create(claim);
  return response.code < 300 ? undefined : `create PVC ${name}: ${response.message ?? ''}`;
}
