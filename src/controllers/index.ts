// The controllers, in the order in which the loop asks them. Source: cmd/kube-controller-manager/app/controllermanager.go
import type { ControllerDescription } from './controller.js';
import { cloudNode } from './cloud/cloudNode.js';
import { serviceLoadBalancer } from './cloud/serviceLoadBalancer.js';
import { clusterRoleAggregation } from './clusterRoleAggregation.js';
import { cronJob } from './cronJob.js';
import { customResourceDefinitions } from './customResourceDefinitions.js';
import { daemonSet } from './daemonSet/daemonSet.js';
import { deployment } from './deployment/deployment.js';
import { disruption } from './disruption.js';
import { endpoints } from './endpoints/endpoints.js';
import { endpointSlice } from './endpoints/endpointSlice.js';
import { endpointSliceMirroring } from './endpoints/endpointSliceMirroring.js';
import { garbageCollector } from './garbageCollector.js';
import { horizontalPodAutoscaler } from './horizontalPodAutoscaler.js';
import { job } from './job/job.js';
import { namespace } from './namespace.js';
import { nodeEviction } from './nodeEviction.js';
import { nodeLifecycle } from './nodeLifecycle.js';
import { nodeTtl } from './nodeTtl.js';
import { podGarbageCollector } from './podGarbageCollector.js';
import { replicaSet, replicationController } from './replicaSet.js';
import { resourceQuota } from './resourceQuota.js';
import { rootCertificates } from './rootCertificates.js';
import { serviceAccounts } from './serviceAccounts.js';
import { serviceCidrs } from './serviceCidrs.js';
import { statefulSet } from './statefulSet/statefulSet.js';
import { taintEviction } from './taintEviction.js';
import { ttlAfterFinished } from './ttlAfterFinished.js';
import { validatingAdmissionPolicyStatus } from './validatingAdmissionPolicyStatus.js';
import { ephemeralVolume } from './volumes/ephemeralVolume.js';
import { persistentVolume } from './volumes/persistentVolume.js';
import { claimProtection, volumeProtection } from './volumes/protection.js';
import { provisioner } from './volumes/provisioner.js';
import { volumeExpand } from './volumes/volumeExpand.js';

/** Every controller of the control plane. An owner comes before what it owns, so that it sees the whole effect of its writes first. */
export const CONTROLLERS: readonly ControllerDescription[] = [
  customResourceDefinitions,
  validatingAdmissionPolicyStatus,
  clusterRoleAggregation,
  cloudNode,
  nodeLifecycle,
  nodeEviction,
  taintEviction,
  nodeTtl,
  resourceQuota,
  serviceAccounts,
  rootCertificates,
  deployment,
  replicaSet,
  replicationController,
  statefulSet,
  daemonSet,
  job,
  cronJob,
  ttlAfterFinished,
  horizontalPodAutoscaler,
  disruption,
  ephemeralVolume,
  persistentVolume,
  provisioner,
  volumeExpand,
  claimProtection,
  volumeProtection,
  serviceCidrs,
  serviceLoadBalancer,
  endpointSlice,
  endpoints,
  endpointSliceMirroring,
  namespace,
  podGarbageCollector,
  garbageCollector,
];
