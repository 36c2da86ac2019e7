// Where containers mount volumes and see block devices.
// Source: pkg/apis/core/validation/validation.go (ValidateVolumeMounts, ValidateVolumeDevices)
import { forbidden, invalid, notFound, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { Container, Volume, VolumeMount } from '../../api/types.js';
import { validateEnum } from './enums.js';
import { hasBacksteps, validateDescendingPath } from './paths.js';

/** Checks the mounts; errors of sub-paths and propagation name the list, not the mount. */
export function validateVolumeMounts(container: Container, volumes: ReadonlyMap<string, Volume>, path: FieldPath, errors: FieldErrors): void {
  const mounts = container.volumeMounts;
  if (mounts === undefined || mounts.length === 0) return;
  const devices = container.volumeDevices ?? [];
  // One alone repeats nothing.
  const taken = mounts.length > 1 ? new Set<string>() : undefined;
  mounts.forEach((mount, index) => {
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount;
    const at = indexed(path, index);
    if (name === '') required(errors, child(at, 'name'));
    if (!volumes.has(name)) notFound(errors, child(at, 'name'), name);
    if (mountPath === '') required(errors, child(at, 'mountPath'));
    if (taken?.has(mountPath) === true) invalid(errors, child(at, 'mountPath'), mountPath, 'must be unique');
    taken?.add(mountPath);
    if (devices.length > 0) {
      if (devices.some((device) => (device.name ?? '') === name)) invalid(errors, child(at, 'name'), name, 'must not already exist in volumeDevices');
      if (devices.some((device) => (device.devicePath ?? '') === mountPath)) invalid(errors, child(at, 'mountPath'), mountPath, 'must not already exist as a path in volumeDevices');
    }
    if (subPath !== '') validateDescendingPath(subPath, child(path, 'subPath'), errors);
    if (subPathExpr !== '') {
      if (subPath !== '') invalid(errors, child(at, 'subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      validateDescendingPath(subPathExpr, child(path, 'subPathExpr'), errors);
    }
    if (mount.mountPropagation !== undefined) {
      validateEnum(mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], child(path, 'mountPropagation'), errors);
      if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
        forbidden(errors, child(path, 'mountPropagation'), 'Bidirectional mount propagation is available only to privileged containers');
      }
    }
    if (mount.recursiveReadOnly !== undefined) validateRecursiveReadOnly(mount, child(path, 'recursiveReadOnly'), errors);
  });
}

function validateRecursiveReadOnly(mount: VolumeMount, path: FieldPath, errors: FieldErrors): void {
  const mode = mount.recursiveReadOnly;
  if (mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible') return validateEnum(mode, ['Disabled', 'Enabled', 'IfPossible'], path, errors);
  if (mount.readOnly !== true) forbidden(errors, path, 'may only be specified when readOnly is true');
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') forbidden(errors, path, 'may only be specified when mountPropagation is None or not specified');
}

/** Checks the block devices. */
export function validateVolumeDevices(container: Container, volumes: ReadonlyMap<string, Volume>, path: FieldPath, errors: FieldErrors): void {
  const devices = container.volumeDevices;
  if (devices === undefined || devices.length === 0) return;
  const mounts = container.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  devices.forEach((device, index) => {
    const { name = '', devicePath = '' } = device;
    const at = indexed(path, index);
    const volume = volumes.get(name);
    if (name === '') required(errors, child(at, 'name'));
    if (names.has(name)) invalid(errors, child(at, 'name'), name, 'must be unique');
    if (volume === undefined) notFound(errors, child(at, 'name'), name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      invalid(errors, child(at, 'name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    }
    if (devicePath === '') required(errors, child(at, 'devicePath'));
    if (paths.has(devicePath)) invalid(errors, child(at, 'devicePath'), devicePath, 'must be unique');
    if (hasBacksteps(devicePath)) invalid(errors, child(at, 'devicePath'), devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (mounts.some((mount) => (mount.name ?? '') === name)) invalid(errors, child(at, 'name'), name, 'must not already exist in volumeMounts');
    if (mounts.some((mount) => (mount.mountPath ?? '') === devicePath)) invalid(errors, child(at, 'devicePath'), devicePath, 'must not already exist as a path in volumeMounts');
    if (name !== '') names.add(name);
  });
}
