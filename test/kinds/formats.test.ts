// Names, keys and values: which are well formed, and what is said of the others.
import { describe, expect, it } from 'vitest';
import * as formats from '../../src/kinds/shared/formats.js';

type Check = (text: string) => readonly string[];

/** The first words of each complaint are enough to tell them apart. */
const brief = (messages: readonly string[]): string[] => messages.map((message) => message.split(' (')[0] as string);

const LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const NAME_PART = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const VALUE = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

const CASES: readonly (readonly [name: string, check: Check, text: string, messages: readonly string[]])[] = [
  ['label', formats.dns1123LabelMessages, 'my-name', []],
  ['label', formats.dns1123LabelMessages, '', [LABEL]],
  ['label', formats.dns1123LabelMessages, 'a.b', ['must not contain dots']],
  ['label', formats.dns1123LabelMessages, '-a', [LABEL]],
  ['label', formats.dns1123LabelMessages, 'é', [LABEL]],
  ['label', formats.dns1123LabelMessages, 'a'.repeat(64), ['must be no more than 63 characters']],
  ['label', formats.dns1123LabelMessages, 'A'.repeat(64), ['must be no more than 63 characters', LABEL]],
  ['subdomain', formats.dns1123SubdomainMessages, 'a.b-c.d', []],
  ['subdomain', formats.dns1123SubdomainMessages, 'a..b', [SUBDOMAIN]],
  ['subdomain', formats.dns1123SubdomainMessages, 'a.', [SUBDOMAIN]],
  ['qualified', formats.qualifiedNameMessages, 'example.com/My_Name.1', []],
  ['qualified', formats.qualifiedNameMessages, '', ['name part must be non-empty', NAME_PART]],
  ['qualified', formats.qualifiedNameMessages, '/a', ['prefix part must be non-empty']],
  ['qualified', formats.qualifiedNameMessages, 'UPPER.com/x', [`prefix part ${SUBDOMAIN}`]],
  ['qualified', formats.qualifiedNameMessages, 'a.b/', ['name part must be non-empty', NAME_PART]],
  ['qualified', formats.qualifiedNameMessages, 'x'.repeat(64), ['name part must be no more than 63 bytes']],
  ['qualified', formats.qualifiedNameMessages, 'a/b/c', ["a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"]],
  ['value', formats.labelValueMessages, '', []],
  ['value', formats.labelValueMessages, 'has space', [VALUE]],
  ['value', formats.labelValueMessages, 'x'.repeat(64), ['must be no more than 63 bytes']],
  ['port name', formats.portNameMessages, 'http', []],
  ['port name', formats.portNameMessages, '80', ['must contain at least one letter']],
  ['port name', formats.portNameMessages, '-a--B', ['must contain only alpha-numeric characters', 'must not contain consecutive hyphens', 'must not begin or end with a hyphen']],
  ['config key', formats.configMapKeyMessages, '..a', ["must not start with '..'"]],
  ['config key', formats.configMapKeyMessages, 'bad key!', ["a valid config key must consist of alphanumeric characters, '-', '_' or '.'"]],
  ['env name', formats.envVarNameMessages, '1A.b c', []],
  ['env name', formats.envVarNameMessages, 'A=', ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
  ['percent', formats.percentMessages, '25%', []],
  ['percent', formats.percentMessages, '2.5%', ["a valid percent string must be a numeric string followed by an ending '%'"]],
  ['path segment', (text) => formats.pathSegmentMessages(text, false), 'a/b%', ["may not contain '/'", "may not contain '%'"]],
];

describe('formats', () => {
  it.each(CASES)('%s %#', (_name, check, text, messages) => {
    expect(brief(check(text))).toEqual(messages);
  });

  it('joins examples as the server does', () => {
    expect(formats.dns1123LabelMessages('A')).toEqual([`${LABEL} (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`]);
  });
});
