// Failures that mean a bug in stowage: they throw, and only `main` catches them.

/** Throws when the claim is false; the message says which invariant broke. */
export function assert(claim: unknown, message: string): asserts claim {
  if (!claim) throw new Error(`internal error: ${message}`);
}
