// Event: what happened, in both of its API groups; the core form is stored. Source: pkg/registry/core/event/strategy.go, pkg/apis/events/v1/conversion.go
import type { KubernetesObject } from '../api/meta.js';
import type { Event, EventsEvent } from '../api/types.js';
import { defineKind, type Strategy } from './kind.js';
import { validateAnyEvent, validateStrictEvent, validateStrictEventUpdate } from './shared/eventRules.js';

/** The kind Event of the core group. */
export const event = defineKind<Event>('v1', 'Event', {
  allowCreateOnUpdate: true,
  checksMetadataLast: true,
  metadataOnUpdate: 'none',
  validate: (object, errors) => validateAnyEvent(object, 'reportingComponent', errors),
  validateUpdate: (object, _old, errors) => validateAnyEvent(object, 'reportingComponent', errors),
});

const strictEvent: Strategy<Event> = {
  allowCreateOnUpdate: true,
  validate(object, errors) {
    validateAnyEvent(object, 'reportingController', errors);
    validateStrictEvent(object, errors);
  },
  validateUpdate(object, old, errors) {
    validateAnyEvent(object, 'reportingController', errors);
    validateStrictEventUpdate(object, old, errors);
  },
};

/** The kind Event of events.k8s.io. */
export const eventsEvent = defineKind<EventsEvent>('events.k8s.io/v1', 'Event', {
  ...(strictEvent as object),
  storage: { apiVersion: 'v1', kind: 'Event', toStorage, fromStorage },
});

/** Name in events.k8s.io → name in the core group. */
const RENAMED = [
  ['note', 'message'], ['regarding', 'involvedObject'], ['reportingController', 'reportingComponent'], ['deprecatedSource', 'source'], ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'], ['deprecatedCount', 'count'],
] as const;

function renamed(object: KubernetesObject, apiVersion: string, names: ReadonlyMap<string, string>): KubernetesObject {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) out[names.get(name) ?? name] = value;
  return { ...out, apiVersion } as unknown as KubernetesObject;
}

const TO_STORAGE = new Map<string, string>(RENAMED);
const FROM_STORAGE = new Map<string, string>(RENAMED.map(([name, stored]) => [stored, name]));

function toStorage(object: KubernetesObject): KubernetesObject {
  return renamed(object, 'v1', TO_STORAGE);
}

function fromStorage(object: KubernetesObject): KubernetesObject {
  return renamed(object, 'events.k8s.io/v1', FROM_STORAGE);
}
