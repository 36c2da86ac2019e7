// A new node takes no pods until it is ready. Source: plugin/pkg/admission/nodetaint/admission.go
import type { Node } from '../../api/types.js';
import type { AdmissionPlugin } from './admission.js';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** Adds the taint of nodes that are not ready to every new node. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  admit({ operation, subresource, object }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const spec = ((object as Node).spec ??= {});
    if (spec.taints?.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule') === true) return undefined;
    spec.taints = [...(spec.taints ?? []), { key: NOT_READY, effect: 'NoSchedule' }];
    return undefined;
  },
};
