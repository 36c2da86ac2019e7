// Whose backends an EndpointSlice names.
import type { EndpointSlice } from './types.js';

/** The label that names the Service. */
export const LABEL_SERVICE_NAME = 'kubernetes.io/service-name';

/** The key of the Service, 'namespace/name'; without a name for a slice of none. */
export function serviceKeyOf({ metadata: { namespace = '', labels } }: EndpointSlice): string {
  return `${namespace}/${labels?.[LABEL_SERVICE_NAME] ?? ''}`;
}
