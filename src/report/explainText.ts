// Why pods stand where they stand, for people at a terminal: nodes against plugins.
import { createColors } from 'picocolors';
import { compareStrings } from '../util/compare.js';
import { textTable } from '../util/textTable.js';

/** One pod with the scheduler's reasons. */
export interface ExplainedPod {
  namespace: string;
  name: string;
  placedOn?: string;
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

/** The pods one after the other, as text that ends with a newline. */
export function explainText(pods: readonly ExplainedPod[], color: boolean): string {
  const colors = createColors(color);
  return pods
    .map(({ namespace, name, placedOn, explanation, advice = [], fragmented = [] }) => {
      const heading = colors.bold(`${namespace}/${name} → ${placedOn ?? explanation?.nominatedNode ?? 'no node'}`);
      if (explanation === undefined) return `${heading}\n`;
      const { message, tied, victims } = explanation;
      const lines = [heading, ...(message === undefined ? [] : [`  ${message}`]), ...nodeTable(explanation, placedOn)];
      if (tied.length > 1) lines.push(`  ${tied.length} nodes are equally good: ${tied.join(', ')}`);
      if (victims.length > 0) lines.push(`  would evict ${victims.map((victim) => `${victim.namespace}/${victim.name}`).join(', ')}`);
      lines.push(...fragmented.map((each) => `  ${each}`), ...advice.map((each, index) => `  ${index === 0 ? 'fits if:' : '     or:'} ${each}`));
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
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
