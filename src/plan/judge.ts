// What the API server would say to each object on its own: namespaces and definitions of kinds are made first, everything else is a dry run.
import type { KubernetesObject, Response } from '../api/meta.js';
import { succeeded } from '../api/meta.js';
import { bootstrap } from '../cluster/bootstrap.js';
import { createControlPlane } from '../cluster/controlPlane.js';
import { minorVersionOf } from '../kinds/schema/versions.js';
import { parseTime } from '../util/time.js';
import type { InputObject } from './simulate.js';

/** What is judged against what. */
export interface JudgeInput<T extends InputObject> {
  objects: readonly T[];
  cluster: readonly InputObject[];
  namespace: string;
  kubernetesVersion: string;
  /** Makes namespaces that objects name and no manifest makes, so that each object is judged by its own content. */
  suppliesNamespaces: boolean;
}

const START = '2026-01-01T00:00:00Z';
const SEED = 36;

/** What `tell` makes of each object and its answer, in the order given. Answers are not kept: they hold a copy of each object. */
export function judge<T extends InputObject, R>({ objects, cluster, namespace, kubernetesVersion, suppliesNamespaces }: JudgeInput<T>, tell: (input: T, response: Response) => R): R[] {
  const plane = createControlPlane({ startMs: parseTime(START) ?? 0, seed: SEED, minor: minorVersionOf(kubernetesVersion) });
  const { server } = plane;
  bootstrap(server);
  plane.run();
  for (const { object } of cluster) server.restore(object, namespace);
  const answers = new Map<T, Response>();
  const ask = (each: T, dryRun: boolean): Response => server.create(each.object, { dryRun, fieldValidation: 'Strict', namespace });
  for (const each of objects) {
    if (!isPrerequisite(each.object)) continue;
    const answer = ask(each, true);
    answers.set(each, answer);
    if (succeeded(answer)) ask(each, false);
  }
  if (suppliesNamespaces) {
    const named = new Set([namespace, ...objects.map(({ object }) => object.metadata?.namespace ?? '')]);
    for (const name of named) {
      if (typeof name === 'string' && name !== '' && server.read.get('namespaces', '', name) === undefined) server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
  }
  plane.run();
  return objects.map((input) => tell(input, answers.get(input) ?? ask(input, true)));
}

function isPrerequisite({ apiVersion, kind }: KubernetesObject): boolean {
  return (kind === 'Namespace' && apiVersion === 'v1') || (kind === 'CustomResourceDefinition' && String(apiVersion).startsWith('apiextensions.k8s.io/'));
}
