// HorizontalPodAutoscaler, the stored version. Source: pkg/apis/autoscaling/v2/defaults.go, pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../api/types.js';
import { defineKind, type Strategy } from './kind.js';
import { validateAutoscaler } from './shared/horizontalPodAutoscalerRules.js';

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }],
};
const SCALE_DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
const DEFAULT_CPU_UTILIZATION = 80;

/** What both versions of the kind share; works on the stored version. */
export const autoscalerStrategy: Strategy<HorizontalPodAutoscaler> = {
  validate: (object, errors) => validateAutoscaler(object, errors),
  validateUpdate: (object, old, errors) => validateAutoscaler(object, errors, old),
};

/** The kind HorizontalPodAutoscaler of autoscaling/v2. */
export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler', {
  ...autoscalerStrategy,
  setDefaults: setAutoscalerDefaults,
});

/** Fills in what was left out. */
export function setAutoscalerDefaults(object: HorizontalPodAutoscaler): void {
  const { spec } = object;
  if (spec !== undefined) {
    spec.minReplicas ??= 1;
    if ((spec.metrics ?? []).length === 0) spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: DEFAULT_CPU_UTILIZATION } } }];
    const { behavior } = spec;
    if (behavior !== undefined) {
      behavior.scaleUp = { ...copyOf(SCALE_UP), ...behavior.scaleUp };
      behavior.scaleDown = { ...copyOf(SCALE_DOWN), ...behavior.scaleDown };
    }
  }
}

function copyOf(rules: HPAScalingRules): HPAScalingRules {
  return { ...rules, policies: (rules.policies ?? []).map((policy) => ({ ...policy })) };
}
