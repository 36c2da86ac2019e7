// The rules of Events in their stored form; requests of events.k8s.io are held to more. Source: pkg/apis/core/validation/events.go
import { asJson, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, rootPath } from '../../api/fieldPath.js';
import type { Event } from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { semanticEqual, validateImmutable } from './checks.js';
import { asInternal, type GoLayout } from './internalForm.js';
import { validateDns1123Subdomain, validateQualifiedName } from './names.js';

const MAX_FIELD = 128;
const MAX_NOTE = 1024;

/** The checks that every version makes; `controllerField` is what the version calls the reporting controller. */
export function validateAnyEvent(event: Event, controllerField: string, errors: FieldErrors): void {
  const { metadata, involvedObject, eventTime, reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event;
  const namespace = metadata.namespace ?? '';
  const involved = involvedObject?.namespace ?? '';
  const involvedPath = child(rootPath('involvedObject'), 'namespace');
  if (eventTime === undefined) {
    const differs = involved === '' ? namespace !== '' && namespace !== 'default' : namespace !== involved;
    if (differs) invalid(errors, involvedPath, involved, 'does not match event.namespace');
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') invalid(errors, involvedPath, involved, 'does not match event.namespace');
    if (reportingComponent === '') required(errors, rootPath(controllerField));
    validateQualifiedName(reportingComponent, rootPath(controllerField), errors);
    for (const [field, text] of [['reportingInstance', reportingInstance], ['action', action], ['reason', reason]] as const) {
      if (text === '') required(errors, rootPath(field));
      if (byteLength(text) > MAX_FIELD) invalid(errors, rootPath(field), '', `can have at most ${MAX_FIELD} characters`);
    }
    if (byteLength(message) > MAX_NOTE) invalid(errors, rootPath('message'), '', `can have at most ${MAX_NOTE} characters`);
  }
  validateDns1123Subdomain(namespace, rootPath('namespace'), errors);
}

/** What events.k8s.io wants besides. */
export function validateStrictEvent({ series, eventTime, type = '', firstTimestamp, lastTimestamp, count = 0, source }: Event, errors: FieldErrors): void {
  validateSeries(series, errors);
  if (eventTime === undefined) required(errors, rootPath('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') invalid(errors, rootPath('type'), '', `has invalid value: ${type}`);
  const unset = 'needs to be unset';
  if (firstTimestamp !== undefined) invalid(errors, rootPath('firstTimestamp'), '', unset);
  if (lastTimestamp !== undefined) invalid(errors, rootPath('lastTimestamp'), '', unset);
  if (count !== 0) invalid(errors, rootPath('count'), '', unset);
  if (source?.component || source?.host) invalid(errors, rootPath('source'), '', unset);
}

function validateSeries(series: Event['series'], errors: FieldErrors): void {
  if (series === undefined) return;
  const path = rootPath('series');
  if ((series.count ?? 0) < 2) invalid(errors, child(path, 'count'), '', 'should be at least 2');
  if (series.lastObservedTime === undefined) required(errors, child(path, 'lastObservedTime'));
}

const REFERENCE: GoLayout = [
  ['Kind', 'kind', 'string'], ['Namespace', 'namespace', 'string'], ['Name', 'name', 'string'], ['UID', 'uid', 'string'], ['APIVersion', 'apiVersion', 'string'],
  ['ResourceVersion', 'resourceVersion', 'string'], ['FieldPath', 'fieldPath', 'string'],
];
const SOURCE: GoLayout = [['Component', 'component', 'string'], ['Host', 'host', 'string']];

/** What never changes, in the order it is said; the reason is said twice. */
const IMMUTABLE: readonly (readonly [field: keyof Event & string, shown: (value: unknown) => unknown])[] = [
  ['involvedObject', (value) => asInternal(REFERENCE, value ?? {})],
  ['reason', textOf],
  ['message', textOf],
  ['source', (value) => asInternal(SOURCE, value ?? {})],
  ['firstTimestamp', asJsonOrNull],
  ['lastTimestamp', asJsonOrNull],
  ['count', (value) => value ?? 0],
  ['reason', textOf],
  ['type', textOf],
  ['eventTime', asJsonOrNull],
  ['action', textOf],
  ['related', (value) => asInternal(REFERENCE, value)],
  ['reportingComponent', textOf],
  ['reportingInstance', textOf],
];

function textOf(value: unknown): unknown {
  return value ?? '';
}

function asJsonOrNull(value: unknown): unknown {
  return asJson(value ?? null);
}

/** An Event of events.k8s.io changes only in its series. */
export function validateStrictEventUpdate(event: Event, old: Event, errors: FieldErrors): void {
  if (!semanticEqual(event.series, old.series)) validateSeries(event.series, errors);
  for (const [field, shown] of IMMUTABLE) {
    validateImmutable(shown(event[field]), shown(old[field]), rootPath(field === 'reportingComponent' ? 'reportingController' : field), errors);
  }
}
