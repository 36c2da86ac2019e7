// Plays recorded scenarios against a Cluster and compares leaf by leaf with expected.json (rules: fixtures/conformance/cluster/README.md).
// Every leaf is one fact; what stands there and should not is one wrong fact for each object, line or field.
import fs from 'node:fs';
import path from 'node:path';
import { KINDS, NAMED, Names, Rollouts, SYSTEM, apiVersionOf, keyOf, kubectlLines, snapshot, tidy } from './normalise.js';

const AREAS = ['pods: count, phase, requests', 'pods: nodes (allowed placement)', 'deployments: status', 'deployments: conditions', 'rollouts: scaling sequence', 'rollouts: most pods, fewest ready', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'services and endpointslices', 'claims and volumes', 'quotas', 'disruption budgets', 'autoscalers', 'nodes', 'events', 'kubectl lines', 'other'];
const SECTION = { pods: AREAS[0], deployments: AREAS[2], replicaSets: 'replicasets', replicationControllers: 'replicasets', statefulSets: 'statefulsets', daemonSets: 'daemonsets', jobs: 'jobs', cronJobs: 'jobs', services: 'services and endpointslices', endpointSlices: 'services and endpointslices', persistentVolumeClaims: 'claims and volumes', persistentVolumes: 'claims and volumes', storageClasses: 'claims and volumes', resourceQuotas: 'quotas', podDisruptionBudgets: 'disruption budgets', horizontalPodAutoscalers: 'autoscalers', nodes: 'nodes', events: 'events' };
const areaOf = (at) => { const section = at[0] === 'namespaces' ? at[2] : at[0]; return section === 'deployments' && at.includes('conditions') ? AREAS[3] : SECTION[section] ?? 'other'; };

/**
 * scoreCluster(package, dir, count, only): dir is a folder of scenarios, or one scenario; only: a part of the scenarios' names.
 * count(name, ok, () => ({ id, kind, want, got })) is called once for every fact.
 */
export async function scoreCluster(pkg, dir, count, only) {
  const one = fs.existsSync(path.join(dir, 'expected.json'));
  const folders = one ? [dir] : fs.readdirSync(dir).sort().map((d) => path.join(dir, d)).filter((d) => fs.existsSync(path.join(d, 'expected.json')));
  const all = []; const whole = [];
  for (const folder of folders) {
    const name = path.basename(path.resolve(folder));
    if (only && !name.includes(only)) continue;
    const expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'));
    let facts; let threw;
    try { facts = compare(expected, play(pkg, folder, expected.steps.map((s) => s.file))); } catch (e) { threw = `threw: ${e?.stack ?? e}`; }
    if (threw) facts = compare(expected, { steps: [], alike: [] }).map((f) => ({ ...f, ok: false, got: threw }));
    for (const f of facts) f.id = `${name}/${f.file}`;
    all.push(...facts);
    const wrong = facts.filter((f) => !f.ok);
    whole.push({ ok: !wrong.length, id: name, kind: '', want: `${facts.length} facts`, got: threw ?? `${wrong.length} wrong, the first: ${wrong[0]?.id} ${wrong[0]?.kind}` });
  }
  for (const area of AREAS) for (const f of all) if (f.area === area) count(area, f.ok, () => ({ id: f.id, kind: f.kind, want: f.want, got: f.got }));
  for (const f of whole) count('scenarios fully right', f.ok, () => ({ id: f.id, kind: f.kind, want: f.want, got: f.got }));
}

// ---------------------------------------------------------------- playing a scenario
function play({ Cluster, parseManifests }, folder, files) {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  const birth = new Map(); const seenAt = (o) => { const k = keyOf(o); if (!birth.has(k)) birth.set(k, birth.size); return birth.get(k); };
  const ours = (kind, o) => !SYSTEM.test(o.metadata.namespace ?? (kind === 'Namespace' ? o.metadata.name : ''));
  const read = (kind, apiVersion = apiVersionOf(kind)) => {
    const items = [...(cluster.list({ apiVersion, kind }) ?? [])].filter((o) => ours(kind, o));
    for (const o of items.filter((x) => !birth.has(keyOf(x))).sort((a, b) => (String(a.metadata.creationTimestamp ?? '') < String(b.metadata.creationTimestamp ?? '') ? -1 : String(a.metadata.creationTimestamp ?? '') > String(b.metadata.creationTimestamp ?? '') ? 1 : 0))) seenAt(o);
    return items.sort((a, b) => seenAt(a) - seenAt(b));
  };
  const live = new Map(['Deployment', 'ReplicaSet', 'Pod'].map((k) => [k, new Map()])); // as the watch tells it, for the rollouts
  for (const kind of Object.keys(KINDS)) for (const o of read(kind)) live.get(kind)?.set(keyOf(o), structuredClone(o));
  const before = new Map();
  for (const e of read('Event')) before.set(keyOf(e), e.series?.count ?? e.count ?? 1);
  const since = birth.size; const N = new Names();
  let rollouts;
  const watched = typeof cluster.watch === 'function';
  if (watched) cluster.watch(({ type, object }) => {
    const kind = object?.kind; if (!KINDS[kind] || object.apiVersion !== apiVersionOf(kind) || !ours(kind, object)) return;
    const o = live.has(kind) ? structuredClone(object) : object;
    seenAt(o);
    if (live.has(kind)) { if (type === 'DELETED') live.get(kind).delete(keyOf(o)); else live.get(kind).set(keyOf(o), o); }
    if (type !== 'DELETED') N.learn(kind, o);
    rollouts?.see(kind, type, o);
  });
  const about = (ref) => !ref.uid || (birth.has(ref.uid) ? birth.get(ref.uid) >= since : !(watched && KINDS[ref.kind]));
  const applied = new Map(); // what was last applied, where the stored object does not carry it
  const nameOf = (o) => `${o.kind}/${o.metadata?.namespace ?? 'default'}/${o.metadata?.name}`;
  const steps = []; const alike = []; const declared = new Map(); // node -> its manifest without its name
  for (const file of files) {
    const manifest = fs.readFileSync(path.join(folder, file), 'utf8');
    rollouts = watched ? new Rollouts((kind) => [...(live.get(kind)?.values() ?? [])].sort((a, b) => seenAt(a) - seenAt(b))) : undefined;
    const said = applyFile(cluster, parseManifests, manifest, file, (o) => { applied.set(nameOf(o), o); if (o.kind === 'Node') declared.set(o.metadata.name, likeness(o)); });
    alike.push(new Map(declared));
    cluster.settle();
    const state = new Map(); const all = (kind) => { if (!state.has(kind)) state.set(kind, read(kind)); return state.get(kind); };
    for (const kind of NAMED) for (const o of all(kind)) N.learn(kind, o);
    const step = { file, kubectl: { exit: said.exit, stdout: kubectlLines(N, said.stdout, manifest), stderr: kubectlLines(N, said.stderr, manifest) } };
    const rolled = rollouts?.result(N);
    if (rolled) step.rollouts = rolled;
    const custom = (crd) => cluster.list({ apiVersion: `${crd.spec.group}/${crd.spec.versions.find((v) => v.storage).name}`, kind: crd.spec.names.kind }) ?? [];
    const lastApplied = (o) => { try { return JSON.parse(o.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']); } catch { return applied.get(nameOf(o)); } };
    steps.push(structuredClone(Object.assign(step, snapshot({ all, events: all('Event'), N, before, about, applied: lastApplied, custom }))));
  }
  return { steps: tidy({ runs: 1, steps, unstable: [] }).steps, alike };
}
function likeness(node) { const o = structuredClone(node); delete o.metadata.name; delete o.metadata.labels?.['kubernetes.io/hostname']; return JSON.stringify(order(o)); }

/** what `kubectl apply -f FILE` does and says, from the answers of cluster.apply */
function applyFile(cluster, parseManifests, text, file, accepted) {
  const { objects, problems } = parseManifests(text, file);
  const early = []; const errors = []; const out = []; const warnings = [];
  for (const { message } of problems) early.push(/^(error|unable|resource mapping|no )/.test(message) ? message.replace(/^error: /, '') : /^(json: cannot|Object ')/.test(message) ? `unable to decode "${file}": ${message}` : `error parsing ${file}: error converting YAML to JSON: ${message}`);
  const group = (o) => (String(o.apiVersion).includes('/') ? String(o.apiVersion).split('/')[0] : '');
  const unknown = (o) => early.push(`resource mapping not found for name: "${o.metadata?.name ?? ''}" namespace: "${o.metadata?.namespace ?? ''}" from "${file}": no matches for kind "${o.kind}" in version "${o.apiVersion}"\nensure CRDs are installed first`);
  const crds = cluster.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }) ?? [];
  const crdOf = (o) => crds.find((c) => c.spec.group === group(o) && c.spec.names.kind === o.kind && c.spec.versions.some((v) => v.served && `${c.spec.group}/${v.name}` === o.apiVersion));
  // kubectl looks up every kind before it applies anything, so a resource beside its new definition is not known yet
  const known = objects.filter((o) => { if (!group(o).includes('.') || group(o).endsWith('.k8s.io') || crdOf(o)) return true; unknown(o); return false; });
  const plural = (o) => crdOf(o)?.spec.names.plural ?? (KINDS[o.kind]?.split('/').at(-1) || String(o.kind).toLowerCase().replace(/y$/, 'ie').replace(/(s|ss|x|ch)$/, '$1e') + 's');
  const find = (o) => (cluster.list({ apiVersion: o.apiVersion, kind: o.kind }) ?? []).find((x) => x.metadata.name === o.metadata?.name && (!x.metadata.namespace || x.metadata.namespace === (o.metadata.namespace ?? 'default')));
  const version = (o) => o.metadata.resourceVersion ?? JSON.stringify({ ...o, metadata: { ...o.metadata, managedFields: undefined } });
  for (const o of known) {
    const was = typeof o.metadata?.name === 'string' ? find(o) : undefined; const versionWas = was && version(was); const hadAnnotation = was && was.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] !== undefined;
    const r = cluster.apply(structuredClone(o), { fieldValidation: 'Strict' });
    if (r.code === 404 && /^no matches for kind/.test(r.message)) { unknown(o); continue; }
    const decode = /json: cannot unmarshal \S+ into Go struct field ObjectMeta\.metadata\..*/.exec(r.code === 400 ? r.message : '');
    if (decode) { early.push(`unable to decode "${file}": ${decode[0]}`); continue; }
    if (was && !hadAnnotation) warnings.push(`resource ${plural(o)}/${o.metadata.name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`);
    warnings.push(...(r.warnings ?? []));
    if (r.code < 300) {
      accepted(o);
      out.push(`${String(o.kind).toLowerCase()}${group(o) ? `.${group(o)}` : ''}/${r.object?.metadata?.name ?? o.metadata?.name} ${r.code === 201 ? 'created' : r.object && version(r.object) !== versionWas ? 'configured' : 'unchanged'}`);
    } else {
      const lead = was ? `error when applying patch:\n{}\nto:\nResource: "${group(o) ? '' : '/'}${o.apiVersion}, Resource=${plural(o)}", GroupVersionKind: "${group(o) ? '' : '/'}${o.apiVersion}, Kind=${o.kind}"\nName: "${o.metadata.name}", Namespace: "${was.metadata.namespace ?? ''}"\nfor: "${file}": error when patching "${file}": ` : `error when creating "${file}": `;
      errors.push({ o, r, text: `Error from server${r.reason ? ` (${r.reason})` : ''}: ${lead}${r.message}` });
    }
  }
  const err = [...new Set(warnings)].map((w) => `Warning: ${w}`);
  if (!objects.length && !early.length) err.push('error: no objects passed to apply');
  else if (early.length + errors.length === 1) {
    if (early.length) err.push(`error: ${early[0]}`);
    else if (errors[0].r.reason === 'Invalid') {
      const { o, r } = errors[0]; const [, kind, name] = /^(\S+?)(?:\.\S+)? "([^"]*)" is /.exec(r.message) ?? [undefined, o.kind, o.metadata?.name];
      const causes = [...new Set((r.causes ?? []).map((c) => `${c.field ?? ''}: ${c.message}`))];
      err.push(`The ${kind} "${name}" is invalid${causes.length > 1 ? `: \n${causes.map((c) => `* ${c}`).join('\n')}` : causes.length ? `: ${causes[0]}` : `: ${r.message}`}`);
    } else err.push(errors[0].text);
  } else {
    if (early.length) err.push(errors.length && early.length > 1 ? `[${early.join(', ')}]` : early.join('\n'));
    err.push(...errors.map((e) => e.text));
  }
  return { exit: err.some((l) => !l.startsWith('Warning: ')) ? 1 : 0, stdout: out.map((l) => `${l}\n`).join(''), stderr: err.map((l) => `${l}\n`).join('') };
}

// ---------------------------------------------------------------- comparing
const isObject = (x) => x !== null && typeof x === 'object' && !Array.isArray(x);
const eq = (a, b) => JSON.stringify(order(a)) === JSON.stringify(order(b));
const order = (x) => (Array.isArray(x) ? x.map(order) : isObject(x) ? Object.fromEntries(Object.keys(x).sort().map((k) => [k, order(x[k])])) : x);
const pointer = (at) => at.map((p) => `/${String(p).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
const say = (x) => (typeof x === 'string' ? x : JSON.stringify(x) ?? 'absent');
const NAME_LISTS = ['limitRanges', 'serviceAccounts', 'configMaps', 'secrets', 'ingresses', 'networkPolicies'];

function compare(expected, got) {
  const facts = [];
  const unstable = new Set(expected.unstable.filter((u) => u.values).map((u) => u.path));
  for (const [i, want] of expected.steps.entries()) compareStep(want, got.steps[i] ?? {}, got.alike[i] ?? new Map(), (at) => unstable.has(`/steps/${i}${pointer(at)}`), (area, ok, at, w, g) => facts.push({ area, ok, file: want.file, kind: pointer(at), want: say(w), got: say(g) }));
  return facts;
}
function compareStep(want, got, alikeNodes, unstable, fact) {
  const zero = (at, v) => v === 0 && at.includes('status'); // a number missing from a status means 0
  const extra = (at, g) => { if (g !== undefined && !unstable(at) && !zero(at, g)) fact(areaOf(at), false, at, undefined, g); };
  const leaf = (at, w, g, missing) => fact(areaOf(at), eq(w, g) || (g === undefined && zero(at, w) && !missing), at, w, g);
  const alike = (w, g) => (isObject(w) ? Object.keys(w).reduce((n, k) => n + alike(w[k], g?.[k]), 0) : eq(w, g) ? 1 : 0);
  const walk = (at, w, g, gone = false) => { // gone: the whole object is missing
    if (unstable(at)) return;
    if (isObject(w)) {
      const missing = gone || (!isObject(g) && at.at(-1) !== 'status');
      for (const k of Object.keys(w)) walk([...at, k], w[k], isObject(g) ? g[k] : undefined, missing);
      if (isObject(g)) for (const k of Object.keys(g)) if (!(k in w)) extra([...at, k], g[k]);
    } else if (Array.isArray(w) && w.some(isObject)) {
      const list = Array.isArray(g) ? g : []; const pairs = [];
      for (const [i, a] of w.entries()) for (const [j, b] of list.entries()) pairs.push([a.type !== undefined && a.type === b?.type ? 1000 + alike(a, b) : a.name !== undefined && a.name === b?.name ? 500 + alike(a, b) : alike(a, b), i, j]);
      pairs.sort((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]);
      const mate = new Map(); const taken = new Set();
      for (const [, i, j] of pairs) if (!mate.has(i) && !taken.has(j)) { mate.set(i, j); taken.add(j); }
      for (const [i, a] of w.entries()) walk([...at, i], a, mate.has(i) ? list[mate.get(i)] : undefined);
      for (const [j, b] of list.entries()) if (!taken.has(j)) extra([...at, '+'], b);
    } else if (Array.isArray(w) && at[0] === 'namespaces' && NAME_LISTS.includes(at[2])) lines(areaOf(at), at, w, Array.isArray(g) ? g : []);
    else leaf(at, w, g, gone);
  };
  /** each wanted line is there, and nothing else; spare: how many others are allowed */
  const lines = (area, at, w, g, spare = 0) => {
    const rest = [...g];
    for (const l of w) { const i = rest.indexOf(l); if (i >= 0) rest.splice(i, 1); fact(area, i >= 0, at, l, i >= 0 ? l : rest.join('\n') || undefined); }
    for (const l of rest.slice(spare)) fact(area, false, at, undefined, l);
  };

  // kubectl
  fact('kubectl lines', want.kubectl.exit === got.kubectl?.exit, ['kubectl', 'exit'], want.kubectl.exit, got.kubectl?.exit);
  const outGot = got.kubectl?.stdout ?? [];
  lines('kubectl lines', ['kubectl', 'stdout'], want.kubectl.stdout, outGot);
  if (want.kubectl.stdout.length > 1) fact('kubectl lines', eq(want.kubectl.stdout, outGot), ['kubectl', 'stdout', 'in this order'], want.kubectl.stdout, outGot);
  const errWant = want.kubectl.stderr.filter((_, i) => !unstable(['kubectl', 'stderr', i]));
  lines('kubectl lines', ['kubectl', 'stderr'], stderrFacts(errWant), stderrFacts(got.kubectl?.stderr ?? []), stderrFacts(want.kubectl.stderr).length - stderrFacts(errWant).length);

  // rollouts
  for (const d of new Set([...Object.keys(want.rollouts ?? {}), ...Object.keys(got.rollouts ?? {})])) {
    const at = ['rollouts', d]; const w = want.rollouts?.[d]; const g = got.rollouts?.[d];
    if (unstable(at)) continue;
    if (!w) { fact('rollouts: scaling sequence', false, at, undefined, g.scaling); continue; }
    if (!unstable([...at, 'scaling']) && !w.scaling.some((_, i) => unstable([...at, 'scaling', i]))) fact('rollouts: scaling sequence', eq(w.scaling, g?.scaling), [...at, 'scaling'], w.scaling, g?.scaling);
    for (const k of ['maxPods', 'minReady']) if ((w[k] !== undefined || g?.[k] !== undefined) && !unstable([...at, k])) fact('rollouts: most pods, fewest ready', w[k] === g?.[k], [...at, k], w[k], g?.[k]);
  }

  // Nodes that are alike may stand for one another, the same way throughout the step: the renaming and the run that explain most.
  const groups = (ns, owner) => got.namespaces?.[ns]?.pods?.[owner]?.nodes?.[0];
  const wanted = Object.entries(want.namespaces).flatMap(([ns, w]) => Object.entries(w.pods ?? {}).map(([owner, g]) => [ns, owner, g.nodes]));
  let renamed = new Set();
  for (const to of renamings(alikeNodes)) for (let r = 0; r < (wanted[0]?.[2].length ?? 0); r++) {
    const good = new Set(wanted.filter(([ns, owner, runs]) => allowed([renameNodes(runs[r], to)], groups(ns, owner))).map(([ns, owner]) => `${ns} ${owner}`));
    if (good.size > renamed.size) renamed = good;
  }

  // the state
  for (const section of new Set([...Object.keys(want), ...Object.keys(got)])) {
    if (['file', 'kubectl', 'settled', 'rollouts', 'namespaces'].includes(section)) continue;
    if (section in want) walk([section], want[section], got[section]); else for (const k of Object.keys(got[section] ?? {})) extra([section, k], got[section][k]);
  }
  for (const ns of new Set([...Object.keys(want.namespaces ?? {}), ...Object.keys(got.namespaces ?? {})])) {
    const w = want.namespaces?.[ns] ?? {}; const g = got.namespaces?.[ns] ?? {};
    for (const section of new Set([...Object.keys(w), ...Object.keys(g)])) {
      const at = ['namespaces', ns, section];
      if (unstable(at)) continue;
      if (section === 'events') { compareEvents(at, w, g, fact); continue; }
      if (!(section in w)) { for (const x of Array.isArray(g[section]) || !isObject(g[section]) ? [section] : Object.keys(g[section])) extra([...at, x], isObject(g[section]) ? g[section][x] : g[section]); continue; }
      if (section !== 'pods') { walk(at, w[section], g[section]); continue; }
      for (const owner of new Set([...Object.keys(w.pods), ...Object.keys(g.pods ?? {})])) {
        const here = [...at, owner]; if (unstable(here)) continue;
        const a = w.pods[owner]; const b = g.pods?.[owner];
        if (!a) { extra(here, b); continue; }
        walk([...here, 'count'], a.count, b?.count); walk([...here, 'pods'], a.pods, b?.pods);
        if (!unstable([...here, 'nodes'])) fact(AREAS[1], !!b && (renamed.has(`${ns} ${owner}`) || allowed(a.nodes, b.nodes[0])), [...here, 'nodes'], a.nodes, b?.nodes[0]);
      }
    }
  }
}
const keptLine = /^(Warning:|Error from server|error:|The |resource mapping|ensure CRDs|unable to|Resource:|Name:|for:|\* )/;
/** stderr in comparable pieces: the parts of an aggregate one by one; the patch and diffs and the middle of long dumps of Go structures left out */
function stderrFacts(list) {
  return list.flatMap((l) => l.replace(/^\[(?=resource mapping|unable to)/, '').split(/, (?=resource mapping not found|unable to decode)/)).map((l) => (/^(ensure CRDs|unable to|resource mapping)/.test(l) ? l.replace(/\]$/, '') : l))
    .filter((l) => keptLine.test(l)).map((l) => (l.length > 600 && l.includes('Invalid value: {') ? `${l.slice(0, 150)} ... ${l.slice(-60)}` : l));
}
/** three recorded placements, and one to judge: lists of nodes, or maps from pod to node (null = none) */
function allowed(runs, got) {
  if (got === undefined) return false;
  const values = (x) => Object.values(x ?? {}).map((n) => n ?? ''); const bag = (x) => [...values(x)].sort();
  const shape = (x) => { const per = {}; for (const n of values(x)) per[n] = (per[n] ?? 0) + 1; const none = per['']; delete per['']; return [none ?? 0, Object.values(per).sort((a, b) => a - b)]; };
  if (isObject(runs[0]) && isObject(got) ? runs.some((r) => eq(r, got)) : runs.some((r) => eq(bag(r), bag(got)))) return true;
  return runs.some((r) => !eq(r, runs[0])) && runs.some((r) => eq(shape(r), shape(got)));
}
const renameNodes = (x, to) => (Array.isArray(x) ? x.map((n) => to.get(n) ?? n) : Object.fromEntries(Object.entries(x ?? {}).map(([k, n]) => [k, to.get(n) ?? n])));
/** every renaming of nodes among their like (none, where that would be too many to try) */
function renamings(alikeNodes) {
  const permute = (l) => (l.length < 2 ? [l] : l.flatMap((x, i) => permute([...l.slice(0, i), ...l.slice(i + 1)]).map((p) => [x, ...p])));
  const classes = new Map(); for (const [n, k] of alikeNodes) classes.set(k, [...(classes.get(k) ?? []), n]);
  let out = [new Map()];
  for (const names of classes.values()) {
    if (names.length < 2) continue;
    if (names.length > 6 || out.length * names.length > 5000) return [new Map()];
    out = out.flatMap((m) => permute(names).map((p) => new Map([...m, ...names.map((n, i) => [n, p[i]])])));
  }
  return out;
}
function compareEvents(at, wantNs, gotNs, fact) {
  const same = (a, b) => a.type === b.type && a.reason === b.reason && a.message === b.message && a.from === b.from;
  const want = wantNs.events ?? {}; const got = gotNs.events ?? {};
  // the last word of the scheduler on each pod: what it said before is an attempt that another simulator need not make
  const last = new Set(); for (const g of Object.values(wantNs.pods ?? {})) for (const p of g.pods) if (p.unscheduled) last.add(`Pod/${p.name} ${p.unscheduled.message}`);
  const gone = (key) => !Object.values(wantNs.pods ?? {}).some((g) => g.pods.some((p) => `Pod/${p.name}` === key));
  for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
    const here = [...at, key]; const w = want[key] ?? []; const rest = [...(got[key] ?? [])];
    for (const e of w) {
      const i = rest.findIndex((x) => same(e, x)); const g = i >= 0 ? rest.splice(i, 1)[0] : undefined;
      if (e.stable === false || e.combined) continue;
      if (!g && e.reason === 'FailedScheduling' && !gone(key) && !last.has(`${key} ${e.message}`)) continue;
      const text = (x) => `${x.type} ${x.reason} from ${x.from}: ${x.message}`;
      fact('events', !!g, here, text(e), g ? text(g) : rest.map(text).join('\n') || undefined);
      if (e.count !== undefined) fact('events', e.count === g?.count, [...here, e.reason, 'count'], e.count, g?.count);
    }
    const merged = w.filter((e) => e.combined); // the real recorder wrote one text for many: the others may stand here
    for (const g of rest) if (!g.combined && !merged.some((e) => e.type === g.type && e.reason === g.reason)) fact('events', false, here, undefined, `${g.type} ${g.reason} from ${g.from}: ${g.message}`);
  }
}
