// The story of an apply for people at a terminal: one line a request in order, who made it and what made them act.
import { createColors } from 'picocolors';
import type { TraceEntry } from '../plan/trace.js';
import { textTable } from '../util/textTable.js';

const ORDER = 'client → API server → etcd → controller manager → scheduler → kubelet → container runtime';

/** The story as text that ends with a newline. */
export function traceText(entries: readonly TraceEntry[], color: boolean): string {
  const colors = createColors(color);
  const rows = [['second', 'who', 'asks the API server to', 'etcd', 'because of', 'what changes']];
  for (const entry of entries) {
    const { seconds, cause, runtime, node, changes, code, message } = entry;
    const because = cause === undefined ? '' : `${cause.revision} ${cause.object}`;
    for (const each of runtime) rows.push([seconds.toFixed(3), `container runtime on ${node ?? ''}`, each, '', because]);
    rows.push([seconds.toFixed(3), whoOf(entry), actionOf(entry), answerOf(entry), because, code < 300 ? changes.join(', ') : colors.red(message ?? '')]);
  }
  return `${[ORDER, '', ...textTable(rows, ['right', 'left', 'left', 'right'])].join('\n')}\n`;
}

function whoOf({ component, actor, node }: TraceEntry): string {
  if (component === 'client') return `client: ${actor}`;
  if (component === 'controller manager') return `controller manager: ${actor.replace(/-controller$/, '')}`;
  if (component === 'kubelet') return node === undefined ? 'kubelet' : `kubelet on ${node}`;
  return component;
}

function actionOf({ verb, subresource, kind, namespace, name }: TraceEntry): string {
  return `${verb} ${kind} ${namespace === '' ? '' : `${namespace}/`}${name}${subresource === '' || subresource === 'binding' || subresource === 'eviction' ? '' : ` (${subresource})`}`;
}

/** The revision that etcd gave the write, or why there is none. */
function answerOf({ code, revision, isWritten }: TraceEntry): string {
  if (code >= 300) return `refused ${code}`;
  return isWritten ? String(revision) : 'as it was';
}
