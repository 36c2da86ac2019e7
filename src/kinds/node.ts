// Node: taints, resources, pod ranges; most of its spec is set once. Source: pkg/apis/core/validation/validation.go (ValidateNode, ValidateNodeUpdate)
import { asJson, duplicate, forbidden, internalError, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { Node, Taint } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { annotatedList, type AnnotatedStruct } from './shared/annotationLists.js';
import { labelValueMessages } from './shared/formats.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { parseCidr, validateCidr, warnOfCidr } from './shared/ip.js';
import { validateQualifiedName } from './shared/names.js';
import { roundResourceList, validateResourceQuantity } from './shared/resourceNames.js';

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const TAINTS = child(rootPath('metadata'), 'taints');
const TAINT: GoLayout = [['Key', 'key', 'string'], ['Value', 'value', 'string'], ['Effect', 'effect', 'string'], ['TimeAdded', 'timeAdded', 'nullable']];
const TAINTS_ANNOTATION = 'scheduler.alpha.kubernetes.io/taints';
const ANNOTATED_TAINT: AnnotatedStruct = {
  name: 'Taint',
  fields: new Map([['key', ['Key', 'key', 'string']], ['value', ['Value', 'value', 'string']], ['effect', ['Effect', 'effect', 'core.TaintEffect']]]),
};
const NODE_INFO_FIELDS = [
  'machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion', 'kubeletVersion', 'kubeProxyVersion', 'operatingSystem', 'architecture',
] as const;
const ADDRESS: GoLayout = [['Type', 'type', 'string'], ['Address', 'address', 'string']];

/** The kind Node. Its status may be given on create. */
export const node = defineKind<Node>('v1', 'Node', {
  metadataOnUpdate: 'both',
  labelsStandAlone: true,
  hasStatusSubresource: false,
  setDefaults(object) {
    mirrorPodCidr(object);
    const status = (object.status ??= {});
    if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
    roundResourceList(status.capacity);
    roundResourceList(status.allocatable);
    const endpoints = (status.daemonEndpoints ??= {});
    endpoints.kubeletEndpoint ??= { Port: 0 };
    const info = (status.nodeInfo ??= {} as NonNullable<typeof status.nodeInfo>);
    for (const name of NODE_INFO_FIELDS) info[name] ??= '';
  },
  validate,
  prepareForCreate({ spec, status }) {
    delete spec?.configSource;
    delete status?.config;
  },
  prepareForUpdate(object, old) {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
    if (old.spec?.configSource === undefined) delete object.spec?.configSource;
  },
  prepareForStatusUpdate() {},
  validateUpdate(object, old, errors) {
    validate(object, errors);
    validateChange(object, old, errors);
  },
  validateStatusUpdate: validateChange,
  warnings({ spec }) {
    const found: string[] = [];
    if (spec?.configSource !== undefined) found.push('spec.configSource: the feature is removed');
    if (spec?.externalID) found.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
    spec?.podCIDRs?.forEach((range, index) => warnOfCidr(range, indexed(child(rootPath('spec'), 'podCIDRs'), index), found));
    return found;
  },
});

/** podCIDR is the first of podCIDRs. Source: pkg/apis/core/v1/conversion.go (Convert_v1_NodeSpec_To_core_NodeSpec) */
function mirrorPodCidr({ spec }: Node): void {
  if (spec === undefined) return;
  const { podCIDR = '', podCIDRs = [] } = spec;
  if (podCIDR !== '' && podCIDRs.length > 0 && podCIDR !== podCIDRs[0]) spec.podCIDRs = [podCIDR];
  else if (podCIDR !== '' && podCIDRs.length === 0) spec.podCIDRs = [podCIDR];
  else if (podCIDR === '' && podCIDRs.length > 0) spec.podCIDR = podCIDRs[0] as string;
}

function validate(object: Node, errors: FieldErrors): void {
  validateAnnotations(object, errors);
  validateTaints(object.spec?.taints, TAINTS, errors);
  validateResources(object, errors);
  validatePodCidrs(object.spec?.podCIDRs ?? [], errors);
}

function validateAnnotations({ metadata: { annotations } }: Node, errors: FieldErrors): void {
  const taints = annotations?.[TAINTS_ANNOTATION];
  if (!taints) return;
  const path = child(rootPath('metadata'), 'annotations');
  const list = annotatedList<Taint>(taints, ANNOTATED_TAINT);
  if ('problem' in list) invalid(errors, path, TAINTS_ANNOTATION, list.problem);
  else validateTaints(list.items, child(path, TAINTS_ANNOTATION), errors);
}

/** Checks the taints of a node. */
function validateTaints(taints: readonly Taint[] | undefined, listPath: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  taints?.forEach((taint, index) => {
    const path = indexed(listPath, index);
    const { key = '', value = '', effect = '' } = taint;
    validateQualifiedName(key, child(path, 'key'), errors);
    const problems = labelValueMessages(value);
    if (problems.length > 0) invalid(errors, child(path, 'value'), value, problems.join(';'));
    if (effect === '') required(errors, child(path, 'effect'));
    else if (!TAINT_EFFECTS.includes(effect)) notSupported(errors, child(path, 'effect'), asJson(effect), TAINT_EFFECTS);
    const pair = `${effect} ${key}`;
    if (seen.has(pair)) duplicate(errors, path, asInternal(TAINT, taint), 'taints must be unique by key and effect pair');
    seen.add(pair);
  });
}

function validateResources({ status }: Node, errors: FieldErrors): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    const path = child(rootPath('status'), list);
    for (const name of sortedKeys(status?.[list])) validateResourceQuantity(name, status?.[list]?.[name] as string, child(path, name), errors);
  }
}

function validatePodCidrs(ranges: readonly string[], errors: FieldErrors): void {
  const path: FieldPath = child(rootPath('spec'), 'podCIDRs');
  ranges.forEach((range, index) => validateCidr(range, indexed(path, index), errors));
  if (ranges.length < 2) return;
  const parsed = ranges.map(parseCidr);
  const unreadable = parsed.findIndex((range) => range === undefined);
  if (unreadable >= 0) {
    const range = ranges[unreadable];
    internalError(errors, path, `invalid PodCIDRs. failed to check with dual stack with error:failed to parse cidr value:"${range}" with error:invalid CIDR address: ${range}`);
  }
  const families = new Set(parsed.map((range) => range?.ip.family));
  if (unreadable >= 0 || families.size < 2 || ranges.length > 2) invalid(errors, path, ranges, 'may specify no more than one CIDR for each IP family');
}

function validateChange(object: Node, old: Node, errors: FieldErrors): void {
  const { spec = {} } = object;
  const before = old.spec ?? {};
  validateAnnotations(object, errors);
  validateResources(object, errors);
  const addresses = object.status?.addresses ?? [];
  addresses.forEach((address, index) => {
    if (addresses.findIndex((other) => other.type === address.type && other.address === address.address) < index) {
      duplicate(errors, indexed(child(rootPath('status'), 'addresses'), index), asInternal(ADDRESS, address));
    }
  });
  const specPath = rootPath('spec');
  const [oldRanges, ranges] = [before.podCIDRs ?? [], spec.podCIDRs ?? []];
  const changed = oldRanges.length === 0 || oldRanges.length === ranges.length ? oldRanges.filter((range, index) => range !== ranges[index]).length : 1;
  for (let count = 0; count < changed; count++) forbidden(errors, child(specPath, 'podCIDRs'), 'node updates may not change podCIDR except from "" to valid');
  if (before.providerID && before.providerID !== spec.providerID) forbidden(errors, child(specPath, 'providerID'), 'node updates may not change providerID except from "" to valid');
  validateTaints(spec.taints, TAINTS, errors);
  if ((spec.externalID ?? '') !== (before.externalID ?? '')) forbidden(errors, child(specPath, 'externalID'), 'may not be updated');
}
