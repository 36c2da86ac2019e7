// Events as client-go's recorders write them: an identical one is counted up, many similar ones are combined, a chatty source is cut off.
// Source: client-go/tools/record/{event,events_cache}.go, client-go/tools/events/{event_recorder,event_broadcaster}.go
import type { KubernetesObject } from '../api/meta.js';
import type { Event, EventSource, ObjectMeta, ObjectReference } from '../api/types.js';
import { createLruMap, type LruMap } from '../util/lruMap.js';
import { formatMicroTime, formatTime } from '../util/time.js';
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

/** The component whose events come through events.k8s.io: repeated ones become a series, none is combined or dropped. */
const SERIES_COMPONENT = 'default-scheduler';
const SERIES_INSTANCE = `${SERIES_COMPONENT}-0`;
const COMBINED = '(combined from similar events): ';
/** From so many different messages on, similar events are combined. */
const MAX_SIMILAR = 10;
const SIMILAR_WINDOW_MS = 600_000;
/** A source may tell so many events of one object at once, and one more every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
const CACHE_SIZE = 4096;

/** What one component remembers of the events it wrote. */
interface Correlator {
  /** How its events name it. */
  source: EventSource;
  /** Different messages of similar events, the oldest first, keyed by all but the message. */
  similar: LruMap<string, { messages: string[]; lastMs: number }>;
  /** Where the event stands that was written under a key. */
  written: LruMap<string, ObjectMeta>;
  /** Tokens left for an object. */
  budgets: LruMap<string, { tokens: number; lastMs: number }>;
}

/** A recorder that remembers what it wrote, each component for itself. */
export function createEventRecorder(server: ApiServer, nowMs: () => number): EventRecorder {
  const correlators = new Map<string, Correlator>();
  let counter = 0;

  const correlatorOf = (component: string): Correlator => {
    let correlator = correlators.get(component);
    if (correlator === undefined) {
      const source = Object.freeze(component === SERIES_COMPONENT ? {} : { component });
      correlator = { source, similar: createLruMap(CACHE_SIZE), written: createLruMap(CACHE_SIZE), budgets: createLruMap(CACHE_SIZE) };
      correlators.set(component, correlator);
    }
    return correlator;
  };

  /** The object told of last, which often is told of again, and how events name it. */
  let lastObject: KubernetesObject | undefined;
  let lastReference: ObjectReference = {};
  const referenceTo = (object: KubernetesObject): ObjectReference => {
    if (object === lastObject) return lastReference;
    const { apiVersion, kind, metadata: { name = '', namespace, uid, resourceVersion } } = object;
    const reference: ObjectReference = { apiVersion, kind, name };
    if (namespace !== undefined) reference.namespace = namespace;
    if (uid !== undefined) reference.uid = uid;
    if (resourceVersion !== undefined) reference.resourceVersion = resourceVersion;
    lastObject = object;
    lastReference = Object.freeze(reference);
    return reference;
  };

  /** Writes the event, or counts up the one that was written under the key. */
  function write(correlator: Correlator, key: string, request: EventRequest): void {
    const { object, type, reason, message, component } = request;
    const { metadata } = object;
    const namespace = metadata.namespace ?? 'default';
    const time = formatTime(nowMs());
    const earlier = correlator.written.get(key);
    const stored = earlier === undefined ? undefined : server.read.get('events', earlier.namespace ?? '', earlier.name ?? '');
    if (stored !== undefined) {
      if (component !== SERIES_COMPONENT) server.update({ ...stored, message, count: (stored.count ?? 1) + 1, lastTimestamp: time }, {}, component);
      // A series is written when it begins and then seldom.
      else if (stored.series === undefined) server.update({ ...stored, series: { count: 2, lastObservedTime: formatMicroTime(nowMs()) } }, {}, component);
      return;
    }
    counter++;
    const name = `${metadata.name ?? ''}.${nanosecondsHex(nowMs(), counter)}`;
    const { source } = correlator;
    const involvedObject = referenceTo(object);
    // Written out twice: a literal is made at once, one with spread parts field by field.
    const event: Event = component === SERIES_COMPONENT
      ? {
        apiVersion: 'v1', kind: 'Event', metadata: { name, namespace }, involvedObject, reason, message, type,
        eventTime: formatMicroTime(nowMs()), action: ACTIONS[reason] ?? reason, source, reportingComponent: component, reportingInstance: SERIES_INSTANCE,
      }
      : {
        apiVersion: 'v1', kind: 'Event', metadata: { name, namespace }, involvedObject, reason, message, type,
        count: 1, firstTimestamp: time, lastTimestamp: time, source, reportingComponent: component, reportingInstance: '',
      };
    if (server.create(event, {}, component).code < 300) correlator.written.set(key, event.metadata);
  }

  /** True when the source has said enough of the object for now. */
  function isSpam(correlator: Correlator, objectIdentity: string): boolean {
    let budget = correlator.budgets.get(objectIdentity);
    if (budget === undefined) correlator.budgets.set(objectIdentity, (budget = { tokens: BURST, lastMs: nowMs() }));
    budget.tokens = Math.min(BURST, budget.tokens + (nowMs() - budget.lastMs) / REFILL_MS);
    budget.lastMs = nowMs();
    const isDropped = budget.tokens < 1;
    if (!isDropped) budget.tokens--;
    return isDropped;
  }

  /** True when this event is to be combined with similar ones. */
  function isCombined(correlator: Correlator, similarKey: string, message: string): boolean {
    let record = correlator.similar.get(similarKey);
    if (record === undefined || nowMs() - record.lastMs > SIMILAR_WINDOW_MS) correlator.similar.set(similarKey, (record = { messages: [], lastMs: 0 }));
    if (!record.messages.includes(message)) record.messages.push(message);
    record.lastMs = nowMs();
    if (record.messages.length < MAX_SIMILAR) return false;
    record.messages.shift();
    return true;
  }

  return {
    record(request) {
      const { object, type, reason, message, component } = request;
      const { namespace = '', name = '', uid = '', resourceVersion = '' } = object.metadata;
      const correlator = correlatorOf(component);
      const objectIdentity = uid !== '' ? uid : `${object.apiVersion}\u0000${object.kind}\u0000${namespace}\u0000${name}`;
      if (component === SERIES_COMPONENT) {
        write(correlator, `${objectIdentity}\u0000${resourceVersion}\u0000${type}\u0000${reason}\u0000${reason === 'FailedScheduling' ? '' : message}`, request);
        return;
      }
      const similarKey = `${objectIdentity}\u0000${type}\u0000${reason}`;
      const combined = isCombined(correlator, similarKey, message);
      if (isSpam(correlator, objectIdentity)) return;
      if (combined) write(correlator, similarKey, { ...request, message: COMBINED + message });
      else write(correlator, `${similarKey}\u0000${message}`, request);
    },
  };
}

let lastMs = Number.NaN;
/** The nanoseconds of that moment without their last four hexadecimal digits, and those. */
let upper = 0;
let lower = 0;
let lastPrefix = Number.NaN;
let prefix = '';

/** The moment and so many nanoseconds in hexadecimal: what names an event. */
function nanosecondsHex(timeMs: number, nanoseconds: number): string {
  // Most events in a row are of one moment, and differ in their last digits.
  if (timeMs !== lastMs) {
    const exact = BigInt(timeMs) * 1_000_000n;
    upper = Number(exact >> 16n);
    lower = Number(exact & 0xffffn);
    lastMs = timeMs;
  }
  const sum = lower + nanoseconds;
  const digits = sum % 0x10000;
  const before = upper + (sum - digits) / 0x10000;
  if (before !== lastPrefix) {
    prefix = before.toString(16);
    lastPrefix = before;
  }
  return prefix + digits.toString(16).padStart(4, '0');
}

/** The action that a scheduler's event names. */
const ACTIONS: Record<string, string> = { Scheduled: 'Binding', FailedScheduling: 'Scheduling', Preempted: 'Preempting' };
