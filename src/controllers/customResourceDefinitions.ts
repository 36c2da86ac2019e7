// CustomResourceDefinitions: names are accepted, the resource is established, and its objects go when it is deleted.
// Source: apiextensions-apiserver/pkg/controller/{apiapproval/apiapproval_controller,status/naming_controller,establish/establishing_controller,finalizer/crd_finalizer}.go
import { findCondition, isConditionTrue } from '../api/conditions.js';
import type { CustomResourceDefinition, CustomResourceDefinitionCondition, CustomResourceDefinitionNames } from '../api/types.js';
import { approvalOf } from '../kinds/customResourceDefinition.js';
import { caBundleProblem } from '../kinds/shared/x509KeyPair.js';
import { deepEqual } from '../util/objects.js';
import { formatTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';

const TABLE = 'customresourcedefinitions.apiextensions.k8s.io';
const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
/** How often it is looked whether the objects of a definition that goes are gone. */
const POLL_SECONDS = 5;

/** Runs CustomResourceDefinitions. */
export const customResourceDefinitions: ControllerDescription = { name: 'crd-controller', create: createDefinitionController };

type Wanted = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

function createDefinitionController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;

  const withCondition = (crd: CustomResourceDefinition, wanted: Wanted): CustomResourceDefinition => {
    // Go writes an empty list of conditions as null.
    const conditions = crd.status?.conditions ?? [];
    const known = findCondition(conditions, wanted.type);
    const lastTransitionTime = known !== undefined && known.status === wanted.status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : formatTime(nowMs());
    const next = { ...wanted, lastTransitionTime };
    const written = known === undefined ? [...conditions, next] : conditions.map((condition) => (condition === known ? next : condition));
    return { ...crd, status: { ...crd.status, conditions: written } };
  };

  /** Names that the other definitions of the group have been given. */
  function takenNames(crd: CustomResourceDefinition): { resources: Set<string>; kinds: Set<string> } {
    const resources = new Set<string>();
    const kinds = new Set<string>();
    for (const other of read.list(TABLE)) {
      if (other.spec.group !== crd.spec.group) continue;
      const { plural = '', singular = '', shortNames = [], kind = '', listKind = '' } = other.status?.acceptedNames ?? {};
      for (const name of [plural, singular, ...shortNames]) resources.add(name);
      for (const name of [kind, listKind]) kinds.add(name);
    }
    return { resources, kinds };
  }

  function nameProblem(crd: CustomResourceDefinition): { accepted: CustomResourceDefinitionNames; condition: Wanted } {
    const wanted = crd.spec.names;
    const accepted: CustomResourceDefinitionNames = { plural: '', kind: '', ...crd.status?.acceptedNames };
    const before = { ...accepted };
    const { resources, kinds } = takenNames(crd);
    let condition: Wanted = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
    const refuse = (reason: string, names: readonly string[]): void => {
      const texts = names.map((name) => `"${name}" is already in use`);
      condition = { ...condition, status: 'False', reason, message: texts.length === 1 ? String(texts[0]) : `[${texts.join(', ')}]` };
    };
    const accept = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, taken: ReadonlySet<string>): void => {
      const name = wanted[field] ?? '';
      if (name !== (before[field] ?? '') && taken.has(name)) refuse(reason, [name]);
      else if (name !== '') accepted[field] = name;
    };
    accept('plural', 'PluralConflict', resources);
    accept('singular', 'SingularConflict', resources);
    const conflicts = (wanted.shortNames ?? []).filter((name) => before.shortNames?.includes(name) !== true && resources.has(name));
    if (conflicts.length > 0) refuse('ShortNamesConflict', conflicts);
    else if (wanted.shortNames === undefined) delete accepted.shortNames;
    else accepted.shortNames = wanted.shortNames;
    accept('kind', 'KindConflict', kinds);
    accept('listKind', 'ListKindConflict', kinds);
    if (wanted.categories === undefined) delete accepted.categories;
    else accepted.categories = wanted.categories;
    return { accepted, condition };
  }

  function establishedFor(crd: CustomResourceDefinition, namesAccepted: boolean): Wanted {
    const old = findCondition(crd.status?.conditions, 'Established');
    if (old?.status !== 'True' && namesAccepted) return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' };
    if (old === undefined) return { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
    const { type, status, reason = '', message = '' } = old;
    return { type, status, reason, message };
  }

  /** Deletes what is left of the definition's objects; the definition goes once they are gone. */
  function finalize(crd: CustomResourceDefinition): ReconcileResult {
    const name = crd.metadata.name ?? '';
    const resource = `${crd.spec.names.plural}.${crd.spec.group}`;
    const isEstablished = isConditionTrue(crd.status?.conditions, 'Established');
    const { object } = client.updateStatus(withCondition(crd, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }));
    if (object === undefined) return 'retry';
    const objects = isEstablished ? read.listObjects(resource) : [];
    for (const each of objects) if (each.metadata.deletionTimestamp === undefined) client.delete(each);
    if (objects.length > 0 && read.listObjects(resource).length > 0) {
      queue.addAfter(name, POLL_SECONDS);
      return 'done';
    }
    const finalizers = (crd.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
    const end = isEstablished ? { reason: 'InstanceDeletionCompleted', message: 'removed all instances' } : { reason: 'NeverEstablished', message: 'resource was never established' };
    const told = finalizers.length === 0 ? object : client.updateStatus(withCondition(object, { type: 'Terminating', status: 'False', ...end })).object;
    if (told === undefined) return 'retry';
    return client.update({ ...told, metadata: { ...told.metadata, finalizers } }).code < 300 ? 'done' : 'retry';
  }

  function requeueGroup(group: string): void {
    for (const { spec, metadata } of read.list(TABLE)) if (spec.group === group) queue.add(metadata.name ?? '');
  }

  /** Undefined when there is nothing to tell. */
  function tellApproval(crd: CustomResourceDefinition): ReconcileResult | undefined {
    const approval = approvalOf(crd);
    if (approval === undefined) return undefined;
    const condition: Wanted = { type: 'KubernetesAPIApprovalPolicyConformant', ...approval };
    return isTold(crd, condition) ? undefined : write(withCondition(crd, condition));
  }

  /** Undefined when nothing is to be done about the names. */
  function acceptNames(crd: CustomResourceDefinition): ReconcileResult | undefined {
    // Names that are those asked for are not looked at again.
    if (deepEqual(crd.spec.names, crd.status?.acceptedNames)) return undefined;
    const { accepted, condition } = nameProblem(crd);
    if (deepEqual(accepted, crd.status?.acceptedNames) && isTold(crd, condition)) return undefined;
    const named = withCondition({ ...crd, status: { ...crd.status, acceptedNames: accepted } }, condition);
    const result = write(withCondition(named, establishedFor(crd, condition.status === 'True')));
    if (result === 'done') requeueGroup(crd.spec.group);
    return result;
  }

  function establish(crd: CustomResourceDefinition): ReconcileResult {
    if (!isConditionTrue(crd.status?.conditions, 'NamesAccepted') || isConditionTrue(crd.status?.conditions, 'Established')) return 'done';
    const bundle = crd.spec.conversion?.webhook?.clientConfig?.caBundle ?? '';
    const isTrusted = bundle === '' || caBundleProblem(bundle) === undefined;
    const condition: Wanted = isTrusted
      ? { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
      : { type: 'Established', status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' };
    return isTold(crd, condition) ? 'done' : write(withCondition(crd, condition));
  }

  function write(crd: CustomResourceDefinition): ReconcileResult {
    return client.updateStatus(crd).code < 300 ? 'done' : 'retry';
  }

  function reconcile(key: string): ReconcileResult {
    const crd = read.get(TABLE, '', key);
    if (crd === undefined) return 'done';
    if (crd.metadata.deletionTimestamp !== undefined) return crd.metadata.finalizers?.includes(FINALIZER) === true ? finalize(crd) : 'done';
    return tellApproval(crd) ?? acceptNames(crd) ?? establish(crd);
  }

  return {
    handlers: {
      [TABLE]: ({ type, object }) => {
        if (type === 'DELETED') requeueGroup(object.spec.group);
        else queue.add(object.metadata.name ?? '');
      },
    },
    reconcile,
  };
}

function isTold({ status }: CustomResourceDefinition, wanted: Wanted): boolean {
  const known = findCondition(status?.conditions, wanted.type);
  return known?.status === wanted.status && known.reason === wanted.reason && known.message === wanted.message;
}
