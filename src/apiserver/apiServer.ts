// The only door to the store: verbs, each one API request through the same pipeline.
// Source: apiserver/pkg/registry/generic/registry/store.go, apiserver/pkg/endpoints/handlers/{create,update,delete}.go
import type { FieldErrors } from '../api/fieldError.js';
import type { KubernetesObject, ObjectRef, Response, WatchEvent } from '../api/meta.js';
import { builtInKinds } from '../kinds/index.js';
import { type Kind, type StrategyContext } from '../kinds/kind.js';
import { createStore, type Store, type StoreEvent, type StoreKey } from '../store/store.js';
import { deepCopy, deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import { ADMISSION_PLUGINS } from './admission/index.js';
import type { AdmissionAttributes, AdmissionContext } from './admission/admission.js';
import { createCustomKinds } from './customKinds.js';
import { decode, type FieldValidation } from './decode.js';
import { generatedBase, randomSuffix, uidOf } from './names.js';
import { createReader, type Reader } from './reader.js';
import { alreadyExists, badRequest, conflict, invalidObject, notFoundRefusal, refused, type Refusal } from './refusal.js';

/** How a write is asked for. */
export interface WriteOptions {
  dryRun?: boolean;
  /** Default: Warn, as the server's own default. */
  fieldValidation?: FieldValidation;
  /** The namespace of the request, for objects that name none. Default: 'default'. */
  namespace?: string;
}

/** How a deletion is asked for. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** One request, for the trace. */
export interface RequestRecord {
  /** Who asked: 'kubectl', 'deployment-controller', … */
  actor: string;
  verb: 'create' | 'update' | 'patch' | 'delete' | 'bind' | 'evict';
  subresource: string;
  resource: string;
  namespace: string;
  name: string;
  code: number;
  message?: string;
  /** Revision of the store after the request. */
  revision: number;
  timeMs: number;
}

/** The API server. Writes made by components pass `actor`; their objects are of the API's types already and are not decoded. */
export interface ApiServer {
  readonly store: Store<KubernetesObject>;
  readonly read: Reader;
  /** The kind that serves it, custom resources included. */
  kindOf(apiVersion: string, kind: string): Kind | undefined;
  create(object: unknown, options?: WriteOptions, actor?: string): Response;
  update(object: unknown, options?: WriteOptions & { subresource?: 'status' }, actor?: string): Response;
  delete(ref: ObjectRef, options?: DeleteOptions, actor?: string): Response;
  bind(ref: ObjectRef, nodeName: string, actor?: string): Response;
  /** kubectl apply: creates the object, or merges it into the stored one. */
  apply(object: unknown, options?: WriteOptions): Response;
  /** Takes over an object that stood in a cluster before: decoded and defaulted, its status, uid and owner kept, neither admitted nor validated. */
  restore(object: unknown, namespace: string): Response;
  /** Calls back within every write that changed something, in the order of the writes. */
  watch(callback: (event: WatchEvent, resource: string) => void): () => void;
  /** Calls back after every request, refused ones included. */
  onRequest(callback: (record: RequestRecord) => void): void;
}

/** What the server is started with. */
export interface ApiServerOptions {
  /** Virtual time in milliseconds. */
  nowMs(): number;
  /** Generated names and uids depend on it. */
  seed: number;
}

const WATCH_HISTORY = 10_000;
const MAX_NAME_ATTEMPTS = 8;
const EXTERNAL_ACTOR = 'kubectl';

/** A server with an empty store. */
export function createApiServer({ nowMs, seed }: ApiServerOptions): ApiServer {
  const store = createStore<KubernetesObject>({ stamp: stampRevision, historyLimit: WATCH_HISTORY });
  const read = createReader(store);
  const listeners: ((record: RequestRecord) => void)[] = [];
  let uidCounter = 0;
  const context: StrategyContext = { nowMs: 0, newUid: () => uidOf(++uidCounter, seed) };
  const strategyContext = (): StrategyContext => ({ ...context, nowMs: nowMs() });
  const customKinds = createCustomKinds(store);
  const kindOf = (apiVersion: string, kind: string): Kind | undefined => builtInKinds().get(`${apiVersion}/${kind}`) ?? customKinds(apiVersion, kind);
  const keyOf = (kind: Kind, namespace: string, name: string): StoreKey => ({ table: kind.resource, namespace: kind.namespaced ? namespace : '', name });
  const admission: AdmissionContext = {
    read,
    nowMs,
    kindOf,
    randomSuffix: (text) => randomSuffix(text, seed),
    writeStatus(object) {
      const kind = kindOf(object.apiVersion, object.kind) as Kind;
      store.update(keyOf(kind, object.metadata.namespace ?? '', object.metadata.name ?? ''), object);
    },
  };

  /** The kind and the pipeline's own copy of the object, or the refusal. */
  function receive(body: unknown, options: WriteOptions, actor: string): { kind: Kind; object: KubernetesObject; warnings: string[] } | { refusal: Refusal } {
    const { apiVersion, kind: kindName } = (body ?? {}) as Partial<KubernetesObject>;
    const kind = kindOf(String(apiVersion ?? ''), String(kindName ?? ''));
    if (kind === undefined) return { refusal: { code: 404, reason: '', message: `no matches for kind "${kindName ?? ''}" in version "${apiVersion ?? ''}"` } };
    const decoded = actor === EXTERNAL_ACTOR ? decode(kind, body, { fieldValidation: options.fieldValidation ?? 'Warn' }) : { object: deepCopy(body) as KubernetesObject, warnings: [] };
    if ('refusal' in decoded) return decoded;
    const { object, warnings } = decoded;
    object.metadata ??= {};
    if (!kind.namespaced) delete object.metadata.namespace;
    else object.metadata.namespace = object.metadata.namespace || options.namespace || 'default';
    kind.setDefaults?.(object);
    return { kind, object, warnings };
  }

  function admit(attributes: AdmissionAttributes): Refusal | undefined {
    for (const plugin of ADMISSION_PLUGINS) {
      const refusal = plugin.admit?.(attributes, admission);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  function validateAdmission(attributes: AdmissionAttributes): Refusal | undefined {
    for (const plugin of ADMISSION_PLUGINS) {
      const refusal = plugin.validate?.(attributes, admission);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  function generateName(kind: Kind, namespace: string, generateNameBase: string): string {
    const base = generatedBase(generateNameBase);
    for (let attempt = 0; ; attempt++) {
      const name = base + randomSuffix(`${kind.resource}/${namespace}/${base}/${uidCounter}/${attempt}`, seed);
      if (attempt >= MAX_NAME_ATTEMPTS || store.get(keyOf(kind, namespace, name)) === undefined) return name;
    }
  }

  function record<T extends Response>(response: T, entry: Omit<RequestRecord, 'code' | 'revision' | 'timeMs' | 'message'>): T {
    for (const listener of listeners) {
      listener({ ...entry, code: response.code, revision: store.revision, timeMs: nowMs(), ...(response.message === undefined ? {} : { message: response.message }) });
    }
    return response;
  }

  function createObject(body: unknown, options: WriteOptions, actor: string): Response {
    const received = receive(body, options, actor);
    if ('refusal' in received) return refused(received.refusal);
    const { kind, object, warnings } = received;
    const meta = object.metadata;
    const namespace = meta.namespace ?? '';
    if (!kind.namespaced && namespace !== '') return refused(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
    delete meta.creationTimestamp;
    delete meta.uid;
    delete meta.deletionTimestamp;
    delete meta.deletionGracePeriodSeconds;
    delete meta.selfLink;
    delete meta.resourceVersion;
    const attributes: AdmissionAttributes = {
      operation: 'CREATE', kind, subresource: '', namespace, name: meta.name ?? '', object, old: undefined,
      dryRun: options.dryRun === true, actor, warn: (text) => warnings.push(text),
    };
    const admitted = admit(attributes);
    if (admitted !== undefined) return refused(admitted, warnings);
    const strategy = strategyContext();
    meta.uid = strategy.newUid();
    meta.creationTimestamp = formatTime(strategy.nowMs);
    if (!meta.name && meta.generateName) meta.name = generateName(kind, namespace, meta.generateName);
    if (kind.hasStatusSubresource === true) delete (object as { status?: unknown }).status;
    if (kind.hasGeneration === true) meta.generation = 1;
    kind.prepareForCreate?.(object, strategy);
    const errors: FieldErrors = [];
    kind.validate?.(object, errors);
    if (errors.length > 0) return refused(invalidObject(kind, meta.name ?? '', errors), warnings);
    warnings.push(...(kind.warnings?.(object, undefined) ?? []));
    const validated = validateAdmission({ ...attributes, name: meta.name ?? '' });
    if (validated !== undefined) return refused(validated, warnings);
    kind.setDefaults?.(object);
    const key = keyOf(kind, namespace, meta.name ?? '');
    if (options.dryRun === true) {
      if (store.get(key) !== undefined) return refused(alreadyExists(kind.resource, key.name), warnings);
      return { code: 201, warnings, object };
    }
    const stored = store.create(key, object);
    if (typeof stored === 'string') return refused(alreadyExists(kind.resource, key.name), warnings);
    return { code: 201, warnings, object: stored };
  }

  function updateObject(body: unknown, options: WriteOptions & { subresource?: 'status' }, actor: string): Response {
    const received = receive(body, options, actor);
    if ('refusal' in received) return refused(received.refusal);
    const { kind, object, warnings } = received;
    const meta = object.metadata;
    const namespace = meta.namespace ?? '';
    if (!meta.name) return refused(badRequest('name must be provided'));
    const key = keyOf(kind, namespace, meta.name);
    const old = store.get(key);
    if (old === undefined) {
      if (kind.allowCreateOnUpdate === true && options.subresource === undefined) return createObject(body, options, actor);
      return refused(notFoundRefusal(kind.resource, meta.name));
    }
    const isStatus = options.subresource === 'status';
    const attributes: AdmissionAttributes = {
      operation: 'UPDATE', kind, subresource: options.subresource ?? '', namespace, name: meta.name, object, old,
      dryRun: options.dryRun === true, actor, warn: (text) => warnings.push(text),
    };
    const admitted = admit(attributes);
    if (admitted !== undefined) return refused(admitted, warnings);
    if (!meta.resourceVersion && kind.allowUnconditionalUpdate === false && !isStatus) {
      return refused(invalidObject({ group: kind.group, kind: kind.plural }, meta.name, [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', body: 'Invalid value: 0: must be specified for an update' }]), warnings);
    }
    if (meta.resourceVersion && meta.resourceVersion !== old.metadata.resourceVersion) {
      return refused(conflict(kind.resource, meta.name, 'the object has been modified; please apply your changes to the latest version and try again'), warnings);
    }
    meta.resourceVersion = old.metadata.resourceVersion ?? '';
    for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const) {
      if (old.metadata[field] !== undefined) (meta as Record<string, unknown>)[field] = old.metadata[field];
      else delete meta[field];
    }
    const strategy = strategyContext();
    if (isStatus) keepSpec(object, old);
    else if (kind.hasStatusSubresource === true) keepField(object, old, 'status');
    const errors: FieldErrors = [];
    if (isStatus) {
      kind.prepareForStatusUpdate?.(object, old);
      kind.validateStatusUpdate?.(object, old, errors);
    } else {
      if (kind.hasGeneration === true && specChanged(object, old)) meta.generation = (old.metadata.generation ?? 0) + 1;
      kind.prepareForUpdate?.(object, old, strategy);
      kind.validateUpdate?.(object, old, errors);
    }
    if (errors.length > 0) return refused(invalidObject(kind, meta.name, errors), warnings);
    if (!isStatus) warnings.push(...(kind.warnings?.(object, old) ?? []));
    const validated = validateAdmission(attributes);
    if (validated !== undefined) return refused(validated, warnings);
    kind.setDefaults?.(object);
    if (options.dryRun === true) return { code: 200, warnings, object };
    if (deepEqual(object, old)) return { code: 200, warnings, object: old };
    if (meta.deletionTimestamp !== undefined && (meta.finalizers?.length ?? 0) === 0 && kind.resource !== 'pods') {
      store.update(key, object, old);
      return { code: 200, warnings, object: store.delete(key) as KubernetesObject };
    }
    const stored = store.update(key, object, old);
    if (typeof stored === 'string') return refused(conflict(kind.resource, meta.name, stored), warnings);
    return { code: 200, warnings, object: stored };
  }

  function deleteObject(ref: ObjectRef): Response {
    const kind = kindOf(ref.apiVersion, ref.kind);
    if (kind === undefined) return refused({ code: 404, reason: '', message: `no matches for kind "${ref.kind}" in version "${ref.apiVersion}"` });
    const key = keyOf(kind, ref.namespace ?? 'default', ref.name);
    const old = store.get(key);
    if (old === undefined) return refused(notFoundRefusal(kind.resource, ref.name));
    return { code: 200, warnings: [], object: store.delete(key) as KubernetesObject };
  }

  function bindPod(ref: ObjectRef, nodeName: string): Response {
    const key: StoreKey = { table: 'pods', namespace: ref.namespace ?? 'default', name: ref.name };
    const old = store.get(key) as (KubernetesObject & { spec?: { nodeName?: string }; status?: { conditions?: { type: string }[] } }) | undefined;
    if (old === undefined) return refused(notFoundRefusal('pods', ref.name));
    if (old.spec?.nodeName) return refused(conflict('pods/binding', ref.name, `pod ${ref.name} is already assigned to node "${old.spec.nodeName}"`));
    const conditions = [...(old.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled'), { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(nowMs()) }];
    const bound = { ...old, spec: { ...old.spec, nodeName }, status: { ...old.status, conditions } };
    return { code: 201, warnings: [], object: store.update(key, bound, old) as KubernetesObject };
  }

  function restoreObject(body: unknown, namespace: string): Response {
    const received = receive(body, { namespace, fieldValidation: 'Ignore' }, EXTERNAL_ACTOR);
    if ('refusal' in received) return refused(received.refusal);
    const { kind, object, warnings } = received;
    const meta = object.metadata;
    meta.uid = meta.uid || uidOf(++uidCounter, seed);
    meta.creationTimestamp = meta.creationTimestamp || formatTime(nowMs());
    if (kind.hasGeneration === true) meta.generation ??= 1;
    delete meta.managedFields;
    const key = keyOf(kind, meta.namespace ?? '', meta.name ?? '');
    const old = store.get(key);
    const stored = old === undefined ? store.create(key, object) : store.update(key, object, old);
    return { code: old === undefined ? 201 : 200, warnings, object: stored as KubernetesObject };
  }

  const entryOf = (body: unknown): { resource: string; namespace: string; name: string } => {
    const { apiVersion, kind, metadata } = (body ?? {}) as Partial<KubernetesObject>;
    const served = kindOf(String(apiVersion), String(kind));
    return { resource: served?.resource ?? String(kind), namespace: metadata?.namespace ?? '', name: metadata?.name ?? metadata?.generateName ?? '' };
  };

  return {
    store,
    read,
    kindOf,
    create: (object, options = {}, actor = EXTERNAL_ACTOR) => record(createObject(object, options, actor), { actor, verb: 'create', subresource: '', ...entryOf(object) }),
    update: (object, options = {}, actor = EXTERNAL_ACTOR) => record(updateObject(object, options, actor), { actor, verb: 'update', subresource: options.subresource ?? '', ...entryOf(object) }),
    delete: (ref, _options = {}, actor = EXTERNAL_ACTOR) => record(deleteObject(ref), { actor, verb: 'delete', subresource: '', ...entryOf({ ...ref, metadata: ref }) }),
    bind: (ref, nodeName, actor = EXTERNAL_ACTOR) => record(bindPod(ref, nodeName), { actor, verb: 'bind', subresource: 'binding', ...entryOf({ ...ref, metadata: ref }) }),
    apply: (object, options = {}) => createObject(object, options, EXTERNAL_ACTOR),
    restore: restoreObject,
    watch: (callback) => store.watch((event) => callback(toWatchEvent(event), event.table)),
    onRequest: (callback) => listeners.push(callback),
  };
}

function stampRevision(value: KubernetesObject, revision: number): KubernetesObject {
  return { ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } };
}

function toWatchEvent(event: StoreEvent<KubernetesObject>): WatchEvent {
  return event.old === undefined ? { type: event.type, object: event.value } : { type: event.type, object: event.value, old: event.old };
}

function keepField(object: KubernetesObject, old: KubernetesObject, field: string): void {
  const target = object as unknown as Record<string, unknown>;
  const value = (old as unknown as Record<string, unknown>)[field];
  if (value === undefined) delete target[field];
  else target[field] = value;
}

/** A write of the status keeps everything else as it stands, except annotations: the Deployment controller writes its revision with the status. */
function keepSpec(object: KubernetesObject, old: KubernetesObject): void {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) if (field !== 'status' && field !== 'metadata') keepField(object, old, field);
  const { resourceVersion, annotations } = object.metadata;
  object.metadata = { ...old.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(annotations === undefined ? {} : { annotations }) };
}

function specChanged(object: KubernetesObject, old: KubernetesObject): boolean {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (field === 'status' || field === 'metadata') continue;
    if (!deepEqual((object as unknown as Record<string, unknown>)[field], (old as unknown as Record<string, unknown>)[field])) return true;
  }
  return false;
}

