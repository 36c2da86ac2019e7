// The admission plugins, in the order in which the server runs them.
// Source: pkg/kubeapiserver/options/plugins.go (AllOrderedPlugins)
import type { AdmissionPlugin } from './admission.js';
import { defaultIngressClass } from './defaultIngressClass.js';
import { defaultStorageClass } from './defaultStorageClass.js';
import { defaultTolerationSeconds } from './defaultTolerationSeconds.js';
import { forbidCreate } from './forbidCreate.js';
import { mutatingAdmissionPolicy } from './mutatingAdmissionPolicy.js';
import { limitRanger } from './limitRanger.js';
import { namespaceLifecycle } from './namespaceLifecycle.js';
import { persistentVolumeClaimResize } from './persistentVolumeClaimResize.js';
import { podSecurity } from './podSecurity.js';
import { podTopologyLabels } from './podTopologyLabels.js';
import { priority } from './priority.js';
import { resourceQuota } from './resourceQuota.js';
import { runtimeClass } from './runtimeClass.js';
import { serviceAccount } from './serviceAccount.js';
import { storageObjectInUseProtection } from './storageObjectInUseProtection.js';
import { taintNodesByCondition } from './taintNodesByCondition.js';
import { validatingAdmissionPolicy } from './validatingAdmissionPolicy.js';
import { webhooks } from './webhooks.js';

/** Mutating admission runs the whole list first, then validating admission runs it again. ResourceQuota comes last: it charges. */
export const ADMISSION_PLUGINS: readonly AdmissionPlugin[] = [
  forbidCreate,
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  defaultIngressClass,
  podTopologyLabels,
  mutatingAdmissionPolicy,
  validatingAdmissionPolicy,
  webhooks,
  resourceQuota,
];
