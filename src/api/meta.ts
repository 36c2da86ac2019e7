// What every API object has, how one is named, and what the API server answers to a request.
import type { ObjectMeta } from './types.js';

/** Any object of the API: built-in or custom. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** The annotation in which kubectl remembers what was applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The name of one object. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** One entry of a Status' details.causes. */
export interface StatusCause {
  /** 'FieldValueInvalid', 'FieldValueRequired', … */
  reason: string;
  message: string;
  field: string;
}

/** The answer to one API request. `code` is the HTTP status; `reason`, `message` and `causes` stand with a refusal only. */
export interface Response<T = KubernetesObject> {
  code: number;
  warnings: string[];
  object?: T;
  reason?: string;
  message?: string;
  causes?: StatusCause[];
}

/** A change of a stored object. `object` is the state after the write; for DELETED the last state, with the revision of the deletion. */
export interface WatchEvent<T = KubernetesObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** objectKey of the object, as one string for all its events. */
  key: string;
  object: T;
  /** The state before the write; absent for ADDED. */
  old?: T;
}

/** True when the answer says that the request was carried out. */
export function succeeded(response: Response<unknown>): boolean {
  return response.code < 300;
}

/** 'apps/v1' → ['apps', 'v1']; 'v1' → ['', 'v1']. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** 'namespace/name', or the bare name of a cluster-scoped object: the key that work queues hold. */
export function objectKey(object: { metadata: ObjectMeta }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name ?? ''}`;
}

/** A work queue key back into its parts. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}
