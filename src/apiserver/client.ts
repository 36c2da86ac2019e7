// How a component meets the API server: reads, writes under its own name, events.
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import type { ApiServer, DeleteOptions } from './apiServer.js';
import type { EventRecorder } from './eventRecorder.js';
import type { Reader } from './reader.js';

/** A component's view of the API server. Objects that are read are frozen: change a copy and write it. */
export interface Client {
  readonly read: Reader;
  create<T extends KubernetesObject>(object: T): Response<T>;
  /** PUT; the object's resourceVersion must be the stored one, as it is when it was read in the same reconcile. */
  update<T extends KubernetesObject>(object: T): Response<T>;
  /** PUT on the status subresource: everything but `status` is kept. */
  updateStatus<T extends KubernetesObject>(object: T): Response<T>;
  /** PUT on the finalize subresource of a Namespace: writes spec.finalizers. */
  finalize<T extends KubernetesObject>(object: T): Response<T>;
  delete(object: KubernetesObject, options?: DeleteOptions): Response;
  /** The Eviction subresource of a pod: a deletion that asks the disruption budgets first. */
  evict(object: KubernetesObject, options?: DeleteOptions): Response;
  bind(ref: ObjectRef, nodeName: string): Response;
  /** Records an event about the object, counted up when it repeats. `reporter`: the name that it is told under, if not the component's own. */
  event(object: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string, reporter?: string): void;
}

/** The client of the component `actor` ('deployment-controller', 'default-scheduler', 'kubelet' …), which is also the source of its events. */
export function createClient(server: ApiServer, recorder: EventRecorder, actor: string): Client {
  const refOf = (object: KubernetesObject): ObjectRef => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name ?? '',
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  });
  return {
    read: server.read,
    // The server answers with an object of the kind it was given.
    create: <T extends KubernetesObject>(object: T) => server.create(object, {}, actor) as Response<T>,
    update: <T extends KubernetesObject>(object: T) => server.update(object, {}, actor) as Response<T>,
    updateStatus: <T extends KubernetesObject>(object: T) => server.update(object, { subresource: 'status' }, actor) as Response<T>,
    finalize: <T extends KubernetesObject>(object: T) => server.update(object, { subresource: 'finalize' }, actor) as Response<T>,
    evict: (object, options) => server.evict(refOf(object), options, actor),
    delete: (object, options) => server.delete(refOf(object), options, actor),
    bind: (ref, nodeName) => server.bind(ref, nodeName, actor),
    event: (object, type, reason, message, reporter = actor) => recorder.record({ object, type, reason, message, component: actor, reporter }),
  };
}
