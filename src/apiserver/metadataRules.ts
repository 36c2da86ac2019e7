// The checks of metadata that the pipeline itself makes, in the server's order; what kinds have of their own comes after.
// Source: apiserver/pkg/registry/rest/{create,update}.go (BeforeCreate, BeforeUpdate)
import type { FieldErrors } from '../api/fieldError.js';
import { rootPath } from '../api/fieldPath.js';
import type { KubernetesObject } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';
import { dns1123Subdomain, pathSegment } from '../kinds/shared/names.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../kinds/shared/objectMeta.js';

const METADATA = rootPath('metadata');
/** Their validation is the generic one: a finalizer without a domain needs not be a known one. */
const GENERIC_METADATA_GROUPS = new Set(['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'coordination.k8s.io', 'node.k8s.io']);

function acceptsAnyFinalizer(kind: Kind): boolean {
  return kind.definition === undefined || GENERIC_METADATA_GROUPS.has(kind.group);
}

/** The metadata of a new object. */
export function validateNewMetadata(kind: Kind, { metadata }: KubernetesObject, errors: FieldErrors): void {
  const isGeneric = kind.checksMetadataLast === true;
  const nameRule = isGeneric ? pathSegment : (kind.nameRule ?? dns1123Subdomain);
  validateObjectMeta(metadata, { namespaced: kind.namespaced, nameRule, anyFinalizer: isGeneric || acceptsAnyFinalizer(kind) }, METADATA, errors);
}

/** The metadata of an update: the generic checks, then what the kind's own rules say of metadata. Causes are repeated as often as the server repeats them. */
export function validateUpdatedMetadata(kind: Kind, { metadata }: KubernetesObject, old: KubernetesObject, errors: FieldErrors): void {
  const begin = errors.length;
  validateObjectMeta(metadata, { namespaced: kind.namespaced, nameRule: pathSegment, anyFinalizer: true }, METADATA, errors);
  validateObjectMetaUpdate(metadata, old.metadata, METADATA, errors);
  const repeated = kind.metadataOnUpdate ?? 'update';
  const checksAsNew = repeated === 'full' || repeated === 'both' || repeated === 'fullTwice';
  const hasFinalizers = metadata.finalizers !== undefined && metadata.finalizers.length > 0;
  // What is right for the generic checks is right for the kind's, unless a finalizer or the rule for names says otherwise.
  if (kind.definition === undefined || (errors.length === begin && !hasFinalizers && !checksAsNew)) return;
  const anyFinalizer = acceptsAnyFinalizer(kind);
  if (repeated === 'update' || repeated === 'both') {
    validateObjectMetaUpdate(metadata, old.metadata, METADATA, errors);
    if (hasFinalizers && !anyFinalizer) pushFinalizerErrors(metadata.finalizers as string[], errors);
  }
  const times = repeated === 'fullTwice' ? 2 : checksAsNew ? 1 : 0;
  for (let count = 0; count < times; count++) {
    validateObjectMeta(metadata, { namespaced: kind.namespaced, nameRule: kind.nameRule ?? dns1123Subdomain, anyFinalizer }, METADATA, errors);
  }
}

/** The part of the checks of finalizers that updates make: each must be known or qualified. */
function pushFinalizerErrors(finalizers: readonly string[], errors: FieldErrors): void {
  const all: FieldErrors = [];
  validateObjectMeta({ name: 'a', finalizers: [...finalizers] }, { namespaced: false, nameRule: pathSegment }, METADATA, all);
  for (const error of all) if (error.field.startsWith('metadata.finalizers[')) errors.push(error);
}
