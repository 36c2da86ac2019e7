// CustomResourceDefinition: names, versions, schemas and conversion of a kind that users define.
// Source: apiextensions-apiserver/pkg/apis/apiextensions/{v1/defaults.go,v1/conversion.go,validation/validation.go}, pkg/registry/customresourcedefinition/strategy.go
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors, type JsonPrinted } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, JSONSchemaProps } from '../api/types.js';
import { parseUrl } from '../cel/library/urls.js';
import { goJson, goQuote } from '../util/goText.js';
import { deepEqual } from '../util/objects.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { validateImmutable } from './shared/checks.js';
import { dns1035LabelMessages, dns1123SubdomainMessages } from './shared/formats.js';
import { validateWebhookClient } from './shared/webhookClient.js';
import { caBundleProblem } from './shared/x509KeyPair.js';
import { isKnownFormat } from './structuralSchema/stringFormats.js';
import { schemasBelow } from './structuralSchema/structuralRules.js';
import { validateColumn, validateSchema, validateSelectable, validateSubresources } from './structuralSchema/versionRules.js';

const CONVERSION_REVIEW_VERSIONS = ['v1', 'v1beta1'];
const APPROVAL_ANNOTATION = 'api-approved.kubernetes.io';
const OMITTED_WHEN_EMPTY = ['required', 'enum', 'allOf', 'oneOf', 'anyOf', 'properties', 'patternProperties', 'definitions', 'dependencies', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'];
const specPath = rootPath('spec');
const statusPath = rootPath('status');

/** The kind CustomResourceDefinition. */
export const customResourceDefinition = defineKind<CustomResourceDefinition>('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  allowUnconditionalUpdate: false,
  hasGeneration: true,
  setDefaults,
  prepareForCreate(crd) {
    setStatus(crd, undefined);
  },
  validate(crd, errors) {
    insertNameError(crd, errors);
    validateSpec(crd.spec, errors);
    validateStatus(crd, errors);
    validateApproval(crd, undefined, errors);
    if (crd.spec.preserveUnknownFields === true) {
      invalid(errors, child(specPath, 'preserveUnknownFields'), true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead');
    }
  },
  prepareForUpdate(crd, old) {
    setStatus(crd, old);
  },
  validateUpdate(crd, old, errors) {
    validateSpec(crd.spec, errors, old);
    const isEstablished = isEstablishedIn(old);
    const namesPath = child(specPath, 'names');
    if (isEstablished) {
      validateImmutable(crd.spec.scope, old.spec.scope, child(specPath, 'scope'), errors, asJson(crd.spec.scope));
      validateImmutable(crd.spec.names.kind, old.spec.names.kind, child(namesPath, 'kind'), errors);
    }
    validateImmutable(crd.spec.group, old.spec.group, child(specPath, 'group'), errors);
    validateImmutable(crd.spec.names.plural, old.spec.names.plural, child(namesPath, 'plural'), errors);
    validateStatus(crd, errors);
    validateApproval(crd, old, errors);
    if (crd.spec.preserveUnknownFields === true && old.spec.preserveUnknownFields !== true) {
      invalid(errors, child(specPath, 'preserveUnknownFields'), true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead');
    }
  },
  warnings(crd, old) {
    const known = new Set(old === undefined ? [] : schemaWarnings(old));
    return schemaWarnings(crd).filter((warning) => !known.has(warning));
  },
});

function setDefaults(crd: CustomResourceDefinition): void {
  const spec = (crd.spec ??= {} as CustomResourceDefinitionSpec);
  const names = (spec.names ??= {} as CustomResourceDefinitionNames);
  if (!names.singular) names.singular = (names.kind ?? '').toLowerCase();
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service !== undefined) service.port ??= 443;
  if (names.singular === '') delete (names as { singular?: string }).singular;
  dropEmpty(names as object, ['shortNames', 'categories']);
  for (const version of spec.versions ?? []) {
    dropEmpty(version, ['additionalPrinterColumns', 'selectableFields']);
    if (version.schema?.openAPIV3Schema !== undefined) dropEmptyBelow(version.schema.openAPIV3Schema);
  }
}

/** Removes empty lists and maps, which are not written when they are empty. */
function dropEmpty(target: object, names: readonly string[]): void {
  const fields = target as Record<string, unknown>;
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete fields[name];
  }
}

function dropEmptyBelow(schema: JSONSchemaProps): void {
  schemasBelow(schema).forEach(dropEmptyBelow);
  dropEmpty(schema, OMITTED_WHEN_EMPTY);
}

/** The status users can't write: the stored version is added to those of old. */
function setStatus(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined): void {
  const status = { ...(old?.status ?? { acceptedNames: { kind: '', plural: '' }, conditions: null }) } as unknown as NonNullable<CustomResourceDefinition['status']>;
  const storage = crd.spec.versions?.find((version) => version.storage === true);
  const stored = status.storedVersions ?? [];
  if (storage !== undefined && !stored.includes(storage.name)) status.storedVersions = [...stored, storage.name];
  crd.status = status;
}

/** The name must be made of plural and group; said right after what else is wrong with the name. */
function insertNameError(crd: CustomResourceDefinition, errors: FieldErrors): void {
  const name = crd.metadata.name ?? '';
  const prefix = crd.metadata.generateName ?? '';
  const wanted = `${crd.spec.names.plural ?? ''}.${crd.spec.group ?? ''}`;
  const found: FieldErrors = [];
  const metadata = rootPath('metadata');
  if (prefix !== '' && prefix !== wanted) invalid(found, child(metadata, 'generateName'), prefix, 'must be spec.names.plural+"."+spec.group');
  if (name !== '' && name !== wanted) invalid(found, child(metadata, 'name'), name, 'must be spec.names.plural+"."+spec.group');
  let position = 0;
  while (position < errors.length && /^metadata\.(name|generateName)$/.test(errors[position]!.field)) position++;
  errors.splice(position, 0, ...found);
}

/** Fields of versions that are the same in all of them are checked once, at the spec. */
function hoisted<T>(versions: readonly CustomResourceDefinitionVersion[], pick: (version: CustomResourceDefinitionVersion) => T | undefined): { isHoisted: boolean; value: T | undefined } {
  if (versions.length === 0) return { isHoisted: false, value: undefined };
  const value = pick(versions[0]!);
  return versions.every((version) => deepEqual(pick(version), value)) ? { isHoisted: true, value } : { isHoisted: false, value: undefined };
}

const schemaOf = (version: CustomResourceDefinitionVersion): JSONSchemaProps | undefined => version.schema?.openAPIV3Schema;

const isEstablishedIn = ({ status }: CustomResourceDefinition): boolean => status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') === true;

const bundleOf = ({ conversion }: CustomResourceDefinitionSpec): string => conversion?.webhook?.clientConfig?.caBundle ?? '';

function validateSpec(spec: CustomResourceDefinitionSpec, errors: FieldErrors, old?: CustomResourceDefinition): void {
  const group = spec.group ?? '';
  const versions = spec.versions ?? [];
  /** True when an update leaves the schema of the version as it is. */
  const isUnchanged = (name: string): boolean => {
    const [after, before] = [versions, old?.spec.versions ?? []].map((list) => list.find((version) => version.name === name));
    return after !== undefined && before !== undefined && deepEqual(after.schema, before.schema);
  };
  const groupMessages = dns1123SubdomainMessages(group);
  if (group === '') required(errors, child(specPath, 'group'));
  else if (groupMessages.length > 0) invalid(errors, child(specPath, 'group'), group, groupMessages.join(','));
  else if (!group.includes('.')) invalid(errors, child(specPath, 'group'), group, 'should be a domain with at least one dot');
  validateEnum(spec.scope, ['Cluster', 'Namespaced'], child(specPath, 'scope'), errors);
  const schemas = hoisted(versions, (version) => version.schema);
  const subresources = hoisted(versions, (version) => version.subresources);
  const columns = hoisted(versions, (version) => (version.additionalPrinterColumns?.length === 0 ? undefined : version.additionalPrinterColumns));
  const selectable = hoisted(versions, (version) => (version.selectableFields?.length === 0 ? undefined : version.selectableFields));
  const versionsPath = child(specPath, 'versions');
  versions.forEach((version, index) => {
    if (schemaOf(version) === undefined) required(errors, child(child(indexed(versionsPath, index), 'schema'), 'openAPIV3Schema'));
  });
  const seen = new Set<string>();
  let areNamesUnique = true;
  versions.forEach((version, index) => {
    const at = indexed(versionsPath, index);
    if (seen.has(version.name)) areNamesUnique = false;
    seen.add(version.name);
    const messages = dns1035LabelMessages(version.name ?? '');
    if (messages.length > 0) invalid(errors, child(at, 'name'), version.name ?? '', messages.join(','));
    validateDeprecation(version, child(at, 'deprecationWarning'), errors);
    if (!schemas.isHoisted) validateSchema(schemaOf(version), { hasStatus: version.subresources?.status !== undefined, isUnchanged: isUnchanged(version.name) }, child(at, 'schema'), errors);
    if (!subresources.isHoisted) validateSubresources(version.subresources, child(at, 'subresources'), errors);
    if (!columns.isHoisted) version.additionalPrinterColumns?.forEach((column, position) => validateColumn(column, indexed(child(at, 'additionalPrinterColumns'), position), errors));
    if (!selectable.isHoisted) validateSelectable(version.selectableFields, schemas.isHoisted ? undefined : schemaOf(version), { at, isVersion: true }, errors);
  });
  const printedVersions = (): JsonPrinted => printVersions(versions, { schemas: schemas.isHoisted, subresources: subresources.isHoisted, columns: columns.isHoisted, selectable: selectable.isHoisted });
  if (!areNamesUnique) invalid(errors, versionsPath, printedVersions(), 'must contain unique version names');
  if (versions.filter((version) => version.storage === true).length !== 1) invalid(errors, versionsPath, printedVersions(), 'must have exactly one version marked as storage version');
  const firstName = versions[0]?.name ?? '';
  if (firstName !== '' && dns1035LabelMessages(firstName).length > 0) invalid(errors, child(specPath, 'version'), firstName, dns1035LabelMessages(firstName).join(','));
  const { names } = spec;
  const namesPath = child(specPath, 'names');
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names[name]) required(errors, child(namesPath, name));
  validateNames(names, namesPath, errors);
  const hasStatus = versions.some((version) => version.subresources?.status !== undefined);
  if (schemas.isHoisted) validateSchema(schemas.value?.openAPIV3Schema, { hasStatus, isUnchanged: isUnchanged(firstName) }, child(specPath, 'validation'), errors);
  if (subresources.isHoisted) validateSubresources(subresources.value, child(specPath, 'subresources'), errors);
  if (columns.isHoisted) columns.value?.forEach((column, position) => validateColumn(column, indexed(child(specPath, 'additionalPrinterColumns'), position), errors));
  if (selectable.isHoisted) validateSelectable(selectable.value, schemas.isHoisted ? schemas.value?.openAPIV3Schema : undefined, { at: specPath, isVersion: false }, errors);
  if (spec.conversion !== undefined && spec.conversion.strategy !== 'None' && spec.preserveUnknownFields === true) {
    invalid(errors, child(child(specPath, 'conversion'), 'strategy'), asJson(spec.conversion.strategy ?? ''), 'must be None if spec.preserveUnknownFields is true');
  }
  // Until the definition is established, and as long as the stored bundle is not good either, the bundle may be anything.
  const needsTrust = old !== undefined && isEstablishedIn(old) && (bundleOf(old.spec) === '' || caBundleProblem(bundleOf(old.spec)) === undefined);
  validateConversion(spec, { needsTrust }, child(specPath, 'conversion'), errors);
}

function validateEnum(value: string | undefined, accepted: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (!value) required(errors, path);
  else if (!accepted.includes(value)) notSupported(errors, path, value, accepted);
}

function validateDeprecation({ deprecated, deprecationWarning: warning }: CustomResourceDefinitionVersion, path: FieldPath, errors: FieldErrors): void {
  if (warning === undefined) return;
  const shown = asJson(warning);
  if (deprecated !== true) { invalid(errors, path, shown, 'can only be set for deprecated versions'); return; }
  if (byteLength(warning) > 256) invalid(errors, path, shown, 'must be <= 256 characters long');
  if (warning === '') invalid(errors, path, shown, 'must not be an empty string');
  const bad = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (bad !== null) invalid(errors, path, shown, `must only contain printable UTF-8 characters; non-printable character found at index ${byteLength(warning.slice(0, bad.index))}`);
}

function validateNames(names: Partial<CustomResourceDefinitionNames>, path: FieldPath, errors: FieldErrors): void {
  for (const name of ['plural', 'singular'] as const) {
    const value = names[name];
    if (value && dns1035LabelMessages(value).length > 0) invalid(errors, child(path, name), value, dns1035LabelMessages(value).join(','));
  }
  for (const name of ['kind', 'listKind'] as const) {
    const value = names[name];
    const messages = value ? dns1035LabelMessages(value.toLowerCase()) : [];
    if (messages.length > 0) invalid(errors, child(path, name), value, `may have mixed case, but should otherwise match: ${messages.join(',')}`);
  }
  names.shortNames?.forEach((name, index) => {
    const messages = dns1035LabelMessages(name);
    if (messages.length > 0) invalid(errors, indexed(child(path, 'shortNames'), index), name, messages.join(','));
  });
  if (names.kind && names.kind === names.listKind) invalid(errors, child(path, 'listKind'), names.listKind, 'kind and listKind may not be the same');
  names.categories?.forEach((name, index) => {
    const messages = dns1035LabelMessages(name);
    if (messages.length > 0) invalid(errors, indexed(child(path, 'categories'), index), name, messages.join(','));
  });
}

function validateConversion(spec: CustomResourceDefinitionSpec, { needsTrust }: { needsTrust: boolean }, path: FieldPath, errors: FieldErrors): void {
  const { conversion } = spec;
  if (conversion === undefined) return;
  validateEnum(conversion.strategy, ['None', 'Webhook'], child(path, 'strategy'), errors);
  const client = conversion.webhook?.clientConfig;
  const reviewVersions = conversion.webhook?.conversionReviewVersions ?? [];
  const clientPath = child(path, 'webhookClientConfig');
  const versionsPath = child(path, 'conversionReviewVersions');
  if (conversion.strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) forbidden(errors, clientPath, detail);
    if (reviewVersions.length > 0) forbidden(errors, versionsPath, detail);
    return;
  }
  if (client === undefined) required(errors, clientPath, 'required when strategy is set to Webhook');
  else {
    validateWebhookClient(client, clientPath, errors);
    const problem = needsTrust && bundleOf(spec) !== '' ? caBundleProblem(bundleOf(spec)) : undefined;
    if (problem !== undefined) invalid(errors, child(clientPath, 'caBundle'), bundleOf(spec), problem);
  }
  validateReviewVersions(reviewVersions, versionsPath, errors);
}

/** The versions of review objects a webhook understands. */
function validateReviewVersions(versions: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (versions.length === 0) { required(errors, path); return; }
  const seen = new Set<string>();
  versions.forEach((version, index) => {
    if (seen.has(version)) { invalid(errors, indexed(path, index), version, 'duplicate version'); return; }
    seen.add(version);
    for (const message of dns1035LabelMessages(version)) invalid(errors, indexed(path, index), version, message);
  });
  if (!versions.some((version) => CONVERSION_REVIEW_VERSIONS.includes(version))) invalid(errors, path, versions, `must include at least one of ${CONVERSION_REVIEW_VERSIONS.join(', ')}`);
}

function validateStatus(crd: CustomResourceDefinition, errors: FieldErrors): void {
  validateNames(crd.status?.acceptedNames ?? {}, child(statusPath, 'acceptedNames'), errors);
  const stored = crd.status?.storedVersions ?? [];
  const at = child(statusPath, 'storedVersions');
  if (stored.length === 0) { invalid(errors, at, asJson(null), 'must have at least one stored version'); return; }
  const names = new Set((crd.spec.versions ?? []).map((version) => version.name));
  for (const version of crd.spec.versions ?? []) {
    if (version.storage === true && !stored.includes(version.name)) invalid(errors, at, stored, `must have the storage version ${version.name}`);
  }
  stored.forEach((name, index) => {
    if (!names.has(name)) {
      invalid(errors, indexed(at, index), name, `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`);
    }
  });
}

function validateApproval(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined, errors: FieldErrors): void {
  if (!isProtected(crd)) return;
  const state = approvalState(crd);
  if (old !== undefined && approvalState(old) === state) return;
  const path = keyed(child(rootPath('metadata'), 'annotations'), APPROVAL_ANNOTATION);
  if (state === 'missing') required(errors, path, APPROVAL_WANTED.missing);
  if (state === 'invalid') invalid(errors, path, crd.metadata.annotations?.[APPROVAL_ANNOTATION], APPROVAL_WANTED.invalid);
}

const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';
const APPROVAL_WANTED = {
  missing: `protected groups must have approval annotation "${APPROVAL_ANNOTATION}", ${SEE}`,
  invalid: `protected groups must have approval annotation "${APPROVAL_ANNOTATION}" with either a URL or a reason starting with "unapproved", ${SEE}`,
};

/** What the definition's annotation says of the approval of its API, as its condition tells it; undefined for a group that anybody may use. Source: pkg/controller/apiapproval/apiapproval_controller.go (calculateCondition) */
export function approvalOf(crd: CustomResourceDefinition): { status: 'True' | 'False'; reason: string; message: string } | undefined {
  if (!isProtected(crd)) return undefined;
  const annotation = crd.metadata.annotations?.[APPROVAL_ANNOTATION] ?? '';
  switch (approvalState(crd)) {
    case 'missing':
      return { status: 'False', reason: 'MissingAnnotation', message: APPROVAL_WANTED.missing };
    case 'invalid':
      return { status: 'False', reason: 'InvalidAnnotation', message: APPROVAL_WANTED.invalid };
    case 'bypassed':
      return { status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${goQuote(annotation)}` };
    default:
      return { status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${annotation}` };
  }
}

/** True when the group is the Kubernetes community's. */
function isProtected({ spec }: CustomResourceDefinition): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? '');
}

function approvalState(crd: CustomResourceDefinition): 'missing' | 'bypassed' | 'approved' | 'invalid' {
  const annotation = crd.metadata.annotations?.[APPROVAL_ANNOTATION] ?? '';
  if (annotation === '') return 'missing';
  if (annotation.startsWith('unapproved')) return 'bypassed';
  const url = parseUrl(annotation);
  return !('problem' in url) && url.host !== '' && url.scheme !== '' ? 'approved' : 'invalid';
}

/** The versions as the internal struct prints them, without what was moved to the spec. */
function printVersions(versions: readonly CustomResourceDefinitionVersion[], moved: { schemas: boolean; subresources: boolean; columns: boolean; selectable: boolean }): JsonPrinted {
  if (versions.length === 0) return asJson(null);
  return {
    json: goJson(versions.map((version) => ({
      Name: version.name ?? '', Served: version.served ?? false, Storage: version.storage ?? false, Deprecated: version.deprecated ?? false,
      DeprecationWarning: version.deprecationWarning ?? null, Schema: moved.schemas ? null : (version.schema ?? null), Subresources: moved.subresources ? null : (version.subresources ?? null),
      AdditionalPrinterColumns: moved.columns ? null : (version.additionalPrinterColumns ?? null), SelectableFields: moved.selectable ? null : (version.selectableFields ?? null),
    })), false),
  };
}

/** Formats the server does not know. Source: pkg/registry/customresourcedefinition/strategy.go (getUnrecognizedFormatsInCRD) */
function schemaWarnings(crd: CustomResourceDefinition): string[] {
  const formats: string[] = [];
  const visit = (schema: JSONSchemaProps): void => {
    const { format, type } = schema;
    if (format && !isRecognised(format, type ?? '')) formats.push(`unrecognized format ${JSON.stringify(format)}`);
    schemasBelow(schema).forEach(visit);
  };
  const { isHoisted, value } = hoisted(crd.spec.versions ?? [], (version) => version.schema);
  const schemas = isHoisted ? [value?.openAPIV3Schema] : (crd.spec.versions ?? []).map(schemaOf);
  for (const schema of schemas) if (schema !== undefined) visit(schema);
  return formats;
}

function isRecognised(format: string, type: string): boolean {
  if (type === '' || type === 'string') return isKnownFormat(format);
  if (type === 'integer') return format === 'int32' || format === 'int64';
  return type === 'number' && (format === 'float' || format === 'double');
}
