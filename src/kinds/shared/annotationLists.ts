// Lists of structs that annotations hold as JSON text, from the time before tolerations and taints were fields.
// Source: pkg/apis/core/helper/helpers.go (GetTolerationsFromPodAnnotations, GetTaintsFromNodeAnnotations), encoding/json/decode.go
import { utf8Bytes } from '../../util/utf8.js';
import { jsonSyntaxError } from './goJsonSyntax.js';

/** A struct of Go: its name and, by the name of each field in lower case, how Go spells that field, what it is called here, and its type. */
export interface AnnotatedStruct {
  readonly name: string;
  readonly fields: ReadonlyMap<string, readonly [goName: string, name: string, type: string]>;
}

/** The list that the text holds, or what Go says is wrong with it. */
export function annotatedList<T>(text: string, struct: AnnotatedStruct): { items: T[] } | { problem: string } {
  const syntax = jsonSyntaxError(utf8Bytes(text));
  if (syntax !== undefined) return { problem: syntax };
  const value: unknown = JSON.parse(text);
  if (value === null) return { items: [] };
  if (!Array.isArray(value)) return { problem: `json: cannot unmarshal ${jsonType(value)} into Go value of type []core.${struct.name}` };
  const problems: string[] = [];
  const items = value.map((item) => itemOf<T>(item, struct, problems));
  return problems[0] === undefined ? { items } : { problem: problems[0] };
}

function itemOf<T>(item: unknown, struct: AnnotatedStruct, problems: string[]): T {
  const out: Record<string, unknown> = {};
  if (item !== null && (typeof item !== 'object' || Array.isArray(item))) {
    problems.push(`json: cannot unmarshal ${jsonType(item)} into Go value of type core.${struct.name}`);
    return out as T;
  }
  for (const [key, value] of Object.entries(item ?? {})) {
    const field = struct.fields.get(key.toLowerCase());
    if (field === undefined || value === null) continue;
    const [goName, name, type] = field;
    const wanted = type === 'int64' ? 'number' : 'string';
    if (typeof value === wanted && (wanted === 'string' || Number.isInteger(value))) out[name] = value;
    else problems.push(`json: cannot unmarshal ${jsonType(value)}${wanted === 'number' && typeof value === 'number' ? ` ${value}` : ''} into Go struct field ${struct.name}.${goName} of type ${type}`);
  }
  return out as T;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
