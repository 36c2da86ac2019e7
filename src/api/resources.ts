// The resources that components watch, by the name the store uses, and the type of their objects.
import type * as types from './types.js';

/** Group resource → type of its objects. */
export interface ResourceTypes {
  configmaps: types.ConfigMap;
  endpoints: types.Endpoints;
  events: types.Event;
  limitranges: types.LimitRange;
  namespaces: types.Namespace;
  nodes: types.Node;
  persistentvolumeclaims: types.PersistentVolumeClaim;
  persistentvolumes: types.PersistentVolume;
  pods: types.Pod;
  podtemplates: types.PodTemplate;
  replicationcontrollers: types.ReplicationController;
  resourcequotas: types.ResourceQuota;
  secrets: types.Secret;
  serviceaccounts: types.ServiceAccount;
  services: types.Service;
  'controllerrevisions.apps': types.ControllerRevision;
  'daemonsets.apps': types.DaemonSet;
  'deployments.apps': types.Deployment;
  'replicasets.apps': types.ReplicaSet;
  'statefulsets.apps': types.StatefulSet;
  'horizontalpodautoscalers.autoscaling': types.HorizontalPodAutoscaler;
  'cronjobs.batch': types.CronJob;
  'jobs.batch': types.Job;
  'leases.coordination.k8s.io': types.Lease;
  'endpointslices.discovery.k8s.io': types.EndpointSlice;
  'ingressclasses.networking.k8s.io': types.IngressClass;
  'ingresses.networking.k8s.io': types.Ingress;
  'ipaddresses.networking.k8s.io': types.IPAddress;
  'networkpolicies.networking.k8s.io': types.NetworkPolicy;
  'servicecidrs.networking.k8s.io': types.ServiceCIDR;
  'runtimeclasses.node.k8s.io': types.RuntimeClass;
  'poddisruptionbudgets.policy': types.PodDisruptionBudget;
  'clusterroles.rbac.authorization.k8s.io': types.ClusterRole;
  'priorityclasses.scheduling.k8s.io': types.PriorityClass;
  'csidrivers.storage.k8s.io': types.CSIDriver;
  'csinodes.storage.k8s.io': types.CSINode;
  'csistoragecapacities.storage.k8s.io': types.CSIStorageCapacity;
  'storageclasses.storage.k8s.io': types.StorageClass;
  'volumeattachments.storage.k8s.io': types.VolumeAttachment;
  'deviceclasses.resource.k8s.io': types.DeviceClass;
  'resourceclaims.resource.k8s.io': types.ResourceResourceClaim;
  'resourceclaimtemplates.resource.k8s.io': types.ResourceClaimTemplate;
  'resourceslices.resource.k8s.io': types.ResourceSlice;
  'customresourcedefinitions.apiextensions.k8s.io': types.CustomResourceDefinition;
  'validatingadmissionpolicies.admissionregistration.k8s.io': types.ValidatingAdmissionPolicy;
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': types.ValidatingAdmissionPolicyBinding;
  'mutatingadmissionpolicies.admissionregistration.k8s.io': types.MutatingAdmissionPolicy;
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': types.MutatingAdmissionPolicyBinding;
  'validatingwebhookconfigurations.admissionregistration.k8s.io': types.ValidatingWebhookConfiguration;
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': types.MutatingWebhookConfiguration;
}

/** The name of a resource that has a type above. */
export type ResourceName = keyof ResourceTypes;
