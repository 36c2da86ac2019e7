// What admission goes by beyond the object it is asked of: whether any of that was written since, and whether users have put rules of their own into it.
import type { KubernetesObject } from '../api/meta.js';
import type { Store } from '../store/store.js';

/** The tables that admission of a pod reads, policies and quotas aside: quotas are asked for every pod. */
const ADMISSION_TABLES: readonly string[] = [
  'namespaces', 'serviceaccounts', 'limitranges', 'priorityclasses.scheduling.k8s.io', 'runtimeclasses.node.k8s.io',
];
/** While one of these holds anything, admission may look at all of an object: nothing is taken as known. */
const POLICY_TABLES: readonly string[] = [
  'validatingadmissionpolicies.admissionregistration.k8s.io', 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io', 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io', 'validatingwebhookconfigurations.admissionregistration.k8s.io',
];
const WATCHED_TABLES: ReadonlySet<string> = new Set([...ADMISSION_TABLES, ...POLICY_TABLES]);

/** The state of admission, kept up with every write. */
export interface AdmissionState {
  /** Grows with every write of what admission of a pod reads, quotas aside: what was found before may not hold any more. */
  readonly epoch: number;
  /** True when users have put rules of their own into admission. */
  readonly hasOwnRules: boolean;
}

/** The state of the admission that reads this store. */
export function followAdmission(store: Store<KubernetesObject>): AdmissionState {
  const state = { epoch: 0, hasOwnRules: false };
  store.watch(({ table }) => {
    if (!WATCHED_TABLES.has(table)) return;
    state.epoch++;
    state.hasOwnRules = POLICY_TABLES.some((policies) => store.count(policies) > 0);
  });
  return state;
}
