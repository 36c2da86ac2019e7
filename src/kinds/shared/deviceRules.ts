// Requests for devices: selectors in CEL, allocation modes, constraints, configuration. Source: pkg/apis/resource/validation/validation.go
import { asJson, duplicate, forbidden, invalid, notSupported, required, tooLong, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../../api/fieldPath.js';
import type {
  DeviceClaim, DeviceClaimConfiguration, DeviceConstraint, DeviceRequest, DeviceSelector, DeviceSubRequest, DeviceToleration, ExactDeviceRequest, OpaqueDeviceConfiguration,
} from '../../api/types.js';
import { boolType, dynType, isDyn, mapType, opaqueType, stringType, structType, typeToString } from '../../cel/celType.js';
import { celEnvironment, compileCel } from '../../cel/compileCel.js';
import { byteLength } from '../../util/utf8.js';
import { patternMessage } from './formats.js';
import type { GoLayout } from './internalForm.js';
import { validateDns1123Label, validateDns1123Subdomain, validateLabelValue, validateQualifiedName } from './names.js';
import { validateCsiDriverName } from './volumeSources.js';

const MAX_ITEMS = 32;
const MAX_SUBREQUESTS = 8;
const MAX_EXPRESSION = 10240;
const MAX_IDENTIFIER = 32;
const MAX_PARAMETERS = 10 * 1024;
const ADMIN_LABEL = 'resource.kubernetes.io/admin-access';
/** What a taint does; `None` only informs. */
export const TAINT_EFFECTS: readonly string[] = ['NoExecute', 'NoSchedule', 'None'];
const EXACTLY_ONE = 'exactly one of `exactly` or `firstAvailable` is required';
// The server says so although no field is set.
const NO_ATTRIBUTE = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
const UNKNOWN_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const IDENTIFIER_MESSAGE = patternMessage(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'", '[A-Za-z_][A-Za-z0-9_]*', 'my_name', 'MY_NAME', 'MyName');

const DEVICE = structType('kubernetes.DRADevice', new Map([
  ['driver', stringType],
  ['attributes', mapType(stringType, mapType(stringType, dynType))],
  ['capacity', mapType(stringType, mapType(stringType, opaqueType('kubernetes.Quantity')))],
  ['allowMultipleAllocations', boolType],
]));
const ENVIRONMENT = celEnvironment({ device: DEVICE });

const TOLERATION: GoLayout = [
  ['Key', 'key', 'string'], ['Operator', 'operator', 'string'], ['Value', 'value', 'string'], ['Effect', 'effect', 'string'], ['TolerationSeconds', 'tolerationSeconds', 'nullable'],
];
const SELECTORS: GoLayout[number] = ['Selectors', 'selectors', { list: [['CEL', 'cel', { pointer: [['Expression', 'expression', 'string']] }]] }];
const CAPACITY: GoLayout[number] = ['Capacity', 'capacity', { pointer: [['Requests', 'requests', 'nullable']] }];
const OPAQUE: GoLayout[number] = ['Opaque', 'opaque', { pointer: [['Driver', 'driver', 'string'], ['Parameters', 'parameters', 'nullable']] }];

/** The spec of a claim as Go's internal struct prints it. */
export const CLAIM_LAYOUT: GoLayout = [
  ['Devices', 'devices', {
    struct: [
      ['Requests', 'requests', {
        list: [
          ['Name', 'name', 'string'],
          ['Exactly', 'exactly', {
            pointer: [
              ['DeviceClassName', 'deviceClassName', 'string'], SELECTORS, ['AllocationMode', 'allocationMode', 'string'], ['Count', 'count', 'int'], ['AdminAccess', 'adminAccess', 'nullable'],
              ['Tolerations', 'tolerations', { list: TOLERATION }], CAPACITY,
            ],
          }],
          ['FirstAvailable', 'firstAvailable', {
            list: [
              ['Name', 'name', 'string'], ['DeviceClassName', 'deviceClassName', 'string'], SELECTORS, ['AllocationMode', 'allocationMode', 'string'], ['Count', 'count', 'int'],
              ['Tolerations', 'tolerations', { list: TOLERATION }], CAPACITY,
            ],
          }],
        ],
      }],
      ['Constraints', 'constraints', { list: [['Requests', 'requests', 'nullable'], ['MatchAttribute', 'matchAttribute', 'nullable'], ['DistinctAttribute', 'distinctAttribute', 'nullable']] }],
      ['Config', 'config', { list: [['Requests', 'requests', 'nullable'], OPAQUE] }],
    ],
  }],
];

/** Fills in modes, counts and operators. Source: pkg/apis/resource/v1/defaults.go */
export function setClaimDefaults(devices: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable } of devices?.requests ?? []) {
    for (const request of [...(exactly === undefined ? [] : [exactly]), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
      for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  }
}

function validateSlice<T>(items: readonly T[], max: number, path: FieldPath, errors: FieldErrors, check: (item: T, path: FieldPath) => void): void {
  if (items.length > max) return tooMany(errors, path, items.length, max);
  items.forEach((item, index) => check(item, indexed(path, index)));
}

/** Repetitions are named after all that is wrong with single items. Source: validateSet */
export function validateSet<T>(items: readonly T[], { max, keyOf }: { max: number; keyOf: (item: T) => string }, path: FieldPath, errors: FieldErrors, check: (item: T, path: FieldPath) => void): void {
  validateSlice(items, max, path, errors, check);
  if (items.length > max) return;
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const key = keyOf(item);
    if (seen.has(key)) duplicate(errors, indexed(path, index), key);
    seen.add(key);
  });
}

const nameOf = ({ name = '' }: { name?: string }): string => name;

/** Devices that others use are for namespaces that are marked. The error comes first. Source: pkg/registry/resource/utils.go (AuthorizedForAdmin) */
export function validateAdminAccess(requests: readonly DeviceRequest[] | undefined, namespaceLabels: Readonly<Record<string, string>> | undefined, errors: FieldErrors): void {
  const index = (requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess === true);
  if (index < 0 || namespaceLabels?.[ADMIN_LABEL] === 'true') return;
  const found: FieldErrors = [];
  const path = child(indexed(child(child(rootPath('spec'), 'devices'), 'requests'), index), 'adminAccess');
  forbidden(found, path, `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`);
  errors.unshift(...found);
}

/** Checks the selectors of a class or a request. */
export function validateDeviceSelectors(selectors: readonly DeviceSelector[] | undefined, path: FieldPath, errors: FieldErrors): void {
  validateSlice(selectors ?? [], MAX_ITEMS, path, errors, ({ cel }, at) => {
    if (cel === undefined) return required(errors, child(at, 'cel'));
    const { expression = '' } = cel;
    const place = child(child(at, 'cel'), 'expression');
    if (byteLength(expression) > MAX_EXPRESSION) return tooLong(errors, place, MAX_EXPRESSION);
    const { program, error } = compileCel(expression, ENVIRONMENT);
    if (program === undefined) invalid(errors, place, expression, `compilation failed: ${error}`);
    else if (typeToString(program.type) !== 'bool' && !isDyn(program.type)) invalid(errors, place, expression, `must evaluate to bool or the unknown type, not ${typeToString(program.type)}`);
  });
}

/** Checks what a driver is told. */
export function validateOpaqueConfiguration(opaque: OpaqueDeviceConfiguration | undefined, path: FieldPath, errors: FieldErrors): void {
  if (opaque === undefined) return required(errors, path);
  validateCsiDriverName(opaque.driver, child(path, 'driver'), errors);
  const { parameters } = opaque as { parameters?: unknown };
  if (parameters === undefined || parameters === null) required(errors, child(path, 'parameters'));
  else if (byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS) tooLong(errors, child(path, 'parameters'), MAX_PARAMETERS);
  else if (typeof parameters !== 'object' || Array.isArray(parameters)) invalid(errors, child(path, 'parameters'), '<value omitted>', 'must be a valid JSON object');
}

/** Checks what a claim asks for. */
export function validateDeviceClaim({ requests = [], constraints = [], config = [] }: DeviceClaim, path: FieldPath, errors: FieldErrors): void {
  const names = new Set(requests.flatMap(({ name = '', firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name ?? ''}`)]));
  validateSet(requests, { max: MAX_ITEMS, keyOf: nameOf }, child(path, 'requests'), errors, (request, at) => validateRequest(request, at, errors));
  validateSlice(constraints, MAX_ITEMS, child(path, 'constraints'), errors, (constraint, at) => validateConstraint(constraint, names, at, errors));
  validateSlice(config, MAX_ITEMS, child(path, 'config'), errors, (entry: DeviceClaimConfiguration, at) => {
    validateRequestReferences(entry.requests, names, child(at, 'requests'), errors);
    validateOpaqueConfiguration(entry.opaque, child(at, 'opaque'), errors);
  });
}

function validateRequest({ name = '', exactly, firstAvailable = [] }: DeviceRequest, path: FieldPath, errors: FieldErrors): void {
  validateDns1123Label(name, child(path, 'name'), errors);
  if (exactly !== undefined && firstAvailable.length > 0) return invalid(errors, path, asJson(null), `${EXACTLY_ONE}, but multiple fields are set`);
  if (exactly !== undefined) return validateExactRequest(exactly, child(path, 'exactly'), errors);
  if (firstAvailable.length === 0) return required(errors, path, EXACTLY_ONE);
  validateSet(firstAvailable, { max: MAX_SUBREQUESTS, keyOf: nameOf }, child(path, 'firstAvailable'), errors, (sub, at) => {
    validateDns1123Label(sub.name ?? '', child(at, 'name'), errors);
    validateExactRequest(sub, at, errors);
  });
}

function validateExactRequest(request: ExactDeviceRequest | DeviceSubRequest, path: FieldPath, errors: FieldErrors): void {
  const { deviceClassName = '', selectors, allocationMode = '', count = 0, tolerations = [] } = request;
  if (deviceClassName === '') required(errors, child(path, 'deviceClassName'));
  else validateDns1123Subdomain(deviceClassName, child(path, 'deviceClassName'), errors);
  validateDeviceSelectors(selectors, child(path, 'selectors'), errors);
  if (allocationMode === 'All') {
    if (count !== 0) invalid(errors, child(path, 'count'), count, "must not be specified when allocationMode is 'All'");
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) invalid(errors, child(path, 'count'), count, 'must be greater than zero');
  } else notSupported(errors, child(path, 'allocationMode'), allocationMode, ['All', 'ExactCount']);
  tolerations.forEach((toleration, index) => validateToleration(toleration, indexed(child(path, 'tolerations'), index), errors));
}

function validateToleration({ key = '', operator = '', value = '', effect = '' }: DeviceToleration, path: FieldPath, errors: FieldErrors): void {
  if (key !== '') validateQualifiedName(key, child(path, 'key'), errors);
  if (operator === 'Exists') {
    if (value !== '') invalid(errors, child(path, 'value'), value, 'must be empty for operator `Exists`');
  } else if (operator === 'Equal') validateLabelValue(value, child(path, 'value'), errors);
  else if (operator === '') required(errors, child(path, 'operator'));
  else notSupported(errors, child(path, 'operator'), operator, ['Equal', 'Exists']);
  if (effect !== '' && !TAINT_EFFECTS.includes(effect)) notSupported(errors, child(path, 'effect'), effect, TAINT_EFFECTS);
}

function validateRequestReferences(references: readonly string[] | undefined, names: ReadonlySet<string>, path: FieldPath, errors: FieldErrors): void {
  validateSet(references ?? [], { max: MAX_ITEMS, keyOf: (reference) => reference }, path, errors, (reference, at) => {
    const segments = reference.split('/');
    if (segments.length <= 2) for (const segment of segments) validateDns1123Label(segment, at, errors);
    if (!names.has(reference)) invalid(errors, at, reference, UNKNOWN_REQUEST);
  });
}

function validateConstraint({ requests, matchAttribute, distinctAttribute }: DeviceConstraint, names: ReadonlySet<string>, path: FieldPath, errors: FieldErrors): void {
  validateRequestReferences(requests, names, child(path, 'requests'), errors);
  if (matchAttribute !== undefined) validateAttributeName(matchAttribute, child(path, 'matchAttribute'), errors);
  else if (distinctAttribute !== undefined) validateAttributeName(distinctAttribute, child(path, 'distinctAttribute'), errors);
  else required(errors, path, NO_ATTRIBUTE);
}

/** 'domain/identifier'. Source: validateFullyQualifiedName */
function validateAttributeName(name: string, path: FieldPath, errors: FieldErrors): void {
  validateDeviceQualifiedName(name, path, errors);
  if (!name.includes('/')) invalid(errors, path, name, 'a fully qualified name must be a domain and a name separated by a slash');
}

/** An identifier, with or without a domain before it; more than one slash goes unchecked. Source: validateQualifiedName */
export function validateDeviceQualifiedName(name: string, path: FieldPath, errors: FieldErrors): void {
  const slash = name.indexOf('/');
  if (name.indexOf('/', slash + 1) > slash && slash >= 0) return;
  if (slash >= 0) {
    const domain = name.slice(0, slash);
    if (domain === '') invalid(errors, path, '', 'the domain must not be empty');
    else validateCsiDriverName(domain, path, errors);
  }
  const identifier = name.slice(slash + 1);
  if (slash >= 0 && identifier === '') return invalid(errors, path, '', 'the name must not be empty');
  if (byteLength(identifier) > MAX_IDENTIFIER) tooLong(errors, path, MAX_IDENTIFIER);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(identifier)) invalid(errors, path, identifier, IDENTIFIER_MESSAGE);
}
