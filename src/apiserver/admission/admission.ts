// What an admission plugin sees and answers. The plugins stand in index.ts in their running order.
import type { KubernetesObject } from '../../api/meta.js';
import type { Kind } from '../../kinds/kind.js';
import type { Reader } from '../reader.js';
import type { Refusal } from '../refusal.js';

/** One request on its way through admission. */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly kind: Kind;
  /** '' for the object itself, else 'status', 'scale', 'binding', 'eviction' … */
  readonly subresource: string;
  /** '' for a cluster-scoped kind. */
  readonly namespace: string;
  /** '' when the name is still to be generated (mutating admission runs before). */
  readonly name: string;
  /** The pipeline's own copy: `admit` changes it in place. For DELETE it is the stored object. */
  readonly object: KubernetesObject;
  /** The stored object on UPDATE and DELETE. */
  readonly old: KubernetesObject | undefined;
  readonly dryRun: boolean;
  /** 'kubectl' or the name of a component. */
  readonly actor: string;
  /** Adds a `Warning:` header. */
  warn(text: string): void;
  /** Set by policies that mutate: mutating admission runs once more, and of the policies those that asked for it. */
  reinvocation?: ReadonlySet<string>;
}

/** What plugins may ask of their surroundings. */
export interface AdmissionContext {
  readonly read: Reader;
  readonly nowMs: () => number;
  /** Five characters of the alphabet of generated names. */
  readonly randomSuffix: (seedText: string) => string;
  /** Writes of admission itself (ResourceQuota charges usage): not admitted again. `object` replaces the stored one. */
  readonly writeStatus: (object: KubernetesObject) => void;
  /** The kind that serves this apiVersion and kind, custom resources included. */
  readonly kindOf: (apiVersion: string, kind: string) => Kind | undefined;
  /** True for an object that was taken over from a cluster and not written since. */
  readonly isRestored?: (object: object) => boolean;
  /** Who hears of the webhooks that a request would have been sent to. */
  readonly webhookListeners?: readonly ((call: WebhookCall, attributes: AdmissionAttributes) => void)[];
}

/** One webhook that would have seen the request. */
export interface WebhookCall {
  readonly configuration: string;
  readonly webhook: string;
  readonly isMutating: boolean;
  /** What a real server does when the webhook can't be reached. */
  readonly failurePolicy: string;
  /** Why it cannot be reached; absent when it may be. */
  readonly problem?: string;
  /** Why it is not certain that it would be called; absent when it is. */
  readonly uncertainty?: string;
}

/** A plugin; a returned refusal ends the request. */
export interface AdmissionPlugin {
  readonly name: string;
  /** The resources it looks at ('pods', 'deployments.apps'). Default: all. */
  readonly resources?: readonly string[];
  /** Mutating admission. */
  admit?(attributes: AdmissionAttributes, context: AdmissionContext): Refusal | undefined;
  /** Validating admission. */
  validate?(attributes: AdmissionAttributes, context: AdmissionContext): Refusal | undefined;
}

/** 403 as plugins say it: the name, or what it will be generated from. Source: apiserver/pkg/admission/errors.go (NewForbidden) */
export function forbiddenByAdmission({ kind, name, object }: AdmissionAttributes, text: string): Refusal {
  const shown = name || object.metadata.generateName || 'Unknown';
  return { code: 403, reason: 'Forbidden', message: `${kind.resource} "${shown}" is forbidden: ${text}` };
}
