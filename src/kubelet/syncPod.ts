// One action of one kubelet on one pod: what the stage says is written to the API server.
import { succeeded } from '../api/meta.js';
import type { Pod } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import type { Stage, StageContext } from './stages/stage.js';

/** Runs the stage that is due; false when the server refused the write, which then is not tried again before the pod changes. */
export function syncPod(client: Client, pod: Pod, { stage, context }: { stage: Stage; context: StageContext }): boolean {
  const result = stage.run(pod, context);
  if (result === 'remove') return succeeded(client.delete(pod, { gracePeriodSeconds: 0 }));
  const { apiVersion, kind, metadata, spec } = pod;
  if (!succeeded(client.updateStatus<Pod>({ apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }), status: result.status }))) return false;
  if (result.warning !== undefined) client.event(pod, 'Warning', result.warning.reason, result.warning.message);
  return true;
}
