// The EndpointSlices that one controller has made, by Service, and what others do to them.
// Source: pkg/controller/endpointslice/endpointslice_controller.go (onEndpointSliceAdd, onEndpointSliceUpdate, onEndpointSliceDelete), staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go
import { serviceKeyOf } from '../../api/endpointSlices.js';
import type { Response, WatchEvent } from '../../api/meta.js';
import type { EndpointSlice } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';

/** Names the controller that made a slice. */
export const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** The slices of one controller. */
export interface OwnSlices {
  /** Names of those of the Service, in order. */
  namesOf(serviceKey: string): readonly string[];
  /** Makes or changes a slice; what the controller does itself is no news to it. */
  write<Answer extends Response>(request: () => Answer): Answer;
  /** Hears of every write of any slice. */
  onSlice(event: WatchEvent<EndpointSlice>): void;
}

/** No slices yet. `wake` is told of a Service whose slices somebody else has written, or that anybody has taken away. */
export function createOwnSlices(managedBy: string, wake: (serviceKey: string, type: WatchEvent['type']) => void): OwnSlices {
  const names = new Map<string, Set<string>>();
  let isWriting = false;

  const isOwn = ({ metadata }: EndpointSlice): boolean => metadata.labels?.[LABEL_MANAGED_BY] === managedBy;
  const forget = (slice: EndpointSlice): void => {
    if (!isOwn(slice)) return;
    const key = serviceKeyOf(slice);
    const known = names.get(key);
    known?.delete(slice.metadata.name ?? '');
    if (known?.size === 0) names.delete(key);
  };
  const learn = (slice: EndpointSlice): void => {
    if (!isOwn(slice)) return;
    const key = serviceKeyOf(slice);
    const known = names.get(key);
    if (known === undefined) names.set(key, new Set([slice.metadata.name ?? '']));
    else known.add(slice.metadata.name ?? '');
  };

  return {
    namesOf: (serviceKey) => [...(names.get(serviceKey) ?? [])].sort(compareStrings),
    write(request) {
      isWriting = true;
      const response = request();
      isWriting = false;
      return response;
    },
    onSlice({ type, object, old }) {
      if (type === 'DELETED') forget(object);
      else {
        if (old !== undefined && old.metadata.labels !== object.metadata.labels) forget(old);
        learn(object);
        if (isWriting) return;
      }
      const key = serviceKeyOf(object);
      if (type !== 'MODIFIED' || old === undefined) {
        if (isOwn(object)) wake(key, type);
      } else if (serviceKeyOf(old) !== key) {
        wake(key, type);
        wake(serviceKeyOf(old), type);
      } else if (isOwn(old) !== isOwn(object) || (isOwn(object) && old.metadata.generation !== object.metadata.generation)) wake(key, type);
    },
  };
}
