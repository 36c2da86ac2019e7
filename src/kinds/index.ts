// The list of kinds: every resource the server of this version serves, with the strategy written for it.
import { apiService } from './apiService.js';
import { certificateSigningRequest } from './certificateSigningRequest.js';
import { clusterRole } from './clusterRole.js';
import { clusterRoleBinding } from './clusterRoleBinding.js';
import { configMap } from './configMap.js';
import { controllerRevision } from './controllerRevision.js';
import { cronJob } from './cronJob.js';
import { csiDriver } from './csiDriver.js';
import { csiNode } from './csiNode.js';
import { csiStorageCapacity } from './csiStorageCapacity.js';
import { customResourceDefinition } from './customResourceDefinition.js';
import { daemonSet } from './daemonSet.js';
import { deployment } from './deployment.js';
import { deviceClass } from './deviceClass.js';
import { endpointSlice } from './endpointSlice.js';
import { endpoints } from './endpoints.js';
import { event, eventsEvent } from './event.js';
import { flowSchema } from './flowSchema.js';
import { horizontalPodAutoscaler } from './horizontalPodAutoscaler.js';
import { horizontalPodAutoscalerV1 } from './horizontalPodAutoscalerV1.js';
import { ingress } from './ingress.js';
import { ingressClass } from './ingressClass.js';
import { ipAddress } from './ipAddress.js';
import { job } from './job.js';
import { lease } from './lease.js';
import { limitRange } from './limitRange.js';
import { mutatingAdmissionPolicy } from './mutatingAdmissionPolicy.js';
import { mutatingAdmissionPolicyBinding } from './mutatingAdmissionPolicyBinding.js';
import { namespace } from './namespace.js';
import { networkPolicy } from './networkPolicy.js';
import { node } from './node.js';
import { persistentVolume } from './persistentVolume.js';
import { persistentVolumeClaim } from './persistentVolumeClaim.js';
import { pod } from './pod.js';
import { podDisruptionBudget } from './podDisruptionBudget.js';
import { podTemplate } from './podTemplate.js';
import { priorityClass } from './priorityClass.js';
import { priorityLevelConfiguration } from './priorityLevelConfiguration.js';
import { replicaSet } from './replicaSet.js';
import { replicationController } from './replicationController.js';
import { resourceClaim } from './resourceClaim.js';
import { resourceClaimTemplate } from './resourceClaimTemplate.js';
import { resourceQuota } from './resourceQuota.js';
import { resourceSlice } from './resourceSlice.js';
import { role } from './role.js';
import { roleBinding } from './roleBinding.js';
import { runtimeClass } from './runtimeClass.js';
import { secret } from './secret.js';
import { service } from './service.js';
import { serviceAccount } from './serviceAccount.js';
import { serviceCIDR } from './serviceCIDR.js';
import { statefulSet } from './statefulSet.js';
import { storageClass } from './storageClass.js';
import { validatingAdmissionPolicy } from './validatingAdmissionPolicy.js';
import { validatingAdmissionPolicyBinding } from './validatingAdmissionPolicyBinding.js';
import { volumeAttachment } from './volumeAttachment.js';
import { volumeAttributesClass } from './volumeAttributesClass.js';
import { validatingWebhookConfiguration, mutatingWebhookConfiguration } from './webhookConfigurations.js';
import type { KindStrategy, Kind, Strategy } from './kind.js';
import { schemaTable } from './schema/index.js';
import { FORMER_VERSIONS, kindSince, LATEST_MINOR } from './schema/versions.js';

/** One entry a kind, sorted by group and kind. A served kind without an entry has no rules of its own. */
const STRATEGIES: readonly KindStrategy[] = [
  apiService,
  certificateSigningRequest,
  clusterRole,
  clusterRoleBinding,
  configMap,
  controllerRevision,
  cronJob,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  customResourceDefinition,
  daemonSet,
  deployment,
  deviceClass,
  endpointSlice,
  endpoints,
  event,
  eventsEvent,
  flowSchema,
  horizontalPodAutoscaler,
  horizontalPodAutoscalerV1,
  ingress,
  ingressClass,
  ipAddress,
  job,
  lease,
  limitRange,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  namespace,
  networkPolicy,
  node,
  persistentVolume,
  persistentVolumeClaim,
  pod,
  podDisruptionBudget,
  podTemplate,
  priorityClass,
  priorityLevelConfiguration,
  replicaSet,
  replicationController,
  resourceClaim,
  resourceClaimTemplate,
  resourceQuota,
  resourceSlice,
  role,
  roleBinding,
  runtimeClass,
  secret,
  service,
  serviceAccount,
  serviceCIDR,
  statefulSet,
  storageClass,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  volumeAttachment,
  volumeAttributesClass,
  validatingWebhookConfiguration,
  mutatingWebhookConfiguration,
];

/** Source: pkg/registry/…/storage.go (ShortNames) */
const SHORT_NAMES: Record<string, readonly string[]> = {
  componentstatuses: ['cs'], configmaps: ['cm'], endpoints: ['ep'], events: ['ev'], limitranges: ['limits'], namespaces: ['ns'],
  nodes: ['no'], persistentvolumeclaims: ['pvc'], persistentvolumes: ['pv'], pods: ['po'], replicationcontrollers: ['rc'],
  resourcequotas: ['quota'], serviceaccounts: ['sa'], services: ['svc'], 'daemonsets.apps': ['ds'], 'deployments.apps': ['deploy'],
  'replicasets.apps': ['rs'], 'statefulsets.apps': ['sts'], 'horizontalpodautoscalers.autoscaling': ['hpa'], 'cronjobs.batch': ['cj'],
  'certificatesigningrequests.certificates.k8s.io': ['csr'], 'ingresses.networking.k8s.io': ['ing'], 'networkpolicies.networking.k8s.io': ['netpol'],
  'ipaddresses.networking.k8s.io': ['ip'], 'poddisruptionbudgets.policy': ['pdb'], 'storageclasses.storage.k8s.io': ['sc'],
  'volumeattributesclasses.storage.k8s.io': ['vac'], 'customresourcedefinitions.apiextensions.k8s.io': ['crd', 'crds'],
  'priorityclasses.scheduling.k8s.io': ['pc'],
};

const kindsByMinor = new Map<number, ReadonlyMap<string, Kind>>();

/** Every built-in kind that Kubernetes 1.`minor` serves, keyed by 'apiVersion/kind' ('v1/Pod', 'apps/v1/Deployment'). */
export function builtInKinds(minor: number = LATEST_MINOR): ReadonlyMap<string, Kind> {
  const known = kindsByMinor.get(minor);
  if (known !== undefined) return known;
  const strategies = new Map<string, Strategy>(STRATEGIES.map((entry) => [`${entry.apiVersion}/${entry.kind}`, entry.strategy]));
  const made = new Map<string, Kind>();
  const { definitions, resources } = schemaTable();
  for (const { group, version, kind, plural, singular, namespaced, definition, verbs } of resources) {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const strategy = strategies.get(`${apiVersion}/${kind}`) ?? {};
    const storedGroup = groupOf(strategy.storage?.apiVersion ?? apiVersion);
    const resource = storedGroup === '' ? plural : `${plural}.${storedGroup}`;
    const hasStatusSubresource = strategy.hasStatusSubresource ?? definitions[definition]?.fields['status'] !== undefined;
    const served: Kind = {
      ...strategy, group, version, kind, plural, singular, namespaced, definition, resource, hasStatusSubresource,
      shortNames: SHORT_NAMES[resource] ?? [], verbs: new Set(verbs),
    };
    if (kindSince(apiVersion, kind) <= minor) made.set(`${apiVersion}/${kind}`, served);
    for (const former of FORMER_VERSIONS) {
      if (former.group === group && former.like === version && minor < former.removed) made.set(`${group}/${former.version}/${kind}`, { ...served, version: former.version });
    }
  }
  kindsByMinor.set(minor, made);
  return made;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
