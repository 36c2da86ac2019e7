// Pods stay five minutes on a node that fails, unless they say otherwise. Source: plugin/pkg/admission/defaulttolerationseconds/admission.go
import type { Pod, Toleration } from '../../api/types.js';
import type { AdmissionPlugin } from './admission.js';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Adds the two tolerations that are missing. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  admit({ operation, subresource, object }) {
    if (operation === 'DELETE' || subresource !== '') return undefined;
    const spec = ((object as Pod).spec ??= { containers: [] });
    for (const key of TAINTS) {
      if (spec.tolerations?.some((toleration) => covers(toleration, key)) === true) continue;
      spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }];
    }
    return undefined;
  },
};

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
