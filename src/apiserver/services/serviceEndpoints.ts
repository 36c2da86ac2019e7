// The Endpoints of a Service bear its name and go with it, however it goes. Source: pkg/registry/core/service/storage/storage.go (afterDelete)
import type { KubernetesObject } from '../../api/meta.js';
import type { Store } from '../../store/store.js';

/** Deletes Endpoints with their Service. */
export function removeEndpointsOfServices(store: Store<KubernetesObject>): void {
  store.watch(({ type, table, object }) => {
    if (type === 'DELETED' && table === 'services') store.delete({ table: 'endpoints', namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' });
  });
}
