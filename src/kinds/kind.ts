// What the API server asks of a kind. One file per kind answers, always in this order; the pipeline in apiserver/ asks.
import type { FieldErrors } from '../api/fieldError.js';
import type { KubernetesObject } from '../api/meta.js';
import type { FieldPath } from '../api/fieldPath.js';

/** What a strategy may know beyond the object itself. */
export interface StrategyContext {
  /** Virtual time. */
  readonly nowMs: number;
  /** Draws a UUID; the sequence depends on the seed and on the number of draws only. */
  newUid(): string;
  /** The labels of a namespace that is stored. */
  labelsOfNamespace(name: string): Readonly<Record<string, string>> | undefined;
}

/** Checks a name or, with `isPrefix`, a generateName; pushes errors at the path. */
export type NameRule = (name: string, isPrefix: boolean, path: FieldPath, errors: FieldErrors) => void;

/** How an API version that is not the stored one is turned into it and back. Both return new objects. */
export interface StorageConversion {
  readonly apiVersion: string;
  readonly kind: string;
  toStorage(object: KubernetesObject): KubernetesObject;
  fromStorage(object: KubernetesObject): KubernetesObject;
  /** Takes from an object that was judged in this version, in place, what the stored version does not know. */
  prune?(object: KubernetesObject): void;
}

/** The answers; what is left out means "nothing to do", except where a default is named. Functions that change the object change it in place: it is the pipeline's own copy. */
export interface Strategy<T extends KubernetesObject = KubernetesObject> {
  /** Default: a DNS-1123 subdomain. */
  readonly nameRule?: NameRule;
  /** True when the kind leaves its metadata to the generic check, which runs only if the kind's own rules found nothing. Default: false. */
  readonly checksMetadataLast?: boolean;
  /**
   * Which checks of the metadata the kind's own update rules repeat after the generic ones (which are both made, full first):
   * the full check of an object (once or twice), that of an update, both or none. Repetitions show among the causes. Default: 'update'.
   */
  readonly metadataOnUpdate?: 'none' | 'update' | 'full' | 'both' | 'fullTwice';
  /** Where a pod spec stands in the object: 'spec' or 'spec.template.spec' …; admission that looks at pod specs uses it. */
  readonly podSpecPath?: string;
  /** True when `status` is a subresource: create clears it, PUT on the object keeps the old one. Default: true if the schema has a status. */
  readonly hasStatusSubresource?: boolean;
  /** True when PUT may create. Default: false. */
  readonly allowCreateOnUpdate?: boolean;
  /** False when PUT must carry metadata.resourceVersion. Default: true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** True when metadata.generation counts changes of the spec. Default: false. */
  readonly hasGeneration?: boolean;
  /** True when nothing but `validateUpdate` looks at the labels and annotations of an update: no default, preparation or admission of ours hangs on them. Default: false. */
  readonly labelsStandAlone?: boolean;
  /** Set when this version is served but another one is stored. */
  readonly storage?: StorageConversion;
  /** For a custom resource: removes in place what its schema does not know and returns the paths, sorted. */
  dropUnknownFields?(object: T): string[];
  setDefaults?(object: T): void;
  prepareForCreate?(object: T, context: StrategyContext): void;
  validate?(object: T, errors: FieldErrors, context: StrategyContext): void;
  prepareForUpdate?(object: T, old: T, context: StrategyContext): void;
  validateUpdate?(object: T, old: T, errors: FieldErrors, context: StrategyContext): void;
  prepareForStatusUpdate?(object: T, old: T): void;
  validateStatusUpdate?(object: T, old: T, errors: FieldErrors): void;
  /** The texts of `Warning:` headers; `old` is given on update. */
  warnings?(object: T, old: T | undefined): string[];
}

/** A served kind: its names and its strategy. */
export interface Kind<T extends KubernetesObject = KubernetesObject> extends Strategy<T> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** What may be asked of it; undefined for a custom resource, which serves all verbs. */
  readonly verbs?: ReadonlySet<string>;
  /** The definition in the schema table; undefined for a custom resource. */
  readonly definition: string | undefined;
  /** What every request for this version of a custom resource is warned of. */
  readonly deprecation?: string;
  /** Group and plural of what is stored, the name the store, the controllers and refusals use: 'pods', 'deployments.apps'; 'events' for the Events of both groups. */
  readonly resource: string;
}

/** The apiVersion of a kind. */
export function apiVersionOf(kind: { group: string; version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** True when the resource serves the verb. */
export function servesVerb({ verbs }: Kind, verb: string): boolean {
  return verbs === undefined || verbs.has(verb);
}

/** 'Deployment.apps' as error messages name a kind; core kinds are bare. */
export function qualifiedKind(kind: { group: string; kind: string }): string {
  return kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
}

/** A strategy bound to the group, version and kind it belongs to. */
export interface KindStrategy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly strategy: Strategy;
}

/** Declares the strategy of a kind with the type its functions work on. */
export function defineKind<T extends KubernetesObject>(apiVersion: string, kind: string, strategy: Strategy<T>): KindStrategy {
  return { apiVersion, kind, strategy: strategy as unknown as Strategy };
}
