// The metadata of every object: labels, annotations, owners, finalizers, and what an update must not change.
// Source: apimachinery/pkg/api/validation/objectmeta.go, pkg/apis/core/validation/validation.go (ValidateObjectMeta)
import { asJson, forbidden, invalid, required, tooLong, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { ObjectMeta, OwnerReference } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';
import { byteLength } from '../../util/utf8.js';
import type { NameRule } from '../kind.js';
import { dns1123LabelMessages, labelValueMessages, qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';

/** What the kind says about its metadata. */
export interface ObjectMetaRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
  /** True for custom resources, CustomResourceDefinitions and admission configuration: a finalizer without a domain needs not be a known one. */
  readonly anyFinalizer?: boolean;
}

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Checks the metadata of a new object. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules, path: FieldPath, errors: FieldErrors): void {
  if (meta.generateName) rules.nameRule(meta.generateName, true, child(path, 'generateName'), errors);
  if (!meta.name) required(errors, child(path, 'name'), 'name or generateName is required');
  else rules.nameRule(meta.name, false, child(path, 'name'), errors);
  if (!rules.namespaced) {
    if (meta.namespace) forbidden(errors, child(path, 'namespace'), 'not allowed on this type');
  } else if (!meta.namespace) required(errors, child(path, 'namespace'));
  else invalidEach(errors, child(path, 'namespace'), meta.namespace, dns1123LabelMessages(meta.namespace));
  if (meta.generation !== undefined && meta.generation < 0) invalid(errors, child(path, 'generation'), meta.generation, 'must be greater than or equal to 0');
  validateCommon(meta, path, errors);
  if (meta.finalizers !== undefined && meta.finalizers.length > 0) {
    validateFinalizers(meta.finalizers, child(path, 'finalizers'), errors);
    if (rules.anyFinalizer !== true) validateStandardFinalizers(meta.finalizers, child(path, 'finalizers'), errors);
  }
}

const IMMUTABLE_NAMES = ['name', 'namespace', 'uid'] as const;
const IMMUTABLE_TIMES = ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** Checks the metadata of an update against the metadata of the stored object. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path: FieldPath, errors: FieldErrors): void {
  if (old.deletionTimestamp !== undefined) {
    const added = [...new Set(meta.finalizers ?? [])].filter((name) => !(old.finalizers ?? []).includes(name)).sort();
    if (added.length > 0) {
      forbidden(errors, child(path, 'finalizers'), `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(goQuote).join(', ')}}`);
    }
  }
  if (!meta.resourceVersion) invalid(errors, child(path, 'resourceVersion'), '', 'must be specified for an update');
  if ((meta.generation ?? 0) < (old.generation ?? 0)) invalid(errors, child(path, 'generation'), meta.generation ?? 0, 'must not be decremented');
  for (const field of IMMUTABLE_NAMES) {
    if ((meta[field] ?? '') !== (old[field] ?? '')) invalid(errors, child(path, field), meta[field] ?? '', 'field is immutable');
  }
  for (const field of IMMUTABLE_TIMES) {
    if (meta[field] !== old[field]) invalid(errors, child(path, field), asJson(meta[field] ?? null), 'field is immutable');
  }
  validateCommon(meta, path, errors);
}

function validateCommon(meta: ObjectMeta, path: FieldPath, errors: FieldErrors): void {
  if (meta.labels !== undefined) validateLabels(meta.labels, child(path, 'labels'), errors);
  if (meta.annotations !== undefined) validateAnnotations(meta.annotations, child(path, 'annotations'), errors);
  if (meta.ownerReferences !== undefined && meta.ownerReferences.length > 0) validateOwnerReferences(meta.ownerReferences, child(path, 'ownerReferences'), errors);
}

/** Checks the keys and values of a label map; the path names the map, the value shown is the key or value that is wrong. */
export function validateLabels(labels: Record<string, string> | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const key in labels) {
    const value = labels[key] as string;
    const keyMessages = qualifiedNameMessages(key);
    if (keyMessages.length > 0) invalidEach(errors, path, key, keyMessages);
    const valueMessages = labelValueMessages(value);
    if (valueMessages.length > 0) invalidEach(errors, path, value, valueMessages);
  }
}

/** Checks the keys of annotations, case aside, and their total size. */
export function validateAnnotations(annotations: Record<string, string> | undefined, path: FieldPath, errors: FieldErrors): void {
  let units = 0;
  for (const key in annotations) {
    const messages = qualifiedNameMessages(key.toLowerCase());
    if (messages.length > 0) invalidEach(errors, path, key, messages);
    units += key.length + (annotations[key] as string).length;
  }
  // A code unit is at most three bytes, so small maps need no exact count.
  if (annotations !== undefined && units * 3 > MAX_ANNOTATIONS_BYTES) {
    const bytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
    if (bytes > MAX_ANNOTATIONS_BYTES) tooLong(errors, path, MAX_ANNOTATIONS_BYTES);
  }
}

function validateOwnerReferences(owners: readonly OwnerReference[], path: FieldPath, errors: FieldErrors): void {
  let controllerName = '';
  for (const owner of owners) {
    validateOwnerReference(owner, path, errors);
    if (owner.controller !== true) continue;
    const name = `${owner.kind ?? ''}/${owner.name ?? ''}`;
    if (controllerName === '') controllerName = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controllerName} and ${name}`;
      invalid(errors, path, asJson(owners.map(goOrder)), detail);
    }
  }
}

function validateOwnerReference(owner: OwnerReference, path: FieldPath, errors: FieldErrors): void {
  const apiVersion = owner.apiVersion ?? '';
  if (versionOf(apiVersion) === '') invalid(errors, child(path, 'apiVersion'), apiVersion, 'version must not be empty');
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!owner[field]) invalid(errors, child(path, field), '', 'must not be empty');
  }
  if (apiVersion === 'v1' && owner.kind === 'Event') invalid(errors, path, asJson(goOrder(owner)), '/v1, Kind=Event is disallowed from being an owner');
}

/** The version part; '' when the text has none or too many slashes. Source: schema.FromAPIVersionAndKind */
function versionOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash !== apiVersion.lastIndexOf('/') ? '' : apiVersion.slice(slash + 1);
}

/** The fields in the order of the Go struct. */
function goOrder(owner: OwnerReference): OwnerReference {
  const { apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion } = owner;
  return { apiVersion, kind, name, uid, ...(controller === undefined ? {} : { controller }), ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }) };
}

function validateFinalizers(finalizers: readonly string[], path: FieldPath, errors: FieldErrors): void {
  for (const finalizer of finalizers) invalidEach(errors, path, finalizer, qualifiedNameMessages(finalizer));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    invalid(errors, path, asJson(finalizers), 'finalizer orphan and foregroundDeletion cannot be both set');
  }
}

/** A finalizer without a domain must be one that Kubernetes knows. Source: pkg/apis/core/validation (ValidateFinalizerName) */
function validateStandardFinalizers(finalizers: readonly string[], path: FieldPath, errors: FieldErrors): void {
  finalizers.forEach((finalizer, index) => validateStandardFinalizer(finalizer, indexed(path, index), errors));
}

/** Checks that a finalizer is standard or has a domain. */
function validateStandardFinalizer(finalizer: string, path: FieldPath, errors: FieldErrors): void {
  if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) invalid(errors, path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
}
