// Whether certificates in PEM can be trusted, or belong to a private key, in the words of Go's TLS package.
// Source: crypto/tls/tls.go (X509KeyPair), encoding/pem/pem.go, client-go/transport/transport.go (rootCertPool). Differs: curve points are not computed, so an elliptic key without its
// public half, and an Ed25519 key, count as fitting.
import { decodeBase64, decodeStrictBase64 } from '../../util/base64.js';

interface PemBlock {
  readonly type: string;
  readonly bytes: readonly number[];
}

/** One element of DER. */
interface Element {
  readonly tag: number;
  readonly content: readonly number[];
}

/** The error of tls.X509KeyPair, or undefined when the pair is good. */
export function keyPairProblem(certificate: readonly number[], privateKey: readonly number[]): string | undefined {
  const certificates = pemBlocks(certificate);
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (leaf === undefined) {
    const skipped = certificates.map(({ type }) => type);
    if (skipped.length === 0) return 'tls: failed to find any PEM data in certificate input';
    if (skipped.length === 1 && (skipped[0] as string).endsWith('PRIVATE KEY')) return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
    return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
  }
  const keys = pemBlocks(privateKey);
  const key = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (key === undefined) {
    const skipped = keys.map(({ type }) => type);
    if (skipped.length === 0) return 'tls: failed to find any PEM data in key input';
    if (skipped.length === 1 && skipped[0] === 'CERTIFICATE') return 'tls: found a certificate rather than a key in the PEM for the private key';
    return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
  }
  const published = certificatePublicKey(leaf.bytes);
  if (published === undefined) return 'x509: malformed certificate';
  const own = privateKeyPublicPart(key.bytes);
  if (own === undefined) return 'tls: failed to parse private key';
  if (published.algorithm !== own.algorithm) return 'tls: private key type does not match public key type';
  if (own.value !== undefined && own.value !== published.value) return 'tls: private key does not match public key';
  return undefined;
}

/** What keeps the certificates, in base64, from being trusted; undefined when one of them can be. */
export function caBundleProblem(bundle: string): string | undefined {
  const blocks = pemBlocks(decodeBase64(bundle));
  const certificates = blocks.filter(({ type }) => type === 'CERTIFICATE');
  if (certificates.some(({ bytes }) => sequence(bytes)?.length === 3)) return undefined;
  if (certificates.length > 0) return 'unable to load root certificates: failed to parse certificate: x509: malformed certificate';
  return `unable to load root certificates: ${blocks.length > 0 ? 'no valid certificate authority data seen' : 'unable to parse bytes as PEM block'}`;
}

function pemBlocks(bytes: readonly number[]): PemBlock[] {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const blocks: PemBlock[] = [];
  const pattern = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END \1-----[ \t\r]*(?=\n|$)/g;
  for (const match of text.matchAll(pattern)) {
    const body = (match[2] as string).replace(/^(?:[^\n:]+:[^\n]*\n)+\n?/, '').replace(/[\s]/g, '');
    const bytes = decodeStrictBase64(body);
    if (bytes !== undefined) blocks.push({ type: match[1] as string, bytes });
  }
  return blocks;
}

/** The elements that stand one after another in DER, or undefined when it is none. */
function elements(bytes: readonly number[]): Element[] | undefined {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] as number;
    let length = bytes[at++];
    if (length === undefined) return undefined;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) return undefined;
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + (bytes[at++] ?? Number.NaN);
    }
    if (!(at + length <= bytes.length)) return undefined;
    found.push({ tag, content: bytes.slice(at, at + length) });
    at += length;
  }
  return found;
}

function sequence(bytes: readonly number[]): Element[] | undefined {
  const outer = elements(bytes);
  return outer?.length === 1 && outer[0]?.tag === 0x30 ? elements(outer[0].content) : undefined;
}

const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

interface PublicPart {
  readonly algorithm: 'rsa' | 'ec' | 'ed25519';
  readonly value: string | undefined;
}

const ALGORITHMS: Record<string, PublicPart['algorithm']> = { '2a864886f70d010101': 'rsa', '2a8648ce3d0201': 'ec', '2b6570': 'ed25519' };

function certificatePublicKey(bytes: readonly number[]): PublicPart | undefined {
  const body = sequence(bytes)?.[0];
  const fields = body === undefined ? undefined : elements(body.content);
  if (fields === undefined) return undefined;
  const keyInfo = fields[fields[0]?.tag === 0xa0 ? 6 : 5];
  const [identifier, key] = (keyInfo === undefined ? undefined : elements(keyInfo.content)) ?? [];
  const algorithm = ALGORITHMS[hex(elements(identifier?.content ?? [])?.[0]?.content ?? [])];
  if (algorithm === undefined || key === undefined) return undefined;
  const bits = key.content.slice(1);
  if (algorithm !== 'rsa') return { algorithm, value: hex(bits) };
  const modulus = sequence(bits)?.[0];
  return modulus === undefined ? undefined : { algorithm, value: hex(modulus.content) };
}

function privateKeyPublicPart(bytes: readonly number[]): PublicPart | undefined {
  const fields = sequence(bytes);
  if (fields === undefined) return undefined;
  const second = fields[1];
  // PKCS #8 wraps the key with its algorithm; PKCS #1 has the modulus second; SEC 1 has the scalar second.
  if (second?.tag === 0x30 && fields[2] !== undefined) {
    const algorithm = ALGORITHMS[hex(elements(second.content)?.[0]?.content ?? [])];
    if (algorithm === 'ed25519') return { algorithm, value: undefined };
    return algorithm === undefined ? undefined : privateKeyPublicPart(fields[2].content);
  }
  if (second?.tag === 0x02) return { algorithm: 'rsa', value: hex(second.content) };
  if (second?.tag !== 0x04) return undefined;
  const point = fields.find(({ tag }) => tag === 0xa1);
  const bits = point === undefined ? undefined : elements(point.content)?.[0];
  return { algorithm: 'ec', value: bits === undefined ? undefined : hex(bits.content.slice(1)) };
}
