// The CEL of admission policies and webhooks: which variables an expression sees, and what its result may be.
// Source: apiserver/pkg/admission/plugin/cel/{compile,composition}.go
import type { Variable } from '../../api/types.js';
import { celEnvironment, compileCel, type CelEnvironment, type CelProgram } from '../../cel/compileCel.js';
import {
  boolType, dynType, intType, listType, mapType, opaqueType, stringType, structType, timestampType, typeToString, type CelType,
} from '../../cel/celType.js';

/** What an expression may see beyond object, oldObject, request and namespaceObject. */
export interface PolicyScope {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** True for expressions of mutations, which may build `Object{…}` and `JSONPatch{…}`. */
  readonly isMutation?: boolean;
}

/** An expression that compiled, or the detail of the error. */
export type PolicyExpression = { readonly program: CelProgram; readonly problem?: undefined } | { readonly program?: undefined; readonly problem: string };

const fields = (entries: Readonly<Record<string, CelType>>): ReadonlyMap<string, CelType> => new Map(Object.entries(entries));
const struct = (name: string, entries: Readonly<Record<string, CelType>>): CelType => structType(name, fields(entries));

const groupVersionKind = struct('kubernetes.GroupVersionKind', { group: stringType, version: stringType, kind: stringType });
const groupVersionResource = struct('kubernetes.GroupVersionResource', { group: stringType, version: stringType, resource: stringType });
const requestType = struct('kubernetes.AdmissionRequest', {
  kind: groupVersionKind, resource: groupVersionResource, subResource: stringType, requestKind: groupVersionKind, requestResource: groupVersionResource,
  requestSubResource: stringType, name: stringType, namespace: stringType, operation: stringType, dryRun: boolType, options: dynType,
  userInfo: struct('kubernetes.UserInfo', { username: stringType, uid: stringType, groups: listType(stringType), extra: mapType(stringType, listType(stringType)) }),
});
const namespaceType = struct('kubernetes.Namespace', {
  metadata: struct('kubernetes.NamespaceMetadata', {
    name: stringType, generateName: stringType, namespace: stringType, labels: mapType(stringType, stringType), annotations: mapType(stringType, stringType), UID: stringType,
    creationTimestamp: timestampType, deletionGracePeriodSeconds: intType, deletionTimestamp: timestampType, generation: intType, resourceVersion: stringType, finalizers: listType(stringType),
  }),
  spec: struct('kubernetes.NamespaceSpec', { finalizers: listType(stringType) }),
  status: struct('kubernetes.NamespaceStatus', {
    phase: stringType,
    conditions: listType(struct('kubernetes.NamespaceCondition', { status: stringType, type: stringType, lastTransitionTime: timestampType, message: stringType, reason: stringType })),
  }),
});
const jsonPatchType = struct('JSONPatch', { op: stringType, path: stringType, from: stringType, value: dynType });

/** A table that knows `JSONPatch` and every name that begins with `Object`. */
function messageTypes(): ReadonlyMap<string, CelType> {
  const known = new Map<string, CelType>([['JSONPatch', jsonPatchType]]);
  const lookup = (name: string): CelType | undefined => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (name !== 'Object' && !name.startsWith('Object.')) return undefined;
    const made: CelType = { kind: 'struct', name, params: [], fields: anyField };
    known.set(name, made);
    return made;
  };
  const table = new Map<string, CelType>();
  table.get = lookup;
  table.has = (name) => lookup(name) !== undefined;
  return table;
}

/** Every field exists and may hold anything. */
const anyField: ReadonlyMap<string, CelType> = (() => {
  const table = new Map<string, CelType>();
  table.get = () => dynType;
  return table;
})();

const environments = new Map<string, CelEnvironment>();

/** The environment without variables of the policy's own. */
function plainEnvironment(scope: PolicyScope): CelEnvironment {
  const key = `${scope.hasParams}${scope.hasAuthorizer}${scope.isMutation === true}`;
  const known = environments.get(key);
  if (known !== undefined) return known;
  const made = celEnvironment(variablesOf(scope), scope.isMutation === true ? { messageTypes: messageTypes(), mutation: true } : {});
  environments.set(key, made);
  return made;
}

const variablesOf = (scope: PolicyScope): Record<string, CelType> => ({
  object: dynType, oldObject: dynType, namespaceObject: namespaceType, request: requestType,
  ...(scope.hasParams ? { params: dynType } : {}),
  ...(scope.hasAuthorizer ? {
    authorizer: opaqueType('kubernetes.authorization.Authorizer'), 'authorizer.requestResource': opaqueType('kubernetes.authorization.ResourceCheck'),
  } : {}),
});

/** What a variable is to later expressions: containers and scalars keep their type, everything else is dyn. */
function composedType(type: CelType | undefined): CelType {
  if (type === undefined) return dynType;
  switch (type.kind) {
    case 'list': return listType(composedType(type.params[0]));
    case 'map': return mapType(composedType(type.params[0]), composedType(type.params[1]));
    case 'struct': case 'opaque': case 'type': return dynType;
    default: return type;
  }
}

/** Compiles the expressions of one policy; variables become visible to what comes after them. */
export interface PolicyCompiler {
  /** Compiles a variable and declares it; one that does not compile is dyn. */
  declare(variable: Variable, scope: PolicyScope): PolicyExpression;
  /** Compiles an expression whose result must have one of the types; no types, any result. */
  compile(expression: string, scope: PolicyScope, results: readonly string[]): PolicyExpression;
}

/**
 * `hasVariables` says whether the policy declares variables at all: only then `variables` is a name.
 * `types` are the types of object, oldObject and params where they are known; they need not be.
 */
export function createPolicyCompiler(hasVariables: boolean, types: Readonly<Record<string, CelType>> = {}): PolicyCompiler {
  const declared = new Map<string, CelType>();
  const made = new Map<string, CelEnvironment>();
  const environmentFor = (scope: PolicyScope): CelEnvironment => {
    if (!hasVariables) return plainEnvironment(scope);
    const key = `${scope.hasParams}${scope.hasAuthorizer}${scope.isMutation === true}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const environment = celEnvironment(
      { ...variablesOf(scope), ...types, variables: structType('kubernetes.variables', declared) },
      scope.isMutation === true ? { messageTypes: messageTypes(), mutation: true } : {},
    );
    made.set(key, environment);
    return environment;
  };
  const compile: PolicyCompiler['compile'] = (expression, scope, results) => {
    const { program, error } = compileCel(expression, environmentFor(scope));
    if (program === undefined) return { problem: `compilation failed: ${error}` };
    const actual = typeToString(program.type);
    if (results.length === 0 || results.includes(actual)) return { program };
    return { problem: results.length === 1 ? `must evaluate to ${results[0]} but got ${actual}` : `must evaluate to one of [${results.join(' ')}] but got ${actual}` };
  };
  return {
    compile,
    declare(variable, scope) {
      const compiled = compile(variable.expression, scope, []);
      declared.set(variable.name, composedType(compiled.program?.type));
      // Expressions compiled before may not see the new variable, so what failed must be tried again.
      made.clear();
      return compiled;
    },
  };
}
