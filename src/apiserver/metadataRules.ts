// The checks of metadata that the pipeline itself makes, in the server's order; what kinds have of their own comes after.
// Source: apiserver/pkg/registry/rest/{create,update}.go (BeforeCreate, BeforeUpdate)
import type { FieldErrors } from '../api/fieldError.js';
import { rootPath } from '../api/fieldPath.js';
import type { KubernetesObject } from '../api/meta.js';
import type { Kind, NameRule } from '../kinds/kind.js';
import { dns1123Subdomain, pathSegment } from '../kinds/shared/names.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../kinds/shared/objectMeta.js';

const METADATA = rootPath('metadata');
/** Their validation is the generic one: a finalizer without a domain needs not be a known one. */
const GENERIC_METADATA_GROUPS = new Set(['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io']);
/** Kinds whose own rules leave metadata alone: only the generic check sees it, after the rules. */
const GENERIC_CHECK_ONLY = new Set(['poddisruptionbudgets.policy']);

/** How often an update of the kind checks its metadata: through its rules for updates, through those for new objects, or twice through these. */
type UpdateChecks = { readonly asUpdate: boolean; readonly asNew: 0 | 1 | 2 };
const UPDATE_ONLY: UpdateChecks = { asUpdate: true, asNew: 0 };
const BOTH: UpdateChecks = { asUpdate: true, asNew: 1 };
const NEW_ONLY: UpdateChecks = { asUpdate: false, asNew: 1 };
const NEW_TWICE: UpdateChecks = { asUpdate: false, asNew: 2 };
const NEITHER: UpdateChecks = { asUpdate: false, asNew: 0 };
/** Source: the ValidateUpdate of the strategies in pkg/registry. Kinds that are not named check as an update only. */
const UPDATE_CHECKS: Record<string, UpdateChecks> = {
  'poddisruptionbudgets.policy': NEITHER,
  limitranges: NEW_ONLY, 'flowschemas.flowcontrol.apiserver.k8s.io': NEW_ONLY, 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': NEW_ONLY,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': NEW_ONLY, 'mutatingwebhookconfigurations.admissionregistration.k8s.io': NEW_ONLY,
  'validatingadmissionpolicies.admissionregistration.k8s.io': NEW_ONLY, 'validatingadmissionpolicybindings.admissionregistration.k8s.io': NEW_ONLY,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': NEW_ONLY, 'mutatingadmissionpolicybindings.admissionregistration.k8s.io': NEW_ONLY,
  persistentvolumes: NEW_TWICE, 'csinodes.storage.k8s.io': NEW_ONLY, 'volumeattachments.storage.k8s.io': NEW_TWICE,
  'jobs.batch': BOTH, 'ingressclasses.networking.k8s.io': BOTH, 'clusterroles.rbac.authorization.k8s.io': BOTH, 'roles.rbac.authorization.k8s.io': BOTH,
  'clusterrolebindings.rbac.authorization.k8s.io': BOTH, 'rolebindings.rbac.authorization.k8s.io': BOTH, 'deviceclasses.resource.k8s.io': BOTH,
  'resourceclaims.resource.k8s.io': BOTH, 'resourceclaimtemplates.resource.k8s.io': BOTH, 'resourceslices.resource.k8s.io': BOTH, configmaps: BOTH,
  secrets: BOTH, endpoints: BOTH, persistentvolumeclaims: BOTH, serviceaccounts: BOTH, 'storageclasses.storage.k8s.io': BOTH,
  'runtimeclasses.node.k8s.io': BOTH, 'certificatesigningrequests.certificates.k8s.io': BOTH, 'csistoragecapacities.storage.k8s.io': BOTH,
  'volumeattributesclasses.storage.k8s.io': BOTH,
};

/** True when metadata is checked by the generic check alone, after the kind's own rules found nothing. */
export function checksMetadataLast(kind: Kind): boolean {
  return GENERIC_CHECK_ONLY.has(kind.resource);
}

function acceptsAnyFinalizer(kind: Kind): boolean {
  return kind.definition === undefined || GENERIC_METADATA_GROUPS.has(kind.group);
}

function nameRuleOf(kind: Kind): NameRule {
  return kind.nameRule ?? dns1123Subdomain;
}

/** The metadata of a new object. */
export function validateNewMetadata(kind: Kind, { metadata }: KubernetesObject, errors: FieldErrors): void {
  const nameRule = checksMetadataLast(kind) ? pathSegment : nameRuleOf(kind);
  validateObjectMeta(metadata, { namespaced: kind.namespaced, nameRule, anyFinalizer: acceptsAnyFinalizer(kind) || checksMetadataLast(kind) }, METADATA, errors);
}

/** The metadata of an update: the generic checks, then what the kind's own rules would say of metadata. Causes are repeated as often as the server repeats them. */
export function validateUpdatedMetadata(kind: Kind, object: KubernetesObject, old: KubernetesObject, errors: FieldErrors): void {
  const { metadata } = object;
  const begin = errors.length;
  validateObjectMeta(metadata, { namespaced: kind.namespaced, nameRule: pathSegment, anyFinalizer: true }, METADATA, errors);
  validateObjectMetaUpdate(metadata, old.metadata, METADATA, errors);
  if (kind.definition === undefined) return;
  const checks = UPDATE_CHECKS[kind.resource] ?? UPDATE_ONLY;
  const hasFinalizers = metadata.finalizers !== undefined && metadata.finalizers.length > 0;
  // What is right for the generic checks is right for the others, unless a finalizer or the kind's rule for names says otherwise.
  if (errors.length === begin && !hasFinalizers && checks.asNew === 0) return;
  const rules = { namespaced: kind.namespaced, nameRule: nameRuleOf(kind), anyFinalizer: acceptsAnyFinalizer(kind) };
  if (checks.asUpdate) {
    validateObjectMetaUpdate(metadata, old.metadata, METADATA, errors);
    if (hasFinalizers && !rules.anyFinalizer) pushFinalizerErrors(metadata.finalizers as string[], errors);
  }
  for (let time = 0; time < checks.asNew; time++) validateObjectMeta(metadata, rules, METADATA, errors);
}

/** The part of the checks of finalizers that updates make: each must be known or qualified. */
function pushFinalizerErrors(finalizers: readonly string[], errors: FieldErrors): void {
  const all: FieldErrors = [];
  validateObjectMeta({ name: 'a', finalizers: [...finalizers] }, { namespaced: false, nameRule: pathSegment }, METADATA, all);
  for (const error of all) if (error.field.startsWith('metadata.finalizers[')) errors.push(error);
}
