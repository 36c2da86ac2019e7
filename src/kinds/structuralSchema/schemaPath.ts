// JSON paths that name a field of a schema: the fieldPath of a rule, a selectable field.
// Source: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go (ValidFieldPath)
import { child, keyed, pathText, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps } from '../../api/types.js';

/** The printed path and the schema it leads to, or what is wrong. */
export type SchemaPath = { path: string; root: string; schema: JSONSchemaProps | undefined; problem?: undefined } | { path?: undefined; problem: string };

/** Follows a path such as `.spec.foo['bar']` through a schema. */
export function readFieldPath(text: string, root: JSONSchemaProps, allowArrayNotation: boolean): SchemaPath {
  const tokens = text.match(/'(?:\\.|[^'\\])*'|[.[\]]|[^.[\]]+/g) ?? [];
  let schema: JSONSchemaProps | undefined = root;
  let path: FieldPath | undefined;
  let first = '';
  const step = (name: string): string | undefined => {
    first ||= name;
    if (schema?.properties !== undefined) {
      if (!Object.hasOwn(schema.properties, name)) return 'does not refer to a valid field';
      path = child(path, name);
      schema = schema.properties[name];
      return undefined;
    }
    if (schema?.additionalProperties === undefined) return 'does not refer to a valid field';
    path = keyed(path, name);
    schema = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    return undefined;
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token !== '.' && token !== '[') return { problem: `expected [ or . but got: ${token}` };
    if (token === '[' && !allowArrayNotation) return { problem: 'array notation is not allowed' };
    const name = tokens[++index];
    if (name === undefined) return { problem: 'unexpected end of JSON path' };
    if (token === '.') {
      const problem = step(name);
      if (problem !== undefined) return { problem };
      continue;
    }
    if (name.length < 2 || !name.startsWith("'") || !name.endsWith("'")) return { problem: `expected single quoted string but got ${name}` };
    const bad = /\\[^abfnrtv'\\]/.exec(name);
    if (bad !== null) return { problem: `invalid string literal: invalid escape char ${bad[0]}` };
    const problem = step(name.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (problem !== undefined) return { problem };
    const close = tokens[++index];
    if (close === undefined) return { problem: 'unexpected end of JSON path' };
    if (close !== ']') return { problem: `expected ] but got ${close}` };
  }
  return { path: path === undefined ? '' : pathText(path), root: first, schema };
}
