// ResourceQuota: names of resources, scopes and what they apply to. Source: pkg/apis/core/validation/validation.go (ValidateResourceQuota)
import { asJson, invalid, required, type FieldErrors, type JsonPrinted } from '../api/fieldError.js';
import { child, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import { compareQuantities } from '../api/quantity.js';
import type { ResourceQuota } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { IMMUTABLE } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { isStandardQuotaResourceName, roundResourceList, validateQuotaResourceName, validateResourceQuantity } from './shared/resourceNames.js';

const POD_RESOURCES = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);
/** Scope → the standard resources that it may narrow. */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries({
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  BestEffort: new Set(['pods']),
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
}));
const EXISTS_ONLY = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']);
const CONFLICTS = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']] as const;
const SCOPE_SELECTOR: GoLayout = [['MatchExpressions', 'matchExpressions', { list: [['ScopeName', 'scopeName', 'string'], ['Operator', 'operator', 'string'], ['Values', 'values', 'nullable']] }]];
const SPEC = rootPath('spec');

/** The kind ResourceQuota. */
export const resourceQuota = defineKind<ResourceQuota>('v1', 'ResourceQuota', {
  setDefaults(object) {
    roundResourceList(object.spec?.hard);
    roundResourceList(object.status?.hard);
    roundResourceList(object.status?.used);
    object.status ??= {};
  },
  prepareForCreate(object) {
    object.status = {};
  },
  validate: validateSpec,
  validateUpdate(object, old, errors) {
    validateSpec(object, errors);
    const scopes = new Set(object.spec?.scopes);
    const before = new Set(old.spec?.scopes);
    if (scopes.size !== before.size || [...scopes].some((scope) => !before.has(scope))) invalid(errors, child(SPEC, 'scopes'), listOf(object.spec?.scopes), IMMUTABLE);
  },
  validateStatusUpdate({ status }, _old, errors) {
    for (const list of ['hard', 'used'] as const) validateQuantities(status?.[list], child(rootPath('status'), list), errors);
  },
  warnings({ spec }, old) {
    if (old !== undefined) return [];
    const hard = spec?.hard ?? {};
    const found: string[] = [];
    for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
      const request = hard[`requests.${name}`] === undefined ? name : `requests.${name}`;
      const [requested, limit] = [hard[request], hard[`limits.${name}`]];
      if (requested !== undefined && limit !== undefined && compareQuantities(requested, limit) > 0) {
        found.push(`ResourceQuota ${request} (${requested}) should be less than limits.${name} (${limit})`);
      }
    }
    return found;
  },
});

function listOf(scopes: readonly string[] | undefined): JsonPrinted {
  return asJson(scopes ?? null);
}

function validateQuantities(list: Record<string, string> | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const name of sortedKeys(list)) {
    const at = keyed(path, name);
    validateQuotaResourceName(name, at, errors);
    validateResourceQuantity(name, (list as Record<string, string>)[name] as string, at, errors);
  }
}

function validateSpec({ spec = {} }: ResourceQuota, errors: FieldErrors): void {
  validateQuantities(spec.hard, child(SPEC, 'hard'), errors);
  const standard = sortedKeys(spec.hard).filter(isStandardQuotaResourceName);
  const { scopes = [] } = spec;
  const path = child(SPEC, 'scopes');
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) invalid(errors, path, listOf(scopes), 'unsupported scope');
    for (const name of standard) if (SCOPES.get(scope)?.has(name) === false) invalid(errors, path, listOf(scopes), 'unsupported scope applied to resource');
  }
  for (const pair of CONFLICTS) if (pair.every((scope) => scopes.includes(scope))) invalid(errors, path, listOf(scopes), 'conflicting scopes');
  validateScopeSelector(spec, standard, errors);
}

function validateScopeSelector(spec: NonNullable<ResourceQuota['spec']>, standard: readonly string[], errors: FieldErrors): void {
  if (spec.scopeSelector === undefined) return;
  const path = child(child(SPEC, 'scopeSelector'), 'matchExpressions');
  const { matchExpressions = [] } = spec.scopeSelector;
  for (const { scopeName = '', operator = '', values = [] } of matchExpressions) {
    if (!SCOPES.has(scopeName)) invalid(errors, child(path, 'scopeName'), scopeName, 'unsupported scope');
    for (const name of standard) {
      if (SCOPES.get(scopeName)?.has(name) === false) invalid(errors, path, asInternal(SCOPE_SELECTOR, spec.scopeSelector), 'unsupported scope applied to resource');
    }
    if (EXISTS_ONLY.has(scopeName) && operator !== 'Exists') {
      invalid(errors, child(path, 'operator'), operator, "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    }
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) required(errors, child(path, 'values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) invalid(errors, child(path, 'values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
        break;
      default:
        invalid(errors, child(path, 'operator'), operator, 'not a valid selector operator');
    }
  }
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => matchExpressions.some(({ scopeName }) => scopeName === scope))) invalid(errors, path, listOf(spec.scopes), 'conflicting scopes');
  }
}
