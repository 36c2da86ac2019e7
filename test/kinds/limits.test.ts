// Limit ranges, quotas, budgets and autoscalers: numbers that must agree.
import { describe, test } from 'vitest';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const core = (kind: string, spec: object): object => ({ apiVersion: 'v1', kind, metadata: { name: 'x' }, spec });
const limits = (...items: object[]): object => core('LimitRange', { limits: items });

describe('LimitRange', () => {
  test.each<[string, object, string]>([
    ['min above max', limits({ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
      '[spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1, spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1, spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1]'],
    ['a type twice', limits({ type: 'Pod' }, { type: 'Pod' }), 'spec.limits[1].type: Duplicate value: "Pod"'],
    ['claims without storage', limits({ type: 'PersistentVolumeClaim' }), 'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided'],
    ['a ratio that cannot be', limits({ type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }), 'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
    ['devices that differ', limits({ type: 'Container', default: { 'a.io/gpu': '2' }, defaultRequest: { 'a.io/gpu': '1' } }),
      'spec.limits[0].defaultRequest[a.io/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.io/gpu'],
  ])('%s', (_title, object, verdict) => expectVerdict(object, verdict));
  test('defaults of containers', () => {
    expectStored(limits({ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }), { spec: { limits: [{ default: { cpu: '1' }, defaultRequest: { cpu: '1', memory: '1Mi' } }] } });
  });
});

describe('ResourceQuota', () => {
  test.each<[string, object, string]>([
    ['an unknown name', { hard: { bogus: '1' } },
      '[spec.hard[bogus]: Invalid value: "bogus": must be a standard resource type or fully qualified, spec.hard[bogus]: Invalid value: "bogus": must be a standard resource for quota]'],
    ['half a pod', { hard: { pods: '500m' } }, 'spec.hard[pods]: Invalid value: "500m": must be an integer'],
    ['a scope that does not fit', { hard: { services: '1' }, scopes: ['BestEffort'] }, 'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ['scopes that exclude each other', { hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] }, 'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ['a selector that does not fit', { hard: { services: '1' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } },
      'spec.scopeSelector.matchExpressions: Invalid value: {"MatchExpressions":[{"ScopeName":"PriorityClass","Operator":"Exists","Values":null}]}: unsupported scope applied to resource'],
    ['counts of anything', { hard: { 'count/widgets.example.com': '1' } }, 'accepted'],
  ])('%s', (_title, spec, verdict) => expectVerdict(core('ResourceQuota', spec), verdict));
  test('requests above limits', () => expectStored(core('ResourceQuota', { hard: { cpu: '2', 'limits.cpu': '1' } }), { status: {} }, ['ResourceQuota cpu (2) should be less than limits.cpu (1)']));
  test('scopes stay', () => expectUpdateVerdict(core('ResourceQuota', { hard: { pods: '1' }, scopes: ['BestEffort'] }), core('ResourceQuota', { hard: { pods: '1' }, scopes: ['NotBestEffort'] }), 'spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable'));
});

describe('PodDisruptionBudget', () => {
  const budget = (spec: object): object => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'x' }, spec });
  test.each<[string, object, string]>([
    ['neither', {}, 'accepted'],
    ['both', { minAvailable: '50%', maxUnavailable: 1 }, 'spec: Invalid value: {"MinAvailable":"50%","Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set'],
    ['more than all', { maxUnavailable: '101%' }, 'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
  ])('%s', (_title, spec, verdict) => expectVerdict(budget(spec), verdict));
});

describe('HorizontalPodAutoscaler', () => {
  const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  const scaler = (spec: object, version = 'v2'): object => ({ apiVersion: `autoscaling/${version}`, kind: 'HorizontalPodAutoscaler', metadata: { name: 'x' }, spec: { scaleTargetRef: TARGET, maxReplicas: 3, ...spec } });
  test.each<[string, object, string]>([
    ['no maximum', scaler({ maxReplicas: 0 }), '[spec.maxReplicas: Required value: must be set and greater than 0, spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`]'],
    ['a target without a group', scaler({ scaleTargetRef: { ...TARGET, apiVersion: 'v1' } }), 'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group'],
    ['a replication controller', scaler({ scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'r' } }), 'accepted'],
    ['a metric of another type', scaler({ metrics: [{ type: 'Pods', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] }),
      'spec.metrics[0].pods: Required value: must populate information for the given metric source'],
    ['two metrics in one', scaler({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } }, external: { metric: { name: 'q' }, target: { type: 'Value', value: '1' } } }] }),
      'spec.metrics[0].external: Forbidden: must populate the given metric source only'],
    ['no policies', scaler({ behavior: { scaleUp: { policies: [] } } }), 'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy'],
    ['the older version, by the same rules', scaler({ targetCPUUtilizationPercentage: -1 }, 'v1'), 'spec.metrics[0].resource.target.averageUtilization: Invalid value: -1: must be greater than 0'],
  ])('%s', (_title, object, verdict) => expectVerdict(object, verdict));
  test('defaults', () => {
    expectStored(scaler({ behavior: { scaleDown: { selectPolicy: 'Min' } } }), {
      spec: {
        minReplicas: 1, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
        behavior: { scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max' }, scaleDown: { selectPolicy: 'Min', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } },
      },
    });
  });
  test('the older version comes back as it was asked for', () => expectStored(scaler({}, 'v1'), { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80, minReplicas: 1 } }));
});
