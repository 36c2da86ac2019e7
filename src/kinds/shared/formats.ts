// The grammars of names, keys and values: each function returns the server's complaints about a text, none when it is well formed.
// Source: apimachinery/pkg/api/validate/content, apimachinery/pkg/util/validation/validation.go
import { byteLength } from '../../util/utf8.js';

/** The answer about a well-formed text. */
const FINE: readonly string[] = [];

// Regular expressions are compiled at their first use, so they are fast long before a loop over the characters would be.
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
/** Labels joined by dots. */
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const HEADER = /^[-A-Za-z0-9]+$/;
/** Printable ASCII without '='. */
const ENV_NAME = /^[ -<>-~]+$/;

/** The text about a pattern that does not match; examples are joined as Kubernetes joins them, with two spaces. */
export function patternMessage(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  return `${message} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`;
}

const LABEL_PATTERN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_PATTERN = `${LABEL_PATTERN}(\\.${LABEL_PATTERN})*`;
const QUALIFIED_PATTERN = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const LABEL_MESSAGE = patternMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_PATTERN, 'my-name', '123-abc');
const SUBDOMAIN_MESSAGE = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_PATTERN, 'example.com');
const UNDERSCORE_SUBDOMAIN_MESSAGE = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*', 'example.com');
const LABEL_1035_MESSAGE = patternMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?', 'my-name', 'abc-123');
const WILDCARD_MESSAGE = patternMessage(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${SUBDOMAIN_PATTERN}`, '*.example.com');
const QUALIFIED_MESSAGE = patternMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED_PATTERN, 'MyName', 'my.name', '123-abc');
const LABEL_VALUE_MESSAGE = patternMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${QUALIFIED_PATTERN})?`, 'MyValue', 'my_value', '12345');
const CONFIG_KEY_MESSAGE = patternMessage("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name');
const HEADER_MESSAGE = patternMessage("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', 'X-Header-Name');
const PERCENT_MESSAGE = patternMessage("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%');
const ENV_NAME_MESSAGE = "a valid environment variable name must consist only of printable ASCII characters other than '='";

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

function tooLongText(max: number, unit: 'characters' | 'bytes'): string {
  return `must be no more than ${max} ${unit}`;
}

/** The length message, the pattern message, both or none. */
function complaints(text: string, { isFine, max, unit, message }: { isFine: boolean; max: number; unit: 'characters' | 'bytes'; message: string }): readonly string[] {
  const isLong = text.length > max || (!isFine && byteLength(text) > max);
  if (isFine && !isLong) return FINE;
  const found: string[] = [];
  if (isLong) found.push(tooLongText(max, unit));
  if (!isFine) found.push(message);
  return found;
}

/** Source: IsDNS1123Label */
export function dns1123LabelMessages(text: string): readonly string[] {
  const isFine = LABEL.test(text);
  if (isFine && text.length <= MAX_LABEL) return FINE;
  const message = !isFine && SUBDOMAIN.test(text) ? 'must not contain dots' : LABEL_MESSAGE;
  return complaints(text, { isFine, max: MAX_LABEL, unit: 'characters', message });
}

/** Source: IsDNS1123Subdomain */
export function dns1123SubdomainMessages(text: string, unit: 'characters' | 'bytes' = 'characters'): readonly string[] {
  const isFine = SUBDOMAIN.test(text);
  return isFine && text.length <= MAX_SUBDOMAIN ? FINE : complaints(text, { isFine, max: MAX_SUBDOMAIN, unit, message: SUBDOMAIN_MESSAGE });
}

/** Source: IsDNS1123SubdomainWithUnderscore */
export function underscoreSubdomainMessages(text: string): readonly string[] {
  const isFine = /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(text);
  return complaints(text, { isFine, max: MAX_SUBDOMAIN, unit: 'characters', message: UNDERSCORE_SUBDOMAIN_MESSAGE });
}

/** Source: IsDNS1035Label */
export function dns1035LabelMessages(text: string): readonly string[] {
  return complaints(text, { isFine: LABEL_1035.test(text), max: MAX_LABEL, unit: 'characters', message: LABEL_1035_MESSAGE });
}

/** Source: IsWildcardDNS1123Subdomain */
export function wildcardSubdomainMessages(text: string): readonly string[] {
  const isFine = text.startsWith('*.') && SUBDOMAIN.test(text.slice(2));
  return complaints(text, { isFine, max: MAX_SUBDOMAIN, unit: 'characters', message: WILDCARD_MESSAGE });
}

const MAX_REMEMBERED = 10_000;
/** The same few keys stand in nearly all objects. */
const qualifiedNames = new Map<string, readonly string[]>();

/** A label key, an annotation key, a resource name. Source: IsQualifiedName (IsLabelKey) */
export function qualifiedNameMessages(text: string): readonly string[] {
  let messages = qualifiedNames.get(text);
  if (messages === undefined) {
    messages = qualifiedNameProblems(text);
    if (qualifiedNames.size >= MAX_REMEMBERED) qualifiedNames.clear();
    qualifiedNames.set(text, messages);
  }
  return messages;
}

function qualifiedNameProblems(text: string): readonly string[] {
  const slash = text.indexOf('/');
  if (slash < 0) return namePartMessages(text);
  if (text.indexOf('/', slash + 1) >= 0) return [`a valid label key ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const prefix = text.slice(0, slash);
  const prefixMessages = slash === 0 ? ['must be non-empty'] : dns1123SubdomainMessages(prefix, 'bytes');
  const nameMessages = namePartMessages(text.slice(slash + 1));
  return prefixMessages.length === 0 ? nameMessages : [...prefixMessages.map((message) => `prefix part ${message}`), ...nameMessages];
}

function namePartMessages(name: string): readonly string[] {
  const isFine = QUALIFIED.test(name);
  if (isFine && name.length <= MAX_LABEL) return FINE;
  const found: string[] = [];
  if (name === '') found.push('name part must be non-empty');
  else if (byteLength(name) > MAX_LABEL) found.push(`name part ${tooLongText(MAX_LABEL, 'bytes')}`);
  if (!isFine) found.push(`name part ${QUALIFIED_MESSAGE}`);
  return found;
}

/** Source: IsValidLabelValue */
export function labelValueMessages(text: string): readonly string[] {
  const isFine = text === '' || QUALIFIED.test(text);
  return isFine && text.length <= MAX_LABEL ? FINE : complaints(text, { isFine, max: MAX_LABEL, unit: 'bytes', message: LABEL_VALUE_MESSAGE });
}

/** A key of a ConfigMap or Secret. Source: IsConfigMapKey */
export function configMapKeyMessages(text: string): readonly string[] {
  const isFine = CONFIG_KEY.test(text);
  const isLong = isFine ? text.length > MAX_SUBDOMAIN : byteLength(text) > MAX_SUBDOMAIN;
  const hasDots = text.startsWith('.') && (text === '.' || text.startsWith('..'));
  if (isFine && !isLong && !hasDots) return FINE;
  const found: string[] = [];
  if (isLong) found.push(tooLongText(MAX_SUBDOMAIN, 'characters'));
  if (!isFine) found.push(CONFIG_KEY_MESSAGE);
  if (text === '.') found.push("must not be '.'");
  else if (text === '..') found.push("must not be '..'");
  else if (hasDots) found.push("must not start with '..'");
  return found;
}

/** The name of an environment variable: printable ASCII without '='. Source: IsRelaxedEnvVarName */
export function envVarNameMessages(text: string): readonly string[] {
  return ENV_NAME.test(text) ? FINE : [ENV_NAME_MESSAGE];
}

/** Source: IsHTTPHeaderName */
export function httpHeaderMessages(text: string): readonly string[] {
  return HEADER.test(text) ? FINE : [HEADER_MESSAGE];
}

const portNames = new Map<string, readonly string[]>();

/** The name of a port: every rule it breaks, in the order of the rules. Source: IsValidPortName */
export function portNameMessages(text: string): readonly string[] {
  const known = portNames.get(text);
  if (known !== undefined) return known;
  const found: string[] = [];
  if (byteLength(text) > 15) found.push(tooLongText(15, 'characters'));
  if (!/^[-a-z0-9]+$/.test(text)) found.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) found.push('must contain at least one letter (a-z)');
  if (text.includes('--')) found.push('must not contain consecutive hyphens');
  if (text !== '' && (text.startsWith('-') || text.endsWith('-'))) found.push('must not begin or end with a hyphen');
  if (portNames.size >= MAX_REMEMBERED) portNames.clear();
  portNames.set(text, found);
  return found;
}

/** Source: IsValidPortNum */
export function portNumberMessages(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? FINE : ['must be between 1 and 65535, inclusive'];
}

/** User and group ids. Source: IsValidUserID, IsValidGroupID */
export function userIdMessages(id: number): readonly string[] {
  return id >= 0 && id <= 2147483647 ? FINE : ['must be between 0 and 2147483647, inclusive'];
}

/** Source: IsValidPercent */
export function percentMessages(text: string): readonly string[] {
  return /^[0-9]+%$/.test(text) ? FINE : [PERCENT_MESSAGE];
}

/** What a name must not be to stand in a URL. Source: IsValidPathSegmentName, IsValidPathSegmentPrefix */
export function pathSegmentMessages(text: string, isPrefix: boolean): readonly string[] {
  if (!isPrefix) {
    if (text === '.') return ["may not be '.'"];
    if (text === '..') return ["may not be '..'"];
  }
  const found: string[] = [];
  if (text.includes('/')) found.push("may not contain '/'");
  if (text.includes('%')) found.push("may not contain '%'");
  return found.length === 0 ? FINE : found;
}
