// The end of a pod that is being deleted: its containers are stopped and the object is removed.
// Source: pkg/kubelet/status/status_manager.go (syncPod: a finished pod with a deletionTimestamp is deleted with grace 0)
import type { Stage } from './stage.js';

/** Due until the grace period of the object is 0, which is what the kubelet's own deletion makes it. */
export const terminate: Stage = {
  name: 'terminate',
  isDue: ({ metadata }) => metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds !== 0,
  run: () => 'remove',
};
