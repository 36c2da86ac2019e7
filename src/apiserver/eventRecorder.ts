// Events as client-go's recorder writes them: an identical one is counted up, many similar ones are combined.
// Source: client-go/tools/record/{event,events_cache}.go
import type { KubernetesObject } from '../api/meta.js';
import type { Event } from '../api/types.js';
import { formatTime } from '../util/time.js';
import type { ApiServer } from './apiServer.js';

/** One thing to tell about an object. */
export interface EventRequest {
  object: KubernetesObject;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** The component that tells it. */
  component: string;
}

/** Writes events through the API server. */
export interface EventRecorder {
  record(request: EventRequest): void;
}

/** A recorder that remembers what it wrote. */
export function createEventRecorder(server: ApiServer, nowMs: () => number): EventRecorder {
  const known = new Map<string, { namespace: string; name: string }>();
  let counter = 0;
  return {
    record({ object, type, reason, message, component }) {
      const { metadata } = object;
      const namespace = metadata.namespace ?? 'default';
      const time = formatTime(nowMs());
      const identity = [component, object.kind, metadata.namespace ?? '', metadata.name, metadata.uid, type, reason, message].join('\u0000');
      const earlier = known.get(identity);
      const stored = earlier === undefined ? undefined : server.read.get('events', earlier.namespace, earlier.name);
      if (stored !== undefined) {
        server.update({ ...stored, count: (stored.count ?? 1) + 1, lastTimestamp: time }, {}, component);
        return;
      }
      counter++;
      const name = `${metadata.name ?? ''}.${(BigInt(nowMs()) * 1_000_000n + BigInt(counter)).toString(16)}`;
      const event: Event = {
        apiVersion: 'v1', kind: 'Event',
        metadata: { name, namespace },
        involvedObject: {
          apiVersion: object.apiVersion, kind: object.kind, name: metadata.name ?? '',
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
          ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
          ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
        },
        reason, message, type, count: 1, firstTimestamp: time, lastTimestamp: time,
        source: { component }, reportingComponent: component, reportingInstance: '',
      };
      if (server.create(event, {}, component).code < 300) known.set(identity, { namespace, name });
    },
  };
}
