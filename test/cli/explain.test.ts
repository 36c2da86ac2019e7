// stowage explain: how what is explained may be named, and what is said when there is nothing to explain.
import { describe, expect, test } from 'vitest';
import { runCli } from './runCli.js';

const pod = (name: string, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...spec, containers: [{ name: 'main', image: 'registry.example/app:1' }] } });
const template = (name: string, cpu: string): object => ({ metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu } } }] } });
const workload = (kind: string, name: string, { replicas, cpu = '100m', namespace }: { replicas?: number; cpu?: string; namespace?: string } = {}): object => ({
  apiVersion: 'apps/v1', kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { ...(replicas === undefined ? {} : { replicas }), ...(kind === 'StatefulSet' ? { serviceName: name } : {}), selector: { matchLabels: { app: name } }, template: template(name, cpu) },
});
const job = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/app:1' }] } } } };
const service = (name: string, selector: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [{ port: 80 }] } });

const objects = [
  workload('Deployment', 'web', { replicas: 2 }), workload('StatefulSet', 'db', { replicas: 1 }), workload('DaemonSet', 'agent'), workload('Deployment', 'twin', { replicas: 1 }), pod('twin'),
  workload('Deployment', 'none', { replicas: 0 }), workload('Deployment', 'lost', { replicas: 1, namespace: 'nowhere' }), workload('Deployment', 'huge', { replicas: 3, cpu: '64' }),
  { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, ...job }, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'nightly' }, spec: { schedule: '0 3 * * *', jobTemplate: job } },
  service('web', { app: 'web' }), service('idle', { app: 'nobody' }), pod('given', { nodeName: 'node-1' }), pod('foreign', { schedulerName: 'mine' }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } },
];
const stdin = objects.map((object) => JSON.stringify(object)).join('\n---\n');
const explain = (args: string[]): ReturnType<typeof runCli> => runCli(['explain', ...args, '-'], { stdin });

describe('explain', () => {
  test.each<[string, number, RegExp]>([
    ['deploy/web', 0, /^default\/web-\w+-\w+ → node-\d\n/],
    ['Deployment/web', 0, /^default\/web-/],
    ['deployments.apps/web', 0, /^default\/web-/],
    ['deployment.apps/web', 0, /^default\/web-/],
    ['deployments.v1.apps/web', 0, /^default\/web-/],
    ['web', 0, /^default\/web-/],
    ['default/web', 0, /^default\/web-/],
    ['svc/web', 0, /^default\/web-/],
    ['sts/db', 0, /^default\/db-0 → node-\d\n/],
    ['ds/agent', 0, /^default\/agent-\w+ → node-\d\n/],
    ['job/once', 0, /^default\/once-\w+ → node-\d\n/],
    ['pod/twin', 0, /^default\/twin → node-\d\n/],
    ['po/given', 0, /^default\/given → node-1\n  the pod names its node itself; told is how the scheduler would place it now\n/],
    ['deploy/none', 0, /^Deployment default\/none has no pods: it asks for 0 replicas\n$/],
    ['cj/nightly', 0, /^CronJob default\/nightly has no pods: it has not run yet; --cron-until lets time pass\n$/],
    ['svc/idle', 0, /^Service default\/idle has no pods: no pod has the labels of its selector\n$/],
    ['deploy/huge', 1, /^default\/huge-\w+-\w+ and 2 more like it → no node\n  0\/3 nodes are available: 3 Insufficient cpu\./],
    ['pod/foreign', 1, /^default\/foreign → no node\n  no scheduler named "mine" is planned: the pod waits for it\n$/],
  ])('%s', async (what, exitStatus, text) => {
    const run = await explain([what]);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(text);
    expect(run.exitStatus).toBe(exitStatus);
  });

  test('time may pass until a CronJob runs', async () => {
    expect((await explain(['cj/nightly', '--cron-until', '24h'])).stdout).toMatch(/^default\/nightly-\d+-\w+ → node-\d\n/);
  });

  test('what the API server refused', async () => {
    const run = await explain(['deploy/lost', '-n', 'nowhere']);
    expect(run).toMatchObject({ exitStatus: 1, stderr: '' });
    expect(run.stdout).toBe('Deployment nowhere/lost → refused\n  Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found\n  nothing in the input makes the namespace nowhere: add it, or declare it in the cluster\n');
  });

  test('pods that the quota refused, and those that are there', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '1' } } };
    const run = await runCli(['explain', 'deploy/web', '-'], { stdin: [quota, workload('Deployment', 'web', { replicas: 3 })].map((object) => JSON.stringify(object)).join('\n---\n') });
    expect(run.exitStatus).toBe(1);
    expect(run.stdout).toMatch(/^Deployment default\/web → pods refused\n  pods are forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1\n\ndefault\/web-\w+-\w+ → node-\d\n/);
  });

  test('the pods that made room', async () => {
    const priority = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 };
    const urgent = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'urgent' }, spec: { ...(template('urgent', '3') as { spec: object }).spec, priorityClassName: 'high' } };
    const run = await runCli(['explain', 'pod/urgent', '-'], { stdin: [priority, workload('Deployment', 'low', { replicas: 6, cpu: '1800m' }), urgent].map((object) => JSON.stringify(object)).join('\n---\n') });
    expect(run.stdout).toMatch(/^default\/urgent → node-\d\n[^]*\n  evicted default\/low-\w+-\w+, default\/low-\w+-\w+\n$/);
  });

  test.each<[string[], string]>([
    [['twin'], 'twin is a Pod and a Deployment in the namespace default: name one, such as pod/twin or deploy/twin'],
    [['deploy/nope'], 'there is no Deployment nope in the namespace default after the apply'],
    [['deploy/lost'], 'there is no Deployment lost in the namespace default after the apply; there is one in the namespace nowhere: -n nowhere'],
    [['kube-system/web'], 'there is no pod, workload or Service web in the namespace kube-system after the apply; there is one in the namespace default: -n default'],
    [['foo/x'], '"foo" is neither a kind nor a namespace; explain takes pod/NAME, deploy/NAME'],
    [['cm/settings'], 'a ConfigMap has no pods of its own; explain takes pod/NAME, deploy/NAME'],
    [['pod/default/twin'], 'what to explain is given as KIND/NAME, such as deploy/web, and its namespace with -n; "pod/default/twin" is not'],
    [['deploy/'], '"deploy/" is not'],
    [[''], 'explain needs what to explain as its first argument: pod/NAME'],
  ])('%j is told what to type instead', async (args, message) => {
    const run = await explain(args);
    expect(run).toMatchObject({ exitStatus: 2, stdout: '' });
    expect(run.stderr).toContain(message);
  });

  test('a path is not what to explain', async () => {
    expect((await runCli(['explain', 'fixtures'])).stderr).toContain('explain needs what to explain before the paths, such as deploy/web; "fixtures" is a path');
  });
});
