// What `stowage explain` is asked about: from the word on the command line to the objects in the settled cluster.
import type { KubernetesObject } from '../api/meta.js';
import { builtInKinds } from '../kinds/index.js';
import type { Kind } from '../kinds/kind.js';
import type { Simulation } from '../plan/simulate.js';
import { compareStrings } from '../util/compare.js';
import { kindNamed } from './kindWord.js';
import { UsageError } from './usageError.js';

/** What is asked about; without a kind whatever has the name and pods. */
export interface ExplainTarget {
  kind: Kind | undefined;
  namespace: string;
  name: string;
}

/** Resources that are pods, make pods or select them, in the order in which they are offered. */
const EXPLAINED: readonly string[] = ['pods', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch', 'replicasets.apps', 'replicationcontrollers', 'services'];
const FORMS = 'pod/NAME, deploy/NAME, sts/NAME, ds/NAME, job/NAME, cronjob/NAME, rs/NAME or svc/NAME';

/** Reads KIND/NAME, NAME or NAMESPACE/NAME; throws UsageError with what to type instead. */
export function readTarget(what: string | undefined, namespace: string): ExplainTarget {
  if (what === undefined || what === '') throw new UsageError(`explain needs what to explain as its first argument: ${FORMS}`);
  const [first = '', second, ...rest] = what.split('/');
  if (second === undefined) return { kind: undefined, namespace, name: first };
  if (first === '' || second === '' || rest.length > 0) throw new UsageError(`what to explain is given as KIND/NAME, such as deploy/web, and its namespace with -n; ${JSON.stringify(what)} is not`);
  const kind = kindNamed(first);
  if (kind === undefined) return { kind: undefined, namespace: first, name: second };
  if (!EXPLAINED.includes(kind.resource)) throw new UsageError(`a ${kind.kind} has no pods of its own; explain takes ${FORMS}`);
  return { kind, namespace, name: second };
}

/** The object, or undefined when it was refused; throws UsageError when there is none or more than one. */
export function findTarget({ kind, namespace, name }: ExplainTarget, simulation: Simulation): KubernetesObject | undefined {
  const { read } = simulation.plane.server;
  const resources = kind === undefined ? EXPLAINED : [kind.resource];
  const found = resources.flatMap((resource) => read.getObject(resource, namespace, name) ?? []);
  // A Service is asked about only by its kind when something with pods of its own has the same name.
  const likely = found.filter((each, _index, all) => each.kind !== 'Service' || all.length === 1);
  if (likely.length > 1) throw new UsageError(`${name} is ${likely.map((each) => `a ${each.kind}`).join(' and ')} in the namespace ${namespace}: name one, such as ${likely.map((each) => wordOf(each)).join(' or ')}`);
  if (likely[0] !== undefined) return likely[0];
  if (simulation.applied.some(({ verdict, object }) => verdict === 'refused' && isNamed(object, { kind, namespace, name }, simulation.namespace))) return undefined;
  if (kind === undefined && read.get('namespaces', '', namespace) === undefined) throw new UsageError(`${JSON.stringify(namespace)} is neither a kind nor a namespace; explain takes ${FORMS}`);
  const standing = resources.flatMap((resource) => read.listObjects(resource)).filter(({ metadata }) => metadata.name === name).map(({ metadata }) => metadata.namespace ?? '');
  const refused = simulation.applied.map(({ object }) => object.metadata?.namespace ?? simulation.namespace).filter((other, index) => isNamed(simulation.applied[index]?.object as KubernetesObject, { kind, namespace: other, name }, simulation.namespace));
  const elsewhere = [...new Set([...standing, ...refused])].sort(compareStrings);
  const hint = elsewhere.length === 0 ? '' : `; there is one in the namespace ${elsewhere.join(' and in the namespace ')}: -n ${elsewhere[0] ?? ''}`;
  throw new UsageError(`there is no ${kind === undefined ? 'pod, workload or Service' : kind.kind} ${name} in the namespace ${namespace} after the apply${hint}`);
}

/** True for an object of the input with that name. */
export function isNamed(object: KubernetesObject, { kind, namespace, name }: ExplainTarget, defaultNamespace: string): boolean {
  const own = builtInKinds().get(`${object.apiVersion}/${object.kind}`);
  if (own === undefined || object.metadata?.name !== name || (object.metadata.namespace ?? defaultNamespace) !== namespace) return false;
  return kind === undefined ? EXPLAINED.includes(own.resource) : own.resource === kind.resource;
}

function wordOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const own = builtInKinds().get(`${apiVersion}/${kind}`);
  return `${kind === 'Pod' ? 'pod' : (own?.shortNames[0] ?? own?.singular ?? kind)}/${metadata.name ?? ''}`;
}
