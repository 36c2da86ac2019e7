// Pods and the kinds that keep pods running: what a change of one field makes the server say, create and update.
import { describe, expect, it } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject } from '../../src/api/meta.js';
import { deepCopy } from '../../src/util/objects.js';

const POD_SPEC = { containers: [{ name: 'c', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'http' }] }] };
const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: POD_SPEC };
const SELECTOR = { matchLabels: { app: 'a' } };

const OBJECTS: Record<string, KubernetesObject> = {
  Pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: POD_SPEC },
  Deployment: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { selector: SELECTOR, template: TEMPLATE } },
  ReplicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'myapp-rs' }, spec: { selector: { matchLabels: { app: 'nginx' } }, template: { metadata: { labels: { app: 'nginx' } }, spec: POD_SPEC } } },
  DaemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'ds' }, spec: { selector: SELECTOR, template: TEMPLATE } },
  StatefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { serviceName: 'db', selector: SELECTOR, template: TEMPLATE } },
  Job: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } } } },
  CronJob: { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'cj' }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { ...POD_SPEC, restartPolicy: 'OnFailure' } } } } } },
} as unknown as Record<string, KubernetesObject>;

/** The object with the value set at the dotted path; undefined removes the field. */
function changed(kind: string, path: string, value: unknown): KubernetesObject {
  const object = deepCopy(OBJECTS[kind]) as KubernetesObject;
  const steps = path.split('.');
  let at = object as unknown as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
  const last = steps.at(-1) as string;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return object;
}

function freshCluster(): Cluster {
  const cluster = new Cluster();
  cluster.settle();
  return cluster;
}

/** The part of a refusal behind 'is invalid: '; '' when accepted. */
const complaint = (message: string | undefined): string => (message ?? '').replace(/^.*? is invalid: /, '');

const CREATE: readonly (readonly [kind: string, path: string, value: unknown, complaint: string])[] = [
  ['Pod', 'spec.containers', [], 'spec.containers: Required value'],
  ['Pod', 'spec.restartPolicy', 'always', 'spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"'],
  ['Pod', 'spec.containers.0.image', ' nginx', 'spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
  ['Pod', 'spec.containers.0.volumeMounts', [{ name: 'x', mountPath: '/x' }], 'spec.containers[0].volumeMounts[0].name: Not found: "x"'],
  ['Pod', 'spec.containers.0.resources', { limits: { cpu: '1' }, requests: { cpu: '2' } }, 'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ['Pod', 'spec.containers.0.livenessProbe', { httpGet: { port: 'no such' } }, 'spec.containers[0].livenessProbe.httpGet.port: Invalid value: "no such": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
  ['Pod', 'spec.hostNetwork', true, ''],
  ['Pod', 'spec.volumes', [{ name: 'v', secret: { secretName: 's' }, emptyDir: {} }], 'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
  ['Pod', 'spec.tolerations', [{ operator: 'Exists', value: 'x' }], "spec.tolerations[0].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'"],
  ['Deployment', 'spec.template.metadata.labels', undefined, 'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`'],
  ['Deployment', 'spec.selector', {}, 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ['Deployment', 'spec.strategy', { type: 'X' }, 'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"'],
  ['Deployment', 'spec.strategy', { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }, 'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ['Deployment', 'spec.progressDeadlineSeconds', 0, 'spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds'],
  ['ReplicaSet', 'spec.template.metadata.labels', { app: 'nginx-container' }, 'spec.template.metadata.labels: Invalid value: {"app":"nginx-container"}: `selector` does not match template `labels`'],
  ['DaemonSet', 'spec.updateStrategy', { rollingUpdate: { maxUnavailable: 0 } }, 'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
  ['StatefulSet', 'spec.podManagementPolicy', 'X', "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'"],
  ['Job', 'spec.template.spec.restartPolicy', undefined, 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ['Job', 'spec', { completionMode: 'Indexed', parallelism: 1, template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } } }, 'spec.completions: Required value: when completion mode is Indexed'],
  ['CronJob', 'spec.schedule', '60 * * * *', 'spec.schedule: Invalid value: "60 * * * *": end of range (60) above maximum (59): 60'],
  ['CronJob', 'spec.timeZone', 'Mars/Olympus', 'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
  ['CronJob', 'metadata.name', 'a'.repeat(53), `metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`],
];

const UPDATE: readonly (readonly [kind: string, path: string, value: unknown, complaint: string])[] = [
  ['Deployment', 'spec.replicas', 3, ''],
  ['Deployment', 'spec.selector.matchLabels', { app: 'b' }, '[spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable]'],
  ['StatefulSet', 'spec.serviceName', 'other', "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"],
  ['CronJob', 'spec.schedule', '@daily', ''],
];

describe('pods and workloads', () => {
  const cluster = freshCluster();

  it.each(CREATE)('create %s with %s', (kind, path, value, expected) => {
    expect(complaint(cluster.create(changed(kind, path, value), { dryRun: true }).message)).toBe(expected);
  });

  it.each(UPDATE)('update %s with %s', (kind, path, value, expected) => {
    const own = freshCluster();
    expect(own.create(OBJECTS[kind], {}).code).toBe(201);
    expect(complaint(own.update(changed(kind, path, value), { dryRun: true }).message)).toBe(expected);
  });

  it('shows what an update of a pod would change', () => {
    const own = freshCluster();
    const made = own.create(OBJECTS['Pod'], {}).object as KubernetesObject;
    const object = deepCopy(made) as KubernetesObject & { spec: { dnsPolicy: string } };
    object.spec.dnsPolicy = 'Default';
    const [, ...diff] = (own.update(object, { dryRun: true }).message ?? '').split('\n');
    expect(diff.filter((line) => line.startsWith('+') || line.startsWith('-'))).toEqual(['- "DNSPolicy": "ClusterFirst",', '+ "DNSPolicy": "Default",']);
  });

  it('names the ReplicaSet whose template does not match', () => {
    const labels = { app: 'nginx-container' };
    expect(cluster.create(changed('ReplicaSet', 'spec.template.metadata.labels', labels), { dryRun: true }).message).toBe(
      'ReplicaSet.apps "myapp-rs" is invalid: spec.template.metadata.labels: Invalid value: {"app":"nginx-container"}: `selector` does not match template `labels`');
  });

  it('warns of what works but surprises', () => {
    const env = [{ name: 'A', value: '1' }, { name: 'A', value: '2' }];
    expect(cluster.create(changed('Deployment', 'spec.template.spec.containers.0.env', env), { dryRun: true }).warnings).toEqual([
      'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ]);
    expect(cluster.create(changed('Pod', 'metadata.name', 'a.b'), { dryRun: true }).warnings).toEqual([
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ]);
  });

  it('gives a Job back the uid its labels were made from', () => {
    const made = freshCluster().create(OBJECTS['Job'], {}).object as KubernetesObject;
    const { uid } = made.metadata;
    const again = deepCopy(made);
    again.metadata = { name: 'j', namespace: 'default' };
    expect(cluster.create(again, {}).object?.metadata.uid).toBe(uid);
    expect(cluster.create(deepCopy(again), { dryRun: true }).code).toBe(422);
  });
});
