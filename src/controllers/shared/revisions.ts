// ControllerRevisions: the history of a StatefulSet's or DaemonSet's template.
// Source: pkg/controller/history/controller_history.go
import { compileLabelSelector } from '../../api/labelSelector.js';
import { controllerOf, controllerReference } from '../../api/ownerReference.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { ControllerRevision, LabelSelector, PodTemplateSpec } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { claim } from './claim.js';

/** What a revision holds: the patch that brings the template back. */
export interface RevisionData {
  spec: { template: PodTemplateSpec & { $patch: 'replace' } };
}

/** The data of a revision of the template. Parts of the template are shared. */
export function revisionData(template: PodTemplateSpec): RevisionData {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** The template that the revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  // Revisions of these owners are written by revisionData.
  const { $patch: _, ...template } = (revision.data as unknown as RevisionData).spec.template;
  return template;
}

/** The owner's revisions, lowest number first. */
export function listRevisions(client: Client, owner: KubernetesObject): ControllerRevision[] {
  return [...client.read.ownedBy('controllerrevisions.apps', owner.metadata.uid ?? '')].sort((a, b) => a.revision - b.revision
    || compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
}

/** As listRevisions, after taking over those without an owner that the selector selects: an owner of the name has left them behind. */
export function adoptRevisions(client: Client, owner: KubernetesObject, selector: LabelSelector | undefined): ControllerRevision[] {
  const orphans = client.read.list('controllerrevisions.apps', owner.metadata.namespace ?? '').filter((revision) => controllerOf(revision) === undefined);
  if (orphans.length > 0) claim(orphans, { client, owner, selector: compileLabelSelector(selector ?? {}) });
  return listRevisions(client, owner);
}

/** The last revision with that data. */
export function findEqualRevision(revisions: readonly ControllerRevision[], data: RevisionData): ControllerRevision | undefined {
  for (let index = revisions.length - 1; index >= 0; index--) {
    const revision = revisions[index] as ControllerRevision;
    if (deepEqual(revision.data, data)) return revision;
  }
  return undefined;
}

/** The number of the next revision. */
export function nextRevision(revisions: readonly ControllerRevision[]): number {
  return (revisions.at(-1)?.revision ?? 0) + 1;
}

/** A revision to be created. */
export function newRevision(owner: KubernetesObject, options: { name: string; labels: Record<string, string>; data: RevisionData; revision: number }): ControllerRevision {
  const { namespace = '', annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1', kind: 'ControllerRevision',
    metadata: {
      name: options.name, namespace, labels: options.labels, ownerReferences: [controllerReference(owner)],
      ...(annotations === undefined ? {} : { annotations }),
    },
    data: options.data as unknown as NonNullable<ControllerRevision['data']>,
    revision: options.revision,
  };
}

/** Gives an earlier revision the highest number. */
export function raiseRevision(client: Client, revision: ControllerRevision, number: number): ControllerRevision {
  if (revision.revision === number) return revision;
  return client.update({ ...revision, revision: number }).object ?? revision;
}

/** Deletes the lowest revisions beyond the limit, sparing those in use. */
export function truncateHistory(client: Client, revisions: readonly ControllerRevision[], { isLive, limit }: { isLive: (revision: ControllerRevision) => boolean; limit: number }): void {
  if (revisions.length <= limit) return;
  const history = revisions.filter((revision) => !isLive(revision));
  for (const revision of history.slice(0, Math.max(0, history.length - limit))) client.delete(revision);
}
