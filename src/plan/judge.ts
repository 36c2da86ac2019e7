// What the API server would say to each object on its own: what others need is made first, everything else is a dry run.
import type { Response } from '../api/meta.js';
import { succeeded } from '../api/meta.js';
import { createApiServer, type ApiServer } from '../apiserver/apiServer.js';
import { bootstrap } from '../cluster/bootstrap.js';
import { minorVersionOf } from '../kinds/schema/versions.js';
import { parseTime } from '../util/time.js';
import type { InputObject } from './appliedObject.js';

/** What is judged against what. */
export interface JudgeInput<T extends InputObject> {
  objects: readonly T[];
  cluster: readonly InputObject[];
  namespace: string;
  kubernetesVersion: string;
  /** Makes namespaces that objects name and no manifest makes, so that each object is judged by its own content. */
  suppliesNamespaces: boolean;
  /** Hears of every object of the cluster that could not be taken over. */
  notTakenOver?(input: InputObject, message: string): void;
}

/** What has to stand before others are judged: first what makes room for objects, then what admission of pods looks up. */
const PREREQUISITES: readonly (readonly string[])[] = [
  ['v1/Namespace', 'apiextensions.k8s.io/v1/CustomResourceDefinition'],
  ['v1/ServiceAccount', 'scheduling.k8s.io/v1/PriorityClass', 'node.k8s.io/v1/RuntimeClass'],
];
const START = '2026-01-01T00:00:00Z';
const SEED = 36;

/** What `tell` makes of each object and its answer, in the order given. Answers are not kept: they hold a copy of each object. */
export function judge<T extends InputObject, R>({ objects, cluster, namespace, kubernetesVersion, suppliesNamespaces, notTakenOver }: JudgeInput<T>, tell: (input: T, response: Response) => R): R[] {
  const startMs = parseTime(START) ?? 0;
  const minor = minorVersionOf(kubernetesVersion);
  const server = createApiServer({ nowMs: () => startMs, seed: SEED, ...(minor === undefined ? {} : { minor }) });
  bootstrap(server);
  for (const each of cluster) {
    const restored = server.restore(each.object, namespace);
    if (!succeeded(restored)) notTakenOver?.(each, restored.message ?? '');
  }
  const answers = new Map<T, Response>();
  const options = { fieldValidation: 'Strict', namespace } as const;
  const ask = ({ object }: T): Response => {
    const created = server.create(object, { ...options, dryRun: true });
    // What stands in the cluster already is changed, not made a second time.
    return created.reason === 'AlreadyExists' ? server.apply(object, { ...options, dryRun: true }) : created;
  };
  const make = (kinds: readonly string[]): void => {
    const made = objects.filter(({ object }) => kinds.includes(`${object.apiVersion}/${object.kind}`));
    // All are asked for before one is made: what several manifests hold is judged by the content of each.
    for (const each of made) answers.set(each, ask(each));
    for (const each of made) if (succeeded(answers.get(each) as Response)) server.create(each.object, options);
  };
  PREREQUISITES.forEach((kinds, phase) => {
    make(kinds);
    if (phase === 0 && suppliesNamespaces) supplyNamespaces(server, [namespace, ...objects.map(({ object }) => object.metadata?.namespace ?? '')]);
  });
  return objects.map((input) => tell(input, answers.get(input) ?? ask(input)));
}

function supplyNamespaces(server: ApiServer, names: readonly string[]): void {
  for (const name of new Set(names)) {
    if (typeof name === 'string' && name !== '' && server.read.get('namespaces', '', name) === undefined) server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}
