// kubectl's own words about one object. Source: cli-runtime/pkg/resource/helper.go, kubectl/pkg/cmd/util/helpers.go (StandardErrorMessage, AddSourceToErr)
import type { KubernetesObject, Response } from '../api/meta.js';
import type { Kind } from '../kinds/kind.js';

/** `deployment.apps/web created` */
export function kubectlLine(kind: Kind | undefined, object: KubernetesObject, verdict: 'created' | 'configured' | 'unchanged'): string {
  const resource = kind === undefined ? object.kind.toLowerCase() : kind.group === '' ? kind.singular : `${kind.singular}.${kind.group}`;
  return `${resource}/${object.metadata.name ?? ''} ${verdict}`;
}

/** What kubectl writes to standard error when the server refuses the object that stands in the file. */
export function kubectlError(object: KubernetesObject, file: string, response: Response): string {
  const { code, reason, message = '' } = response;
  if (code === 404 && message.startsWith('no matches for kind')) {
    const name = object.metadata?.name ?? '';
    return `error: resource mapping not found for name: "${name}" namespace: "${object.metadata?.namespace ?? ''}" from "${file}": ${message}\nensure CRDs are installed first`;
  }
  if (reason === 'Invalid') return invalidText(object, response);
  return `Error from server (${reason ?? ''}): error when creating "${file}": ${message}`;
}

/** `The ReplicaSet "web" is invalid: …`; several causes stand one a line. */
function invalidText(object: KubernetesObject, { message = '', causes = [] }: Response): string {
  const [, kind = object.kind, name = object.metadata?.name ?? ''] = /^([^\s.]+)\S* "([^"]*)" is /.exec(message) ?? [];
  const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const [only] = lines;
  const detail = only === undefined ? ` ${message}` : lines.length === 1 ? ` ${only}` : ` \n${lines.map((line) => `* ${line}`).join('\n')}`;
  return `The ${kind} "${name}" is invalid:${detail}`;
}
