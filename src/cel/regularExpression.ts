// RE2 regular expressions, the dialect of Go and so of Kubernetes.

import { RE2JS } from 're2js';

/** A compiled pattern, or what is wrong with it in Go's words (`error parsing regexp: missing closing ]: …`). */
export type Re2 = { readonly pattern: RE2JS; readonly problem?: undefined } | { readonly pattern?: undefined; readonly problem: string };

const cache = new Map<string, Re2>();
const maxCached = 2000;

/** Compiles a pattern once. */
export function compileRe2(source: string): Re2 {
  const known = cache.get(source);
  if (known !== undefined) return known;
  let compiled: Re2;
  try {
    compiled = { pattern: RE2JS.compile(source) };
  } catch (failure) {
    compiled = { problem: failure instanceof Error ? failure.message : String(failure) };
  }
  if (cache.size >= maxCached) cache.clear();
  cache.set(source, compiled);
  return compiled;
}

/** True when the pattern matches anywhere in the text. */
export const re2Matches = (pattern: RE2JS, text: string): boolean => pattern.matcher(text).find();
