// Events as client-go's recorders write them: an identical one is counted up, many similar ones are combined, a chatty source is cut off.
// Source: client-go/tools/record/{event,events_cache}.go, client-go/tools/events/{event_recorder,event_broadcaster}.go
import type { KubernetesObject } from '../api/meta.js';
import type { Event, EventSource, ObjectReference } from '../api/types.js';
import { createLruMap, type LruMap } from '../util/lruMap.js';
import { formatMicroTime, formatTime } from '../util/time.js';
import type { ApiServer } from './apiServer.js';
import type { EventSeed } from './create.js';

/** One thing to tell about an object. */
export interface EventRequest {
  object: KubernetesObject;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** The component that tells it. */
  component: string;
  /** The name that a scheduler tells it under, that of a profile; default: the component's. */
  reporter?: string;
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

/** An event before it is put together. */
interface ToldEvent extends EventSeed {
  readonly reference: ObjectReference;
  readonly type: EventRequest['type'];
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly reporter: string;
  /** How the component's events name it. */
  readonly source: EventSource;
  /** Numbers the events of one recorder. */
  readonly number: number;
}

/** What one component remembers of the events it wrote. */
interface Correlator {
  readonly source: EventSource;
  /** Different messages of similar events, the oldest first, keyed by all but the message. */
  readonly similar: LruMap<string, { messages: string[]; lastMs: number }>;
  /** The event that was written under a key. */
  readonly written: LruMap<string, ToldEvent>;
  /** Tokens left for an object. */
  readonly budgets: LruMap<string, { tokens: number; lastMs: number }>;
}

/**
 * A recorder that remembers what it wrote, each component for itself.
 * Where nobody watches events, `writesLater` saves putting together those that nobody reads: all but warnings, of which plans tell.
 */
export function createEventRecorder(server: ApiServer, nowMs: () => number, { writesLater = false }: { writesLater?: boolean } = {}): EventRecorder {
  const correlators = new Map<string, Correlator>();
  /** What was told in series of one version of an object, under the object's identity. */
  const series = createLruMap<string, ToldEvent[]>(CACHE_SIZE);
  let counter = 0;
  const createLater = server.createEventsLater(eventOf);

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
    if (object !== lastObject) {
      lastObject = object;
      lastReference = Object.freeze(objectReference(object));
    }
    return lastReference;
  };

  const storedFormOf = (told: ToldEvent | undefined): Event | undefined => (told === undefined ? undefined : server.read.get('events', told.namespace, nameOf(told)));

  /** Writes a new event; undefined when it is refused. */
  function write({ source }: Correlator, { object, type, reason, message, component, reporter = component }: EventRequest): ToldEvent | undefined {
    const reference = referenceTo(object);
    // Events of cluster-scoped objects stand in the namespace 'default'.
    const { namespace = 'default' } = reference;
    const told: ToldEvent = { reference, namespace, type, reason, message, component, reporter, source, atMs: nowMs(), number: ++counter, drawnUid: 0 };
    const isWritten = writesLater && type === 'Normal' && createLater(told);
    return isWritten || server.create(eventOf(told), {}, component).code < 300 ? told : undefined;
  }

  /** Writes the event, or counts up the one that was written under the key. */
  function writeCounted(correlator: Correlator, key: string, request: EventRequest): void {
    const stored = storedFormOf(correlator.written.get(key));
    if (stored !== undefined) {
      server.update({ ...stored, message: request.message, count: (stored.count ?? 1) + 1, lastTimestamp: formatTime(nowMs()) }, {}, request.component);
      return;
    }
    const told = write(correlator, request);
    if (told !== undefined) correlator.written.set(key, told);
  }

  /** Writes the event, or begins a series with the one that was written of this version of the object. */
  function writeSeries(correlator: Correlator, objectIdentity: string, request: EventRequest): void {
    const { object, type, reason, message, component } = request;
    const before = series.get(objectIdentity);
    const same = before?.[0]?.reference.resourceVersion === object.metadata.resourceVersion ? before : undefined;
    const earlier = same?.find((told) => told.type === type && told.reason === reason && (reason === 'FailedScheduling' || told.message === message));
    const stored = storedFormOf(earlier);
    if (stored === undefined) {
      const told = write(correlator, request);
      if (told !== undefined) series.set(objectIdentity, [told, ...(same ?? []).filter((each) => each !== earlier)]);
    } else if (stored.series === undefined) {
      // A series is written when it begins and then seldom.
      server.update({ ...stored, series: { count: 2, lastObservedTime: formatMicroTime(nowMs()) } }, {}, component);
    }
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
    if (record === undefined || nowMs() - record.lastMs > SIMILAR_WINDOW_MS) correlator.similar.set(similarKey, (record = { messages: [message], lastMs: 0 }));
    else if (!record.messages.includes(message)) record.messages.push(message);
    record.lastMs = nowMs();
    if (record.messages.length < MAX_SIMILAR) return false;
    record.messages.shift();
    return true;
  }

  return {
    record(request) {
      const { object, type, reason, message, component } = request;
      const { namespace = '', name = '', uid = '' } = object.metadata;
      const objectIdentity = uid !== '' ? uid : `${object.apiVersion}\u0000${object.kind}\u0000${namespace}\u0000${name}`;
      const correlator = correlatorOf(component);
      if (component === SERIES_COMPONENT) return writeSeries(correlator, objectIdentity, request);
      const similarKey = `${objectIdentity}\u0000${type}\u0000${reason}`;
      const combined = isCombined(correlator, similarKey, message);
      if (isSpam(correlator, objectIdentity)) return;
      if (combined) writeCounted(correlator, similarKey, { ...request, message: COMBINED + message });
      else writeCounted(correlator, `${similarKey}\u0000${message}`, request);
    },
  };
}

/** How events name the object. */
function objectReference({ apiVersion, kind, metadata: { name = '', namespace, uid, resourceVersion } }: KubernetesObject): ObjectReference {
  // What is stored has them all. Written out: a literal is made at once, what is added to one field by field.
  if (namespace !== undefined && uid !== undefined && resourceVersion !== undefined) return { apiVersion, kind, name, namespace, uid, resourceVersion };
  const reference: ObjectReference = { apiVersion, kind, name };
  if (namespace !== undefined) reference.namespace = namespace;
  if (uid !== undefined) reference.uid = uid;
  if (resourceVersion !== undefined) reference.resourceVersion = resourceVersion;
  return reference;
}

function nameOf({ reference, atMs, number }: ToldEvent): string {
  return `${reference.name ?? ''}.${nanosecondsHex(atMs, number)}`;
}

/** The event as its component sends it. */
function eventOf(told: ToldEvent): Event {
  const { reference, type, reason, message, component, reporter, source, atMs } = told;
  const metadata = { name: nameOf(told), namespace: told.namespace };
  // Written out twice: a literal is made at once, one with spread parts field by field.
  if (component === SERIES_COMPONENT) {
    return {
      apiVersion: 'v1', kind: 'Event', metadata, involvedObject: reference, reason, message, type,
      eventTime: formatMicroTime(atMs), action: ACTIONS[reason] ?? reason, source, reportingComponent: reporter, reportingInstance: reporter === component ? SERIES_INSTANCE : `${reporter}-0`,
    };
  }
  const time = formatTime(atMs);
  return {
    apiVersion: 'v1', kind: 'Event', metadata, involvedObject: reference, reason, message, type,
    count: 1, firstTimestamp: time, lastTimestamp: time, source, reportingComponent: component, reportingInstance: '',
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
