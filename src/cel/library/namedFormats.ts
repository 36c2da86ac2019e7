// The formats CEL's `format` library knows by name; each returns the problems of a text.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/library/format.go, apimachinery/pkg/util/validation/validation.go

import { decodeStrictBase64 } from '../../util/base64.js';
import { parseTimestamp } from '../celTime.js';
import { parseUrl } from './urls.js';

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const label1123Message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainMessage = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label1035Message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const qualifiedMessage = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueMessage = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function check(text: string, pattern: string, message: string, maxLength: number): string[] {
  const problems: string[] = [];
  if (text.length > maxLength) problems.push(`must be no more than ${maxLength} bytes`);
  if (!new RegExp(`^${pattern}$`).test(text)) problems.push(message);
  return problems;
}

/** A prefix may end in a dash: it is checked as if a letter followed. */
const withoutTrailingDash = (text: string): string => (text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

function qualifiedName(text: string): string[] {
  const parts = text.split('/');
  const problems: string[] = [];
  if (parts.length > 2) return [`a valid label key ${qualifiedMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts[parts.length - 1]!;
  if (parts.length === 2) {
    if (parts[0] === '') problems.push('prefix part must be non-empty');
    else problems.push(...check(parts[0]!, subdomain1123, subdomainMessage, 253).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!new RegExp(`^${qualified}$`).test(name)) problems.push(`name part ${qualifiedMessage}`);
  return problems;
}

/** Problems of a text by format name; no problems means the text has the format. */
export const namedFormats: Readonly<Record<string, (text: string) => string[]>> = {
  dns1123Label: (text) => check(text, label1123, label1123Message, 63),
  dns1123Subdomain: (text) => check(text, subdomain1123, subdomainMessage, 253),
  dns1035Label: (text) => check(text, label1035, label1035Message, 63),
  qualifiedName,
  dns1123LabelPrefix: (text) => check(withoutTrailingDash(text), label1123, label1123Message, 63),
  dns1123SubdomainPrefix: (text) => check(withoutTrailingDash(text), subdomain1123, subdomainMessage, 253),
  dns1035LabelPrefix: (text) => check(withoutTrailingDash(text), label1035, label1035Message, 63),
  labelValue: (text) => check(text, `(${qualified})?`, labelValueMessage, 63),
  uri: (text) => {
    const parsed = parseUrl(text);
    return 'problem' in parsed ? [parsed.problem] : [];
  },
  uuid: (text) => (/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text) ? [] : ['does not match the UUID format']),
  byte: (text) => (decodeStrictBase64(text) === undefined || text === '' ? ['invalid base64'] : []),
  date: (text) => (parseTimestamp(`${text}T00:00:00Z`) === undefined ? ['invalid date'] : []),
  datetime: (text) => (parseTimestamp(text) === undefined ? ['invalid datetime'] : []),
};
