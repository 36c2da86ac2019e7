// The command itself is wrong: the message says what to type instead, and the exit status is 2.

/** Thrown below main when arguments, files or configuration cannot be used. */
export class UsageError extends Error {}
