// Parts of objects that many share, frozen: what was once found without an error needs not be checked again.
import type { FieldErrors } from '../../api/fieldError.js';

const sound = new WeakSet<object>();

/** True when an earlier check of this very part found nothing. */
export function isKnownSound(part: object): boolean {
  return Object.isFrozen(part) && sound.has(part);
}

/** Remembers a part that was checked; not one with errors after the first `before`, nor one that may still change. */
export function rememberIfSound(part: object, before: number, errors: FieldErrors): void {
  if (errors.length === before && Object.isFrozen(part)) sound.add(part);
}
