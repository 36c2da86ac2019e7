// CertificateSigningRequest: a request in PEM, a signer, usages. Source: pkg/apis/certificates/validation/validation.go
import { duplicate, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { CertificateSigningRequest } from '../api/types.js';
import { decodeBase64 } from '../util/base64.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { dns1123SubdomainMessages } from './shared/formats.js';
import { invalidEach, pathSegment } from './shared/names.js';

const SPEC = rootPath('spec');
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
const MAX_SIGNER_NAME = 571;
const USAGES = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection', 'encipher only',
  'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
];

/** The kind CertificateSigningRequest. */
export const certificateSigningRequest = defineKind<CertificateSigningRequest>('certificates.k8s.io/v1', 'CertificateSigningRequest', {
  nameRule: pathSegment,
  metadataOnUpdate: 'both',
  validate,
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ spec }: CertificateSigningRequest, errors: FieldErrors): void {
  const { request = '', usages = [], signerName = '', expirationSeconds } = spec ?? ({} as Partial<CertificateSigningRequest['spec']>);
  const problem = requestProblem(request);
  if (problem !== undefined) invalid(errors, child(SPEC, 'request'), request, problem);
  const list = child(SPEC, 'usages');
  if (usages.length === 0) required(errors, list);
  usages.forEach((usage, index) => {
    if (!USAGES.includes(usage)) notSupported(errors, indexed(list, index), usage, USAGES);
  });
  usages.forEach((usage, index) => {
    if (usages.indexOf(usage) < index) duplicate(errors, indexed(list, index), usage);
  });
  if (signerName === LEGACY_SIGNER) invalid(errors, child(SPEC, 'signerName'), signerName, 'the legacy signerName is not allowed via this API version');
  else validateSignerName(signerName, errors);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS) {
    invalid(errors, child(SPEC, 'expirationSeconds'), expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)');
  }
}

/** Differs: the request within the PEM block is not read. */
function requestProblem(request: string): string | undefined {
  let text = '';
  for (const byte of decodeBase64(request)) text += String.fromCharCode(byte);
  return /(^|\n)-----BEGIN CERTIFICATE REQUEST-----[ \t\r]*\n/.test(text) ? undefined : 'PEM block type must be CERTIFICATE REQUEST';
}

/** Source: ValidateSignerName */
function validateSignerName(name: string, errors: FieldErrors): void {
  const path = child(SPEC, 'signerName');
  if (name === '') return required(errors, path);
  const segments = name.split('/');
  if (segments.length !== 2) return invalid(errors, path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  const [domain, signer] = segments as [string, string];
  invalidEach(errors, path, domain, dns1123SubdomainMessages(domain).map((message) => `validating label ${JSON.stringify(domain)}: ${message}`));
  if (domain.split('.').length < 2) invalid(errors, path, domain, 'should be a domain with at least two segments separated by dots');
  invalidEach(errors, path, signer, dns1123SubdomainMessages(signer).map((message) => `validating label ${JSON.stringify(signer)}: ${message}`));
  if (byteLength(name) > MAX_SIGNER_NAME) invalid(errors, path, name, `must be no more than ${MAX_SIGNER_NAME} bytes`);
}
