// Rules for names, and the checks of single fields that hold a name, a key, a port or a domain.
// Source: apimachinery/pkg/api/validation/generic.go, apimachinery/pkg/util/validation/validation.go, pkg/apis/core/validation/names.go
import { invalid, required, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import type { NameRule } from '../kind.js';
import {
  configMapKeyMessages, dns1035LabelMessages, dns1123LabelMessages, dns1123SubdomainMessages, labelValueMessages, pathSegmentMessages,
  patternMessage, portNameMessages, portNumberMessages, qualifiedNameMessages, wildcardSubdomainMessages,
} from './formats.js';

/** Pushes `Invalid value` once for each message. */
export function invalidEach(errors: FieldErrors, path: FieldPath | undefined, value: unknown, messages: readonly string[]): void {
  for (const message of messages) invalid(errors, path, value, message);
}

/** A rule that checks a name, and a generateName after masking one trailing dash. */
function ruleOf(messages: (name: string) => readonly string[]): NameRule {
  return (name, isPrefix, path, errors) => invalidEach(errors, path, name, messages(isPrefix ? maskTrailingDash(name) : name));
}

/** Source: apimachinery/pkg/api/validation/generic.go (maskTrailingDash) */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** Source: NameIsDNSSubdomain */
export const dns1123Subdomain: NameRule = ruleOf(dns1123SubdomainMessages);

/** As dns1123Subdomain, with lengths said in bytes. */
export const dns1123SubdomainBytes: NameRule = ruleOf((name) => dns1123SubdomainMessages(name, 'bytes'));

/** Source: NameIsDNSLabel */
export const dns1123Label: NameRule = ruleOf(dns1123LabelMessages);

/** Source: path.ValidatePathSegmentName */
export const pathSegment: NameRule = (name, isPrefix, path, errors) => invalidEach(errors, path, name, pathSegmentMessages(name, isPrefix));

/** The name of another object: a DNS-1123 subdomain. */
export function validateDns1123Subdomain(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, dns1123SubdomainMessages(value));
}

/** Source: ValidateDNS1123Label */
export function validateDns1123Label(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, dns1123LabelMessages(value));
}

/** Source: ValidateDNS1035Label */
export function validateDns1035Label(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, dns1035LabelMessages(value));
}

/** Source: IsWildcardDNS1123Subdomain */
export function validateWildcardSubdomain(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, wildcardSubdomainMessages(value));
}

/** Source: ValidateQualifiedName */
export function validateQualifiedName(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, qualifiedNameMessages(value));
}

/** Source: IsValidLabelValue */
export function validateLabelValue(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, labelValueMessages(value));
}

/** Source: IsConfigMapKey */
export function validateConfigMapKey(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, value, configMapKeyMessages(value));
}

/** Source: IsValidPortNum */
export function validatePortNumber(port: number, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, port, portNumberMessages(port));
}

/** Source: IsValidPortName */
export function validatePortName(name: string, path: FieldPath | undefined, errors: FieldErrors): void {
  invalidEach(errors, path, name, portNameMessages(name));
}

/** A port that a handler or a service points at: a number or the name of one. Source: ValidatePortNumOrName */
export function validatePortNumberOrName(port: number | string, path: FieldPath | undefined, errors: FieldErrors): void {
  if (typeof port === 'number') validatePortNumber(port, path, errors);
  else validatePortName(port, path, errors);
}

/** A domain of at least three segments. Source: IsFullyQualifiedName */
export function validateFullyQualifiedName(name: string, path: FieldPath | undefined, errors: FieldErrors): void {
  if (name === '') return required(errors, path);
  const messages = dns1123SubdomainMessages(name);
  if (messages.length > 0) return invalidEach(errors, path, name, messages);
  if (name.split('.').length < 3) invalid(errors, path, name, 'should be a domain with at least three segments separated by dots');
}

/** A domain of at least two segments, with or without a dot at its end. Source: IsFullyQualifiedDomainName */
export function validateFullyQualifiedDomain(name: string, path: FieldPath | undefined, errors: FieldErrors): void {
  if (name === '') return required(errors, path);
  const domain = name.endsWith('.') ? name.slice(0, -1) : name;
  const messages = dns1123SubdomainMessages(domain);
  if (messages.length > 0) return invalidEach(errors, path, domain, messages);
  if (domain.split('.').length < 2) return invalid(errors, path, domain, 'should be a domain with at least two segments separated by dots');
  for (const label of domain.split('.')) invalidEach(errors, path, label, dns1123LabelMessages(label));
}

const PATH_PATTERN = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** A domain, a slash, a path: 'acme.io/foo'. Source: IsDomainPrefixedPath */
export function validateDomainPrefixedPath(value: string, path: FieldPath | undefined, errors: FieldErrors): void {
  if (value === '') return required(errors, path);
  const slash = value.indexOf('/');
  if (slash < 0 || slash === 0 || slash === value.length - 1) return invalid(errors, path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  const host = value.slice(0, slash);
  const rest = value.slice(slash + 1);
  invalidEach(errors, path, host, dns1123SubdomainMessages(host));
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) invalid(errors, path, rest, patternMessage('Invalid path', PATH_PATTERN));
}
