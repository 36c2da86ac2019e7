// Names that controllers derive from contents: pod-template-hash and the hashes of revisions.
// Differs: pod-template-hash is taken over canonical JSON, not over Go's printed struct, so it looks like a real one but is another.
// Source: pkg/controller/controller_utils.go (ComputeHash), pkg/controller/history/controller_history.go (HashControllerRevision), apimachinery/pkg/util/rand/rand.go (SafeEncodeString)
import { goJson } from '../../util/goText.js';
import { utf8Bytes } from '../../util/utf8.js';

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Spells a text with characters that make no words. */
export function safeEncode(text: string): string {
  let encoded = '';
  for (let index = 0; index < text.length; index++) encoded += SAFE_ALPHABET[text.charCodeAt(index) % SAFE_ALPHABET.length];
  return encoded;
}

/** 32-bit FNV-1a of the bytes. */
export function fnv1aOfBytes(bytes: ArrayLike<number>, basis = FNV_OFFSET): number {
  let hash = basis;
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ (bytes[index] as number), FNV_PRIME);
  return hash >>> 0;
}

/** 32-bit FNV-1 of the bytes. */
export function fnv1OfBytes(bytes: ArrayLike<number>, basis = FNV_OFFSET): number {
  let hash = basis;
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash, FNV_PRIME) ^ (bytes[index] as number);
  return hash >>> 0;
}

/** The hash in the name of a Deployment's ReplicaSet and of a DaemonSet's revision. */
export function templateHash(template: unknown, collisionCount: number | undefined): string {
  const hash = fnv1aOfText(goJson(template));
  return safeEncode(String(collisionCount === undefined ? hash : fnv1aOfBytes([...littleEndian(collisionCount), 0, 0, 0, 0], hash)));
}

/** 32-bit FNV-1a of the text's bytes in UTF-8. */
function fnv1aOfText(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Only what is not ASCII needs a list of its bytes.
    if (code >= 0x80) return fnv1aOfBytes(utf8Bytes(text));
    hash = Math.imul(hash ^ code, FNV_PRIME);
  }
  return hash >>> 0;
}

/** The hash in the name of a StatefulSet's revision; `data` is the revision's data as the API server keeps it. */
export function revisionHash(data: string, collisionCount: number | undefined): string {
  const hash = fnv1OfBytes(utf8Bytes(data));
  return safeEncode(String(collisionCount === undefined ? hash : fnv1OfBytes(utf8Bytes(String(collisionCount)), hash)));
}

function littleEndian(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}
