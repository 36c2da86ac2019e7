// ClusterRole: rules for the whole cluster, given or gathered. Source: pkg/apis/rbac/validation/validation.go (ValidateClusterRole)
import { asJson, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { ClusterRole } from '../api/types.js';
import { defineKind } from './kind.js';
import { hasInvalidSelectorValue, isUsableSelector, validateLabelSelector } from './shared/labelSelector.js';
import { pathSegment } from './shared/names.js';
import { validatePolicyRules } from './shared/rbac.js';

const SELECTORS = child(rootPath('aggregationRule'), 'clusterRoleSelectors');

/** The kind ClusterRole. */
export const clusterRole = defineKind<ClusterRole>('rbac.authorization.k8s.io/v1', 'ClusterRole', {
  nameRule: pathSegment,
  metadataOnUpdate: 'both',
  allowCreateOnUpdate: true,
  validate: (object, errors) => validate(object, errors, false),
  validateUpdate(object, old, errors) {
    validate(object, errors, old.aggregationRule?.clusterRoleSelectors?.some(hasInvalidSelectorValue) === true);
  },
});

function validate({ rules, aggregationRule }: ClusterRole, errors: FieldErrors, allowInvalidValues: boolean): void {
  validatePolicyRules(rules, false, errors);
  if (aggregationRule === undefined) return;
  const { clusterRoleSelectors = [] } = aggregationRule;
  if (clusterRoleSelectors.length === 0) required(errors, SELECTORS, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  clusterRoleSelectors.forEach((selector, index) => {
    const path = indexed(SELECTORS, index);
    validateLabelSelector(selector, path, errors, { allowInvalidValues });
    if (!isUsableSelector(selector)) invalid(errors, path, asJson(null), 'invalid label selector.');
  });
}
