// Reads the Go sources of the API: the fields of its structs with their JSON names, embedded structs resolved.
import fs from 'node:fs';
import path from 'node:path';

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

/** The fields of a struct; `chain` names the embedded structs that declare one. */
export function fieldsOf(structName, dir, version, base, chain = []) {
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


/** Where the struct of an OpenAPI definition is declared: [directory below `base`, version, struct]; undefined for what is no struct of the API. */
export function declarationOf(full, base) {
  const parts = full.split('.');
  const [version, struct] = parts.slice(-2);
  const dir = full.startsWith('io.k8s.api.') ? path.join(base, 'api', parts.at(-3), version)
    : full.startsWith('io.k8s.apimachinery.pkg.apis.meta') ? path.join(base, 'apimachinery/pkg/apis/meta', version)
    : full.startsWith('io.k8s.apiextensions') ? path.join(base, 'apiextensions-apiserver/pkg/apis/apiextensions', version)
    : full.startsWith('io.k8s.kube-aggregator') ? path.join(base, 'kube-aggregator/pkg/apis/apiregistration', version) : undefined;
  return dir !== undefined && fs.existsSync(dir) ? { dir, version, struct } : undefined;
}
