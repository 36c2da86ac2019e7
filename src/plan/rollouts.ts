// How Deployments went from one template to the next: every change of a ReplicaSet's size, the most pods and the fewest ready ones seen.
import type { WatchEvent } from '../api/meta.js';
import { controllerOf } from '../api/ownerReference.js';
import { isPodActive, isPodReady } from '../api/pods.js';
import type { Pod, ReplicaSet } from '../api/types.js';
import type { ApiServer } from '../apiserver/apiServer.js';
import { compareStrings } from '../util/compare.js';
import type { PlannedRollout } from './model.js';

/** Watches the rollouts of one step after the other. */
export interface RolloutRecorder {
  /** What was seen since the last call, ordered by namespace and name. */
  endStep(step: number): PlannedRollout[];
}

/** What is counted of one Deployment. */
interface Counts {
  namespace: string;
  name: string;
  pods: number;
  ready: number;
  /** Of the step under way. */
  scaling: PlannedRollout['scaling'];
  mostPods: number;
  fewestReady: number;
  podsBefore: number;
}

/** A recorder that has seen everything since it was made. */
export function recordRollouts(server: ApiServer): RolloutRecorder {
  const byDeployment = new Map<string, Counts>();
  /** uid of a ReplicaSet → what is counted of its Deployment. */
  const bySet = new Map<string, Counts>();
  const scaled = new Set<Counts>();

  const countsOf = (set: ReplicaSet): Counts | undefined => {
    const known = bySet.get(set.metadata.uid ?? '');
    if (known !== undefined) return known;
    const owner = controllerOf(set);
    if (owner?.kind !== 'Deployment') return undefined;
    let counts = byDeployment.get(owner.uid);
    if (counts === undefined) byDeployment.set(owner.uid, (counts = { namespace: set.metadata.namespace ?? '', name: owner.name, pods: 0, ready: 0, scaling: [], mostPods: 0, fewestReady: 0, podsBefore: 0 }));
    bySet.set(set.metadata.uid ?? '', counts);
    return counts;
  };

  const setChanged = ({ type, object, old }: WatchEvent<ReplicaSet>): void => {
    const counts = countsOf(object);
    if (counts === undefined) return;
    const from = type === 'ADDED' ? 0 : ((old ?? object).spec?.replicas ?? 0);
    const to = type === 'DELETED' ? 0 : (object.spec?.replicas ?? 0);
    if (from === to) return;
    counts.scaling.push({ replicaSet: object.metadata.name ?? '', from, to });
    scaled.add(counts);
  };

  const podChanged = ({ type, object, old }: WatchEvent<Pod>): void => {
    const owner = controllerOf(object);
    const counts = owner?.kind === 'ReplicaSet' ? bySet.get(owner.uid) : undefined;
    if (counts === undefined) return;
    const before = type === 'ADDED' ? undefined : (old ?? object);
    const after = type === 'DELETED' ? undefined : object;
    const counted = (pod: Pod | undefined): boolean => pod !== undefined && isPodActive(pod);
    const ready = (pod: Pod | undefined): boolean => pod !== undefined && isPodActive(pod) && isPodReady(pod);
    counts.pods += Number(counted(after)) - Number(counted(before));
    counts.ready += Number(ready(after)) - Number(ready(before));
    if (counts.pods > counts.mostPods) counts.mostPods = counts.pods;
    if (counts.ready < counts.fewestReady) counts.fewestReady = counts.ready;
  };

  server.watch((event, resource) => {
    // The resource tells the type of the object.
    if (resource === 'pods') podChanged(event as WatchEvent as WatchEvent<Pod>);
    else if (resource === 'replicasets.apps') setChanged(event as WatchEvent as WatchEvent<ReplicaSet>);
  });

  return {
    endStep(step) {
      const rollouts = [...scaled].map(({ namespace, name, scaling, mostPods, fewestReady, podsBefore }): PlannedRollout => ({ step, namespace, name, scaling, mostPods, ...(podsBefore === 0 ? {} : { fewestReady }) }));
      scaled.clear();
      for (const counts of byDeployment.values()) {
        counts.scaling = [];
        counts.podsBefore = counts.mostPods = counts.pods;
        counts.fewestReady = counts.ready;
      }
      return rollouts.sort((a, b) => compareStrings(a.namespace, b.namespace) || compareStrings(a.name, b.name));
    },
  };
}
