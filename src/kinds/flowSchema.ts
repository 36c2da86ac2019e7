// FlowSchema: which requests go to which priority level. Source: pkg/apis/flowcontrol/validation/validation.go (ValidateFlowSchema)
import { asJson, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { FlowSchema } from '../api/types.js';
import { defineKind } from './kind.js';
import { validatePolicyRulesWithSubjects } from './shared/flowcontrolRules.js';
import { validateDns1123Subdomain } from './shared/names.js';

const SPEC = rootPath('spec');
const DEFAULT_PRECEDENCE = 1000;
const MAX_PRECEDENCE = 10000;

/** The kind FlowSchema. */
export const flowSchema = defineKind<FlowSchema>('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
  hasGeneration: true,
  metadataOnUpdate: 'full',
  setDefaults({ spec }) {
    if (spec !== undefined) spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
  },
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ spec, metadata }: FlowSchema, errors: FieldErrors): void {
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec ?? ({} as Partial<NonNullable<FlowSchema['spec']>>);
  const precedence = child(SPEC, 'matchingPrecedence');
  if (matchingPrecedence <= 0) invalid(errors, precedence, matchingPrecedence, 'must be a positive value');
  if (matchingPrecedence > MAX_PRECEDENCE) invalid(errors, precedence, matchingPrecedence, `must not be greater than ${MAX_PRECEDENCE}`);
  if (matchingPrecedence === 1 && metadata.name !== 'exempt') invalid(errors, precedence, matchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  if (distinguisherMethod !== undefined && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type)) {
    notSupported(errors, child(child(SPEC, 'distinguisherMethod'), 'type'), asJson({ Type: distinguisherMethod.type ?? '' }), ['ByNamespace', 'ByUser']);
  }
  const name = child(child(SPEC, 'priorityLevelConfiguration'), 'name');
  if (!priorityLevelConfiguration?.name) required(errors, name, 'must reference a priority level');
  else validateDns1123Subdomain(priorityLevelConfiguration.name, name, errors);
  rules.forEach((rule, index) => validatePolicyRulesWithSubjects(rule, indexed(child(SPEC, 'rules'), index), errors));
}
