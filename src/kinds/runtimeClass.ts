// RuntimeClass: the handler of pods, what it costs, where it runs. Source: pkg/apis/node/validation/validation.go (ValidateRuntimeClass)
import { duplicate, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { RuntimeClass } from '../api/types.js';
import { defineKind } from './kind.js';
import { semanticEqual, validateImmutable } from './shared/checks.js';
import { asInternal } from './shared/internalForm.js';
import { validateDns1123Label } from './shared/names.js';
import { validateLabels } from './shared/objectMeta.js';
import { TOLERATION_LAYOUT } from './shared/podLayouts.js';
import { roundResourceList } from './shared/resourceNames.js';
import { validateResourceRequirements } from './shared/resourceRequirements.js';
import { validateTolerations } from './shared/scheduling.js';
import { nodeLabelDeprecation } from './shared/deprecatedLabels.js';
import { sortedKeys } from '../util/compare.js';

const SCHEDULING = rootPath('scheduling');

/** The kind RuntimeClass. */
export const runtimeClass = defineKind<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'both',
  setDefaults: ({ overhead }) => roundResourceList(overhead?.podFixed),
  validate,
  validateUpdate(object, old, errors) {
    validate(object, errors);
    validateImmutable(object.handler, old.handler, rootPath('handler'), errors);
  },
  warnings({ scheduling }) {
    const found: string[] = [];
    for (const label of sortedKeys(scheduling?.nodeSelector)) {
      const text = nodeLabelDeprecation(label);
      if (text !== undefined) found.push(`scheduling.nodeSelector: ${text}`);
    }
    return found;
  },
});

function validate({ handler = '', overhead, scheduling }: RuntimeClass, errors: FieldErrors): void {
  if (handler === '') required(errors, rootPath('handler'));
  else validateDns1123Label(handler, rootPath('handler'), errors);
  if (overhead !== undefined) validateResourceRequirements(overhead.podFixed === undefined ? {} : { limits: overhead.podFixed }, {}, rootPath('overhead'), errors);
  if (scheduling === undefined) return;
  validateLabels(scheduling.nodeSelector, child(SCHEDULING, 'nodeSelector'), errors);
  const path = child(SCHEDULING, 'tolerations');
  const { tolerations = [] } = scheduling;
  validateTolerations(tolerations, path, errors);
  tolerations.forEach((toleration, index) => {
    if (tolerations.findIndex((other) => semanticEqual(other, toleration)) < index) duplicate(errors, indexed(path, index), asInternal(TOLERATION_LAYOUT, toleration));
  });
}
