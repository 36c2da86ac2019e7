// Node selectors as API fields. Source: pkg/apis/core/validation/validation.go (ValidateNodeSelector, ValidateNodeSelectorTerm)
import { asJson, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../api/types.js';
import { dns1123SubdomainMessages, labelValueMessages, qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';

/** Checks a selector of nodes; it must have a term. */
export function validateNodeSelector(selector: NodeSelector, path: FieldPath, errors: FieldErrors, options: { allowInvalidValues?: boolean } = {}): void {
  const terms = selector.nodeSelectorTerms ?? [];
  const list = child(path, 'nodeSelectorTerms');
  if (terms.length === 0) return required(errors, list, 'must have at least one node selector term');
  terms.forEach((term, index) => validateNodeSelectorTerm(term, indexed(list, index), errors, options));
}

/** Checks one term. */
export function validateNodeSelectorTerm(term: NodeSelectorTerm, path: FieldPath, errors: FieldErrors, options: { allowInvalidValues?: boolean } = {}): void {
  term.matchExpressions?.forEach((requirement, index) => validateExpression(requirement, indexed(child(path, 'matchExpressions'), index), errors, options));
  term.matchFields?.forEach((requirement, index) => validateField(requirement, indexed(child(path, 'matchFields'), index), errors));
}

function validateExpression(requirement: NodeSelectorRequirement, path: FieldPath, errors: FieldErrors, options: { allowInvalidValues?: boolean }): void {
  const { operator = '', key = '', values = [] } = requirement;
  const valuesPath = child(path, 'values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) required(errors, valuesPath, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) forbidden(errors, valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) required(errors, valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      invalid(errors, child(path, 'operator'), asJson(operator), 'not a valid selector operator');
  }
  invalidEach(errors, child(path, 'key'), key, qualifiedNameMessages(key));
  if (options.allowInvalidValues === true) return;
  values.forEach((value, index) => invalidEach(errors, indexed(valuesPath, index), value, labelValueMessages(value)));
}

function validateField(requirement: NodeSelectorRequirement, path: FieldPath, errors: FieldErrors): void {
  const { operator = '', key = '', values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) required(errors, child(path, 'values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  } else invalid(errors, child(path, 'operator'), asJson(operator), 'not a valid selector operator');
  if (key !== 'metadata.name') invalid(errors, child(path, 'key'), key, 'not a valid field selector key');
  else values.forEach((value, index) => invalidEach(errors, indexed(child(path, 'values'), index), value, dns1123SubdomainMessages(value)));
}
