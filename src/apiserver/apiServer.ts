// The only door to the store: verbs, each one API request through the same pipeline. What a verb does stands in the file of its name.
// Source: apiserver/pkg/registry/generic/registry/store.go, apiserver/pkg/endpoints/handlers
import type { KubernetesObject, ObjectRef, Response, WatchEvent } from '../api/meta.js';
import { builtInKinds } from '../kinds/index.js';
import { apiVersionOf, type Kind } from '../kinds/kind.js';
import { LATEST_MINOR } from '../kinds/schema/versions.js';
import { createStore, type Store } from '../store/store.js';
import { formatTime } from '../util/time.js';
import type { AdmissionAttributes, AdmissionContext, WebhookCall } from './admission/admission.js';
import { createAdmissionChain } from './admission/chain.js';
import { ADMISSION_PLUGINS } from './admission/index.js';
import { resourceQuota } from './admission/resourceQuota.js';
import { applyObject } from './apply.js';
import { bindPod } from './bind.js';
import { createEventsLater, createObject, type CreateEventLater, type EventForm, type EventSeed } from './create.js';
import { createCustomKinds } from './customKinds.js';
import { deleteObject } from './delete.js';
import { evictPod } from './evict.js';
import { randomSuffix, uidOf } from './names.js';
import { patchObject, scaleObject, type Patch } from './patch.js';
import { followAdmission } from './admissionState.js';
import { createPodTemplateCache } from './podTemplateCache.js';
import { createReader, type Reader } from './reader.js';
import { EXTERNAL_ACTOR, storeKey, type DeleteOptions, type RequestContext, type WriteOptions } from './requestContext.js';
import { restoreObject } from './restore.js';
import { keepIpAddresses } from './services/ipAddresses.js';
import { createServiceAllocator } from './services/serviceAllocator.js';
import { removeEndpointsOfServices } from './services/serviceEndpoints.js';
import { updateObject, type UpdateOptions } from './update.js';

export type { DeleteOptions, WriteOptions } from './requestContext.js';
export type { UpdateOptions } from './update.js';

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
  update(object: unknown, options?: UpdateOptions, actor?: string): Response;
  delete(ref: ObjectRef, options?: DeleteOptions, actor?: string): Response;
  bind(ref: ObjectRef, nodeName: string, actor?: string): Response;
  /** The Eviction subresource: a deletion of a pod that asks the disruption budgets first. */
  evict(ref: ObjectRef, options?: DeleteOptions, actor?: string): Response;
  /** kubectl apply: creates the object, or merges it into the stored one. */
  apply(object: unknown, options?: WriteOptions): Response;
  patch(ref: ObjectRef, patch: Patch, options?: UpdateOptions, actor?: string): Response;
  /** The Scale subresource. */
  scale(ref: ObjectRef, replicas: number, actor?: string): Response;
  /**
   * Creates events of components that are put together when somebody reads events; neither watches nor listeners hear of them, and none may be a warning.
   */
  createEventsLater<T extends EventSeed>(compose: (seed: T) => EventForm): CreateEventLater<T>;
  /** Takes over an object that stood in a cluster before: decoded and defaulted, its status, uid and owner kept, neither admitted nor validated. */
  restore(object: unknown, namespace: string): Response;
  /** Stores an object of the server's own, made for the present time, as it is: it is right by construction. Nothing happens where its kind is not served. */
  preset(objectAt: (time: string) => KubernetesObject): void;
  /** Calls back within every write that changed something, in the order of the writes. */
  watch(callback: (event: WatchEvent, resource: string) => void): () => void;
  /** Calls back after every request, or every one of that actor and verb, refused ones included. */
  onRequest(callback: (record: RequestRecord) => void, only?: Partial<Pick<RequestRecord, 'actor' | 'verb'>>): void;
  /** Calls back for every webhook that a request would have been sent to: webhooks can't be called here. */
  onWebhook(callback: (call: WebhookCall, attributes: AdmissionAttributes) => void): void;
}

/** What the server is started with. */
export interface ApiServerOptions {
  /** Virtual time in milliseconds. */
  nowMs(): number;
  /** Generated names and uids depend on it. */
  seed: number;
  /** The minor version of Kubernetes to judge by, 28 to 36. Default: 36. */
  minor?: number;
}

/** Events that are held for watches that begin in the past. Each keeps a version of an object alive. */
const WATCH_HISTORY = 50;

/** A server with an empty store. */
export function createApiServer({ nowMs, seed, minor = LATEST_MINOR }: ApiServerOptions): ApiServer {
  const webhookListeners: ((call: WebhookCall, attributes: AdmissionAttributes) => void)[] = [];
  const context = createContext({ nowMs, seed, minor, webhookListeners });
  const { store, read, kindOf } = context;
  const listeners: { callback: (record: RequestRecord) => void; only: Partial<Pick<RequestRecord, 'actor' | 'verb'>> }[] = [];

  /** Tells the listeners of the request; `named` is its object or reference. */
  function record(response: Response, actor: string, verb: RequestRecord['verb'], subresource: string, named: unknown): Response {
    let entry: RequestRecord | undefined;
    for (let index = 0; index < listeners.length; index++) {
      const { callback, only } = listeners[index] as (typeof listeners)[number];
      if ((only.verb ?? verb) !== verb || (only.actor ?? actor) !== actor) continue;
      entry ??= entryOf(response, actor, verb, subresource, named);
      callback(entry);
    }
    return response;
  }

  function entryOf(response: Response, actor: string, verb: RequestRecord['verb'], subresource: string, named: unknown): RequestRecord {
    const { apiVersion, kind, metadata = {}, ...ref } = (named ?? {}) as Partial<KubernetesObject> & Partial<ObjectRef>;
    return {
      actor, verb, subresource, resource: kindOf(String(apiVersion), String(kind))?.resource ?? String(kind),
      namespace: metadata.namespace ?? ref.namespace ?? '', name: metadata.name ?? ref.name ?? metadata.generateName ?? '',
      code: response.code, ...(response.message === undefined ? {} : { message: response.message }), revision: store.revision, timeMs: nowMs(),
    };
  }

  return {
    store,
    read,
    kindOf,
    create: (object, options = {}, actor = EXTERNAL_ACTOR) => record(createObject(context, object, options, actor), actor, 'create', '', object),
    update: (object, options = {}, actor = EXTERNAL_ACTOR) => record(updateObject(context, object, options, actor), actor, 'update', options.subresource ?? '', object),
    delete: (ref, options = {}, actor = EXTERNAL_ACTOR) => record(deleteObject(context, ref, options, actor), actor, 'delete', '', ref),
    bind: (ref, nodeName, actor = EXTERNAL_ACTOR) => record(bindPod(context, ref, nodeName), actor, 'bind', 'binding', ref),
    evict: (ref, options = {}, actor = EXTERNAL_ACTOR) => record(evictPod(context, ref, options, actor), actor, 'evict', 'eviction', ref),
    apply(object, options = {}) {
      const response = applyObject(context, object, options);
      return record(response, EXTERNAL_ACTOR, response.code === 200 ? 'patch' : 'create', '', object);
    },
    patch: (ref, patch, options = {}, actor = EXTERNAL_ACTOR) => record(patchObject(context, ref, patch, options, actor), actor, 'patch', options.subresource ?? '', ref),
    scale: (ref, replicas, actor = EXTERNAL_ACTOR) => record(scaleObject(context, ref, replicas, actor), actor, 'update', 'scale', ref),
    createEventsLater: (compose) => createEventsLater(context, compose),
    preset(objectAt) {
      const object = objectAt(formatTime(nowMs()));
      const kind = kindOf(object.apiVersion, object.kind);
      if (kind !== undefined) store.create(storeKey(kind, object.metadata.namespace, object.metadata.name ?? ''), object);
    },
    restore: (object, namespace) => restoreObject(context, object, namespace),
    watch: store.watch,
    onRequest: (callback, only = {}) => void listeners.push({ callback, only }),
    onWebhook: (callback) => webhookListeners.push(callback),
  };
}

function createContext({ nowMs, seed, minor, webhookListeners }: Required<ApiServerOptions> & Required<Pick<AdmissionContext, 'webhookListeners'>>): RequestContext {
  const store = createStore<KubernetesObject>({ stamp: stampRevision, historyLimit: WATCH_HISTORY });
  const read = createReader(store);
  let uidCounter = 0;
  const newUid = (): string => uidOf(++uidCounter, seed);
  const restored = new WeakSet<object>();
  const customKinds = createCustomKinds(store);
  const admissionState = followAdmission(store);
  const builtIn = kindsByVersion(minor);
  const kindOf = (apiVersion: string, kind: string): Kind | undefined => builtIn.get(apiVersion)?.get(kind) ?? customKinds(apiVersion, kind);
  const admission: AdmissionContext = {
    read,
    nowMs,
    kindOf,
    webhookListeners,
    isRestored: (object) => restored.has(object),
    randomSuffix: (text) => randomSuffix(text, seed),
    writeStatus(object) {
      const kind = kindOf(object.apiVersion, object.kind);
      if (kind !== undefined) store.update(storeKey(kind, object.metadata.namespace, object.metadata.name ?? ''), object);
    },
  };
  if (kindOf('networking.k8s.io/v1', 'IPAddress') !== undefined) keepIpAddresses(store, { nowMs, seed });
  removeEndpointsOfServices(store);
  const chain = createAdmissionChain(ADMISSION_PLUGINS, admission);
  return {
    store, read, admission, restored, seed, minor, nowMs, kindOf, newUid,
    drawUid: () => ++uidCounter,
    uidOf: (drawn) => uidOf(drawn, seed),
    services: createServiceAllocator(store),
    admissionState,
    podTemplates: createPodTemplateCache(admissionState),
    uidCount: () => uidCounter,
    strategyContext: () => ({ nowMs: nowMs(), newUid, labelsOfNamespace: (name) => read.get('namespaces', '', name)?.metadata.labels }),
    admit: chain.admit,
    charge: (attributes) => resourceQuota.validate?.(attributes, admission),
    validate: chain.validate,
  };
}

/** apiVersion → name → kind: asked for at every step of a request, it is found without a key made for it. */
function kindsByVersion(minor: number): ReadonlyMap<string, ReadonlyMap<string, Kind>> {
  const versions = new Map<string, Map<string, Kind>>();
  for (const kind of builtInKinds(minor).values()) {
    const apiVersion = apiVersionOf(kind);
    const kinds = versions.get(apiVersion) ?? new Map<string, Kind>();
    versions.set(apiVersion, kinds.set(kind.kind, kind));
  }
  return versions;
}

/** The object with the revision: what is frozen is copied, the rest is the pipeline's own and takes it in place. */
function stampRevision(value: KubernetesObject, revision: number): KubernetesObject {
  const stamped = Object.isFrozen(value) ? { ...value } : value;
  if (Object.isFrozen(stamped.metadata)) stamped.metadata = { ...stamped.metadata };
  stamped.metadata.resourceVersion = String(revision);
  return stamped;
}
