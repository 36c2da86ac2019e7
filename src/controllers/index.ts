// The controllers, in the order in which the loop asks them. Source: cmd/kube-controller-manager/app/controllermanager.go
import type { ControllerDescription } from './controller.js';
import { daemonSet } from './daemonSet/daemonSet.js';
import { deployment } from './deployment/deployment.js';
import { replicaSet, replicationController } from './replicaSet.js';
import { statefulSet } from './statefulSet/statefulSet.js';

/** Every controller of the control plane. An owner comes before what it owns, so that it sees the whole effect of its writes first. */
export const CONTROLLERS: readonly ControllerDescription[] = [
  deployment,
  replicaSet,
  replicationController,
  statefulSet,
  daemonSet,
];
