// What rules must know beyond the manifests' own words, so that they do not warn of what is well: what controllers, operators, builds and the cluster add.
import { expect, test } from 'vitest';
import { loadRules } from '../../src/cli/loadRules.js';
import { readObjects } from '../../src/cli/input.js';
import { runRules } from '../../src/lint/runRules.js';
import { createWorld } from '../../src/lint/world.js';

const WORKLOAD = (kind: string, spec = '', container = ''): string => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: web}
spec:
  ${spec}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1"${container}}]
`;
const SERVICE = (selector: string, more = ''): string => `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {${selector}}, ports: [{port: 80${more}}]}\n`;
const POD_WITH_SECRET = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "c:1", envFrom: [{secretRef: {name: keys}}]}]}\n';
const JOB = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: load}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}\n';
const BUDGET = 'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n';
const SCALER = (least: number): string => `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: ${least}, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n`;
const PORTS = (port: string): string => `, ports: [${port}]`;

test.each<[string, string, string[], string[]]>([
  ['service-selects-nothing', 'the name that a StatefulSet gives to its pod', [WORKLOAD('StatefulSet', 'replicas: 2'), SERVICE('app: web, statefulset.kubernetes.io/pod-name: web-1')], []],
  ['service-selects-nothing', 'a name that no pod of the StatefulSet has', [WORKLOAD('StatefulSet', 'replicas: 2'), SERVICE('app: web, statefulset.kubernetes.io/pod-name: web-2')], ['Service']],
  ['service-selects-nothing', 'ordinals that begin elsewhere', [WORKLOAD('StatefulSet', 'ordinals: {start: 5}'), SERVICE('apps.kubernetes.io/pod-index: "5"')], []],
  ['service-selects-nothing', 'a hash that only the cluster knows', [WORKLOAD('Deployment'), SERVICE('app: web, pod-template-hash: 5d4f8c7b9')], []],
  ['service-selects-nothing', 'a hash that no StatefulSet gives', [WORKLOAD('StatefulSet'), SERVICE('app: web, pod-template-hash: 5d4f8c7b9')], ['Service']],
  ['service-selects-nothing', 'the name of a Job', [JOB, SERVICE('job-name: load')], []],
  ['service-selects-nothing', 'the name of another Job', [JOB, SERVICE('job-name: store')], ['Service']],
  ['service-selects-nothing', 'labels that a custom resource states', ['apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\nspec: {podMetadata: {labels: {app: prometheus}}}\n', SERVICE('app: prometheus')], []],
  ['service-selects-nothing', 'a selector that an ExternalName ignores', ['apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, externalName: example.com, selector: {app: web}}\n'], []],
  ['service-port-undeclared', 'the port of a sidecar', [SERVICE('app: web', ', targetPort: http'), WORKLOAD('Deployment').replace('      containers', '      initContainers: [{name: proxy, image: "p:1", restartPolicy: Always, ports: [{name: http, containerPort: 80}]}]\n      containers')], []],
  ['service-port-undeclared', 'the port of an init container that ends', [SERVICE('app: web', ', targetPort: http'), WORKLOAD('Deployment').replace('      containers', '      initContainers: [{name: proxy, image: "p:1", ports: [{name: http, containerPort: 80}]}]\n      containers')], ['Service']],
  ['service-port-undeclared', 'the same protocol', [SERVICE('app: web', ', targetPort: dns, protocol: UDP'), WORKLOAD('Deployment', '', PORTS('{name: dns, containerPort: 53, protocol: UDP}'))], []],
  ['service-port-undeclared', 'another protocol', [SERVICE('app: web', ', targetPort: dns'), WORKLOAD('Deployment', '', PORTS('{name: dns, containerPort: 53, protocol: UDP}'))], ['Service']],
  ['budget-blocks-drain', 'an autoscaler that keeps two pods', [BUDGET, WORKLOAD('Deployment'), SCALER(2)], []],
  ['budget-blocks-drain', 'an autoscaler that keeps one pod', [BUDGET, WORKLOAD('Deployment'), SCALER(1)], ['PodDisruptionBudget']],
  ['secret-missing', 'a Secret made from a certificate', [POD_WITH_SECRET, 'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {secretName: keys}\n'], []],
  ['secret-missing', 'a Secret made from outside, by its own name', [POD_WITH_SECRET, 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: keys}\nspec: {}\n'], []],
  ['secret-missing', 'a Secret made from outside, by the name of its target', [POD_WITH_SECRET, 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: keys}\nspec: {target: {name: other}}\n'], ['Pod']],
  ['secret-missing', 'a sealed Secret', [POD_WITH_SECRET, 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: keys}\nspec: {encryptedData: {}}\n'], []],
  ['secret-missing', 'a Secret of a store', [POD_WITH_SECRET, 'apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: s}\nspec: {secretObjects: [{secretName: other}, {secretName: keys}]}\n'], []],
  ['secret-missing', 'a Secret that a kustomization generates', [POD_WITH_SECRET, 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: keys}]\n'], []],
  ['ingress-service-missing', 'a Service of another group', ['apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n', 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n'], ['Ingress']],
])('%s: %s', (id, _, documents, kinds) => {
  const { objects, generated } = readObjects([{ path: 'input.yaml', text: documents.join('---\n') }], 'default');
  const findings = runRules(loadRules().filter((rule) => rule.id === id), createWorld(objects, { generated }));
  expect(findings.map(({ object }) => object?.kind)).toEqual(kinds);
});

test('what stands in the cluster is there, and is not judged', () => {
  const cluster = readObjects([{ path: 'cluster.yaml', text: `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\n---\n${POD_WITH_SECRET.replace('name: p}', 'name: q}').replace('keys', 'none')}` }], 'default');
  const { objects } = readObjects([{ path: 'input.yaml', text: POD_WITH_SECRET }], 'default');
  const rules = loadRules().filter(({ id }) => id === 'secret-missing');
  expect(runRules(rules, createWorld(objects, { cluster: cluster.objects }))).toEqual([]);
  expect(runRules(rules, createWorld(objects)).map(({ message }) => message)).toEqual(['the Secret keys is not among the manifests']);
});
