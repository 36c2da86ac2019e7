// What an autoscaler scales beyond the workloads that come with Kubernetes, and what it writes where no metric can be had.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { Event, HorizontalPodAutoscaler, MetricSpec } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

type Fields = Record<string, unknown>;
const HPA: ObjectRef = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'default', name: 'web' };
const FLEET: ObjectRef = { apiVersion: 'example.com/v1', kind: 'Fleet', namespace: 'default', name: 'web' };
const metadata = { namespace: 'default', name: 'web' };
const SCALE = { specReplicasPath: '.spec.size.wanted', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' };
const definition = (scale: Fields | undefined): KubernetesObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'fleets.example.com' },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { plural: 'fleets', kind: 'Fleet' },
      versions: [{ name: 'v1', served: true, storage: true, ...(scale === undefined ? {} : { subresources: { scale } }), schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  }) as KubernetesObject;
const fleet = (wanted: number | undefined, selector?: string): KubernetesObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Fleet', metadata, spec: { size: wanted === undefined ? {} : { wanted }, color: 'red' }, status: selector === undefined ? {} : { selector } }) as KubernetesObject;
const autoscaler = (spec: Fields = {}): KubernetesObject =>
  ({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'web' }, minReplicas: 2, maxReplicas: 4, ...spec } }) as KubernetesObject;

function settled(...objects: KubernetesObject[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  for (const object of objects) {
    expect(cluster.create(object).code).toBe(201);
    cluster.settle();
  }
  return cluster;
}
const sizeOf = (cluster: Cluster): unknown => (cluster.get(FLEET) as unknown as { spec: Fields }).spec;
const statusOf = (cluster: Cluster): HorizontalPodAutoscaler['status'] => (cluster.get(HPA) as HorizontalPodAutoscaler).status;
const conditionsOf = (cluster: Cluster): string[] => (statusOf(cluster)?.conditions ?? []).map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
const toldTo = (cluster: Cluster): string[] =>
  (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler').map(({ reason, message }) => `${reason} ${message}`);

describe('a custom resource with a size', () => {
  test.each([
    [1, 2, 'New size: 2; reason: Current number of replicas below Spec.MinReplicas'],
    [9, 4, 'New size: 4; reason: Current number of replicas above Spec.MaxReplicas'],
  ])('of %i is brought within the bounds', (wanted, expected, message) => {
    const cluster = settled(definition(SCALE), fleet(wanted), autoscaler());
    expect(sizeOf(cluster)).toEqual({ size: { wanted: expected }, color: 'red' });
    expect(toldTo(cluster)).toContain(`SuccessfulRescale ${message}`);
  });

  test('that comes or changes later is looked at then', () => {
    const cluster = settled(definition(SCALE), autoscaler());
    expect(conditionsOf(cluster)).toEqual(["AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: fleets.example.com \"web\" not found"]);
    cluster.create(fleet(1));
    cluster.settle();
    expect(sizeOf(cluster)).toMatchObject({ size: { wanted: 2 } });
    cluster.update({ ...(cluster.get(FLEET) as KubernetesObject), spec: { size: { wanted: 7 } } } as KubernetesObject);
    cluster.settle();
    expect(sizeOf(cluster)).toMatchObject({ size: { wanted: 4 } });
  });

  test('within the bounds whose pods nobody knows', () => {
    const cluster = settled(definition(SCALE), fleet(3), autoscaler());
    expect(conditionsOf(cluster)[1]).toBe("ScalingActive=False InvalidSelector: the HPA target's scale is missing a selector");
    expect(toldTo(cluster).sort()).toEqual(['FailedComputeMetricsReplicas selector is required', 'SelectorRequired selector is required']);
  });

  test('whose pods another autoscaler has too', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels: { app: 'web', tier: 'front' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } } as KubernetesObject;
    const other = fleet(3, 'tier in (back, front),!old');
    const cluster = settled(
      definition(SCALE), pod, fleet(3, 'app=web'), { ...other, metadata: { ...metadata, name: 'other' } },
      autoscaler(), { ...autoscaler({ scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'other' } }), metadata: { ...metadata, name: 'other' } },
    );
    expect(conditionsOf(cluster)[1]).toBe('ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/other default/web]');
  });
});

test.each<[string, KubernetesObject[], Fields, string]>([
  ['a custom resource without a size', [definition(undefined), fleet(3)], {}, 'fleets.example.com "web" not found'],
  ['a custom resource that does not say its size', [definition(SCALE), fleet(undefined)], {}, 'Internal error occurred: the spec replicas field ".spec.size.wanted" does not exist'],
  ['a kind that is not served', [], {}, 'no matches for kind "Fleet" in group "example.com"'],
  ['a kind that comes with Kubernetes', [], { scaleTargetRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' } }, 'the server could not find the requested resource (get ingresses web)'],
])('%s cannot be scaled', (_, objects, spec, message) => {
  const cluster = settled(...objects, autoscaler(spec));
  expect(conditionsOf(cluster)).toEqual([`AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: ${message}`]);
  expect(toldTo(cluster)).toEqual([`FailedGetScale ${message}`]);
});

describe('without metrics', () => {
  const deployment = {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata,
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } } },
  } as KubernetesObject;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const resources = 'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  const custom = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
  const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'front' };

  test.each<[string, MetricSpec, string]>([
    ['of a container', { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 50 } } }, `failed to get c container metric value: failed to get cpu utilization: unable to get metrics for resource cpu: ${resources}`],
    ['of an object', { type: 'Object', object: { describedObject, metric: { name: 'hits' }, target: { type: 'Value', value: '5' } } }, `failed to get object metric value: unable to get metric hits: Service on default front/${custom}`],
    ['of an object for each pod', { type: 'Object', object: { describedObject, metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '5' } } }, `failed to get object metric value: failed to get hits object metric: unable to get metric hits: Service on default front/${custom}`],
  ])('one %s fails with these words', (_, metric, message) => {
    expect(toldTo(settled(deployment, autoscaler({ scaleTargetRef: target, metrics: [metric] })))).toContain(`FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: ${message}`);
  });

  test('each has an empty entry in the status, until the bounds act', () => {
    const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
    const cluster = settled(deployment, autoscaler({ scaleTargetRef: target, metrics: [cpu, { ...cpu, resource: { ...cpu.resource, name: 'memory' } }] }));
    expect(statusOf(cluster)?.currentMetrics).toEqual([{ type: '' }, { type: '' }]);
    const stored = cluster.get({ ...target, namespace: 'default' }) as KubernetesObject & { spec: Fields };
    cluster.update({ ...stored, spec: { ...stored.spec, replicas: 9 } } as KubernetesObject);
    cluster.settle({ seconds: 4 });
    expect(statusOf(cluster)).toMatchObject({ currentReplicas: 9, desiredReplicas: 4, currentMetrics: null });
  });
});
