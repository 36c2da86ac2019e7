// FlowSchema: which requests go to which priority level. Source: pkg/apis/flowcontrol/validation/validation.go (ValidateFlowSchema)
import { asJson, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { FlowSchema, PolicyRulesWithSubjects } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual } from './shared/checks.js';
import { validatePolicyRulesWithSubjects } from './shared/flowcontrolRules.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { validateDns1123Subdomain } from './shared/names.js';

const SPEC = rootPath('spec');
const DEFAULT_PRECEDENCE = 1000;
const MAX_PRECEDENCE = 10000;
const NAME: GoLayout = [['Name', 'name', 'string']];
const SPEC_LAYOUT: GoLayout = [
  ['PriorityLevelConfiguration', 'priorityLevelConfiguration', { struct: NAME }], ['MatchingPrecedence', 'matchingPrecedence', 'int'],
  ['DistinguisherMethod', 'distinguisherMethod', { pointer: [['Type', 'type', 'string']] }],
  ['Rules', 'rules', {
    list: [
      ['Subjects', 'subjects', {
        list: [
          ['Kind', 'kind', 'string'], ['User', 'user', { pointer: NAME }], ['Group', 'group', { pointer: NAME }],
          ['ServiceAccount', 'serviceAccount', { pointer: [['Namespace', 'namespace', 'string'], ...NAME] }],
        ],
      }],
      ['ResourceRules', 'resourceRules', {
        list: [
          ['Verbs', 'verbs', 'nullable'], ['APIGroups', 'apiGroups', 'nullable'], ['Resources', 'resources', 'nullable'],
          ['ClusterScope', 'clusterScope', 'bool'], ['Namespaces', 'namespaces', 'nullable'],
        ],
      }],
      ['NonResourceRules', 'nonResourceRules', { list: [['Verbs', 'verbs', 'nullable'], ['NonResourceURLs', 'nonResourceURLs', 'nullable']] }],
    ],
  }],
];
/** The schemas every server keeps as they are. Source: pkg/apis/flowcontrol/internalbootstrap */
const FIXED: ReadonlyMap<string, NonNullable<FlowSchema['spec']>> = new Map([
  ['exempt', { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1, rules: [everythingOf('system:masters')] }],
  ['catch-all', {
    priorityLevelConfiguration: { name: 'catch-all' }, matchingPrecedence: MAX_PRECEDENCE, distinguisherMethod: { type: 'ByUser' },
    rules: [everythingOf('system:unauthenticated', 'system:authenticated')],
  }],
]);

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
  const fixed = FIXED.get(metadata.name ?? '');
  if (fixed !== undefined && !semanticEqual(spec, fixed)) invalid(errors, SPEC, asInternal(SPEC_LAYOUT, spec ?? {}), `spec of '${metadata.name}' must equal the fixed value`);
}

/** All that the groups may ask for. */
function everythingOf(...groups: string[]): PolicyRulesWithSubjects {
  return {
    subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
}
