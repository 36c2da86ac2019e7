// The checks that rules can name.
import { budgetAllowsDisruption } from './budgetAllowsDisruption.js';
import type { Check } from './check.js';
import { ingressBackendPort } from './ingressBackendPort.js';
import { referenceExists } from './referenceExists.js';
import { selectorSelects } from './selectorSelects.js';
import { servicePortDeclared } from './servicePortDeclared.js';

/** Name in a rule → function. */
export const CHECKS: Readonly<Record<string, Check>> = {
  budgetAllowsDisruption,
  ingressBackendPort,
  referenceExists,
  selectorSelects,
  servicePortDeclared,
};
