// Extracts from the Go sources of the API what the OpenAPI document does not say: the declared Go type of a field, whether it is
// a pointer, whether a zero value is serialised, and which embedded struct declares it. Writes src/kinds/schema/goTypes.ts.
//   node test/generate/goTypes.js DIR   where DIR holds checkouts of kubernetes/{api,apimachinery,apiextensions-apiserver,kube-aggregator} v0.36.2
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel, shortNames } from './kubernetesTypes.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** 'core/v1' → struct name → fields; and the set of types that are not structs. */
function parsePackage(dir) {
  const structs = new Map();
  const others = new Map();
  for (const file of fs.readdirSync(dir).filter((name) => /^(types|meta|micro_time|time|group_version|types_.*|.*types)\.go$/.test(name) && !name.endsWith('_test.go'))) {
    let current;
    for (const line of fs.readFileSync(path.join(dir, file), 'utf8').split('\n')) {
      const begin = /^type (\w+) struct \{/.exec(line);
      if (begin) { current = []; structs.set(begin[1], current); if (line.includes('}')) current = undefined; continue; }
      const alias = /^\s*(?:type )?(\w+) (=?\s*)?((?:map\[|\[\]|\*)?[\w.\]]+)\s*$/.exec(line);
      if (!current && alias && /^type /.test(line)) others.set(alias[1], alias[3]);
      if (line.startsWith('}')) current = undefined;
      if (!current) continue;
      const field = /^\t(?:(\w+)\s+)?([*\w.[\]]+)\s+`.*?json:"([^"]*)"/.exec(line);
      if (field) { const [name, ...options] = field[3].split(','); current.push({ go: field[1], type: field[2], name, options }); }
    }
  }
  return { structs, others };
}

const packages = new Map();
const packageOf = (dir) => { if (!packages.has(dir)) packages.set(dir, parsePackage(dir)); return packages.get(dir); };

/** The type as reflect prints it, in a package called `version`. */
function printed(type, version) {
  if (type.startsWith('*')) return printed(type.slice(1), version);
  if (type.startsWith('[]')) return `[]${printed(type.slice(2), version)}`;
  const map = /^map\[([\w.]+)\](.*)$/.exec(type);
  if (map) return `map[${printed(map[1], version)}]${printed(map[2], version)}`;
  if (type === 'byte') return 'uint8';
  if (/^(string|bool|int|int32|int64|float64|uint8)$/.test(type)) return type;
  if (!type.includes('.')) return `${version}.${type}`;
  const [alias, name] = type.split('.');
  return `${{ metav1: 'v1', corev1: 'v1', v1: 'v1', apiv1: 'v1', autoscalingv1: 'v1' }[alias] ?? alias}.${name}`;
}

function fieldsOf(structName, dir, version, base, chain = []) {
  const out = [];
  for (const field of packageOf(dir).structs.get(structName) ?? []) {
    const inline = field.options.includes('inline') || (field.go === undefined && field.name === '');
    if (inline) {
      const bare = field.type.replace(/^\*/, '');
      const [alias, name] = bare.includes('.') ? bare.split('.') : [undefined, bare];
      const target = alias === undefined ? dir : alias === 'metav1' ? path.join(base, 'apimachinery/pkg/apis/meta/v1') : path.join(base, 'api/core/v1');
      out.push(...fieldsOf(name, target, alias === undefined ? version : 'v1', base, [...chain, name]));
      continue;
    }
    if (field.name === '-' || field.name === '') continue;
    out.push({ ...field, chain, type: field.type, printed: printed(field.type, version) });
  }
  return out;
}

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
  const parts = full.split('.');
  const [version, struct] = parts.slice(-2);
  const group = parts.at(-3);
  const dir = full.startsWith('io.k8s.api.') ? path.join(base, 'api', group, version)
    : full.startsWith('io.k8s.apimachinery.pkg.apis.meta') ? path.join(base, 'apimachinery/pkg/apis/meta', version)
    : full.startsWith('io.k8s.apiextensions') ? path.join(base, 'apiextensions-apiserver/pkg/apis/apiextensions', version)
    : full.startsWith('io.k8s.kube-aggregator') ? path.join(base, 'kube-aggregator/pkg/apis/apiregistration', version) : undefined;
  const definition = model.definitions[short];
  if (!dir || !fs.existsSync(dir) || !definition) continue;
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
