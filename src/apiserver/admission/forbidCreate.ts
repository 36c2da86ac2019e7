// Nothing new is made of a kind whose definition is on its way out. Source: apiextensions-apiserver/pkg/apiserver/customresource_handler.go (forbidCreateAdmission)
import { isConditionTrue } from '../../api/conditions.js';
import { forbiddenByAdmission, type AdmissionPlugin } from './admission.js';

/** Refuses new custom resources while those that there are go. It stands before the plugins that a server is started with. */
export const forbidCreate: AdmissionPlugin = {
  name: 'forbidCreate',
  admit(attributes, { read }) {
    const { operation, kind } = attributes;
    if (kind.definition !== undefined || operation !== 'CREATE') return undefined;
    const definition = read.get('customresourcedefinitions.apiextensions.k8s.io', '', kind.resource);
    if (!isConditionTrue(definition?.status?.conditions, 'Terminating')) return undefined;
    return forbiddenByAdmission(attributes, 'create not allowed while custom resource definition is terminating');
  },
};
