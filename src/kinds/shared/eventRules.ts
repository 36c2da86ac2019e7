// The rules of Events in their stored form; requests of events.k8s.io are held to more. Source: pkg/apis/core/validation/events.go
import { invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, rootPath } from '../../api/fieldPath.js';
import type { Event } from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { semanticEqual, validateImmutable } from './checks.js';
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

/** An Event of events.k8s.io changes only in its series. */
export function validateStrictEventUpdate(event: Event, old: Event, errors: FieldErrors): void {
  validateSeries(event.series, errors);
  const fields = ['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance'] as const;
  for (const field of fields) {
    if (!semanticEqual(event[field], old[field])) validateImmutable(event[field] ?? '', old[field] ?? '', rootPath(field === 'reportingComponent' ? 'reportingController' : field), errors);
  }
}
