// Plays a scenario written as text: blocks of a command, '----' and the output that is expected, parted by blank lines.
// A command may be followed by a manifest, which reaches to the '----'.
import { Cluster, parseManifests } from '../../src/index.js';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';

/** One block of a scenario. */
export interface Step {
  /** Comment lines above the command. */
  comments: string[];
  command: string;
  manifest: string;
  output: string;
}

/** The blocks of a text. */
export function parseScenario(text: string): Step[] {
  const steps: Step[] = [];
  let step: Step | undefined;
  let comments: string[] = [];
  let isOutput = false;
  for (const line of text.split('\n')) {
    if (step === undefined) {
      if (line.startsWith('#')) comments.push(line);
      else if (line !== '') {
        step = { comments, command: line, manifest: '', output: '' };
        comments = [];
        isOutput = false;
        steps.push(step);
      }
    } else if (!isOutput) {
      if (line === '----') isOutput = true;
      else step.manifest += `${line}\n`;
    } else if (line === '') step = undefined;
    else step.output += `${line}\n`;
  }
  return steps;
}

/** The text of blocks. */
export function printScenario(steps: readonly Step[]): string {
  return steps.map(({ comments, command, manifest, output }) => `${comments.map((line) => `${line}\n`).join('')}${command}\n${manifest}----\n${output}`).join('\n');
}

const KINDS: Record<string, [apiVersion: string, kind: string]> = {
  pods: ['v1', 'Pod'], nodes: ['v1', 'Node'], claims: ['v1', 'PersistentVolumeClaim'],
  deployments: ['apps/v1', 'Deployment'], replicasets: ['apps/v1', 'ReplicaSet'], statefulsets: ['apps/v1', 'StatefulSet'], daemonsets: ['apps/v1', 'DaemonSet'],
  revisions: ['apps/v1', 'ControllerRevision'], jobs: ['batch/v1', 'Job'], cronjobs: ['batch/v1', 'CronJob'],
  budgets: ['policy/v1', 'PodDisruptionBudget'], quotas: ['v1', 'ResourceQuota'], slices: ['discovery.k8s.io/v1', 'EndpointSlice'], autoscalers: ['autoscaling/v2', 'HorizontalPodAutoscaler'],
};

type Fields = Record<string, unknown>;
const field = (object: unknown, name: string): Fields => ((object as Fields | undefined)?.[name] ?? {}) as Fields;

/** Runs the commands one after the other; gives the steps with the output that came. */
export function playScenario(steps: readonly Step[]): Step[] {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const told = new Map<string, number>();
  // Generated parts of names are numbered in the order in which they first appear.
  cluster.watch(({ object }) => {
    const { name = '', ownerReferences, generateName } = object.metadata;
    const owner = ownerReferences?.find(({ controller }) => controller === true);
    if (names.has(name)) return;
    if (object.kind === 'ReplicaSet' && owner !== undefined) number(owner.name, name, 'hash');
    if (object.kind === 'ControllerRevision' && owner !== undefined) number(owner.name, name, 'revision');
    if ((object.kind === 'Pod' || object.kind === 'EndpointSlice') && generateName !== undefined && name.startsWith(generateName) && name.length === generateName.length + 5) names.set(name, `${plain(generateName)}<x>`);
  });
  const number = (base: string, name: string, tag: string): void => {
    const next = (counts.get(`${tag} ${base}`) ?? 0) + 1;
    counts.set(`${tag} ${base}`, next);
    names.set(name, `${base}-<${tag}${next}>`);
  };
  const plain = (text: string): string => {
    let result = text;
    for (const [name, stand] of [...names].sort(([a], [b]) => b.length - a.length)) result = result.split(name).join(stand);
    return result;
  };
  const refOf = (text: string): ObjectRef => {
    const [kinds = '', name = ''] = text.split('/');
    const [apiVersion, kind] = KINDS[`${kinds}s`] ?? KINDS[kinds] ?? ['', ''];
    return { apiVersion, kind, name, ...(kind === 'Node' ? {} : { namespace: 'default' }) };
  };
  const answer = (verb: string, { code, message, object }: { code: number; message?: string; object?: KubernetesObject }): string =>
    code < 300 ? `${object?.kind ?? ''} ${object?.metadata.name ?? ''} ${verb}\n` : `${code} ${message ?? ''}\n`;

  function events(): string {
    let output = '';
    for (const event of cluster.list({ apiVersion: 'v1', kind: 'Event' }) as (KubernetesObject & { reason?: string; message?: string; count?: number; involvedObject?: { kind?: string; name?: string } })[]) {
      const fresh = (event.count ?? 1) - (told.get(event.metadata.uid ?? '') ?? 0);
      told.set(event.metadata.uid ?? '', event.count ?? 1);
      if (fresh > 0 && event.reason !== 'Scheduled') output += `${plain(`${event.involvedObject?.kind ?? ''} ${event.involvedObject?.name ?? ''}: ${event.reason ?? ''} ${event.message ?? ''}`)}\n`;
    }
    return [...new Set(output.split('\n'))].sort().filter((line) => line !== '').map((line) => `${line}\n`).join('');
  }

  function run(step: Step): string {
    const [verb = '', ...words] = step.command.split(' ');
    const [first = ''] = words;
    switch (verb) {
      case 'apply':
        return parseManifests(step.manifest).objects.map((object) => answer('applied', cluster.apply(object, { fieldValidation: 'Strict' }))).join('');
      case 'delete':
        return answer('deleted', cluster.delete(refOf(first), words[1] === undefined ? {} : { propagationPolicy: words[1] as 'Foreground' }));
      case 'settle': {
        const { seconds, isStepLimitReached } = cluster.settle(first === '' ? {} : { seconds: Number(first) });
        return isStepLimitReached ? 'stopped\n' : `after ${seconds} s\n`;
      }
      case 'scale': {
        const object = cluster.get(refOf(first)) as (KubernetesObject & { spec: Fields }) | undefined;
        return answer('scaled', cluster.update({ ...object, spec: { ...object?.spec, replicas: Number(words[1]) } }));
      }
      case 'events':
        return events();
      case 'conditions':
        return (field(cluster.get(refOf(first)), 'status')['conditions'] as Fields[] | undefined ?? [])
          .map((each) => plain(`${String(each['type'])} ${String(each['status'])} ${String(each['reason'])}: ${String(each['message'] ?? '')}\n`)).join('');
      case 'status': {
        const { conditions: _, observedGeneration: __, ...status } = field(cluster.get(refOf(first)), 'status');
        return `${plain(JSON.stringify(status)).replace(/\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)Z/g, '$1')}\n`;
      }
      case 'list': {
        const [apiVersion, kind] = KINDS[first] ?? ['', ''];
        const lines = cluster.list({ apiVersion, kind }).map((object) => plain(`${object.metadata.name ?? ''} ${describe(object)}`));
        return lines.sort().map((line) => `${line.trim()}\n`).join('');
      }
      default:
        return `unknown command ${verb}\n`;
    }
  }
  return steps.map((step) => ({ ...step, output: run(step) }));
}

function describe(object: KubernetesObject): string {
  const spec = field(object, 'spec');
  const status = field(object, 'status');
  switch (object.kind) {
    case 'Pod':
      return `${String(status['phase'])}${spec['nodeName'] === undefined ? '' : ` on ${String(spec['nodeName'])}`}${object.metadata.deletionTimestamp === undefined ? '' : ' terminating'}`;
    case 'ReplicaSet':
    case 'Deployment':
    case 'StatefulSet':
      return `${String(status['readyReplicas'] ?? 0)}/${String(spec['replicas'])} ready${revision(object)}`;
    case 'Job':
      return `${String(status['succeeded'] ?? 0)} succeeded, ${String(status['active'] ?? 0)} active`;
    case 'EndpointSlice': {
      const { endpoints, ports } = object as { endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[]; ports?: { port?: number }[] };
      const addresses = (endpoints ?? []).map(({ addresses: [address], conditions }) => `${String(address)}${conditions?.ready === false ? ' (not ready)' : ''}`);
      return `port ${(ports ?? []).map(({ port }) => port).join()}: ${addresses.join(', ')}`;
    }
    default:
      return '';
  }
}

function revision(object: KubernetesObject): string {
  const number = object.metadata.annotations?.['deployment.kubernetes.io/revision'];
  return number === undefined ? '' : `, revision ${number}`;
}
