// From the raw objects and events of one cluster to the form of expected.json (fixtures/conformance/cluster/README.md).
// Pure: no clock, no files, no network. What recorded the real control plane wrote this form, so a change here means recording again.

/** every kind that a snapshot needs, and where the API serves it */
export const KINDS = {
  Namespace: '/api/v1/namespaces', Node: '/api/v1/nodes', Pod: '/api/v1/pods', Service: '/api/v1/services', ResourceQuota: '/api/v1/resourcequotas', LimitRange: '/api/v1/limitranges',
  ReplicationController: '/api/v1/replicationcontrollers', PersistentVolume: '/api/v1/persistentvolumes', PersistentVolumeClaim: '/api/v1/persistentvolumeclaims', ConfigMap: '/api/v1/configmaps', Secret: '/api/v1/secrets', ServiceAccount: '/api/v1/serviceaccounts',
  Deployment: '/apis/apps/v1/deployments', ReplicaSet: '/apis/apps/v1/replicasets', StatefulSet: '/apis/apps/v1/statefulsets', DaemonSet: '/apis/apps/v1/daemonsets', ControllerRevision: '/apis/apps/v1/controllerrevisions',
  Job: '/apis/batch/v1/jobs', CronJob: '/apis/batch/v1/cronjobs', HorizontalPodAutoscaler: '/apis/autoscaling/v2/horizontalpodautoscalers', PodDisruptionBudget: '/apis/policy/v1/poddisruptionbudgets',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices', StorageClass: '/apis/storage.k8s.io/v1/storageclasses', PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses', RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses', Ingress: '/apis/networking.k8s.io/v1/ingresses', NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies',
  ValidatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', ValidatingAdmissionPolicyBinding: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  Event: '/api/v1/events',
};
/** "apps/v1" of a kind in KINDS */
export const apiVersionOf = (kind) => KINDS[kind].replace(/^\/apis?\//, '').replace(/\/[^/]+$/, '');
/** namespaces of the system itself: nothing in them is recorded */
export const SYSTEM = /^kube-/;
/** kinds whose names have random parts, in the order in which to learn() them */
export const NAMED = ['Deployment', 'ReplicaSet', 'ControllerRevision', 'ReplicationController', 'DaemonSet', 'Job', 'EndpointSlice'];
/** what tells one object from another, also after it was deleted and made anew */
export const keyOf = (o) => o.metadata.uid ?? `${o.kind}/${o.metadata.namespace ?? ''}/${o.metadata.name}`;
const lastApplied = (o) => { try { return JSON.parse(o.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']); } catch { return undefined; } };

// ---------------------------------------------------------------- names without their random parts
const A = 'bcdfghjklmnpqrstvwxz2456789';
const esc = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
export class Names {
  constructor() { this.map = new Map(); this.count = new Map(); this.bases = new Set(); this.deployments = new Map(); }
  numbered(owner, kind, real, tag) { if (this.map.has(real)) return; const k = `${kind}/${owner.namespace}/${owner.name}`; const n = (this.count.get(k) ?? 0) + 1; this.count.set(k, n); this.map.set(real, `${owner.name}-<${tag}${n}>`); }
  learn(kind, o) {
    const c = (o.metadata.ownerReferences ?? []).find((r) => r.controller);
    const owner = c && { namespace: o.metadata.namespace, name: c.name };
    if (kind === 'Deployment') this.deployments.set(o.metadata.name, { namespace: o.metadata.namespace, name: o.metadata.name });
    if (kind === 'ReplicaSet' && c?.kind === 'Deployment') this.numbered(owner, 'rs', o.metadata.name, 'hash');
    if (kind === 'ControllerRevision' && c) this.numbered(owner, 'cr', o.metadata.name, 'rev');
    if (['ReplicaSet', 'ReplicationController', 'DaemonSet'].includes(kind)) this.bases.add(`${o.metadata.name}-`);
    if (kind === 'Job') { this.bases.add(`${o.metadata.name}-`); if (o.spec.completionMode === 'Indexed') for (let i = 0; i < 20; i++) this.bases.add(`${o.metadata.name}-${i}-`); }
    if (kind === 'EndpointSlice' && o.metadata.generateName) this.bases.add(o.metadata.generateName);
  }
  text(s) {
    if (s === undefined || s === null) return s;
    for (const b of [...this.bases].sort((x, y) => y.length - x.length)) s = s.replace(new RegExp(`(?<![a-z0-9])${esc(b)}[${A}]{5}(?![a-z0-9-])`, 'g'), `${b}<x>`);
    // a ReplicaSet that was refused never existed: its name is known from messages only
    for (const d of this.deployments.values()) for (const m of s.matchAll(new RegExp(`(?<![a-z0-9-])${esc(d.name)}-[4-9bcdf]{8,10}(?![a-z0-9])`, 'g'))) this.numbered(d, 'rs', m[0], 'hash');
    for (const [real, name] of [...this.map].sort((x, y) => y[0].length - x[0].length)) s = s.split(real).join(name);
    return s.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>').replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4} UTC|Z)?( m=\+[\d.]+)?/g, '<time>').replace(/resourceVersion:? ?"?\d+"?/g, 'resourceVersion <n>').replace(/10\.200\.\d+\.\d+/g, '<podIP>');
  }
}
export const CLUSTER_IP = /10\.96\.\d+\.\d+/g;

// ---------------------------------------------------------------- the snapshot
const some = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== null && !(Array.isArray(v) && !v.length) && !(typeof v === 'object' && !Array.isArray(v) && !Object.keys(v).length)));
const sorted = (list) => [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const byKey = (o) => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1)));
const pick = (o, keys) => some(Object.fromEntries(keys.map((k) => [k, o?.[k]])));

/**
 * The state of one cluster in the form of a step of expected.json.
 * all(kind): its objects in the order in which they were first seen; events: its Event objects likewise;
 * N: the Names of this scenario; before: uid of an event -> how often it had been seen (updated here);
 * about(object reference): false for an event to leave out; applied(object): the manifest it was applied from, if any.
 */
export function snapshot({ all, events, N, before, about = () => true, applied = lastApplied, custom = () => [] }) {
  const conds = (list, drop = []) => (list ?? []).filter((c) => !drop.includes(c.type)).map((c) => some({ type: c.type, status: c.status, reason: c.reason || undefined, message: N.text(c.message) || undefined })).sort((a, b) => (a.type < b.type ? -1 : 1));
  const ownerOf = (o) => { const c = (o.metadata.ownerReferences ?? []).find((r) => r.controller); return c ? `${c.kind}/${N.text(c.name)}` : undefined; };
  const out = { nodes: {}, namespaces: {} };
  for (const n of all('Node')) out.nodes[n.metadata.name] = some({ unschedulable: n.spec.unschedulable, taints: sorted((n.spec.taints ?? []).map((t) => `${t.key}${t.value ? `=${t.value}` : ''}:${t.effect}`)), ready: (n.status.conditions ?? []).find((c) => c.type === 'Ready')?.status });
  out.nodes = byKey(out.nodes);
  for (const v of all('PersistentVolume')) (out.persistentVolumes ??= {})[v.metadata.name] = some({ phase: v.status?.phase, claim: v.spec.claimRef && `${v.spec.claimRef.namespace}/${v.spec.claimRef.name}`, class: v.spec.storageClassName, capacity: v.spec.capacity?.storage, accessModes: v.spec.accessModes, reclaimPolicy: v.spec.persistentVolumeReclaimPolicy, node: v.spec.nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values?.join(',') });
  if (out.persistentVolumes) out.persistentVolumes = byKey(out.persistentVolumes);
  for (const c of all('StorageClass')) (out.storageClasses ??= {})[c.metadata.name] = some({ provisioner: c.provisioner, volumeBindingMode: c.volumeBindingMode, default: c.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' || undefined });
  for (const c of all('PriorityClass')) if (!c.metadata.name.startsWith('system-')) (out.priorityClasses ??= {})[c.metadata.name] = some({ value: c.value, globalDefault: c.globalDefault || undefined, preemptionPolicy: c.preemptionPolicy });
  for (const c of all('RuntimeClass')) (out.runtimeClasses ??= {})[c.metadata.name] = some({ handler: c.handler, overhead: c.overhead?.podFixed });
  for (const c of all('ValidatingAdmissionPolicy')) (out.validatingAdmissionPolicies ??= {})[c.metadata.name] = some({ typeWarnings: c.status?.typeChecking?.expressionWarnings?.map((w) => w.warning), observed: c.status?.observedGeneration !== undefined });
  for (const c of all('ValidatingAdmissionPolicyBinding')) (out.validatingAdmissionPolicyBindings ??= {})[c.metadata.name] = { policy: c.spec.policyName, actions: c.spec.validationActions };
  for (const c of all('CustomResourceDefinition')) (out.customResourceDefinitions ??= {})[c.metadata.name] = some({ conditions: conds(c.status?.conditions), accepted: pick(c.status?.acceptedNames, ['kind', 'plural', 'singular', 'shortNames']), storedVersions: c.status?.storedVersions });
  const nsOf = (name) => (out.namespaces[name] ??= {});
  for (const n of all('Namespace')) Object.assign(nsOf(n.metadata.name), some({ phase: n.status?.phase, labels: byKey(n.metadata.labels ?? {}) }));
  const put = (section, kind, fn) => { for (const o of all(kind)) { const v = fn(o); if (v !== undefined) { const s = (nsOf(o.metadata.namespace)[section] ??= {}); s[N.text(o.metadata.name)] = v; } } for (const n of Object.values(out.namespaces)) if (n[section]) n[section] = byKey(n[section]); };

  // pods, by what made them
  const groups = new Map();
  for (const p of all('Pod')) {
    let owner = ownerOf(p) ?? `Pod/${p.metadata.name}`;
    const c = (p.metadata.ownerReferences ?? []).find((r) => r.controller);
    const rs = c?.kind === 'ReplicaSet' ? all('ReplicaSet').find((r) => r.metadata.uid === c.uid) : undefined;
    const named = !c || c.kind === 'StatefulSet' || (c.kind !== 'StatefulSet' && !p.metadata.generateName);
    if (rs && ownerOf(rs)) owner = ownerOf(rs);
    const containers = (list) => Object.fromEntries((list ?? []).map((x) => [x.name, some({ image: x.image, requests: x.resources?.requests, limits: x.resources?.limits })]));
    const sched = (p.status?.conditions ?? []).find((x) => x.type === 'PodScheduled');
    const ready = (p.status?.conditions ?? []).find((x) => x.type === 'Ready');
    const v = some({ name: N.text(p.metadata.name), phase: p.status?.phase, terminating: p.metadata.deletionTimestamp ? true : undefined, ready: ready ? ready.status === 'True' : false,
      unscheduled: sched?.status === 'False' ? some({ reason: sched.reason, message: N.text(sched.message) }) : undefined, nominated: p.status?.nominatedNodeName ? true : undefined,
      containers: containers(p.spec.containers), initContainers: containers(p.spec.initContainers), overhead: p.spec.overhead, tolerations: p.spec.tolerations?.length, priority: p.spec.priority, priorityClass: p.spec.priorityClassName || undefined, preemptionPolicy: p.spec.preemptionPolicy === 'Never' ? 'Never' : undefined, qosClass: p.status?.qosClass, claims: sorted((p.spec.volumes ?? []).filter((x) => x.persistentVolumeClaim).map((x) => x.persistentVolumeClaim.claimName)), serviceAccount: p.spec.serviceAccountName === 'default' ? undefined : p.spec.serviceAccountName, schedulingGates: p.spec.schedulingGates?.map((g) => g.name),
      index: p.metadata.annotations?.['batch.kubernetes.io/job-completion-index'], hostname: p.spec.hostname });
    const k = `${p.metadata.namespace}|${owner}`;
    if (!groups.has(k)) groups.set(k, []);
    groups.get(k).push({ v, node: p.spec.nodeName ?? null, named });
  }
  for (const [k, list] of groups) {
    const [ns, owner] = k.split('|');
    const pods = new Map();
    for (const { v } of list) { const s = JSON.stringify(v); pods.set(s, { v, n: (pods.get(s)?.n ?? 0) + 1 }); }
    const g = { count: list.length, pods: [...pods.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { v, n }]) => (n > 1 ? { count: n, ...v } : v)) };
    g.nodes = list.every((x) => x.named) ? byKey(Object.fromEntries(list.map((x) => [x.v.name, x.node]))) : list.map((x) => x.node).sort((a, b) => ((a ?? '~') < (b ?? '~') ? -1 : 1));
    (nsOf(ns).pods ??= {})[owner] = g;
  }
  for (const n of Object.values(out.namespaces)) if (n.pods) n.pods = byKey(n.pods);

  put('deployments', 'Deployment', (d) => some({ revision: d.metadata.annotations?.['deployment.kubernetes.io/revision'], replicas: d.spec.replicas, paused: d.spec.paused, status: pick(d.status, ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount']), observed: d.status?.observedGeneration === d.metadata.generation, conditions: conds(d.status?.conditions) }));
  put('replicaSets', 'ReplicaSet', (r) => some({ owner: ownerOf(r), revision: r.metadata.annotations?.['deployment.kubernetes.io/revision'], revisionHistory: r.metadata.annotations?.['deployment.kubernetes.io/revision-history'], images: r.spec.template.spec.containers.map((c) => c.image), replicas: r.spec.replicas, status: pick(r.status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas']), conditions: conds(r.status?.conditions) }));
  put('replicationControllers', 'ReplicationController', (r) => some({ replicas: r.spec.replicas, selector: r.spec.selector, status: pick(r.status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']), conditions: conds(r.status?.conditions) }));
  put('statefulSets', 'StatefulSet', (s) => some({ replicas: s.spec.replicas, status: { ...pick(s.status, ['replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas']), currentRevision: N.text(s.status?.currentRevision), updateRevision: N.text(s.status?.updateRevision) }, conditions: conds(s.status?.conditions) }));
  put('daemonSets', 'DaemonSet', (d) => some({ status: pick(d.status, ['desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady', 'numberAvailable', 'numberUnavailable', 'updatedNumberScheduled']), conditions: conds(d.status?.conditions) }));
  put('jobs', 'Job', (j) => some({ owner: ownerOf(j), parallelism: j.spec.parallelism, completions: j.spec.completions, completionMode: j.spec.completionMode, suspend: j.spec.suspend || undefined, status: pick(j.status, ['active', 'ready', 'succeeded', 'failed', 'terminating', 'completedIndexes', 'failedIndexes']), conditions: conds(j.status?.conditions) }));
  put('cronJobs', 'CronJob', (c) => some({ schedule: c.spec.schedule, timeZone: c.spec.timeZone, suspend: c.spec.suspend, concurrencyPolicy: c.spec.concurrencyPolicy, active: c.status?.active?.length ?? 0 }));
  put('horizontalPodAutoscalers', 'HorizontalPodAutoscaler', (h) => some({ target: `${h.spec.scaleTargetRef.kind}/${h.spec.scaleTargetRef.name}`, minReplicas: h.spec.minReplicas, maxReplicas: h.spec.maxReplicas, metrics: h.spec.metrics?.map((m) => (m.resource ? some({ resource: m.resource.name, ...m.resource.target }) : { type: m.type })), currentReplicas: h.status?.currentReplicas ?? 0, desiredReplicas: h.status?.desiredReplicas, conditions: conds(h.status?.conditions) }));
  put('persistentVolumeClaims', 'PersistentVolumeClaim', (c) => some({ phase: c.status?.phase, volumeName: c.spec.volumeName?.startsWith('pvc-') ? 'dynamic' : c.spec.volumeName, class: c.spec.storageClassName ?? null, requests: c.spec.resources?.requests?.storage, capacity: c.status?.capacity?.storage, accessModes: c.spec.accessModes, owners: (c.metadata.ownerReferences ?? []).map((r) => `${r.kind}/${r.name}`), terminating: c.metadata.deletionTimestamp ? true : undefined }));
  put('services', 'Service', (s) => {
    if (s.metadata.name === 'kubernetes') return undefined;
    const asked = applied(s);
    const nodePort = (p, i) => (p.nodePort ? ((asked?.spec?.ports ?? []).some((q) => q.nodePort === p.nodePort) ? p.nodePort : 'auto') : undefined);
    return some({ type: s.spec.type, clusterIP: !s.spec.clusterIP ? undefined : s.spec.clusterIP === 'None' ? 'none' : asked?.spec?.clusterIP ? `explicit ${s.spec.clusterIP}` : 'auto', externalName: s.spec.externalName, selector: s.spec.selector, ports: s.spec.ports?.map((p, i) => some({ name: p.name, protocol: p.protocol, port: p.port, targetPort: p.targetPort, nodePort: nodePort(p, i) })), externalIPs: s.spec.externalIPs, externalTrafficPolicy: s.spec.externalTrafficPolicy, internalTrafficPolicy: s.spec.internalTrafficPolicy, sessionAffinity: s.spec.sessionAffinity === 'None' ? undefined : s.spec.sessionAffinity, healthCheckNodePort: s.spec.healthCheckNodePort ? 'auto' : undefined, ipFamilyPolicy: s.spec.ipFamilyPolicy, ipFamilies: s.spec.ipFamilies, allocateLoadBalancerNodePorts: s.spec.allocateLoadBalancerNodePorts, publishNotReadyAddresses: s.spec.publishNotReadyAddresses || undefined, loadBalancer: s.status?.loadBalancer?.ingress ? 'assigned' : s.spec.type === 'LoadBalancer' ? 'pending' : undefined });
  });
  for (const s of all('EndpointSlice')) {
    const svc = s.metadata.labels?.['kubernetes.io/service-name']; if (!svc || svc === 'kubernetes') continue;
    const ends = new Map();
    for (const e of s.endpoints ?? []) { const v = some({ target: e.targetRef ? `${e.targetRef.kind}/${N.text(e.targetRef.name)}` : undefined, hostname: e.hostname, ready: e.conditions?.ready, serving: e.conditions?.serving, terminating: e.conditions?.terminating || undefined }); const k = JSON.stringify(v); ends.set(k, { v, n: (ends.get(k)?.n ?? 0) + e.addresses.length }); }
    const slice = { addressType: s.addressType, managedBy: s.metadata.labels?.['endpointslice.kubernetes.io/managed-by'], ports: (s.ports ?? []).map((p) => some({ name: p.name || undefined, protocol: p.protocol, port: p.port })).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)), addresses: [...ends.values()].reduce((a, x) => a + x.n, 0), endpoints: [...ends.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { v, n }]) => ({ count: n, ...v })) };
    ((nsOf(s.metadata.namespace).endpointSlices ??= {})[svc] ??= []).push(slice);
  }
  for (const n of Object.values(out.namespaces)) if (n.endpointSlices) for (const k of Object.keys(n.endpointSlices)) n.endpointSlices[k].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  put('resourceQuotas', 'ResourceQuota', (q) => some({ scopes: q.spec.scopes, scopeSelector: q.spec.scopeSelector?.matchExpressions?.map((m) => `${m.scopeName} ${m.operator}${m.values ? ` ${m.values.join(',')}` : ''}`), hard: byKey(q.status?.hard ?? {}), used: byKey(q.status?.used ?? {}) }));
  put('podDisruptionBudgets', 'PodDisruptionBudget', (b) => some({ minAvailable: b.spec.minAvailable, maxUnavailable: b.spec.maxUnavailable, status: pick(b.status, ['currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods']), conditions: conds(b.status?.conditions) }));
  const names = (section, kind) => { for (const o of all(kind)) (nsOf(o.metadata.namespace)[section] ??= []).push(N.text(o.metadata.name)); for (const n of Object.values(out.namespaces)) if (n[section]) n[section] = sorted(n[section]); };
  for (const [section, kind] of [['limitRanges', 'LimitRange'], ['serviceAccounts', 'ServiceAccount'], ['configMaps', 'ConfigMap'], ['secrets', 'Secret'], ['ingresses', 'Ingress'], ['networkPolicies', 'NetworkPolicy']]) names(section, kind);
  for (const n of Object.values(out.namespaces)) if (n.secrets && !n.secrets.length) delete n.secrets;

  // events first seen (or seen again) since the previous step
  const perNs = new Map();
  for (const e of events) {
    const inv = e.involvedObject ?? e.regarding ?? {};
    if (SYSTEM.test(e.metadata.namespace) || inv.kind === 'Node' || inv.kind === 'Endpoints') continue; // Endpoints: only conflicts between writers
    if (!about(inv)) continue;
    let message = N.text(e.message ?? '').replace(/^Successfully assigned (\S+) to \S+$/, 'Successfully assigned $1 to <node>').replace(CLUSTER_IP, '<clusterIP>').replace(/^(Preempted by pod) <uid> on node \S+$/, '$1 <uid> on node <node>');
    const total = e.series?.count ?? e.count ?? 1;
    const old = before.get(keyOf(e)) ?? 0;
    before.set(keyOf(e), total);
    const repeats = e.type === 'Warning' || ['WaitForFirstConsumer', 'ExternalProvisioning', 'FailedBinding', 'WaitForPodScheduled', 'NotTriggerScaleUp'].includes(e.reason);
    if (repeats ? old > 0 : total <= old) continue;
    const key = `${inv.kind}/${N.text(inv.name)}`;
    const ns = perNs.get(e.metadata.namespace) ?? new Map(); perNs.set(e.metadata.namespace, ns);
    const list = ns.get(key) ?? []; ns.set(key, list);
    const same = list.find((x) => x.type === e.type && x.reason === e.reason && x.message === message);
    const n = repeats ? undefined : total - old;
    if (same) { if (n) same.count += n; } else list.push(some({ type: e.type, reason: e.reason, from: e.reportingComponent || e.source?.component || undefined, message, count: n }));
  }
  for (const [ns, byObj] of perNs) nsOf(ns).events = byKey(Object.fromEntries(byObj));
  out.namespaces = byKey(out.namespaces);
  for (const crd of all('CustomResourceDefinition')) for (const o of custom(crd)) {
    const at = o.metadata.namespace ? (nsOf(o.metadata.namespace).customResources ??= {}) : (out.customResources ??= {});
    const body = { ...o }; delete body.metadata; delete body.apiVersion; delete body.kind;
    at[`${crd.spec.names.kind}/${o.metadata.name}`] = some({ generation: o.metadata.generation, ...body });
  }
  return out;
}

// ---------------------------------------------------------------- what happened during a step
/** Watches the Deployments' rollouts during one step: see() every write, result() at the end. all(kind) is the state at any moment. */
export class Rollouts {
  constructor(all) {
    this.all = all; this.rolls = new Map(); this.scaled = new Map(); // deployment uid -> counters, changes of size
    this.sizes = new Map(all('ReplicaSet').map((r) => [r.metadata.uid, r.spec.replicas]));
    this.count();
  }
  podsOf(uid) { const rs = new Set(this.all('ReplicaSet').filter((r) => (r.metadata.ownerReferences ?? []).some((o) => o.uid === uid)).map((r) => r.metadata.uid)); return this.all('Pod').filter((p) => (p.metadata.ownerReferences ?? []).some((o) => rs.has(o.uid)) && !p.metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(p.status?.phase)); }
  count() { for (const d of this.all('Deployment')) { const pods = this.podsOf(d.metadata.uid); const ready = pods.filter((p) => (p.status?.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True')).length; const had = this.rolls.get(d.metadata.uid); if (!had) this.rolls.set(d.metadata.uid, { d, fresh: !pods.length, max: pods.length, min: ready }); else { had.max = Math.max(had.max, pods.length); had.min = Math.min(had.min, ready); } } }
  see(kind, type, o) {
    if (['Pod', 'ReplicaSet', 'Deployment'].includes(kind)) this.count();
    if (kind !== 'ReplicaSet') return;
    const c = (o.metadata.ownerReferences ?? []).find((r) => r.kind === 'Deployment' && r.controller); if (!c) return;
    const was = this.sizes.get(o.metadata.uid) ?? 0; const is = type === 'DELETED' ? 0 : o.spec.replicas; this.sizes.set(o.metadata.uid, is);
    if (was !== is) { if (!this.scaled.has(c.uid)) this.scaled.set(c.uid, []); this.scaled.get(c.uid).push({ rs: o.metadata.name, was, is }); }
  }
  result(N) {
    const out = {};
    for (const r of this.rolls.values()) if (this.scaled.has(r.d.metadata.uid)) out[`${r.d.metadata.namespace}/${r.d.metadata.name}`] = some({ scaling: this.scaled.get(r.d.metadata.uid).map((s) => `${N.text(s.rs)} ${s.was} -> ${s.is}`), maxPods: r.max, minReady: r.fresh ? undefined : r.min });
    return Object.keys(out).length ? out : undefined;
  }
}
/** kubectl's output as a list of lines; manifest is the text it was given */
export function kubectlLines(N, text, manifest) { const x = N.text(text).replace(CLUSTER_IP, (m) => (manifest.includes(m) ? m : '<clusterIP>')).split('\n'); if (x.at(-1) === '') x.pop(); return x; }

// ---------------------------------------------------------------- the last touch
const COMBINED = '(combined from similar events): ';
/** One shape for placements (a list with one entry per run), no retries counted as events. Changes doc; a second time changes nothing. */
export function tidy(doc) {
  const told = new Set(); // repeated warnings already listed in an earlier step
  for (const step of doc.steps) for (const [nsName, ns] of Object.entries(step.namespaces ?? {})) {
    for (const g of Object.values(ns.pods ?? {})) {
      const perRun = Array.isArray(g.nodes) && g.nodes.length && g.nodes.every((x) => x === null ? false : typeof x === 'object');
      if (!perRun) g.nodes = Array.from({ length: doc.runs }, () => g.nodes);
    }
    for (const [key, list] of Object.entries(ns.events ?? {})) {
      const out = [];
      for (const e of list) {
        if (e.message.startsWith(COMBINED)) { e.message = e.message.slice(COMBINED.length); e.combined = true; }
        if (e.combined) { delete e.count; delete e.stable; if (out.some((x) => x.type === e.type && x.reason === e.reason && x.message === e.message)) continue; }
        if (e.reason === 'NoPods') delete e.count;
        out.push(e);
      }
      const id = (e) => JSON.stringify([nsName, key, e.type, e.reason, e.message]);
      const fresh = out.filter((e) => e.count !== undefined || !told.has(id(e)));
      for (const e of fresh) if (e.count === undefined) told.add(id(e));
      if (fresh.length) ns.events[key] = fresh; else delete ns.events[key];
    }
    if (ns.events && !Object.keys(ns.events).length) delete ns.events;
  }
  const at = (p) => p.split('/').slice(1).map((x) => x.replaceAll('~1', '/').replaceAll('~0', '~')).reduce((o, k) => o?.[k], doc);
  doc.unstable = doc.unstable.filter((u) => {
    if (u.path.split('/').at(-2) !== 'events') return true;
    const list = at(u.path); if (list === undefined) return false; if (!Array.isArray(list)) return true;
    for (const e of list) if (e.stable === false && e.reason === 'NoPods') delete e.stable;
    return list.some((e) => e.stable === false);
  });
  return doc;
}
