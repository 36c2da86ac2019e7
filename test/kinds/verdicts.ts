// What a settled cluster answers to one object, for tables of objects and answers.
import { expect } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject, Response } from '../../src/api/meta.js';

function settled(): Cluster {
  const cluster = new Cluster();
  cluster.settle();
  return cluster;
}

const shared = settled();

/** The part of a refusal behind 'is invalid: '; the whole message otherwise; 'accepted' when there is none. */
function verdictOf(response: Response): string {
  return response.code < 300 ? 'accepted' : (response.message ?? '').replace(/^.*? is invalid: /, '');
}

const asObject = (object: unknown): KubernetesObject => object as KubernetesObject;

/** Creates the object as a dry run and compares the verdict. */
export function expectVerdict(object: unknown, verdict: string): void {
  expect(verdictOf(shared.create(asObject(object), { dryRun: true, fieldValidation: 'Strict' }))).toBe(verdict);
}

/** Creates the object as a dry run; what is stored must hold at least what is wanted, and the warnings must be these. */
export function expectStored(object: unknown, wanted: object, warnings: string[] = []): void {
  const response = shared.create(asObject(object), { dryRun: true, fieldValidation: 'Strict' });
  expect({ object: response.object, warnings: response.warnings, message: response.message }).toMatchObject({ object: wanted, warnings });
}

/** Creates the object as a dry run; the part of what is stored must be just what is wanted. */
export function expectStoredExactly(object: unknown, part: (stored: KubernetesObject) => unknown, wanted: unknown): void {
  const response = shared.create(asObject(object), { dryRun: true, fieldValidation: 'Strict' });
  expect(verdictOf(response)).toBe('accepted');
  expect(part(response.object as KubernetesObject)).toEqual(wanted);
}

/** Creates the first object, replaces the version that was made by the second and compares the verdict. */
export function expectUpdateVerdict(before: unknown, after: unknown, verdict: string): void {
  const cluster = settled();
  const made = cluster.create(asObject(before));
  expect(verdictOf(made)).toBe('accepted');
  const next = asObject(after);
  next.metadata = { resourceVersion: made.object?.metadata?.resourceVersion as string, ...next.metadata };
  expect(verdictOf(cluster.update(next))).toBe(verdict);
}
