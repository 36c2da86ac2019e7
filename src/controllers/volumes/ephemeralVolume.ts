// The claims behind generic ephemeral volumes of pods. Source: pkg/controller/volume/ephemeral/controller.go
import { objectKey } from '../../api/meta.js';
import { controllerOf, controllerReference, isControlledBy } from '../../api/ownerReference.js';
import type { PersistentVolumeClaim } from '../../api/types.js';
import { deepCopy } from '../../util/objects.js';
import type { ControllerDescription } from '../controller.js';

/** Makes the claim `pod-volume` for every ephemeral volume; one of that name that belongs to no such pod stands in the way. */
export const ephemeralVolume: ControllerDescription = {
  name: 'ephemeral_volume',
  create: ({ client, queue }) => ({
    handlers: {
      pods: ({ type, object }) => {
        if (type === 'ADDED' && object.spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true) queue.add(objectKey(object));
      },
      persistentvolumeclaims: ({ type, object }) => {
        const owner = controllerOf(object);
        if (type === 'DELETED' && owner?.kind === 'Pod') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
      },
    },
    reconcile(key) {
      const pod = client.read.byKey('pods', key);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return 'done';
      let isBlocked = false;
      for (const { name, ephemeral } of pod.spec?.volumes ?? []) {
        const template = ephemeral?.volumeClaimTemplate;
        if (template === undefined) continue;
        const claimName = `${pod.metadata.name ?? ''}-${name}`;
        const namespace = pod.metadata.namespace ?? '';
        const stored = client.read.get('persistentvolumeclaims', namespace, claimName);
        if (stored !== undefined) {
          isBlocked ||= !isControlledBy(stored, pod);
          continue;
        }
        const { labels, annotations } = template.metadata ?? {};
        const claim: PersistentVolumeClaim = {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name: claimName, namespace, ownerReferences: [controllerReference(pod)],
            ...(labels === undefined ? {} : { labels: { ...labels } }), ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
          },
          spec: deepCopy(template.spec),
        };
        isBlocked ||= client.create(claim).code >= 300;
      }
      return isBlocked ? 'retry' : 'done';
    },
  }),
};
