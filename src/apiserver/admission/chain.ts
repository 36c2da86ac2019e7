// Runs the plugins in their order; which of them look at a resource is worked out once a resource.
// Source: apiserver/pkg/admission/{chain,reinvocation}.go
import type { Refusal } from '../refusal.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from './admission.js';

/** Both phases of admission. */
export interface AdmissionChain {
  admit(attributes: AdmissionAttributes): Refusal | undefined;
  validate(attributes: AdmissionAttributes): Refusal | undefined;
}

/** The chain of the plugins; the first refusal ends it. */
export function createAdmissionChain(plugins: readonly AdmissionPlugin[], context: AdmissionContext): AdmissionChain {
  const chosen = new Map<string, { mutating: AdmissionPlugin[]; validating: AdmissionPlugin[] }>();
  const pluginsOf = (resource: string): { mutating: AdmissionPlugin[]; validating: AdmissionPlugin[] } => {
    let known = chosen.get(resource);
    if (known === undefined) {
      const own = plugins.filter((plugin) => plugin.resources === undefined || plugin.resources.includes(resource));
      known = { mutating: own.filter((plugin) => plugin.admit !== undefined), validating: own.filter((plugin) => plugin.validate !== undefined) };
      chosen.set(resource, known);
    }
    return known;
  };
  return {
    admit(attributes) {
      const { mutating } = pluginsOf(attributes.kind.resource);
      const refusal = admitOnce(mutating, attributes, context);
      return refusal === undefined && attributes.reinvocation !== undefined ? admitOnce(mutating, attributes, context) : refusal;
    },
    validate(attributes) {
      const { validating } = pluginsOf(attributes.kind.resource);
      for (let at = 0; at < validating.length; at++) {
        const refusal = validating[at]?.validate?.(attributes, context);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
  };
}

function admitOnce(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes, context: AdmissionContext): Refusal | undefined {
  for (let at = 0; at < plugins.length; at++) {
    const refusal = plugins[at]?.admit?.(attributes, context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
