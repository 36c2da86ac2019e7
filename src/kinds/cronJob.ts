// CronJob. Source: pkg/apis/batch/validation/validation.go (validateCronJobSpec), pkg/apis/batch/v1/defaults.go, pkg/registry/batch/cronjob/strategy.go
import { asJson, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { parseCronSchedule } from '../api/cronSchedule.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../api/types.js';
import { isKnownTimeZone } from '../util/timeZone.js';
import { defineKind } from './kind.js';
import { validateNonnegative } from './shared/checks.js';
import { validateRequiredEnum } from './shared/enums.js';
import { jobTemplateWarnings, setFailurePolicyDefaults, validateJobSpecWithoutSelector } from './shared/jobSpec.js';
import { dropDisabledPodFields, setPodTemplateDefaults } from './shared/podDefaults.js';
import { TEMPLATE_OPTIONS, type PodSpecOptions } from './shared/podSpec.js';
import { podTemplateWarnings, warnOfNonLabelName } from './shared/podWarnings.js';
import { optionsOfOld, shownSelector } from './shared/workloads.js';

const SPEC = rootPath('spec');
const SCHEDULE = child(SPEC, 'schedule');
const TIME_ZONE = child(SPEC, 'timeZone');
const JOB_SPEC = child(child(SPEC, 'jobTemplate'), 'spec');
const MAX_NAME = 52;

/** The kind CronJob. */
export const cronJob = defineKind<CronJob>('batch/v1', 'CronJob', {
  podSpecPath: 'spec.jobTemplate.spec.template.spec',
  hasGeneration: true,
  setDefaults(object) {
    const spec = (object.spec ??= {} as CronJobSpec);
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    const template: JobTemplateSpec = (spec.jobTemplate ??= {});
    template.metadata ??= {};
    template.spec ??= { template: {} };
    setFailurePolicyDefaults(template.spec);
    setPodTemplateDefaults((template.spec.template ??= {}));
  },
  prepareForCreate(object) {
    object.status = {};
    dropDisabledPodFields(object.spec?.jobTemplate.spec?.template.spec);
  },
  validate(object, errors) {
    validateSpec(object.spec as CronJobSpec, { podSpec: TEMPLATE_OPTIONS, old: undefined }, errors);
    const name = object.metadata.name ?? '';
    if (name.length > MAX_NAME) invalid(errors, child(rootPath('metadata'), 'name'), name, `must be no more than ${MAX_NAME} characters`);
  },
  prepareForUpdate: (object) => dropDisabledPodFields(object.spec?.jobTemplate.spec?.template.spec),
  validateUpdate(object, old, errors) {
    const podSpec = optionsOfOld(old.spec?.jobTemplate.spec?.template.spec);
    validateSpec(object.spec as CronJobSpec, { podSpec, old: old.spec }, errors);
  },
  warnings(object, old) {
    const warnings: string[] = [];
    const spec = object.spec as CronJobSpec;
    if (old === undefined) warnOfNonLabelName(object.metadata.name, 'Pod names and hostnames', warnings);
    if (old === undefined || object.metadata.generation !== old.metadata.generation) {
      warnings.push(...jobTemplateWarnings(spec.jobTemplate.spec, 'spec.jobTemplate.spec'));
      warnings.push(...podTemplateWarnings(spec.jobTemplate.spec?.template, 'spec.jobTemplate.spec.template'));
    }
    if (hasZone(spec.schedule)) {
      warnings.push('cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details');
    }
    return warnings;
  },
});

function hasZone(schedule: string): boolean {
  return schedule.includes('TZ');
}

function validateSpec(spec: CronJobSpec, { podSpec, old }: { podSpec: PodSpecOptions; old: CronJobSpec | undefined }, errors: FieldErrors): void {
  if (!spec.schedule) required(errors, SCHEDULE);
  else validateSchedule(spec.schedule, spec.timeZone, hasZone(old?.schedule ?? ''), errors);
  validateNonnegative(spec.startingDeadlineSeconds, child(SPEC, 'startingDeadlineSeconds'), errors);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone) validateTimeZone(spec.timeZone, errors);
  validateRequiredEnum(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], child(SPEC, 'concurrencyPolicy'), errors);
  const jobSpec = spec.jobTemplate.spec ?? { template: {} };
  validateJobSpecWithoutSelector(jobSpec, JOB_SPEC, podSpec, errors);
  if (jobSpec.selector !== undefined) invalid(errors, child(JOB_SPEC, 'selector'), shownSelector(jobSpec.selector), '`selector` will be auto-generated');
  if (jobSpec.manualSelector === true) notSupported(errors, child(JOB_SPEC, 'manualSelector'), true, ['nil', 'false']);
  validateNonnegative(spec.successfulJobsHistoryLimit, child(SPEC, 'successfulJobsHistoryLimit'), errors);
  validateNonnegative(spec.failedJobsHistoryLimit, child(SPEC, 'failedJobsHistoryLimit'), errors);
}

function validateSchedule(schedule: string, timeZone: string | undefined, allowsZone: boolean, errors: FieldErrors): void {
  const parsed = parseCronSchedule(schedule);
  if (typeof parsed === 'string') invalid(errors, SCHEDULE, schedule, parsed);
  if (!hasZone(schedule)) return;
  if (allowsZone) {
    if (timeZone !== undefined) invalid(errors, SCHEDULE, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  } else invalid(errors, SCHEDULE, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
}

function validateTimeZone(zone: string, errors: FieldErrors): void {
  if (zone === '') return invalid(errors, TIME_ZONE, asJson(zone), 'timeZone must be nil or non-empty string');
  const isWellFormed = zone.split('/').every((part) => part !== '.' && part !== '..' && !part.startsWith('-') && /^[A-Za-z.\-_0-9+]{1,14}$/.test(part));
  if (!isWellFormed) return invalid(errors, TIME_ZONE, asJson(zone), `unknown time zone ${zone}`);
  if (zone.toLowerCase() === 'local') invalid(errors, TIME_ZONE, asJson(zone), 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  if (!isKnownTimeZone(zone) && zone !== 'Local') invalid(errors, TIME_ZONE, asJson(zone), `unknown time zone ${zone}`);
}
