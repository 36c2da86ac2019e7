// Writes objects as YAML that kubectl reads back as the same objects.
import { stringify } from 'yaml';

/** The value as a YAML document; texts that YAML 1.1 would read as something else are quoted. */
export function writeYaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0 });
}
