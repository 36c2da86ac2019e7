// Runs the plugins in their order; which of them look at a resource is worked out once a resource.
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
      for (const plugin of pluginsOf(attributes.kind.resource).mutating) {
        const refusal = plugin.admit?.(attributes, context);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
    validate(attributes) {
      for (const plugin of pluginsOf(attributes.kind.resource).validating) {
        const refusal = plugin.validate?.(attributes, context);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
  };
}
