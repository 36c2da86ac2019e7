// Why pods stand where they stand, for people at a terminal: nodes against plugins.
import { createColors } from 'picocolors';
import { compareStrings } from '../util/compare.js';
import { textTable } from '../util/textTable.js';

/** One pod with the scheduler's reasons. */
export interface ExplainedPod {
  namespace: string;
  name: string;
  placedOn?: string;
  /** Why the pod stands there if not by a decision of the scheduler, or for which volumes it waits. */
  note?: string;
  /** For a pod without a node: changes that would place it. */
  advice?: string[];
  /** For a pod without a node: resources that are free, but in pieces that are too small. */
  fragmented?: string[];
  explanation?: {
    node?: string;
    tied: string[];
    message?: string;
    nominatedNode?: string;
    victims: { namespace: string; name: string }[];
    nodes: Record<string, { reasons?: string[]; scores?: Record<string, number>; total?: number }>;
  };
}

/** What the API server refused. */
export interface ExplainedRefusal {
  object: { apiVersion: string; kind: string; namespace?: string; name: string };
  code: number;
  reason: string;
  message: string;
  hint?: string;
  /** Set when pods of the object were refused, not the object itself. */
  stoppedPods?: true;
}

/** Everything there is to say about what was asked. */
export interface ExplainedTarget {
  pods: readonly ExplainedPod[];
  refused: readonly ExplainedRefusal[];
  /** Why there are no pods. */
  notes: readonly string[];
}

/** Refusals, then the pods one after the other, those that wait for the same reasons as one; text that ends with a newline. */
export function explainText({ pods, refused, notes }: ExplainedTarget, color: boolean): string {
  const colors = createColors(color);
  const refusals = refused.map(({ object, message, hint, stoppedPods }) => {
    const heading = colors.bold(`${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name} → ${stoppedPods === true ? 'pods refused' : 'refused'}`);
    return [heading, ...message.split('\n').map((line) => `  ${line}`), ...(hint === undefined ? [] : [`  ${hint}`])];
  });
  const groups = new Map<string, ExplainedPod[]>();
  for (const pod of pods) {
    const key = pod.placedOn === undefined ? JSON.stringify([pod.explanation, pod.advice, pod.fragmented]) : pod.name;
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  const blocks = [...notes.map((note) => [note]), ...refusals, ...[...groups.values()].map((alike) => podLines(alike, colors.bold))];
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function podLines([pod, ...others]: readonly ExplainedPod[], bold: (text: string) => string): string[] {
  if (pod === undefined) return [];
  const { namespace, name, placedOn, note, explanation, advice = [], fragmented = [] } = pod;
  const nominated = explanation?.nominatedNode;
  const heading = bold(`${namespace}/${name}${others.length === 0 ? '' : ` and ${others.length} more like it`} → ${placedOn ?? (nominated === undefined ? 'no node' : `${nominated} (nominated)`)}`);
  const lines = note === undefined ? [heading] : [heading, `  ${note}`];
  if (explanation === undefined) return lines;
  const { message, tied, victims } = explanation;
  if (message !== undefined) lines.push(`  ${message}`);
  lines.push(...nodeTable(explanation, placedOn));
  if (tied.length > 1) lines.push(`  ${tied.length} nodes are equally good: ${tied.join(', ')}`);
  if (victims.length > 0) lines.push(`  ${placedOn === undefined ? 'would evict' : 'evicted'} ${victims.map((victim) => `${victim.namespace}/${victim.name}`).join(', ')}`);
  lines.push(...fragmented.map((each) => `  ${each}`), ...advice.map((each, index) => `  ${index === 0 ? 'fits if:' : '     or:'} ${each}`));
  return lines;
}

function nodeTable({ nodes, tied }: NonNullable<ExplainedPod['explanation']>, placedOn: string | undefined): string[] {
  const names = Object.keys(nodes).sort((a, b) => (nodes[b]?.total ?? -1) - (nodes[a]?.total ?? -1) || compareStrings(a, b));
  const plugins = [...new Set(names.flatMap((name) => Object.keys(nodes[name]?.scores ?? {})))].sort(compareStrings);
  const feasible = names.filter((name) => nodes[name]?.total !== undefined);
  const rows = feasible.map((name) => {
    const { scores = {}, total } = nodes[name] ?? {};
    const mark = name === placedOn ? 'chosen' : tied.includes(name) ? 'equal' : '';
    return [`  ${name}`, ...plugins.map((plugin) => String(scores[plugin] ?? '–')), String(total), mark];
  });
  const table = rows.length === 0 ? [] : textTable([['', ...plugins, 'total', ''], ...rows], ['left', ...plugins.map(() => 'right' as const), 'right']);
  const refused = textTable(names.filter((name) => nodes[name]?.total === undefined).map((name) => [`  ${name}`, (nodes[name]?.reasons ?? []).join('; ')]));
  return [...table, ...refused];
}
