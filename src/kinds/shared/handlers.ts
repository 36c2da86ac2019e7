// Probes and lifecycle hooks of containers.
// Source: pkg/apis/core/validation/validation.go (validateHandler, validateProbe, validateLifecycle)
import { forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, type FieldPath } from '../../api/fieldPath.js';
import type { ExecAction, GRPCAction, HTTPGetAction, Lifecycle, Probe, SleepAction, TCPSocketAction } from '../../api/types.js';
import { validateNonnegative } from './checks.js';
import { validateEnum } from './enums.js';
import { httpHeaderMessages } from './formats.js';
import { invalidEach, validatePortNumber, validatePortNumberOrName } from './names.js';

/** What a probe or a hook does. */
interface Handler {
  exec?: ExecAction;
  httpGet?: HTTPGetAction;
  tcpSocket?: TCPSocketAction;
  grpc?: GRPCAction;
  sleep?: SleepAction;
}

/** Refuses no action and more than one; checks the first. */
function validateHandler(handler: Handler, gracePeriodSeconds: number | undefined, path: FieldPath, errors: FieldErrors): void {
  let count = 0;
  const isFirst = (name: string): boolean => {
    if (count === 0) {
      count++;
      return true;
    }
    forbidden(errors, child(path, name), 'may not specify more than 1 handler type');
    return false;
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined && isFirst('exec') && (exec.command ?? []).length === 0) required(errors, child(child(path, 'exec'), 'command'));
  if (httpGet !== undefined && isFirst('httpGet')) validateHttpGet(httpGet, child(path, 'httpGet'), errors);
  if (tcpSocket !== undefined && isFirst('tcpSocket')) validatePortNumberOrName(tcpSocket.port ?? 0, child(child(path, 'tcpSocket'), 'port'), errors);
  if (grpc !== undefined && isFirst('grpc')) validatePortNumber(grpc.port ?? 0, child(child(path, 'grpc'), 'port'), errors);
  if (sleep !== undefined && isFirst('sleep')) {
    const seconds = sleep.seconds ?? 0;
    if (gracePeriodSeconds !== undefined && (seconds < 0 || seconds > gracePeriodSeconds)) {
      invalid(errors, child(path, 'sleep'), seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`);
    }
  }
  if (count === 0) required(errors, path, 'must specify a handler type');
}

function validateHttpGet(action: HTTPGetAction, path: FieldPath, errors: FieldErrors): void {
  if (!action.path) required(errors, child(path, 'path'));
  validatePortNumberOrName(action.port ?? 0, child(path, 'port'), errors);
  validateEnum(action.scheme, ['HTTP', 'HTTPS'], child(path, 'scheme'), errors);
  for (const header of action.httpHeaders ?? []) invalidEach(errors, child(path, 'httpHeaders'), header.name ?? '', httpHeaderMessages(header.name ?? ''));
}

function validateProbe(probe: Probe, gracePeriodSeconds: number | undefined, path: FieldPath, errors: FieldErrors): void {
  validateHandler(probe, gracePeriodSeconds, path, errors);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    if ((probe[field] ?? 0) < 0) validateNonnegative(probe[field], child(path, field), errors);
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) invalid(errors, child(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0');
}

/** A liveness or startup probe: one success is enough. */
export function validateRestartingProbe(probe: Probe | undefined, gracePeriodSeconds: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (probe === undefined) return;
  validateProbe(probe, gracePeriodSeconds, path, errors);
  if (probe.successThreshold !== 1) invalid(errors, child(path, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1');
}

/** A readiness probe: it ends nothing, so it has no grace period. */
export function validateReadinessProbe(probe: Probe | undefined, gracePeriodSeconds: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (probe === undefined) return;
  validateProbe(probe, gracePeriodSeconds, path, errors);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined) invalid(errors, child(path, 'terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes');
}

/** The hooks of a container. */
export function validateLifecycle(lifecycle: Lifecycle | undefined, gracePeriodSeconds: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (lifecycle === undefined) return;
  if (lifecycle.postStart !== undefined) validateHandler(lifecycle.postStart, gracePeriodSeconds, child(path, 'postStart'), errors);
  if (lifecycle.preStop !== undefined) validateHandler(lifecycle.preStop, gracePeriodSeconds, child(path, 'preStop'), errors);
}
