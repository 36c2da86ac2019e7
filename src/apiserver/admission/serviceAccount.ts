// Every pod runs as a service account and finds its token in a volume. Source: plugin/pkg/admission/serviceaccount/admission.go
import { isMirrorPod } from '../../api/pods.js';
import type { Pod, PodSpec, ProjectedVolumeSource, ServiceAccount, Volume, VolumeMount } from '../../api/types.js';
import { deepFreeze } from '../../util/objects.js';
import { forbiddenByAdmission, type AdmissionAttributes, type AdmissionPlugin } from './admission.js';
import type { Refusal } from '../refusal.js';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const TOKEN_SECONDS = 3607;
const ENFORCE_SECRETS_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets';

/** What the token's volume holds: one for all pods, frozen, so that it is checked and stored once. */
const TOKEN_SOURCE: ProjectedVolumeSource = deepFreeze({
  defaultMode: 420,
  sources: [
    { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
});

/** What strconv.ParseBool takes for true. */
const GO_TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Names the account, mounts its token, adds its pull secrets. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  admit(attributes, { read, randomSuffix }) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const pod = attributes.object as Pod;
    const spec = (pod.spec ??= { containers: [] });
    if (isMirrorPod(pod)) return checkMirror(attributes, spec);
    if (!spec.serviceAccountName) spec.serviceAccountName = 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const { serviceAccountName } = spec;
    // A control plane that runs no service account controller has no default accounts; its pods run without.
    const account = read.get('serviceaccounts', attributes.namespace, serviceAccountName);
    if (account === undefined && (serviceAccountName !== 'default' || read.get('serviceaccounts', 'kube-system', 'default') !== undefined)) {
      return forbiddenByAdmission(attributes, `error looking up service account ${attributes.namespace}/${serviceAccountName}: serviceaccount "${serviceAccountName}" not found`);
    }
    if (spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true) {
      // Not drawn by the name of the pod: pods that are alike but for that share their specs.
      const owner = pod.metadata.ownerReferences?.[0]?.uid ?? pod.metadata.generateName ?? '';
      mountToken(spec, () => VOLUME_PREFIX + randomSuffix(`${attributes.namespace}/${serviceAccountName}/${owner}`));
    }
    if (account?.imagePullSecrets !== undefined && account.imagePullSecrets.length > 0 && (spec.imagePullSecrets ?? []).length === 0) {
      spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => (name === undefined ? {} : { name }));
    }
    return undefined;
  },
  validate(attributes, { read }) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const pod = attributes.object as Pod;
    if (isMirrorPod(pod) || pod.spec === undefined) return undefined;
    const account = read.get('serviceaccounts', attributes.namespace, pod.spec.serviceAccountName ?? '');
    if (account === undefined || account.metadata.annotations === undefined || !GO_TRUE.has(account.metadata.annotations[ENFORCE_SECRETS_ANNOTATION] ?? '')) return undefined;
    return checkSecrets(attributes, pod.spec, account);
  },
};

function checkMirror(attributes: AdmissionAttributes, spec: PodSpec): Refusal | undefined {
  if (spec.serviceAccountName) return forbiddenByAdmission(attributes, 'a mirror pod may not reference service accounts');
  for (const { secret, projected } of spec.volumes ?? []) {
    if (secret !== undefined) return forbiddenByAdmission(attributes, 'a mirror pod may not reference secrets');
    if (projected?.sources?.some((source) => source.serviceAccountToken !== undefined) === true) {
      return forbiddenByAdmission(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
    }
  }
  return undefined;
}

function mountToken(spec: PodSpec, newName: () => string): void {
  const existing = spec.volumes?.find(({ name }) => (name ?? '').startsWith(VOLUME_PREFIX));
  let name = existing?.name;
  let needsVolume = false;
  for (const containers of [spec.initContainers, spec.containers]) {
    if (containers === undefined) continue;
    for (const container of containers) {
      if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH) === true) continue;
      name ??= newName();
      needsVolume = true;
      const mount: VolumeMount = { name, readOnly: true, mountPath: MOUNT_PATH };
      container.volumeMounts = container.volumeMounts === undefined ? [mount] : [...container.volumeMounts, mount];
    }
  }
  if (!needsVolume || existing !== undefined || name === undefined) return;
  const volume: Volume = { name, projected: TOKEN_SOURCE };
  spec.volumes = spec.volumes === undefined ? [volume] : [...spec.volumes, volume];
}

/** An account may list the secrets its pods may use. */
function checkSecrets(attributes: AdmissionAttributes, spec: PodSpec, account: ServiceAccount): Refusal | undefined {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const unless = `is not allowed because service account ${account.metadata.name ?? ''} does not reference that secret`;
  for (const { secret } of spec.volumes ?? []) {
    if (secret !== undefined && !allowed.has(secret.secretName)) return forbiddenByAdmission(attributes, `volume with secret.secretName="${secret.secretName ?? ''}" ${unless}`);
  }
  for (const [label, containers] of [['init container', spec.initContainers], ['container', spec.containers], ['ephemeral container', spec.ephemeralContainers]] as const) {
    for (const container of containers ?? []) {
      for (const { name, valueFrom } of container.env ?? []) {
        const secret = valueFrom?.secretKeyRef?.name;
        if (valueFrom?.secretKeyRef !== undefined && !allowed.has(secret)) {
          return forbiddenByAdmission(attributes, `${label} ${container.name} with envVar ${name} referencing secret.secretName="${secret ?? ''}" ${unless}`);
        }
      }
      for (const { secretRef } of container.envFrom ?? []) {
        if (secretRef !== undefined && !allowed.has(secretRef.name)) {
          return forbiddenByAdmission(attributes, `${label} ${container.name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}" ${unless}`);
        }
      }
    }
  }
  const pullSecrets = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pullSecrets.has(name)) {
      return forbiddenByAdmission(attributes, `imagePullSecrets[${index}].name="${name ?? ''}" is not allowed because service account ${account.metadata.name ?? ''} does not reference that imagePullSecret`);
    }
  }
  return undefined;
}
