// The plan for people at a terminal: the verdict first and last, one bar a node, reasons that add up.
import { createColors } from 'picocolors';
import type { PendingGroup, Plan, PlannedNode, PlannedObject, PlannedPod, PlannedQuota, PlannedRefusal, PlannedRollout, SourcePlace } from '../plan/model.js';
import { compareQuantities, parseQuantity, quantityMilli, quantityValue } from '../api/quantity.js';
import { createQuantitySums } from '../api/quantitySums.js';
import { claimsText } from '../plan/unboundClaims.js';
import { serviceLines } from './serviceLines.js';
import { compareStrings } from '../util/compare.js';
import { textBar, textTable } from '../util/textTable.js';

/** How the text is written. */
export interface TextOptions {
  color: boolean;
  /** Names every pod instead of folding those that are alike. */
  pods?: boolean;
  /** What was planned, as the first line names it. */
  title: string;
}

type Colors = ReturnType<typeof createColors>;

const BAR_CELLS = 20;
const NODES_SHOWN = 40;
const EXTREMES_SHOWN = 10;
const WORKLOADS: readonly string[] = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob'];

/** The whole plan as text that ends with a newline. */
export function planText(plan: Plan, options: TextOptions): string {
  const colors = createColors(options.color);
  const sections = [
    headline(plan, options, colors),
    objectLines(plan, colors),
    nodeLines(plan, options),
    refusedLines(plan.refused, colors),
    pendingLines(plan, colors),
    quotaLines(plan.quotas),
    serviceLines(plan.services ?? []),
    rolloutLines(plan.rollouts),
    noteLines(plan),
    [verdictLine(plan, colors)],
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headline(plan: Plan, { title }: TextOptions, colors: Colors): string[] {
  const { created, configured, refused, nodes } = plan.summary;
  const lines = [
    `${colors.bold(title)}: ${verdictWords(plan)}`,
    '',
    `${colors.bold('Objects')}   + ${created} created   ~ ${configured} configured   ! ${refused} refused   (${counted(nodes, 'node')}, Kubernetes ${plan.kubernetesVersion} rules)`,
  ];
  if (plan.isBuiltInCluster) lines.push('          no nodes are declared: planned against the built-in cluster of three nodes (4 CPU, 16Gi each)');
  if (plan.stoppedAfterSteps !== undefined) lines.push(`          the run was stopped after ${plan.stoppedAfterSteps} steps and had not settled`);
  return lines;
}

/** Workloads one a line, everything else counted by kind. */
function objectLines({ objects }: Plan, colors: Colors): string[] {
  const accepted = objects.filter((each) => each.verdict !== 'refused');
  const mark = ({ verdict }: PlannedObject): string => (verdict === 'created' ? colors.green('+') : verdict === 'configured' ? colors.yellow('~') : ' ');
  const workloads = accepted.filter(({ object }) => WORKLOADS.includes(object.kind));
  const rows = workloads.map((each) => [each.object.kind, nameOf(each.object), replicasText(each), ...requestCells(each.workload?.requests ?? {})]);
  const table = textTable(rows, ['left', 'left', 'right', 'right', 'right']);
  const lines = workloads.map((each, index) => `  ${mark(each)} ${table[index]}`);
  const others = new Map<string, number>();
  for (const each of accepted) if (!WORKLOADS.includes(each.object.kind)) others.set(each.object.kind, (others.get(each.object.kind) ?? 0) + 1);
  if (others.size > 0) {
    const counts = [...others].sort(([a], [b]) => compareStrings(a, b)).map(([kind, number]) => (number === 1 ? kind : `${kind} ×${number}`));
    lines.push(...wrap(counts, { first: '    and ', next: '        ' }));
  }
  return lines;
}

function replicasText({ object, workload }: PlannedObject): string {
  if (object.kind === 'DaemonSet') return 'every node';
  if (object.kind === 'CronJob') return 'on schedule';
  return workload === undefined ? '' : counted(workload.replicas, object.kind === 'Job' ? 'pod' : object.kind === 'Pod' ? 'pod' : 'replica');
}

function requestCells(requests: Record<string, string>): string[] {
  return [requests['cpu'] === undefined ? '–' : `${requests['cpu']}`, requests['memory'] ?? '–'];
}

function nodeLines(plan: Plan, { pods: unfold }: TextOptions): string[] {
  const { nodes } = plan;
  if (nodes.length === 0) return ['Nodes     none: no pod can be placed'];
  const byLoad = nodes.length <= NODES_SHOWN ? undefined : nodes.map((node) => ({ node, load: loadOf(node) }));
  const shown = byLoad === undefined ? nodes : extremes(byLoad);
  const owners = ownersOn(shown, plan.pods);
  const width = Math.max(5, ...shown.map(({ name }) => name.length));
  const lines = [`${'Nodes'.padEnd(width + 2)}  ${'cpu'.padEnd(BAR_CELLS + 5)}   ${'memory'.padEnd(BAR_CELLS + 5)}     pods`];
  for (const node of shown) {
    const listed = unfold === true ? node.pods.join('  ') : foldPods(node.pods, owners).join('  ');
    const cells = (['cpu', 'memory'] as const).map((resource) => {
      const share = shareOf(node, resource);
      return `${textBar(share, BAR_CELLS)} ${`${Math.round(share * 100)}%`.padStart(4)}`;
    });
    lines.push(`  ${node.name.padEnd(width)}  ${cells.join('   ')}   ${`${node.podCount}/${node.allocatable['pods'] ?? '–'}`.padStart(7)}  ${listed}`.trimEnd());
  }
  if (byLoad !== undefined) lines.push(`  … ${nodes.length - shown.length} nodes between them are not shown (${histogram(byLoad)})`);
  const total = (resource: string): string => `${sum(nodes, 'requested', resource)} of ${sum(nodes, 'allocatable', resource)}`;
  const podTotal = nodes.reduce((count, node) => count + node.podCount, 0);
  lines.push(`  ${'total'.padEnd(width)}  ${total('cpu').padEnd(BAR_CELLS + 5)}   ${total('memory').padEnd(BAR_CELLS + 5)}   ${podTotal}/${sum(nodes, 'allocatable', 'pods')}`);
  return lines;
}

/** The owners of the pods on these nodes, by the pods' namespace and name. */
function ownersOn(nodes: readonly PlannedNode[], pods: readonly PlannedPod[]): Map<string, string | null> {
  const names = new Set(nodes.map(({ name }) => name));
  const owners = new Map<string, string | null>();
  for (const { node, namespace, name, owner } of pods) if (node !== null && names.has(node)) owners.set(`${namespace}/${name}`, owner);
  return owners;
}

interface LoadedNode {
  node: PlannedNode;
  load: number;
}

/** The fullest and the emptiest nodes, by name. */
function extremes(nodes: readonly LoadedNode[]): PlannedNode[] {
  const byLoad = [...nodes].sort((a, b) => b.load - a.load || compareStrings(a.node.name, b.node.name));
  return [...new Set([...byLoad.slice(0, EXTREMES_SHOWN), ...byLoad.slice(-EXTREMES_SHOWN)].map(({ node }) => node))];
}

function histogram(nodes: readonly LoadedNode[]): string {
  const buckets = [0, 0, 0, 0];
  for (const { load } of nodes) {
    const bucket = Math.min(3, Math.floor(load * 4));
    buckets[bucket] = (buckets[bucket] as number) + 1;
  }
  return ['0–25%', '25–50%', '50–75%', '75–100%'].map((range, index) => `${range}: ${buckets[index]}`).join(', ');
}

function loadOf(node: PlannedNode): number {
  return Math.max(shareOf(node, 'cpu'), shareOf(node, 'memory'));
}

function shareOf(node: PlannedNode, resource: 'cpu' | 'memory'): number {
  const amount = resource === 'cpu' ? quantityMilli : quantityValue;
  const allocatable = amount(node.allocatable[resource]);
  return allocatable === 0 ? 0 : amount(node.requested[resource]) / allocatable;
}

function sum(nodes: readonly PlannedNode[], list: 'requested' | 'allocatable', resource: string): string {
  const sums = createQuantitySums();
  for (const node of nodes) {
    const value = node[list][resource];
    if (value !== undefined) sums.add({ [resource]: value });
  }
  const total = sums.list()[resource] ?? '0';
  return resource === 'memory' ? binary(total) : total;
}

/** Memory in whole units people know: 3.5Gi instead of 3584Mi. */
function binary(text: string): string {
  const bytes = quantityValue(text);
  for (const [suffix, unit] of [['Ti', 2 ** 40], ['Gi', 2 ** 30], ['Mi', 2 ** 20]] as const) {
    if (bytes >= unit) return `${Number((bytes / unit).toFixed(bytes / unit >= 100 ? 0 : 1))}${suffix}`;
  }
  return text;
}

/** Pods of one owner as 'web ×4', a single one by the owner's name, or by its own when the owner numbers them. */
function foldPods(pods: readonly string[], owners: ReadonlyMap<string, string | null>): string[] {
  const groups = new Map<string, string[]>();
  for (const pod of pods) {
    const owner = owners.get(pod) ?? null;
    const name = pod.slice(pod.indexOf('/') + 1);
    const label = owner === null || owner.startsWith('StatefulSet/') ? name : owner.slice(owner.indexOf('/') + 1);
    groups.set(label, [...(groups.get(label) ?? []), pod]);
  }
  return [...groups].map(([label, list]) => (list.length === 1 ? label : `${label} ×${list.length}`)).sort(compareStrings);
}

function refusedLines(refused: readonly PlannedRefusal[], colors: Colors): string[] {
  if (refused.length === 0) return [];
  const lines = [colors.bold('Refused')];
  for (const { object, message, kubectl, hint, source, stoppedPods } of refused) {
    lines.push(`  ${colors.red('!')} ${object.kind} ${nameOf(object)}${stoppedPods === true ? ' (its pods)' : ''}   ${placeText(source)}`.trimEnd());
    lines.push(`      ${(kubectl ?? message).split('\n').join('\n      ')}`);
    if (hint !== undefined) lines.push(`      ${hint}`);
  }
  return lines;
}

function pendingLines({ pending, summary }: Plan, colors: Colors): string[] {
  if (pending.length === 0) return [];
  const lines = [`${colors.bold('Pending')}   ${summary.pending} of ${counted(summary.pods, 'pod')}`];
  for (const group of pending) lines.push(...pendingGroupLines(group, colors));
  return lines;
}

function pendingGroupLines({ namespace, owner, pods, requests, message, reasons, nodeCount, advice, fragmented, claims = [], source }: PendingGroup, colors: Colors): string[] {
  const name = pods.length === 1 || owner === null ? `${namespace}/${pods[0] ?? ''}` : `${namespace}/${owner.slice(owner.indexOf('/') + 1)} ×${pods.length}`;
  const lines = [`  ${colors.yellow('?')} ${name}   ${requestCells(requests).join(' ')}   ${placeText(source)}`.trimEnd()];
  lines.push(`      ${message}`);
  const width = Math.max(0, ...reasons.map(({ reason }) => reason.length));
  if (reasons.length > 1 || nodeCount <= NODES_SHOWN) {
    for (const { reason, nodes } of reasons) lines.push(`      ${String(nodes.length).padStart(4)} × ${reason.padEnd(width)}   ${nodes.slice(0, 6).join(' ')}${nodes.length > 6 ? ` and ${nodes.length - 6} more` : ''}`);
  }
  for (const each of fragmented) lines.push(`      ${each}`);
  for (const claim of claims) lines.push(`      ${claimsText(claim)}`);
  if (advice.length > 0) lines.push(...wrap(advice, { first: '      fits if: ', next: '               ', glue: ', or ' }));
  return lines;
}

function quotaLines(quotas: readonly PlannedQuota[]): string[] {
  const rows: string[][] = [];
  for (const { namespace, name, hard, used } of quotas) {
    Object.entries(hard).forEach(([resource, limit], index) => {
      const taken = used[resource] ?? '0';
      const isFull = parseQuantity(limit) !== undefined && compareQuantities(taken, limit) >= 0;
      rows.push([index === 0 ? `${namespace}/${name}` : '', resource, `${taken}/${limit}`, isFull ? 'full' : '']);
    });
  }
  if (rows.length === 0) return [];
  return ['Quota', ...textTable(rows).map((line) => `  ${line}`)];
}

/** Rollouts that are more than the first pods of a Deployment. */
function rolloutLines(rollouts: readonly PlannedRollout[]): string[] {
  const shown = rollouts.filter(({ scaling }) => scaling.length > 1 || scaling.some(({ from }) => from > 0));
  if (shown.length === 0) return [];
  return [
    'Rollouts',
    ...shown.flatMap(({ step, namespace, name, scaling, mostPods, fewestReady }) => [
      `  ${namespace}/${name}   step ${step}   at most ${counted(mostPods, 'pod')}${fewestReady === undefined ? '' : `, at least ${fewestReady} ready`}`,
      ...wrap(scaling.map(({ replicaSet, from, to }) => `${replicaSet} ${from} → ${to}`), { first: '      ', next: '      ' }),
    ]),
  ];
}

function noteLines({ findings, summary: { tiedChoices } }: Plan): string[] {
  if (findings.length === 0 && tiedChoices === 0) return [];
  const ties = tiedChoices === 0 ? [] : [`  · ${counted(tiedChoices, 'pod')} had several equally good nodes: a real scheduler may choose another of them`];
  return ['Notes', ...ties, ...findings.map(({ source, message }) => `  · ${source === null ? '' : `${placeText(source)}: `}${message}`)];
}

function verdictWords({ summary, refused }: Plan): string {
  const { pods, placed, pending, unread } = summary;
  return `${counted(pods, 'pod')}: ${placed} placed, ${pending} pending, ${refused.length} refused${unread === 0 ? '' : `, ${unread} unreadable`}`;
}

function verdictLine(plan: Plan, colors: Colors): string {
  const isFeasible = plan.summary.pending === 0 && plan.refused.length === 0 && plan.summary.unread === 0;
  const text = `${verdictWords(plan)}.  Exit ${isFeasible ? 0 : 1}.`;
  return isFeasible ? colors.green(text) : colors.red(text);
}

function nameOf({ namespace, name }: { namespace?: string; name: string }): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function placeText(source: SourcePlace | null): string {
  return source === null ? '' : `${source.file}:${source.line}`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Words joined by commas, or by the glue, broken into lines of at most 100 columns. */
function wrap(words: readonly string[], { first, next, glue = ', ' }: { first: string; next: string; glue?: string }): string[] {
  const lines: string[] = [];
  let line = first;
  words.forEach((word, index) => {
    const piece = index === words.length - 1 ? word : `${word}${glue}`;
    if (line.length + piece.length > 100 && line !== first && line !== next) {
      lines.push(line.trimEnd());
      line = next;
    }
    line += piece;
  });
  return [...lines, line.trimEnd()];
}
