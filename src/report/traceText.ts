// The story of an apply for people at a terminal: one line a request, in order.
import { createColors } from 'picocolors';
import { textTable } from '../util/textTable.js';

/** One request to the API server. */
export interface TraceEntry {
  /** Virtual seconds since the first request. */
  seconds: number;
  actor: string;
  verb: string;
  subresource: string;
  resource: string;
  namespace: string;
  name: string;
  code: number;
  message?: string;
  /** Revision of the store after the request. */
  revision: number;
}

/** The story as text that ends with a newline. */
export function traceText(entries: readonly TraceEntry[], color: boolean): string {
  const colors = createColors(color);
  const rows = entries.map(({ seconds, actor, verb, subresource, resource, namespace, name, code, message, revision }) => [
    seconds.toFixed(3),
    actor,
    `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`,
    `${namespace === '' ? '' : `${namespace}/`}${name}`,
    code < 300 ? `etcd revision ${revision}` : colors.red(`refused ${code}: ${message ?? ''}`),
  ]);
  return `${textTable([['second', 'who', 'asks the API server to', 'object', 'answer'], ...rows], ['right']).join('\n')}\n`;
}
