// Label selectors as API fields. Source: apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateLabelSelector)
import { forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../../api/fieldPath.js';
import type { LabelSelector, LabelSelectorRequirement } from '../../api/types.js';
import { labelValueMessages, qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';
import { validateLabels } from './objectMeta.js';

/** What an update may keep of an invalid stored selector. */
export interface LabelSelectorOptions {
  /** True when values of matchExpressions need not be label values. */
  readonly allowInvalidValues?: boolean;
}

/** Checks a selector; an absent one is fine. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: FieldPath, errors: FieldErrors, options: LabelSelectorOptions = {}): void {
  if (selector === undefined || selector === null) return;
  if (selector.matchLabels !== undefined) validateLabels(selector.matchLabels, child(path, 'matchLabels'), errors);
  if (selector.matchExpressions === undefined) return;
  const list = child(path, 'matchExpressions');
  selector.matchExpressions.forEach((requirement, index) => validateRequirement(requirement, indexed(list, index), errors, options));
}

function validateRequirement(requirement: LabelSelectorRequirement, path: FieldPath, errors: FieldErrors, options: LabelSelectorOptions): void {
  const { operator = '', values = [] } = requirement;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) required(errors, child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) forbidden(errors, child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    default:
      invalid(errors, child(path, 'operator'), operator, 'not a valid selector operator');
  }
  const key = requirement.key ?? '';
  invalidEach(errors, child(path, 'key'), key, qualifiedNameMessages(key));
  if (options.allowInvalidValues === true) return;
  values.forEach((value, index) => {
    const messages = labelValueMessages(value);
    if (messages.length > 0) invalidEach(errors, indexed(child(path, 'values'), index), value, messages);
  });
}

/** True when a requirement of the selector holds a value that is no label value. */
export function hasInvalidSelectorValue(selector: LabelSelector | undefined): boolean {
  return (selector?.matchExpressions ?? []).some((requirement) => (requirement.values ?? []).some((value) => labelValueMessages(value).length > 0));
}

/** True when the selector selects everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/**
 * True when the server can turn the selector into requirements: known operators, values where they belong, valid keys and values.
 * Source: metav1.LabelSelectorAsSelector
 */
export function isUsableSelector(selector: LabelSelector): boolean {
  const errors: FieldErrors = [];
  validateLabelSelector(selector, rootPath('selector'), errors);
  return errors.length === 0;
}
