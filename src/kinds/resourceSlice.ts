// ResourceSlice: the devices a driver offers. Source: pkg/apis/resource/validation/validation.go (ValidateResourceSlice)
import { duplicate, invalid, required, tooMany, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { Device, DeviceAttribute, ResourceSlice } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { validateImmutable, validateOneOf } from './shared/checks.js';
import { validateDns1123Label, validateDns1123Subdomain, validateLabelValue, validateQualifiedName } from './shared/names.js';
import { validateNodeSelector } from './shared/nodeSelector.js';
import { validateCsiDriverName } from './shared/volumeSources.js';

const SPEC = rootPath('spec');
const MAX_DEVICES = 128;
const MAX_ATTRIBUTES_AND_CAPACITIES = 32;
const NODES = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

/** The kind ResourceSlice. */
export const resourceSlice = defineKind<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice', {
  hasGeneration: true,
  metadataOnUpdate: 'both',
  setDefaults({ spec }) {
    for (const { taints } of spec?.devices ?? []) for (const taint of taints ?? []) if (!taint.timeAdded) delete taint.timeAdded;
  },
  validate,
  validateUpdate(object, old, errors) {
    validate(object, errors);
    validateImmutable(object.spec.driver, old.spec.driver, child(SPEC, 'driver'), errors);
    validateImmutable(object.spec.pool?.name ?? '', old.spec.pool?.name ?? '', child(child(SPEC, 'pool'), 'name'), errors);
    validateImmutable(object.spec.nodeName ?? '', old.spec.nodeName ?? '', child(SPEC, 'nodeName'), errors);
  },
});

function validate({ spec }: ResourceSlice, errors: FieldErrors): void {
  const { driver = '', pool, nodeName, nodeSelector, allNodes, perDeviceNodeSelection, devices = [] } = spec ?? ({} as Partial<ResourceSlice['spec']>);
  validateCsiDriverName(driver, child(SPEC, 'driver'), errors);
  validatePool(pool, child(SPEC, 'pool'), errors);
  if (nodeName !== undefined) {
    if (nodeName === '') invalid(errors, child(SPEC, 'nodeName'), nodeName, 'must be either unset or set to a non-empty string');
    else validateDns1123Subdomain(nodeName, child(SPEC, 'nodeName'), errors);
  }
  if (nodeSelector !== undefined) validateNodeSelector(nodeSelector, child(SPEC, 'nodeSelector'), errors);
  const chosen = [nodeName !== undefined, nodeSelector !== undefined, allNodes === true, perDeviceNodeSelection === true].filter(Boolean).length;
  if (chosen === 0) required(errors, SPEC, NODES);
  else if (chosen > 1) invalid(errors, SPEC, `{${[nodeName === undefined ? '' : '`nodeName`', nodeSelector === undefined ? '' : '`nodeSelector`', allNodes === true ? '`allNodes`' : '', perDeviceNodeSelection === true ? '`perDeviceNodeSelection`' : ''].filter((text) => text !== '').join(', ')}}`, NODES);
  const list = child(SPEC, 'devices');
  if (devices.length > MAX_DEVICES) tooMany(errors, list, devices.length, MAX_DEVICES);
  devices.forEach((device, index) => {
    validateDevice(device, indexed(list, index), errors);
    if (devices.findIndex((other) => other.name === device.name) < index) duplicate(errors, indexed(list, index), device.name ?? '');
  });
}

function validatePool(pool: ResourceSlice['spec']['pool'] | undefined, path: FieldPath, errors: FieldErrors): void {
  const { name = '', generation = 0, resourceSliceCount = 0 } = pool ?? {};
  if (name === '') required(errors, child(path, 'name'));
  else for (const part of name.split('/')) validateDns1123Subdomain(part, child(path, 'name'), errors);
  if (resourceSliceCount <= 0) invalid(errors, child(path, 'resourceSliceCount'), resourceSliceCount, 'must be greater than zero');
  if (generation < 0) invalid(errors, child(path, 'generation'), generation, 'must be greater than or equal to zero');
}

function validateDevice({ name = '', attributes = {}, capacity = {}, taints = [] }: Device, path: FieldPath, errors: FieldErrors): void {
  validateDns1123Label(name, child(path, 'name'), errors);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES_AND_CAPACITIES) invalid(errors, path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES_AND_CAPACITIES}`);
  for (const key of sortedKeys(attributes)) validateAttribute(attributes[key] as DeviceAttribute, keyed(child(path, 'attributes'), key), errors);
  taints.forEach(({ key = '', value = '', effect = '' }, index) => {
    const at = indexed(child(path, 'taints'), index);
    validateQualifiedName(key, child(at, 'key'), errors);
    validateLabelValue(value, child(at, 'value'), errors);
    if (effect === '') required(errors, child(at, 'effect'));
    else validateOneOf(effect, ['NoExecute', 'NoSchedule', 'None'], child(at, 'effect'), errors);
  });
}

function validateAttribute(attribute: DeviceAttribute, path: FieldPath, errors: FieldErrors): void {
  const given = Object.values(attribute).filter((value) => value !== undefined).length;
  if (given === 0) required(errors, path, 'exactly one value must be specified');
  else if (given > 1) invalid(errors, path, attribute, 'exactly one value must be specified');
}
