// Pods stay five minutes on a node that fails, unless they say otherwise. Source: plugin/pkg/admission/defaulttolerationseconds/admission.go
import type { Pod, Toleration } from '../../api/types.js';
import { deepFreeze } from '../../util/objects.js';
import type { AdmissionPlugin } from './admission.js';

const SECONDS = 300;
/** Shared by all pods, frozen, so that they are checked and stored once. */
const DEFAULTS: Toleration[] = deepFreeze(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })));

/** Adds the two tolerations that are missing. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  admit({ operation, subresource, object }) {
    if (operation === 'DELETE' || subresource !== '') return undefined;
    const spec = ((object as Pod).spec ??= { containers: [] });
    const own = spec.tolerations;
    if (own === undefined || own.length === 0) spec.tolerations = DEFAULTS;
    else {
      const missing = DEFAULTS.filter(({ key }) => !own.some((toleration) => covers(toleration, key)));
      if (missing.length > 0) spec.tolerations = [...own, ...missing];
    }
    return undefined;
  },
};

function covers({ key, effect }: Toleration, taint: string | undefined): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
