// POST: a new object. Source: apiserver/pkg/endpoints/handlers/create.go, apiserver/pkg/registry/generic/registry/store.go (Create)
import type { FieldErrors } from '../api/fieldError.js';
import { LAST_APPLIED, type KubernetesObject, type Response } from '../api/meta.js';
import type { Binding, ObjectMeta, Pod, Service } from '../api/types.js';
import { servesVerb, type Kind, type StrategyContext } from '../kinds/kind.js';
import type { StoreKey } from '../store/store.js';
import { formatTime } from '../util/time.js';
import type { AdmissionAttributes } from './admission/admission.js';
import { bindPod } from './bind.js';
import { validateNewMetadata } from './metadataRules.js';
import { generatedBase, randomSuffix } from './names.js';
import { labelsFor } from './podTemplateCache.js';
import { asRequested, receive, type Received } from './receive.js';
import { alreadyExists, invalidObject, refused, type Refusal } from './refusal.js';
import { answerReview } from './reviews.js';
import { EXTERNAL_ACTOR, storeKey, type RequestContext, type WriteOptions } from './requestContext.js';
import { serialise } from './serialise.js';

const MAX_NAME_ATTEMPTS = 8;

/** Creates the object. */
export function createObject(context: RequestContext, body: unknown, options: WriteOptions, actor: string): Response {
  const isComponents = actor !== EXTERNAL_ACTOR && options.dryRun !== true;
  if (isComponents && (body as KubernetesObject).kind === 'Event') return createEvent(context, body as KubernetesObject) ?? createAsked(context, body, options, actor);
  const sibling = isComponents && (body as KubernetesObject).kind === 'Pod' ? (body as Pod) : undefined;
  const known = sibling === undefined ? undefined : context.podTemplates.find(sibling);
  if (known !== undefined) return createSibling(context, known, {}, actor);
  const response = createAsked(context, body, options, actor);
  if (sibling !== undefined && response.object !== undefined) context.podTemplates.keep(sibling, response.object as Pod);
  return response;
}

/** Creates what kubectl applies, which remembers itself in an annotation. Of pods that differ in nothing but their names, only the first goes all the way. */
export function createApplied(context: RequestContext, body: KubernetesObject, options: WriteOptions): Response {
  const { name, labels, annotations } = body.metadata;
  const text = annotations?.[LAST_APPLIED];
  const isPod = body.kind === 'Pod' && typeof name === 'string' && text !== undefined;
  if (!isPod || options.dryRun === true || options.uid !== undefined) return createObject(context, body, options, EXTERNAL_ACTOR);
  const alike = context.podTemplates.alikeTo({ text, name, labels, fieldValidation: options.fieldValidation });
  if (alike?.made !== undefined) {
    const { stored, warnings } = alike.made;
    const own = { name, labels: labelsFor(name, stored), annotations: { ...stored.metadata.annotations, [LAST_APPLIED]: text } };
    return { ...createSibling(context, stored, own, EXTERNAL_ACTOR), warnings: [...warnings] };
  }
  const response = createObject(context, body, options, EXTERNAL_ACTOR);
  if (response.object !== undefined) alike?.keep({ stored: response.object as Pod, warnings: response.warnings });
  return response;
}

function createAsked(context: RequestContext, body: unknown, options: WriteOptions, actor: string): Response {
  const received = receive(context, body, options, actor);
  if ('refusal' in received) return refused(received.refusal, received.warnings);
  return createReceived(context, received, options, actor);
}

/** An event whose times are null in its stored form when nothing was said of them. */
export type EventForm = KubernetesObject & { eventTime?: string | null; firstTimestamp?: string | null; lastTimestamp?: string | null };

/**
 * Creates an event that a component's recorder made and hands over: it is right by construction, says nothing that is empty, and admission has no say in it.
 * Undefined when it may have.
 */
function createEvent(context: RequestContext, event: EventForm): Response | undefined {
  const { namespace = '', name = '' } = event.metadata;
  const kind = kindOfEvents(context, namespace);
  if (kind === undefined) return undefined;
  const written = context.store.create(storeKey(kind, namespace, name), completed(event, { uid: context.newUid(), timeMs: context.nowMs() }));
  return typeof written === 'string' ? undefined : { code: 201, warnings: [], object: written };
}

/** What an event is put together of when somebody reads events. */
export interface EventSeed {
  readonly namespace: string;
  /** When it happened. */
  readonly atMs: number;
  /** The uid that is drawn for it; the server says which. */
  drawnUid: number;
}

/** Creates an event later. False, and nothing is done, when admission may have a say in it. */
export type CreateEventLater<T extends EventSeed> = (seed: T) => boolean;

/** Creates events that `compose` puts together. */
export function createEventsLater<T extends EventSeed>(context: RequestContext, compose: (seed: T) => EventForm): CreateEventLater<T> {
  const make = (seed: T): { key: StoreKey; value: KubernetesObject } => {
    const event = completed(compose(seed), { uid: context.uidOf(seed.drawnUid), timeMs: seed.atMs });
    return { key: storeKey(context.kindOf('v1', 'Event') as Kind, event.metadata.namespace, event.metadata.name ?? ''), value: event };
  };
  return (seed) => {
    const kind = kindOfEvents(context, seed.namespace);
    if (kind === undefined) return false;
    seed.drawnUid = context.drawUid();
    context.store.createLater(kind.resource, seed, make);
    return true;
  };
}

/** The kind of events; undefined when admission may have a say: the namespace is going away, or users have put rules of their own into admission. */
function kindOfEvents({ kindOf, read, admissionState }: RequestContext, namespace: string): Kind | undefined {
  const kind = kindOf('v1', 'Event');
  const owner = read.get('namespaces', '', namespace);
  return kind?.definition === undefined || owner === undefined || owner.metadata.deletionTimestamp !== undefined || admissionState.hasOwnRules ? undefined : kind;
}

/** The event with what the server adds. */
function completed(event: EventForm, { uid, timeMs }: { uid: string; timeMs: number }): EventForm {
  event.metadata.uid = uid;
  event.metadata.creationTimestamp = formatTime(timeMs);
  event.eventTime ??= null;
  event.firstTimestamp ??= null;
  event.lastTimestamp ??= null;
  return event;
}

/** What a pod has that its sibling has not, besides its uid and its time. */
interface OwnMetadata {
  /** Absent: generated. */
  name?: string;
  labels?: ObjectMeta['labels'] | undefined;
  annotations?: ObjectMeta['annotations'];
}

/** Creates one more pod like a stored one: it gets a uid and a time of its own, and only quotas are asked again. */
function createSibling(context: RequestContext, like: Pod, own: OwnMetadata, actor: string): Response {
  const kind = context.kindOf(like.apiVersion, like.kind) as Kind;
  const { namespace = '', generateName = '' } = like.metadata;
  const uid = context.newUid();
  const name = own.name ?? (generateName === '' ? '' : generatedName(context, kind, namespace, generateName));
  const metadata: Pod['metadata'] = { ...like.metadata, name, uid, creationTimestamp: formatTime(context.nowMs()) };
  if (own.labels !== undefined) metadata.labels = own.labels;
  if (own.annotations !== undefined) metadata.annotations = own.annotations;
  const object: Pod = { ...like, metadata };
  const forbidden = context.charge({ operation: 'CREATE', kind, subresource: '', namespace, name, object: object as KubernetesObject, old: undefined, dryRun: false, actor, warn: () => undefined });
  if (forbidden !== undefined) return refused(forbidden);
  const written = context.store.create(storeKey(kind, namespace, name), object as KubernetesObject);
  if (typeof written === 'string') return refused(alreadyExists(kind.resource, name));
  return { code: 201, warnings: [], object: written };
}

/** Creates an object that was decoded before, as a PUT that may create does. */
export function createReceived(context: RequestContext, received: Received, options: WriteOptions, actor: string): Response {
  const { kind, stored, object, warnings, namespace } = received;
  if (!servesVerb(kind, 'create')) return refused({ code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' }, warnings);
  const dryRun = options.dryRun === true;
  const meta = object.metadata;
  dropServerFields(meta);
  const attributes: AdmissionAttributes = {
    operation: 'CREATE', kind: stored, subresource: '', namespace, name: meta.name ?? '', object, old: undefined, dryRun, actor, warn: (text) => warnings.push(text),
  };
  const denied = context.admit(attributes);
  if (denied !== undefined) return refused(denied, warnings);
  if (kind.resource === 'bindings') return dryRun ? { code: 201, warnings, object } : bindPod(context, { apiVersion: 'v1', kind: 'Pod', namespace, name: meta.name ?? '' }, (object as Binding).target?.name ?? '');
  if (!servesVerb(kind, 'get')) return answerReview(kind, object, warnings);
  const strategy = context.strategyContext();
  meta.uid = options.uid ?? context.newUid();
  meta.creationTimestamp = formatTime(strategy.nowMs);
  if (!meta.name && meta.generateName) meta.name = generatedName(context, stored, namespace, meta.generateName);
  if (kind.resource === 'services') {
    const unallocated = context.services.forCreate(kind, object as Service, dryRun);
    if (unallocated !== undefined) return refused(unallocated, warnings);
  }
  const withStatus = object as { status?: unknown };
  const judge = rulesOf(kind, stored);
  const strategist = kind.definition === undefined ? judge : stored;
  if (strategist.hasStatusSubresource === true && withStatus.status !== undefined) delete withStatus.status;
  if (strategist.hasGeneration === true) meta.generation = 1;
  strategist.prepareForCreate?.(object, strategy);
  const errors = validateNew(judge, object, strategy);
  if (errors.length > 0) return refused(invalidObject(stored, meta.name ?? '', errors), warnings);
  // Nobody reads what a component is warned of.
  if (actor === EXTERNAL_ACTOR && strategist.warnings !== undefined) warnings.push(...strategist.warnings(object, undefined));
  const forbidden = context.validate(meta.name === attributes.name ? attributes : { ...attributes, name: meta.name ?? '' });
  if (forbidden !== undefined) return refused(forbidden, warnings);
  kind.storage?.prune?.(object);
  stored.setDefaults?.(object);
  if (stored.definition !== undefined) serialise(stored.definition, object);
  return store(context, received, dryRun);
}

/** Drops what the server alone says about an object. Most come without it, and deleting what is not there takes its time. */
function dropServerFields(meta: ObjectMeta): void {
  if (meta.creationTimestamp !== undefined) delete meta.creationTimestamp;
  if (meta.uid !== undefined) delete meta.uid;
  if (meta.deletionTimestamp !== undefined) delete meta.deletionTimestamp;
  if (meta.deletionGracePeriodSeconds !== undefined) delete meta.deletionGracePeriodSeconds;
  if (meta.selfLink !== undefined) delete meta.selfLink;
  if (meta.resourceVersion !== undefined) delete meta.resourceVersion;
}

function validateNew(kind: Kind, object: KubernetesObject, strategy: StrategyContext): FieldErrors {
  const errors: FieldErrors = [];
  if (kind.checksMetadataLast !== true) validateNewMetadata(kind, object, errors);
  kind.validate?.(object, errors, strategy);
  if (kind.checksMetadataLast === true && errors.length === 0) validateNewMetadata(kind, object, errors);
  return errors;
}

function store(context: RequestContext, { kind, stored, object, warnings, namespace }: Received, dryRun: boolean): Response {
  const key = storeKey(stored, namespace, object.metadata.name ?? '');
  const existing = context.store.get(key);
  if (existing !== undefined) return refused(existsRefusal(kind, existing), warnings);
  if (dryRun) return { code: 201, warnings: distinct(warnings), object: asRequested(kind, object) };
  const written = context.store.create(key, object);
  if (typeof written === 'string') return refused(alreadyExists(kind.resource, key.name), warnings);
  return { code: 201, warnings: distinct(warnings), object: asRequested(kind, written) };
}

function existsRefusal(kind: Kind, existing: KubernetesObject): Refusal {
  const refusal = alreadyExists(kind.resource, existing.metadata.name ?? '');
  return existing.metadata.deletionTimestamp === undefined ? refusal : { ...refusal, message: `object is being deleted: ${refusal.message}` };
}

/** Whose rules hold: those of the stored kind, unless the version asked for has rules of its own for what it stores, as every version of a custom resource has. */
export function rulesOf(kind: Kind, stored: Kind): Kind {
  return kind.storage !== undefined && kind.validate !== undefined ? kind : stored;
}

/** A warning is given once a request. */
export function distinct(warnings: string[]): string[] {
  return warnings.length < 2 ? warnings : [...new Set(warnings)];
}

/** A name that nothing bears yet, unless all attempts failed. */
function generatedName(context: RequestContext, kind: Kind, namespace: string, generateNameBase: string): string {
  const base = generatedBase(generateNameBase);
  for (let attempt = 0; ; attempt++) {
    const name = base + randomSuffix(`${kind.resource}/${namespace}/${base}/${context.uidCount()}/${attempt}`, context.seed);
    if (attempt >= MAX_NAME_ATTEMPTS || context.store.get(storeKey(kind, namespace, name)) === undefined) return name;
  }
}
