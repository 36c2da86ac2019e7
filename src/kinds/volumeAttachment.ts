// VolumeAttachment: which volume to attach to which node, immutable. Source: pkg/apis/storage/validation/validation.go (ValidateVolumeAttachment)
import { forbidden, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { VolumeAttachment, VolumeAttachmentSource } from '../api/types.js';
import { defineKind } from './kind.js';
import { IMMUTABLE, semanticEqual } from './shared/checks.js';
import { asInternal, type GoLayout } from './shared/internalForm.js';
import { validateDns1123Subdomain } from './shared/names.js';
import { validateInlineVolumeSpec } from './shared/persistentVolumeSpec.js';
import { validateCsiDriverName } from './shared/volumeSources.js';

const SPEC = rootPath('spec');
const LAYOUT: GoLayout = [
  ['Attacher', 'attacher', 'string'],
  ['Source', 'source', { struct: [['PersistentVolumeName', 'persistentVolumeName', 'nullable'], ['InlineVolumeSpec', 'inlineVolumeSpec', 'nullable']] }],
  ['NodeName', 'nodeName', 'string'],
];

/** The kind VolumeAttachment. */
export const volumeAttachment = defineKind<VolumeAttachment>('storage.k8s.io/v1', 'VolumeAttachment', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'fullTwice',
  validate,
  validateUpdate(object, old, errors) {
    // The server judges the whole object before and within the check of the update; repetitions show among the causes.
    validate(object, errors);
    validate(object, errors);
    if (!semanticEqual(object.spec, old.spec)) invalid(errors, SPEC, asInternal(LAYOUT, object.spec), IMMUTABLE);
  },
});

function validate({ spec }: VolumeAttachment, errors: FieldErrors): void {
  const { attacher = '', source = {}, nodeName = '' } = spec ?? ({} as Partial<VolumeAttachment['spec']>);
  validateCsiDriverName(attacher, child(SPEC, 'attacher'), errors);
  validateSource(source, errors);
  validateDns1123Subdomain(nodeName, child(SPEC, 'nodeName'), errors);
}

function validateSource({ inlineVolumeSpec, persistentVolumeName }: VolumeAttachmentSource, errors: FieldErrors): void {
  const path = child(SPEC, 'source');
  const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) required(errors, path, exactlyOne);
  else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined) forbidden(errors, path, exactlyOne);
  else if (persistentVolumeName === '') required(errors, child(path, 'persistentVolumeName'), 'must specify non empty persistentVolumeName');
  else if (persistentVolumeName !== undefined) validateDns1123Subdomain(persistentVolumeName, child(path, 'persistentVolumeName'), errors);
  else if (inlineVolumeSpec !== undefined) validateInlineVolumeSpec(inlineVolumeSpec, child(path, 'inlineVolumeSpec'), errors);
}
