// ResourceSlice: the devices a driver offers. Source: pkg/apis/resource/validation/validation.go (ValidateResourceSlice)
import { asJson, forbidden, invalid, required, tooLong, tooMany, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { Device, DeviceAttribute, ResourceSlice } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { formatTime } from '../util/time.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import { validateImmutable, validateOneOf } from './shared/checks.js';
import { TAINT_EFFECTS, validateDeviceQualifiedName, validateSet } from './shared/deviceRules.js';
import { asInternal, internalForm, type GoLayout } from './shared/internalForm.js';
import { validateDns1123Label, validateDns1123Subdomain, validateLabelValue, validateQualifiedName } from './shared/names.js';
import { validateNodeSelector } from './shared/nodeSelector.js';
import { NODE_SELECTOR_TERM_LAYOUT } from './shared/podLayouts.js';
import { validateBindingConditions, validateCounters, validateRequestPolicy } from './shared/sharedDevices.js';
import { validateCsiDriverName } from './shared/volumeSources.js';

const SPEC = rootPath('spec');
const MAX_DEVICES = 128;
const MAX_ADVANCED_DEVICES = 64;
const MAX_ATTRIBUTES_AND_CAPACITIES = 32;
const MAX_ATTRIBUTE_VALUE = 64;
const MAX_POOL_NAME = 253;
const MAX_TAINTS = 16;
const MAX_COUNTER_SETS = 8;
const MAX_CONSUMED_SETS = 2;
const SEMANTIC_VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;
const ATTRIBUTE: GoLayout = [['IntValue', 'int', 'nullable'], ['BoolValue', 'bool', 'nullable'], ['StringValue', 'string', 'nullable'], ['VersionValue', 'version', 'nullable']];
const NODES = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

/** The kind ResourceSlice. */
export const resourceSlice = defineKind<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice', {
  hasGeneration: true,
  setDefaults({ spec }) {
    for (const { taints } of spec?.devices ?? []) for (const taint of taints ?? []) if (!taint.timeAdded) delete taint.timeAdded;
  },
  prepareForCreate: (object, { nowMs }) => setTaintTimes(object, nowMs),
  validate: (object, errors) => validate(object, undefined, errors),
  prepareForUpdate: (object, _old, { nowMs }) => setTaintTimes(object, nowMs),
  validateUpdate: (object, old, errors) => validate(object, old.spec, errors),
});

/** A taint that does not say since when it is there is new. Source: pkg/apis/resource/v1/defaults.go (SetDefaults_DeviceTaint) */
function setTaintTimes({ spec }: ResourceSlice, nowMs: number): void {
  for (const { taints } of spec?.devices ?? []) for (const taint of taints ?? []) taint.timeAdded ??= formatTime(nowMs);
}

function validate({ spec }: ResourceSlice, old: ResourceSlice['spec'] | undefined, errors: FieldErrors): void {
  const { driver = '', pool, nodeName, nodeSelector, allNodes, perDeviceNodeSelection, devices = [] } = spec ?? ({} as Partial<ResourceSlice['spec']>);
  validateCsiDriverName(driver, child(SPEC, 'driver'), errors);
  validatePool(pool, child(SPEC, 'pool'), errors);
  if (old !== undefined) {
    validateImmutable(pool?.name ?? '', old.pool?.name ?? '', child(child(SPEC, 'pool'), 'name'), errors);
    validateImmutable(driver, old.driver ?? '', child(SPEC, 'driver'), errors);
    validateImmutable(nodeName, old.nodeName, child(SPEC, 'nodeName'), errors, nodeName ?? asJson(null));
  }
  if (nodeName !== undefined) {
    if (nodeName === '') invalid(errors, child(SPEC, 'nodeName'), nodeName, 'must be either unset or set to a non-empty string');
    else validateDns1123Subdomain(nodeName, child(SPEC, 'nodeName'), errors);
  }
  if (nodeSelector !== undefined) {
    const at = child(SPEC, 'nodeSelector');
    validateNodeSelector(nodeSelector, at, errors);
    const terms = nodeSelector.nodeSelectorTerms as typeof nodeSelector.nodeSelectorTerms | undefined;
    if (terms?.length !== 1) invalid(errors, child(at, 'nodeSelectorTerms'), asJson(terms?.map((term) => internalForm(NODE_SELECTOR_TERM_LAYOUT, term)) ?? null), 'must have exactly one node selector term');
  }
  for (const [name, flag] of [['allNodes', allNodes], ['perDeviceNodeSelection', perDeviceNodeSelection]] as const) {
    if (flag === false) invalid(errors, child(SPEC, name), flag, 'must be either unset or set to true');
  }
  const chosen = Object.entries({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }).filter(([, value]) => Boolean(value)).map(([name]) => `\`${name}\``);
  if (chosen.length === 0) required(errors, SPEC, NODES);
  else if (chosen.length > 1) invalid(errors, SPEC, `{${chosen.join(', ')}}`, `${NODES}, but multiple fields are set`);
  if (spec?.sharedCounters !== undefined && spec.devices !== undefined) invalid(errors, SPEC, '', 'only one of `sharedCounters` or `devices` is allowed');
  const list = child(SPEC, 'devices');
  const max = devices.some(({ taints = [], consumesCounters = [] }) => taints.length + consumesCounters.length > 0) ? MAX_ADVANCED_DEVICES : MAX_DEVICES;
  validateSet(devices, { max, keyOf: ({ name = '' }) => name }, list, errors, (device, at) => validateDevice(device, perDeviceNodeSelection === true, at, errors));
  validateSet(spec?.sharedCounters ?? [], { max: MAX_COUNTER_SETS, keyOf: ({ name = '' }) => name }, child(SPEC, 'sharedCounters'), errors, ({ name = '', counters }, at) => {
    validateCounters(name, counters, at, 'name', errors);
  });
}

function validatePool(pool: ResourceSlice['spec']['pool'] | undefined, path: FieldPath, errors: FieldErrors): void {
  const { name = '', generation = 0, resourceSliceCount = 0 } = pool ?? {};
  if (name === '') required(errors, child(path, 'name'));
  else {
    if (byteLength(name) > MAX_POOL_NAME) tooLong(errors, child(path, 'name'), MAX_POOL_NAME);
    for (const part of name.split('/')) validateDns1123Subdomain(part, child(path, 'name'), errors);
  }
  if (resourceSliceCount <= 0) invalid(errors, child(path, 'resourceSliceCount'), resourceSliceCount, 'must be greater than zero');
  if (generation < 0) invalid(errors, child(path, 'generation'), generation, 'must be greater than or equal to zero');
}

function validateDevice(device: Device, isChosenByDevice: boolean, path: FieldPath, errors: FieldErrors): void {
  const { name = '', attributes = {}, capacity = {}, taints = [], consumesCounters = [], allowMultipleAllocations = false } = device;
  validateDns1123Label(name, child(path, 'name'), errors);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES_AND_CAPACITIES) invalid(errors, path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES_AND_CAPACITIES}`);
  for (const key of sortedKeys(attributes)) {
    const at = keyed(child(path, 'attributes'), key);
    validateDeviceQualifiedName(key, at, errors);
    validateAttribute(attributes[key] as DeviceAttribute, at, errors);
  }
  for (const key of sortedKeys(capacity)) {
    const at = keyed(child(path, 'capacity'), key);
    validateDeviceQualifiedName(key, at, errors);
    const { value = '0', requestPolicy } = capacity[key] ?? {};
    if (requestPolicy === undefined) continue;
    if (allowMultipleAllocations) validateRequestPolicy(value, requestPolicy, child(at, 'requestPolicy'), errors);
    else forbidden(errors, child(at, 'requestPolicy'), 'allowMultipleAllocations must be true');
  }
  if (taints.length > MAX_TAINTS) tooMany(errors, child(path, 'taints'), taints.length, MAX_TAINTS);
  else taints.forEach(({ key = '', value = '', effect = '' }, index) => {
    const at = indexed(child(path, 'taints'), index);
    validateQualifiedName(key, child(at, 'key'), errors);
    validateLabelValue(value, child(at, 'value'), errors);
    if (effect === '') required(errors, child(at, 'effect'));
    else validateOneOf(effect, TAINT_EFFECTS, child(at, 'effect'), errors);
  });
  validateSet(consumesCounters, { max: MAX_CONSUMED_SETS, keyOf: ({ counterSet = '' }) => counterSet }, child(path, 'consumesCounters'), errors, ({ counterSet = '', counters }, at) => {
    validateCounters(counterSet, counters, at, 'counterSet', errors);
  });
  validateDeviceNodes(device, isChosenByDevice, path, errors);
  validateBindingConditions(device, path, errors);
}

function validateDeviceNodes({ nodeName, nodeSelector, allNodes }: Device, isChosenByDevice: boolean, path: FieldPath, errors: FieldErrors): void {
  if (!isChosenByDevice) {
    if (nodeName !== undefined || nodeSelector !== undefined || allNodes !== undefined) {
      invalid(errors, path, asJson(null), '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec');
    }
    return;
  }
  const chosen: string[] = [];
  if (nodeName === '') invalid(errors, child(path, 'nodeName'), nodeName, 'must not be empty');
  else if (nodeName !== undefined) {
    chosen.push('`nodeName`');
    validateDns1123Subdomain(nodeName, child(path, 'nodeName'), errors);
  }
  if (nodeSelector !== undefined) {
    chosen.push('`nodeSelector`');
    validateNodeSelector(nodeSelector, child(path, 'nodeSelector'), errors);
  }
  if (allNodes === false) invalid(errors, child(path, 'allNodes'), allNodes, 'must be either unset or set to true');
  else if (allNodes === true) chosen.push('`allNodes`');
  const detail = 'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (chosen.length === 0) required(errors, path, detail);
  else if (chosen.length > 1) invalid(errors, path, `{${chosen.join(', ')}}`, detail);
}

function validateAttribute(attribute: DeviceAttribute, path: FieldPath, errors: FieldErrors): void {
  const { bool, int, string, version } = attribute;
  const given = [bool, int, string, version].filter((value) => value !== undefined).length;
  if (string !== undefined && byteLength(string) > MAX_ATTRIBUTE_VALUE) tooLong(errors, child(path, 'string'), MAX_ATTRIBUTE_VALUE);
  if (version !== undefined) {
    if (!SEMANTIC_VERSION.test(version)) invalid(errors, child(path, 'version'), version, 'must be a string compatible with semver.org spec 2.0.0');
    if (byteLength(version) > MAX_ATTRIBUTE_VALUE) tooLong(errors, child(path, 'version'), MAX_ATTRIBUTE_VALUE);
  }
  const hasLists = attribute.bools !== undefined || attribute.ints !== undefined || attribute.strings !== undefined || attribute.versions !== undefined;
  if (given === 0 && !hasLists) invalid(errors, path, '', 'exactly one value must be specified');
  else if (given > 1) invalid(errors, path, asInternal(ATTRIBUTE, attribute), 'exactly one value must be specified');
}
