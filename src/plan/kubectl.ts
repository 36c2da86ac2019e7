// kubectl's own words about an apply, object by object. Source: cli-runtime/pkg/resource/{helper,visitor}.go, kubectl/pkg/cmd/apply/{apply,patcher}.go,
// kubectl/pkg/cmd/util/helpers.go (StandardErrorMessage, AddSourceToErr)
import { LAST_APPLIED, type KubernetesObject, type Response } from '../api/meta.js';
import { lastApplied, modifiedConfiguration } from '../apiserver/apply.js';
import type { Json } from '../apiserver/patch/patchSchema.js';
import { threeWayPatch } from '../apiserver/patch/threeWayPatch.js';
import type { Kind } from '../kinds/kind.js';
import { goJson } from '../util/goText.js';
import type { AppliedObject } from './appliedObject.js';

/** What one `kubectl apply` prints. */
export interface KubectlOutput {
  stdout: string[];
  stderr: string[];
}

/** Finds the kind of an object; undefined when it is not served. */
export type KindOf = (object: KubernetesObject) => Kind | undefined;

/** A problem of reading a file. */
interface ReadingError {
  message: string;
  file: string;
}

/** What kubectl prints when it applies these objects in one call, beside what it could not read. */
export function kubectlOutput(applied: readonly AppliedObject[], { kindOf, namespace, unread }: { kindOf: KindOf; namespace: string; unread: readonly ReadingError[] }): KubectlOutput {
  if (applied.length + unread.length === 0) return { stdout: [], stderr: ['error: no objects passed to apply'] };
  const stdout: string[] = [];
  const warnings = new Set<string>();
  const early: string[] = [];
  const errors: string[] = [];
  const isOnly = applied.filter(({ verdict }) => verdict === 'refused').length + unread.length === 1;
  for (const each of applied) {
    for (const warning of each.warnings) warnings.add(`Warning: ${warning}`);
    const line = kubectlText(each, { kind: kindOf(each.object), isOnly, namespace });
    if (each.verdict !== 'refused') stdout.push(line);
    else (notAppliedText(each) === undefined ? errors : early).push(line);
  }
  for (const each of unread) early.push(`${isOnly ? 'error: ' : ''}${readingText(each)}`);
  // What cannot be read or looked up is found before anything is applied, and is one error of its own beside others.
  return { stdout, stderr: [...warnings, ...(errors.length > 0 && early.length > 1 ? [`[${early.join(', ')}]`] : early), ...errors] };
}

function readingText({ message, file }: ReadingError): string {
  if (/^(error|unable|resource mapping|no )/.test(message)) return message.replace(/^error: /, '');
  return /^(json: cannot|Object ')/.test(message) ? `unable to decode "${file}": ${message}` : `error parsing ${file}: error converting YAML to JSON: ${message}`;
}

/** The line of one object; `isOnly` tells that it alone is refused. */
export function kubectlText(applied: AppliedObject, { kind, isOnly, namespace }: { kind: Kind | undefined; isOnly: boolean; namespace: string }): string {
  const { object, response, standing, verdict } = applied;
  if (verdict !== 'refused') {
    // kubectl tells what it sent, not what came of it.
    const isSent = verdict === 'unchanged' && standing !== undefined && kind !== undefined && Object.keys(patchOf({ object, standing, kind, namespace })).length > 0;
    return `${resourceText(kind, object)}/${response.object?.metadata.name ?? object.metadata.name ?? ''} ${isSent ? 'configured' : verdict}`;
  }
  const { reason, message = '' } = response;
  const { file } = applied.source();
  const early = notAppliedText(applied);
  if (early !== undefined) return `${isOnly ? 'error: ' : ''}${early}`;
  const unnamed = unnamedText(applied, { kind, namespace });
  if (unnamed !== undefined) return `${isOnly ? 'error: ' : ''}${unnamed}`;
  if (isOnly && reason === 'Invalid') return invalidText(object, response);
  const action = standing === undefined || kind === undefined ? `error when creating "${file}": ` : patchText({ object, standing, kind, file, namespace });
  return `Error from server${reason ? ` (${reason})` : ''}: ${action}${message}`;
}

/** kubectl's warning about an object that it did not make itself. */
export function notDeclaredWarning(kind: Kind, { metadata: { name = '' } }: KubernetesObject): string {
  return `resource ${kind.plural}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`;
}

/** kubectl's warning about an object that is to go. */
export function beingDeletedWarning({ metadata: { name = '' } }: KubernetesObject): string {
  return `Detected changes to resource ${name} which is currently being deleted.`;
}

/** Why kubectl does not come to apply the object: its kind is not served, or its metadata cannot be read. */
function notAppliedText({ object, response: { code, message = '' }, source }: AppliedObject): string | undefined {
  const { name = '', namespace = '' } = object.metadata ?? {};
  if (code === 404 && message.startsWith('no matches for kind')) return `resource mapping not found for name: "${name}" namespace: "${namespace}" from "${source().file}": ${message}\nensure CRDs are installed first`;
  const unreadable = code === 400 ? /json: cannot unmarshal \S+ into Go struct field ObjectMeta\.metadata\..*/.exec(message)?.[0] : undefined;
  return unreadable === undefined ? undefined : `unable to decode "${source().file}": ${unreadable}`;
}

/** What kubectl says of an object without a name, of which it never asks the server. */
function unnamedText({ object, response: { message = '' }, source }: AppliedObject, { kind, namespace }: { kind: Kind | undefined; namespace: string }): string | undefined {
  if (message.endsWith('cannot use generate name with apply')) return message;
  if (kind === undefined || (object.metadata?.name ?? '') !== '') return undefined;
  const place = kind.namespaced ? (object.metadata?.namespace ?? namespace) : '';
  return ['error when retrieving current configuration of:', ...identityLines(kind, { name: '', namespace: place }), `from server for: "${source().file}": resource name may not be empty`].join('\n');
}

/** How kubectl names an object in the errors that it words itself. */
function identityLines({ group, version, plural, kind }: Kind, { name, namespace }: { name: string; namespace: string }): string[] {
  return [`Resource: "${group}/${version}, Resource=${plural}", GroupVersionKind: "${group}/${version}, Kind=${kind}"`, `Name: "${name}", Namespace: "${namespace}"`];
}

function resourceText(kind: Kind | undefined, object: KubernetesObject): string {
  return kind === undefined ? object.kind.toLowerCase() : kind.group === '' ? kind.singular : `${kind.singular}.${kind.group}`;
}

/** The patch that kubectl sends; none when it cannot make one. */
function patchOf({ object, standing, kind, namespace }: { object: KubernetesObject; standing: KubernetesObject; kind: Kind; namespace: string }): Json {
  const current = (kind.storage === undefined ? standing : kind.storage.fromStorage(standing)) as unknown as Json;
  const modified = modifiedConfiguration(kind, object as unknown as Json, { namespace });
  const made = threeWayPatch(kind.definition, { original: lastApplied(current), modified, current });
  return 'patch' in made ? made.patch : {};
}

function patchText({ object, standing, kind, file, namespace }: { object: KubernetesObject; standing: KubernetesObject; kind: Kind; file: string; namespace: string }): string {
  return [
    'error when applying patch:', goJson(patchOf({ object, standing, kind, namespace })), 'to:',
    ...identityLines(kind, { name: standing.metadata.name ?? '', namespace: standing.metadata.namespace ?? '' }),
    `for: "${file}": error when patching "${file}": `,
  ].join('\n');
}

/** `The ReplicaSet "web" is invalid: …`; several causes stand one a line. */
function invalidText(object: KubernetesObject, { message = '', causes = [] }: Response): string {
  const [, kind = object.kind, name = object.metadata?.name ?? ''] = /^([^\s.]+)\S* "([^"]*)" is /.exec(message) ?? [];
  const lines = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`))];
  const [only] = lines;
  const detail = only === undefined ? ` ${message}` : lines.length === 1 ? ` ${only}` : ` \n${lines.map((line) => `* ${line}`).join('\n')}`;
  // A patch that does not fit is refused without saying of what.
  const isNameless = message.startsWith(' "" is invalid: ');
  return isNameless ? `The request is invalid:${detail}` : `The ${kind} "${name}" is invalid:${detail}`;
}
