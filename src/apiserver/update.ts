// PUT: a stored object is replaced, or its status is. Source: apiserver/pkg/registry/rest/update.go, generic/registry/store.go (Update)
import type { FieldError, FieldErrors } from '../api/fieldError.js';
import type { KubernetesObject, Response } from '../api/meta.js';
import { compareQuantities } from '../api/quantity.js';
import type { Namespace, Service } from '../api/types.js';
import type { Kind } from '../kinds/kind.js';
import { NODE, structPlan, type TypeNode } from '../kinds/schema/typePlan.js';
import type { StoreKey } from '../store/store.js';
import { goQuote } from '../util/goText.js';
import { deepCopy, deepEqual } from '../util/objects.js';
import type { AdmissionAttributes } from './admission/admission.js';
import { createReceived, distinct, rulesOf } from './create.js';
import { validateUpdatedMetadata } from './metadataRules.js';
import { asRequested, receive, type Received, type ReceiveOptions } from './receive.js';
import { badRequest, conflict, invalidObject, notFoundRefusal, refused, type Refusal } from './refusal.js';
import { EXTERNAL_ACTOR, storeKey, type RequestContext, type WriteOptions } from './requestContext.js';
import { serialise, serialiseForComparison, serialiseForMessages, serialiseStatus } from './serialise.js';

/** The part of an object that a PUT replaces. 'finalize' is the one of Namespaces that writes spec.finalizers. */
export type UpdateSubresource = 'status' | 'finalize';

/** How a PUT is asked for. */
export type UpdateOptions = WriteOptions & { subresource?: UpdateSubresource };

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';
/** What a server answers to a PUT at an address that it does not serve. */
const UNKNOWN_ADDRESS: Refusal = { code: 400, reason: '', message: '400 Bad Request' };

/** Replaces the object, or creates it where the kind allows that. */
export function updateObject(context: RequestContext, body: unknown, options: UpdateOptions & ReceiveOptions, actor: string): Response {
  if (actor !== EXTERNAL_ACTOR && options.dryRun !== true) {
    const response = updateOfComponent(context, body as WithStatus, options.subresource);
    if (response !== undefined) return response;
  }
  const received = receive(context, body, options, actor);
  if ('refusal' in received) return refused(received.refusal.code === 404 && received.refusal.reason === '' ? UNKNOWN_ADDRESS : received.refusal, received.warnings);
  const { kind, stored, object, warnings, namespace } = received;
  if (!object.metadata.name) return refused(badRequest('name must be provided'), warnings);
  const key = storeKey(stored, namespace, object.metadata.name);
  const old = context.store.get(key);
  if (old !== undefined) {
    const { uid } = object.metadata;
    // What a PUT names its object's uid is a precondition; a patch has none.
    if (uid && uid !== old.metadata.uid && options.undecodable === undefined && actor === EXTERNAL_ACTOR) {
      const detail = `StorageError: invalid object, Code: 4, Key: ${storageKey(stored, key, options.dryRun === true)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
      return refused(conflict(kind.resource, object.metadata.name, detail), warnings);
    }
    const rewritten = actor === EXTERNAL_ACTOR && stored.definition !== undefined ? { ...options, body } : options;
    return updateReceived(context, received, { key, old }, rewritten, actor);
  }
  if (stored.allowCreateOnUpdate === true && options.subresource === undefined) return createReceived(context, received, options, actor);
  return refused(notFoundRefusal(kind.resource, object.metadata.name), warnings);
}

/** Resources that do not stand under their own name. Source: pkg/kubeapiserver/default_storage_factory_builder.go (SpecialDefaultResourcePrefixes) */
const STORAGE_PREFIXES: Readonly<Record<string, string>> = {
  replicationcontrollers: 'controllers', endpoints: 'services/endpoints', services: 'services/specs', nodes: 'minions', 'ingresses.networking.k8s.io': 'ingress',
};

/** The key of the object in a real store, which some messages show. */
function storageKey(kind: Kind, { namespace, name }: StoreKey, dryRun: boolean): string {
  const hasOwnGroup = kind.definition === undefined || kind.group === 'apiextensions.k8s.io' || kind.group === 'apiregistration.k8s.io';
  const prefix = STORAGE_PREFIXES[kind.resource] ?? (hasOwnGroup ? `${kind.group}/${kind.plural}` : kind.plural);
  return `${dryRun ? '' : '/registry'}/${[prefix, ...(namespace === '' ? [] : [namespace]), name].join('/')}`;
}

type WithStatus = KubernetesObject & { status?: unknown };

/**
 * Replaces the status that a component computed and hands over, or the labels and annotations of a kind in which nothing hangs on them: everything else stands in the store already, and admission has no say in it.
 * Undefined when the whole pipeline has to be asked: it has something to refuse, or users have put rules of their own into admission.
 */
function updateOfComponent(context: RequestContext, body: WithStatus, subresource: UpdateOptions['subresource']): Response | undefined {
  const { apiVersion, kind: kindName, metadata, status } = body;
  const kind = context.kindOf(apiVersion, kindName);
  if (kind?.definition === undefined || kind.storage !== undefined || context.admissionState.hasOwnRules) return undefined;
  const isStatus = subresource === 'status';
  if (isStatus ? status === undefined : subresource !== undefined || kind.labelsStandAlone !== true) return undefined;
  const key = storeKey(kind, metadata.namespace, metadata.name ?? '');
  const old: WithStatus | undefined = context.store.get(key);
  if (old === undefined || metadata.resourceVersion !== old.metadata.resourceVersion || (!isStatus && !differsInLabels(body, old))) return undefined;
  const { labels, annotations } = metadata;
  const isAnnotated = annotations !== undefined && annotations !== old.metadata.annotations;
  const isLabelled = !isStatus && labels !== old.metadata.labels;
  // A frozen object is cloned as it is much sooner than with fields replaced on the way.
  const object: WithStatus = { ...old };
  object.metadata = { ...old.metadata };
  if (isAnnotated) object.metadata.annotations = annotations;
  if (isLabelled) object.metadata.labels = labels as NonNullable<typeof labels>;
  const errors: FieldErrors = [];
  if (isStatus) {
    object.status = status;
    kind.prepareForStatusUpdate?.(object, old);
    kind.validateStatusUpdate?.(object, old, errors);
  } else {
    validateUpdatedMetadata(kind, object, old, errors);
    kind.validateUpdate?.(object, old, errors, context.strategyContext());
  }
  if (errors.length > 0) return undefined;
  if (isAnnotated || isLabelled) serialise(kind.definition, object);
  else serialiseStatus(kind.definition, object);
  const { metadata: after } = object;
  const isSame = deepEqual(status, old.status) && (!isAnnotated || deepEqual(after.annotations, old.metadata.annotations)) && (!isLabelled || deepEqual(after.labels, old.metadata.labels));
  return { code: 200, warnings: [], object: isSame ? old : replace(context, object, { key, old }) };
}

/** True when the object comes with labels or annotations of its own, and with the very parts of the stored one in all other places. */
function differsInLabels(object: KubernetesObject, old: KubernetesObject): boolean {
  const { labels, annotations } = object.metadata;
  const { labels: oldLabels, annotations: oldAnnotations } = old.metadata;
  if (labels === oldLabels && annotations === oldAnnotations) return false;
  if ((labels === undefined && oldLabels !== undefined) || (annotations === undefined && oldAnnotations !== undefined)) return false;
  return hasSameParts(object, old, ['metadata']) && hasSameParts(object.metadata, old.metadata, ['labels', 'annotations']);
}

/** True when two objects hold the very same values in all fields but these. */
function hasSameParts<T extends object>(a: T, b: T, but: readonly string[]): boolean {
  for (const name in a) if (a[name] !== b[name] && !but.includes(name)) return false;
  for (const name in b) if (!(name in a) && !but.includes(name)) return false;
  return true;
}

/** Where the object stands and what stands there. */
interface Target {
  key: StoreKey;
  old: KubernetesObject;
}

/** Replaces a stored object by one that was decoded before. The body is read again when messages are to show it. */
function updateReceived(context: RequestContext, received: Received, target: Target, options: UpdateOptions & { body?: unknown }, actor: string): Response {
  const { kind, stored, object, warnings, namespace } = received;
  const { key, old } = target;
  const { subresource = '' } = options;
  const dryRun = options.dryRun === true;
  const attributes: AdmissionAttributes = {
    operation: 'UPDATE', kind: stored, subresource, namespace, name: key.name, object, old, dryRun, actor, warn: (text) => warnings.push(text),
  };
  const admitted = context.admit(attributes);
  if (admitted !== undefined) return refused(admitted, warnings);
  // The service allocator tells empty lists from absent ones.
  if (stored.definition !== undefined) (kind.resource === 'services' ? serialiseForMessages : serialiseForComparison)(stored.definition, object);
  const denied = staleRefusal(stored, object, old, subresource) ?? allocate(context, kind, object, old, options);
  if (denied !== undefined) return refused(denied, warnings);
  carryOver(object, old);
  const judge = rulesOf(kind, stored);
  // A version of a custom resource sees of what stands only what it knows.
  const before = kind.definition === undefined && kind.storage !== undefined ? { ...kind.storage.fromStorage(old), apiVersion: old.apiVersion } : old;
  const errors = prepareAndValidate(context, judge, object, before, subresource);
  if (errors.length > 0) return refused(invalidObject(stored, key.name, options.body === undefined ? errors : inWordsOfBody(context, options, errors, attributes)), warnings);
  if (subresource === '' && actor === EXTERNAL_ACTOR) for (const text of (kind.definition === undefined ? judge : stored).warnings?.(object, before) ?? []) warnings.push(text);
  const forbidden = context.validate(attributes);
  if (forbidden !== undefined) return refused(forbidden, warnings);
  if (subresource === '') {
    kind.storage?.prune?.(object);
    stored.setDefaults?.(object);
  }
  if (stored.definition !== undefined) serialise(stored.definition, object);
  if (dryRun) return { code: 200, warnings: distinct(warnings), object: asRequested(kind, object) };
  return { code: 200, warnings: distinct(warnings), object: asRequested(kind, write(context, object, target)) };
}

/**
 * The errors as they read for the object with the empty lists and maps that came in the body: values show those.
 * Only the words come from there: compared, they are the same as absent ones.
 */
function inWordsOfBody(context: RequestContext, options: UpdateOptions & { body?: unknown }, errors: FieldErrors, attributes: AdmissionAttributes): FieldErrors {
  const { actor, kind: stored, old } = attributes;
  const received = receive(context, options.body, options, actor);
  if ('refusal' in received || stored.definition === undefined || old === undefined || stored.resource === 'services') return errors;
  const { kind, object } = received;
  if (context.admit({ ...attributes, object, warn: () => undefined }) !== undefined) return errors;
  serialiseForMessages(stored.definition, object);
  carryOver(object, old);
  const worded = prepareAndValidate(context, rulesOf(kind, stored), object, old, options.subresource ?? '');
  return errors.map((error) => {
    const isAlike = (other: FieldError): boolean => other.field === error.field && other.reason === error.reason;
    const [alike, candidates] = [errors.filter(isAlike), worded.filter(isAlike)];
    return (alike.length === candidates.length ? candidates[alike.indexOf(error)] : undefined) ?? error;
  });
}

/** The refusal of an update that does not say, or wrongly says, which state it replaces. Zero says nothing. */
function staleRefusal(kind: Kind, { metadata }: KubernetesObject, old: KubernetesObject, subresource: string): Refusal | undefined {
  const { name = '', resourceVersion = '' } = metadata;
  if (resourceVersion !== '' && resourceVersion === old.metadata.resourceVersion) return undefined;
  if (/^0*$/.test(resourceVersion)) {
    if (kind.allowUnconditionalUpdate !== false || subresource !== '') return undefined;
    const detail = 'Invalid value: 0: must be specified for an update';
    return { code: 422, reason: 'Invalid', message: `${kind.resource} "${name}" is invalid: metadata.resourceVersion: ${detail}`, causes: [{ reason: 'FieldValueInvalid', message: detail, field: 'metadata.resourceVersion' }] };
  }
  if (/^\d+$/.test(resourceVersion)) return conflict(kind.resource, name, MODIFIED);
  return { code: 500, reason: '', message: `strconv.ParseUint: parsing ${goQuote(resourceVersion)}: invalid syntax` };
}

function allocate(context: RequestContext, kind: Kind, object: KubernetesObject, old: KubernetesObject, options: UpdateOptions): Refusal | undefined {
  if (kind.resource !== 'services' || options.subresource !== undefined) return undefined;
  return context.services.forUpdate(kind, object as Service, old as Service, options.dryRun === true);
}

/** Takes from the stored object what a client cannot change or left out. */
function carryOver({ metadata }: KubernetesObject, { metadata: old }: KubernetesObject): void {
  metadata.resourceVersion = old.resourceVersion ?? '';
  if (old.generation === undefined) delete metadata.generation;
  else metadata.generation = old.generation;
  if (!metadata.uid && old.uid !== undefined) metadata.uid = old.uid;
  // Changes of these two are ignored.
  if (old.creationTimestamp !== undefined) metadata.creationTimestamp = old.creationTimestamp;
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.deletionTimestamp;
  if (metadata.deletionGracePeriodSeconds === undefined && old.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds = old.deletionGracePeriodSeconds;
}

function prepareAndValidate(context: RequestContext, kind: Kind, object: KubernetesObject, old: KubernetesObject, subresource: string): FieldErrors {
  const errors: FieldErrors = [];
  if (subresource === 'status') {
    keepSpec(object, old);
    kind.prepareForStatusUpdate?.(object, old);
    kind.validateStatusUpdate?.(object, old, errors);
  } else if (subresource === 'finalize') {
    keepField(object, old, 'status');
  } else {
    if (kind.hasStatusSubresource === true) keepStatus(object, old);
    if (kind.hasGeneration === true && specChanged(kind, object, old)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    const strategy = context.strategyContext();
    kind.prepareForUpdate?.(object, old, strategy);
    validateUpdatedMetadata(kind, object, old, errors);
    kind.validateUpdate?.(object, old, errors, strategy);
  }
  return errors;
}

/** Stores the object if that changes anything. */
function write(context: RequestContext, object: KubernetesObject, target: Target): KubernetesObject {
  return deepEqual(object, target.old) ? target.old : replace(context, object, target);
}

/** Stores the object, or removes it when it was only waiting for its last finalizer. */
function replace(context: RequestContext, object: KubernetesObject, { key, old }: Target): KubernetesObject {
  const written = context.store.update(key, object, old) as KubernetesObject;
  return isGone(written) ? (context.store.delete(key) as KubernetesObject) : written;
}

/** Source: generic/registry/store.go (ShouldDeleteDuringUpdate), pkg/registry/core/namespace/storage (ShouldDeleteNamespaceDuringUpdate) */
function isGone(object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (deletionGracePeriodSeconds ?? 0) !== 0 || (finalizers?.length ?? 0) > 0) return false;
  return object.kind !== 'Namespace' || ((object as Namespace).spec?.finalizers?.length ?? 0) === 0;
}

function keepField(object: KubernetesObject, old: KubernetesObject, field: string): void {
  const target = object as unknown as Record<string, unknown>;
  const value = (old as unknown as Record<string, unknown>)[field];
  if (value === undefined) delete target[field];
  else target[field] = value;
}

/** The stored status, as a copy that defaults may be set in. */
function keepStatus(object: KubernetesObject, old: KubernetesObject): void {
  keepField(object, old, 'status');
  const holder = object as { status?: unknown };
  if (holder.status !== undefined) holder.status = deepCopy(holder.status);
}

/** A write of the status keeps everything else as it stands, except annotations: the Deployment controller writes its revision with the status. */
function keepSpec(object: KubernetesObject, old: KubernetesObject): void {
  for (const field in object) if (field !== 'status' && field !== 'metadata') keepField(object, old, field);
  for (const field in old) if (!(field in object) && field !== 'status') keepField(object, old, field);
  const { annotations } = object.metadata;
  object.metadata = { ...old.metadata, ...(annotations === undefined ? {} : { annotations }) };
}

/** True when the object says something else than the stored one, metadata and status aside. Source: apimachinery/pkg/api/equality (Semantic) */
function specChanged({ definition }: Kind, object: KubernetesObject, old: KubernetesObject): boolean {
  const fields = definition === undefined ? undefined : structPlan(definition).fields;
  const [now, before] = [object as unknown as Record<string, unknown>, old as unknown as Record<string, unknown>];
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    if (name === 'status' || name === 'metadata') continue;
    if (!(fields === undefined ? deepEqual(now[name], before[name]) : sameValue(fields.get(name)?.node, now[name], before[name]))) return true;
  }
  return false;
}

/** Equality for which null, empty lists and empty maps are absence, empty structs are not, and quantities are the same when they are the same amount. */
function sameValue(node: TypeNode | undefined, a: unknown, b: unknown): boolean {
  const [left, right] = [presentValue(node, a), presentValue(node, b)];
  if (left === right) return true;
  if (node?.kind === NODE.quantity) return typeof left === 'string' && typeof right === 'string' && compareQuantities(left, right) === 0;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item, index) => sameValue(node?.item, item, right[index]));
  }
  const [first, second] = [left as Record<string, unknown>, right as Record<string, unknown>];
  const fields = node?.kind === NODE.struct ? structPlan(node.definition).fields : undefined;
  for (const name in first) if (!sameValue(fields === undefined ? node?.item : fields.get(name)?.node, first[name], second[name])) return false;
  for (const name in second) if (!(name in first) && presentValue(fields === undefined ? node?.item : fields.get(name)?.node, second[name]) !== undefined) return false;
  return true;
}

function presentValue(node: TypeNode | undefined, value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (node?.kind === NODE.map) for (const _name in value) return value;
  return node?.kind === NODE.map ? undefined : value;
}
