// Secret: types and the keys they need, immutability. Source: pkg/apis/core/validation/validation.go (ValidateSecret, ValidateSecretUpdate)
import { forbidden, invalid, required, tooLong, type FieldErrors } from '../api/fieldError.js';
import { child, keyed, rootPath } from '../api/fieldPath.js';
import type { Secret } from '../api/types.js';
import { base64Length, decodeBase64, encodeBase64 } from '../util/base64.js';
import { sortedKeys } from '../util/compare.js';
import { utf8Bytes } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { semanticEqual, validateImmutable } from './shared/checks.js';
import { jsonObjectError } from './shared/goJsonSyntax.js';
import { validateConfigMapKey } from './shared/names.js';
import { keyPairProblem } from './shared/x509KeyPair.js';

const MAX_BYTES = 1048576;
const CANNOT_CHANGE = 'field is immutable when `immutable` is set';
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';
const DATA = rootPath('data');

/** The kind Secret. */
export const secret = defineKind<Secret>('v1', 'Secret', {
  metadataOnUpdate: 'both',
  setDefaults(object) {
    if (object.stringData !== undefined) {
      const entries = Object.entries(object.stringData);
      if (entries.length > 0) {
        object.data ??= {};
        for (const [name, text] of entries) object.data[name] = encodeBase64(utf8Bytes(text));
      }
      delete object.stringData;
    }
    object.type ||= 'Opaque';
  },
  validate,
  validateUpdate(object, old, errors) {
    validateImmutable(object.type, old.type, rootPath('type'), errors);
    if (old.immutable === true) {
      if (object.immutable !== true) forbidden(errors, rootPath('immutable'), CANNOT_CHANGE);
      if (!semanticEqual(object.data ?? {}, old.data ?? {})) forbidden(errors, DATA, CANNOT_CHANGE);
    }
    validate(object, errors);
  },
  warnings({ type, data }) {
    if (type !== 'kubernetes.io/tls') return [];
    const problem = keyPairProblem(decodeBase64(data?.['tls.crt'] ?? ''), decodeBase64(data?.['tls.key'] ?? ''));
    return problem === undefined ? [] : [problem];
  },
});

function validate({ data = {}, type, metadata }: Secret, errors: FieldErrors): void {
  let size = 0;
  for (const name of sortedKeys(data)) {
    validateConfigMapKey(name, keyed(DATA, name), errors);
    size += base64Length(data[name] as string);
  }
  if (size > MAX_BYTES) tooLong(errors, DATA, MAX_BYTES);
  const needKey = (name: string): void => {
    if (!Object.hasOwn(data, name)) required(errors, keyed(DATA, name));
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[ACCOUNT_ANNOTATION]) required(errors, keyed(child(rootPath('metadata'), 'annotations'), ACCOUNT_ANNOTATION));
      break;
    case 'kubernetes.io/dockercfg':
      validateDockerConfig(data, '.dockercfg', errors);
      break;
    case 'kubernetes.io/dockerconfigjson':
      validateDockerConfig(data, '.dockerconfigjson', errors);
      break;
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
        needKey('username');
        needKey('password');
      }
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) required(errors, keyed(DATA, 'ssh-privatekey'));
      break;
    case 'kubernetes.io/tls':
      needKey('tls.crt');
      needKey('tls.key');
      break;
    default:
  }
}

function validateDockerConfig(data: Record<string, string>, name: string, errors: FieldErrors): void {
  const text = data[name];
  if (text === undefined) return required(errors, keyed(DATA, name));
  const problem = jsonObjectError(decodeBase64(text));
  if (problem !== undefined) invalid(errors, keyed(DATA, name), '<secret contents redacted>', problem);
}
