// What is wrong with a policy's expressions for the types it matches: warnings in its status, nothing is refused.
// Source: apiserver/pkg/admission/plugin/policy/validating/typechecking.go
import { splitApiVersion } from '../api/meta.js';
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { structType, type CelType } from '../cel/celType.js';
import { schemaToCelType } from '../cel/schemaTypes.js';
import { builtInKinds } from '../kinds/index.js';
import { definitionToCelType } from '../kinds/schema/celTypes.js';
import { createPolicyCompiler, type PolicyCompiler, type PolicyScope } from '../kinds/shared/policyExpressions.js';
import { compareStrings } from '../util/compare.js';

const MAX_TYPES = 10;
const PREFIX = 'compilation failed: ';

interface CheckedKind { readonly group: string; readonly version: string; readonly kind: string; readonly plural: string; readonly singular: string; readonly type: () => CelType | undefined }

/** The warnings, in the order of the expressions. */
export function typeCheckPolicy(policy: ValidatingAdmissionPolicy, read: Reader): ExpressionWarning[] {
  const { paramKind, validations = [], variables = [] } = policy.spec ?? {};
  const kinds = servedKinds(read);
  const scope: PolicyScope = { hasParams: paramKind !== undefined, hasAuthorizer: true };
  const [paramGroup, paramVersion] = splitApiVersion(paramKind?.apiVersion ?? '');
  const paramType = kinds.find(({ group, version, kind }) => group === paramGroup && version === paramVersion && kind === paramKind?.kind)?.type();
  const compilers: { name: string; compiler: PolicyCompiler }[] = [];
  for (const { group, version, kind, type } of matchedKinds(policy, kinds)) {
    const object = type();
    if (object === undefined) continue;
    const compiler = createPolicyCompiler(true, { object, oldObject: object, ...(paramType === undefined ? {} : { params: paramType }) });
    for (const variable of variables) compiler.declare(variable, scope);
    compilers.push({ name: `${group}/${version}, Kind=${kind}`, compiler });
  }
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, expression: string): void => {
    const problems = compilers.flatMap(({ name, compiler }) => {
      const { problem } = compiler.compile(expression, scope, []);
      return problem === undefined ? [] : [`${name}: ${problem.startsWith(PREFIX) ? problem.slice(PREFIX.length) : problem}\n`];
    });
    if (problems.length > 0) warnings.push({ fieldRef, warning: problems.join('\n') });
  };
  validations.forEach(({ expression, messageExpression }, index) => {
    check(`spec.validations[${index}].expression`, expression);
    if (messageExpression) check(`spec.validations[${index}].messageExpression`, messageExpression);
  });
  return warnings;
}

function servedKinds(read: Reader): CheckedKind[] {
  const builtIn = Array.from(builtInKinds().values(), ({ group, version, kind, plural, singular, definition }): CheckedKind => ({
    group, version, kind, plural, singular, type: () => (definition === undefined ? undefined : definitionToCelType(definition)),
  }));
  const custom = read.list('customresourcedefinitions.apiextensions.k8s.io').flatMap(({ spec }) =>
    spec.versions.filter(({ served }) => served).map(({ name, schema }): CheckedKind => ({
      group: spec.group, version: name, kind: spec.names.kind, plural: spec.names.plural, singular: spec.names.singular ?? '',
      type: () => {
        const type = schema?.openAPIV3Schema === undefined ? undefined : schemaToCelType(schema.openAPIV3Schema, true, spec.names.kind);
        return type?.fields === undefined ? type : structType(spec.names.kind, new Map([...type.fields, ['metadata', definitionToCelType('ObjectMeta')]]));
      },
    })));
  return [...builtIn, ...custom];
}

/** The kinds that the rules name outright, sorted; the first ten of a rule end the search. */
function matchedKinds(policy: ValidatingAdmissionPolicy, kinds: readonly CheckedKind[]): CheckedKind[] {
  const found = new Set<CheckedKind>();
  const order = (): CheckedKind[] => Array.from(found).sort((left, right) => compareStrings(left.group, right.group) || compareStrings(left.version, right.version) || compareStrings(left.kind, right.kind));
  for (const { apiGroups = [], apiVersions = [], resources = [] } of policy.spec?.matchConstraints?.resourceRules ?? []) {
    if (apiGroups.some((name) => name.includes('*')) || apiVersions.some((name) => name.includes('*'))) continue;
    const named = resources.filter((name) => !/[*/]/.test(name)).sort(compareStrings);
    let count = 0;
    for (const group of [...apiGroups].sort(compareStrings)) {
      for (const version of [...apiVersions].sort(compareStrings)) {
        for (const resource of named) {
          for (const kind of kinds) {
            if (kind.group !== group || kind.version !== version || (kind.plural !== resource && kind.singular !== resource)) continue;
            found.add(kind);
            if (++count === MAX_TYPES) return order();
          }
        }
      }
    }
  }
  return order();
}
