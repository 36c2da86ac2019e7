// Which API versions are deprecated, when they go and what replaces them; and, for manifests of a version that is gone, where it went.
// Source: staging/src/k8s.io/api/*/*/zz_generated.prerelease-lifecycle.go, kubernetes.io/docs/reference/using-api/deprecation-guide
import { apiVersionOf, type Kind } from '../kinds/kind.js';
import { LATEST_MINOR } from '../kinds/schema/versions.js';

/** The life of one kind in one API version; versions are minor versions of Kubernetes 1. */
export interface ApiLifecycle {
  readonly apiVersion: string;
  /** Empty: every kind of the version. */
  readonly kinds: readonly string[];
  readonly deprecated: number | undefined;
  /** The first version that does not serve it; undefined when none is set. */
  readonly removed: number | undefined;
  /** 'apps/v1', or with another kind 'discovery.k8s.io/v1 EndpointSlice'; '' when nothing replaces it. */
  readonly replacement: string;
}

const row = (apiVersion: string, kinds: string, deprecated: number | undefined, removed: number | undefined, replacement: string): ApiLifecycle => ({
  apiVersion, kinds: kinds === '' ? [] : kinds.split(' '), deprecated, removed, replacement,
});

/** Every deprecated or removed version that manifests still name. */
const API_LIFECYCLE: readonly ApiLifecycle[] = [
  row('v1', 'ComponentStatus', 19, undefined, ''),
  row('v1', 'Endpoints', 33, undefined, 'discovery.k8s.io/v1 EndpointSlice'),
  row('extensions/v1beta1', 'DaemonSet Deployment ReplicaSet', 8, 16, 'apps/v1'),
  row('extensions/v1beta1', 'NetworkPolicy', 9, 16, 'networking.k8s.io/v1'),
  row('extensions/v1beta1', 'PodSecurityPolicy', 11, 16, ''),
  row('extensions/v1beta1', 'Ingress', 14, 22, 'networking.k8s.io/v1'),
  row('apps/v1beta1', '', 8, 16, 'apps/v1'),
  row('apps/v1beta2', '', 9, 16, 'apps/v1'),
  row('networking.k8s.io/v1beta1', 'Ingress IngressClass', 19, 22, 'networking.k8s.io/v1'),
  row('networking.k8s.io/v1beta1', 'IPAddress ServiceCIDR', 34, 37, 'networking.k8s.io/v1'),
  row('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration ValidatingWebhookConfiguration', 16, 22, 'admissionregistration.k8s.io/v1'),
  row('admissionregistration.k8s.io/v1beta1', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding', 31, 34, 'admissionregistration.k8s.io/v1'),
  row('admissionregistration.k8s.io/v1alpha1', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding', 29, 32, 'admissionregistration.k8s.io/v1'),
  row('admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding', 37, 40, 'admissionregistration.k8s.io/v1'),
  row('admissionregistration.k8s.io/v1alpha1', 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding', 35, 38, 'admissionregistration.k8s.io/v1'),
  row('apiextensions.k8s.io/v1beta1', '', 16, 22, 'apiextensions.k8s.io/v1'),
  row('apiregistration.k8s.io/v1beta1', '', 19, 22, 'apiregistration.k8s.io/v1'),
  row('authentication.k8s.io/v1beta1', 'TokenReview', 19, 22, 'authentication.k8s.io/v1'),
  row('authentication.k8s.io/v1beta1', 'SelfSubjectReview', 30, 33, 'authentication.k8s.io/v1'),
  row('authorization.k8s.io/v1beta1', '', 19, 22, 'authorization.k8s.io/v1'),
  row('autoscaling/v2beta1', '', 22, 25, 'autoscaling/v2'),
  row('autoscaling/v2beta2', '', 23, 26, 'autoscaling/v2'),
  row('batch/v1beta1', 'CronJob', 21, 25, 'batch/v1'),
  row('batch/v2alpha1', 'CronJob', undefined, 21, 'batch/v1'),
  row('certificates.k8s.io/v1beta1', 'CertificateSigningRequest', 19, 22, 'certificates.k8s.io/v1'),
  row('certificates.k8s.io/v1alpha1', 'ClusterTrustBundle', 34, 37, 'certificates.k8s.io/v1beta1'),
  row('coordination.k8s.io/v1beta1', 'Lease', 19, 22, 'coordination.k8s.io/v1'),
  row('discovery.k8s.io/v1beta1', '', 21, 25, 'discovery.k8s.io/v1'),
  row('events.k8s.io/v1beta1', '', 22, 25, 'events.k8s.io/v1'),
  row('flowcontrol.apiserver.k8s.io/v1beta1', '', 23, 26, 'flowcontrol.apiserver.k8s.io/v1'),
  row('flowcontrol.apiserver.k8s.io/v1beta2', '', 26, 29, 'flowcontrol.apiserver.k8s.io/v1'),
  row('flowcontrol.apiserver.k8s.io/v1beta3', '', 29, 32, 'flowcontrol.apiserver.k8s.io/v1'),
  row('node.k8s.io/v1beta1', '', 22, 25, 'node.k8s.io/v1'),
  row('policy/v1beta1', 'PodDisruptionBudget', 21, 25, 'policy/v1'),
  row('policy/v1beta1', 'PodSecurityPolicy', 21, 25, ''),
  row('rbac.authorization.k8s.io/v1beta1', '', 17, 22, 'rbac.authorization.k8s.io/v1'),
  row('rbac.authorization.k8s.io/v1alpha1', '', 17, 22, 'rbac.authorization.k8s.io/v1'),
  row('scheduling.k8s.io/v1beta1', '', 14, 22, 'scheduling.k8s.io/v1'),
  row('scheduling.k8s.io/v1alpha1', 'PriorityClass', 14, 22, 'scheduling.k8s.io/v1'),
  row('storage.k8s.io/v1beta1', 'CSIDriver StorageClass VolumeAttachment', 19, 22, 'storage.k8s.io/v1'),
  row('storage.k8s.io/v1beta1', 'CSINode', 17, 22, 'storage.k8s.io/v1'),
  row('storage.k8s.io/v1beta1', 'CSIStorageCapacity', 24, 27, 'storage.k8s.io/v1'),
  row('storage.k8s.io/v1beta1', 'VolumeAttributesClass', 34, 37, 'storage.k8s.io/v1'),
  row('storage.k8s.io/v1alpha1', 'VolumeAttributesClass', 32, 35, 'storage.k8s.io/v1'),
  row('storage.k8s.io/v1alpha1', 'CSIStorageCapacity', 21, 24, 'storage.k8s.io/v1'),
  row('resource.k8s.io/v1beta1', '', 35, 38, 'resource.k8s.io/v1'),
  row('resource.k8s.io/v1beta2', '', 36, 39, 'resource.k8s.io/v1'),
];

/** Where a kind of an API version went. */
export interface RemovedApi {
  /** The version that no longer serves it: '1.22'. */
  readonly removedIn: string;
  /** What to write instead: an apiVersion, or an apiVersion and a kind; '' when nothing replaces it. */
  readonly replacement: string;
}

function lifecycleOf(apiVersion: string, kind: string): ApiLifecycle | undefined {
  return API_LIFECYCLE.find((entry) => entry.apiVersion === apiVersion && (entry.kinds.length === 0 || entry.kinds.includes(kind)));
}

/** In which version the kind of this API version was removed and what replaces it; undefined when it was never served or still is. */
export function removedApiHint(apiVersion: string, kind: string): RemovedApi | undefined {
  const entry = lifecycleOf(apiVersion, kind);
  if (entry?.removed === undefined || entry.removed > LATEST_MINOR) return undefined;
  return { removedIn: `1.${entry.removed}`, replacement: entry.replacement };
}

const warningOf = new WeakMap<Kind, string>();

/** The `Warning:` of every request for a deprecated version. Source: apiserver/pkg/endpoints/deprecation/deprecation.go (WarningMessage) */
export function deprecationWarning(kind: Kind, minor: number): string | undefined {
  if (kind.definition === undefined) return kind.deprecation;
  const known = warningOf.get(kind);
  if (known !== undefined) return known === '' ? undefined : known;
  const apiVersion = apiVersionOf(kind);
  const entry = lifecycleOf(apiVersion, kind.kind);
  let text = '';
  if (entry?.deprecated !== undefined && entry.deprecated <= minor) {
    text = `${apiVersion} ${kind.kind} is deprecated in v1.${entry.deprecated}+`;
    if (entry.removed !== undefined) text += `, unavailable in v1.${entry.removed}+`;
    if (entry.replacement !== '') text += `; use ${entry.replacement.includes(' ') ? entry.replacement : `${entry.replacement} ${kind.kind}`}`;
  }
  warningOf.set(kind, text);
  return text === '' ? undefined : text;
}
