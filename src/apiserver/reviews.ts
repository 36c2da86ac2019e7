// Kinds that are asked, not kept: access reviews and their like have the verb create only and are answered at once.
// Source: pkg/registry/{authentication,authorization}
import type { KubernetesObject, Response } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';
import { serialise } from './serialise.js';

/** The answer to a review: everything is allowed, nobody is known. Differs: there are no users and no authorizer here. */
export function answerReview(kind: Kind, object: KubernetesObject, warnings: string[]): Response {
  const review = object as KubernetesObject & { status?: Record<string, unknown> };
  if (kind.kind.endsWith('AccessReview')) review.status = { allowed: true };
  if (kind.definition !== undefined) serialise(kind.definition, object);
  return { code: 201, warnings, object };
}
