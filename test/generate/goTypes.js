// Extracts from the Go sources of the API what the OpenAPI document does not say: the declared Go type of a field, whether it is
// a pointer, whether a zero value is serialised, and which embedded struct declares it. Writes src/kinds/schema/goTypes.ts.
//   node test/generate/goTypes.js DIR   where DIR holds checkouts of kubernetes/{api,apimachinery,apiextensions-apiserver,kube-aggregator} v0.36.2
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarationOf, fieldsOf } from './goSources.js';
import { readModel, shortNames } from './kubernetesTypes.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What the schema table would lead to. */
function derived(type, definitions) {
  if (type.startsWith('[]')) return `[]${derived(type.slice(2), definitions)}`;
  if (type.startsWith('{}')) return `map[string]${derived(type.slice(2), definitions)}`;
  if (type.startsWith('@')) return definitions.get(type.slice(1)) ?? `v1.${type.slice(1)}`;
  return { boolean: 'bool', double: 'float64', byte: '[]uint8', quantity: 'resource.Quantity', intOrString: 'intstr.IntOrString', time: 'v1.Time', microTime: 'v1.MicroTime', rawExtension: 'runtime.RawExtension', json: 'v1.JSON' }[type] ?? type;
}

const base = process.argv[2];
const document = JSON.parse(fs.readFileSync(path.join(root, 'fixtures/openapi/v1.36.json'), 'utf8'));
const names = shortNames(document.schemas);
const model = readModel();
const goName = new Map();
for (const [full, short] of names) { const parts = full.split('.'); goName.set(short, `${parts.at(-2)}.${parts.at(-1)}`); }
const table = {};
for (const [full, short] of names) {
  const declaration = declarationOf(full, base);
  const definition = model.definitions[short];
  if (!declaration || !definition) continue;
  const { dir, version, struct } = declaration;
  const entry = {};
  for (const field of fieldsOf(struct, dir, version, base)) {
    const schema = definition.fields[field.name];
    if (schema === undefined) continue;
    const type = typeof schema === 'string' ? schema : schema.type;
    // p pointer, o omitted when zero (the default), a always written, z omitted when zero even if a struct
    const mode = field.options.includes('omitzero') ? 'z' : !field.options.includes('omitempty') ? (field.type.startsWith('*') ? 'n' : 'a') : field.type.startsWith('*') ? 'p' : 'o';
    const usual = derived(type, goName);
    const text = (mode === 'o' ? '' : mode) + (field.chain.length === 0 ? '' : `:${field.chain.join('.')}`) + (field.printed === usual ? '' : `=${field.printed}`);
    if (text !== '') entry[field.name] = text;
  }
  const own = goName.get(short) === `v1.${short}` ? {} : { '': goName.get(short) };
  if (Object.keys(entry).length > 0 || own['']) table[short] = { ...own, ...entry };
}
const sorted = Object.fromEntries(Object.keys(table).sort().map((key) => [key, table[key]]));
fs.writeFileSync(path.join(root, 'src/kinds/schema/goTypes.ts'), `// Extracted by test/generate/goTypes.js from the Go sources of the API (k8s.io/api and its neighbours, v0.36.2). Do not edit.
/**
 * JSON text: definition → field → how Go declares it, where that differs from what the schema table suggests; '' holds the struct's own name.
 * A field reads [mode][:embedded structs][=printed Go type]; modes: none = omitted when empty, p = pointer, n = pointer that is always
 * written, a = always written, z = omitted when zero.
 */
export const goTypesJson = ${JSON.stringify(JSON.stringify(sorted))};
`);
