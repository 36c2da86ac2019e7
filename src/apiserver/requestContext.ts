// What every verb works with: the store, the kinds, the clock, admission. Made once a server; no verb keeps state of its own.
import type { KubernetesObject, ObjectRef } from '../api/meta.js';
import type { Kind, StrategyContext } from '../kinds/kind.js';
import type { Store, StoreKey } from '../store/store.js';
import type { AdmissionAttributes, AdmissionContext } from './admission/admission.js';
import type { AdmissionState } from './admissionState.js';
import type { FieldValidation } from './decode.js';
import type { PodTemplateCache } from './podTemplateCache.js';
import type { Reader } from './reader.js';
import type { Refusal } from './refusal.js';
import type { ServiceAllocator } from './services/serviceAllocator.js';

/** How a write is asked for. */
export interface WriteOptions {
  dryRun?: boolean;
  /** Default: Warn, as the server's own default. */
  fieldValidation?: FieldValidation;
  /** The namespace of the request, for objects that name none. Default: 'default'. */
  namespace?: string;
  /** The uid a new object gets; drawn when absent. */
  uid?: string;
}

/** How a deletion is asked for. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** The object must be this one. */
  uid?: string;
  dryRun?: boolean;
}

/** The parts of a server that its verbs share. */
export interface RequestContext {
  readonly store: Store<KubernetesObject>;
  readonly read: Reader;
  readonly admission: AdmissionContext;
  readonly services: ServiceAllocator;
  readonly admissionState: AdmissionState;
  readonly podTemplates: PodTemplateCache;
  /** Stored objects that were taken over from a cluster. */
  readonly restored: WeakSet<object>;
  /** Generated names depend on it. */
  readonly seed: number;
  /** The minor version of Kubernetes to judge by. */
  readonly minor: number;
  nowMs(): number;
  kindOf(apiVersion: string, kind: string): Kind | undefined;
  newUid(): string;
  /** A uid that is not written yet, for `uidOf`. */
  drawUid(): number;
  uidOf(drawn: number): string;
  /** Grows with every uid drawn: distinguishes generated names. */
  uidCount(): number;
  strategyContext(): StrategyContext;
  /** Mutating admission. */
  admit(attributes: AdmissionAttributes): Refusal | undefined;
  /** The part of validating admission that charges: ResourceQuota alone. */
  charge(attributes: AdmissionAttributes): Refusal | undefined;
  /** Validating admission. */
  validate(attributes: AdmissionAttributes): Refusal | undefined;
}

/** Requests of this actor are decoded: what it sends is what a user wrote. */
export const EXTERNAL_ACTOR = 'kubectl';

/** Where an object of the kind stands in the store. */
export function storeKey(kind: Kind, namespace: string | undefined, name: string): StoreKey {
  return { table: kind.resource, namespace: kind.namespaced ? (namespace ?? '') : '', name };
}

/** The kind of a reference and where its object stands, or the refusal. */
export function resolveRef(context: RequestContext, ref: ObjectRef): { kind: Kind; key: StoreKey } | { refusal: Refusal } {
  const kind = context.kindOf(ref.apiVersion, ref.kind);
  if (kind === undefined) return { refusal: noMatch(ref.apiVersion, ref.kind) };
  return { kind, key: storeKey(kind, ref.namespace ?? 'default', ref.name) };
}

/** 404 as the client's mapping of kinds says it: no such kind is served. */
export function noMatch(apiVersion: string, kind: string): Refusal {
  return { code: 404, reason: '', message: `no matches for kind "${kind}" in version "${apiVersion}"` };
}
