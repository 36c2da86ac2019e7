// Finds out since which minor version of Kubernetes each field and each served kind of the schema table exists, from the Go sources
// of the API of each version. Writes src/kinds/schema/history.ts.
//   node test/generate/fieldHistory.js DIR   where DIR/1.28 … DIR/1.35 each hold checkouts of kubernetes/{api,apimachinery,apiextensions-apiserver}
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarationOf, fieldsOf } from './goSources.js';
import { readModel, shortNames } from './kubernetesTypes.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [FIRST, LAST] = [28, 36];
const document = JSON.parse(fs.readFileSync(path.join(root, 'fixtures/openapi/v1.36.json'), 'utf8'));
const model = readModel();
const fields = {};
const definitions = {};
for (const [full, short] of shortNames(document.schemas)) {
  if (!model.definitions[short] || full.startsWith('io.k8s.kube-aggregator')) continue;
  const known = new Map();
  let since = LAST;
  for (let minor = LAST - 1; minor >= FIRST; minor--) {
    const base = path.join(process.argv[2], `1.${minor}`);
    const declaration = declarationOf(full, base);
    const found = declaration === undefined ? [] : fieldsOf(declaration.struct, declaration.dir, declaration.version, base);
    if (found.length === 0) break;
    since = minor;
    for (const { name } of found) if ((known.get(name) ?? minor + 1) === minor + 1) known.set(name, minor);
  }
  if (since > FIRST) definitions[short] = since;
  if (since === LAST) continue;
  const entry = {};
  for (const name of Object.keys(model.definitions[short].fields)) {
    const minor = known.get(name) ?? LAST;
    if (minor > since && !['apiVersion', 'kind'].includes(name)) entry[name] = minor;
  }
  if (Object.keys(entry).length > 0) fields[short] = entry;
}
const kinds = {};
for (const { group, version, kind, definition } of model.resources) {
  if (definitions[definition] !== undefined) kinds[`${group === '' ? '' : `${group}/`}${version}/${kind}`] = definitions[definition];
}
const sorted = (table) => Object.fromEntries(Object.keys(table).sort().map((key) => [key, table[key]]));
fs.writeFileSync(path.join(root, 'src/kinds/schema/history.ts'), `// Extracted by test/generate/fieldHistory.js from the Go sources of the API of Kubernetes 1.28 to 1.36. Do not edit.
/** JSON text: fields (definition → field → first minor version that has it) and kinds ('apiVersion/Kind' → first minor version whose API has it), where that is later than 1.28. */
export const historyJson = ${JSON.stringify(JSON.stringify({ fields: sorted(fields), kinds: sorted(kinds) }))};
`);
