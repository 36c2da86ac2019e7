// An Ingress that names no class gets the default one. Source: plugin/pkg/admission/network/defaultingressclass/admission.go
import type { Ingress } from '../../api/types.js';
import type { AdmissionPlugin } from './admission.js';
import { newestDefault } from './defaultClasses.js';

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Sets spec.ingressClassName. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],
  admit({ operation, subresource, object }, { read }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const ingress = object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return undefined;
    const chosen = newestDefault(read.list('ingressclasses.networking.k8s.io'), [DEFAULT_ANNOTATION]);
    if (chosen !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: chosen.metadata.name ?? '' };
    return undefined;
  },
};
