// Pods that have their node and wait for their volumes, found by the claims that they mount.
import { objectKey, type KubernetesObject, type WatchEvent } from '../api/meta.js';
import type { PersistentVolume } from '../api/types.js';
import { claimKeyOf } from '../api/volumeClaims.js';
import { createHeap } from '../util/heap.js';
import type { PodInfo } from './framework/podInfo.js';
import { claimNameOf } from './plugins/claims.js';

/** What has to be known of each of them. */
interface WaitingEntry {
  readonly queued: { info: PodInfo };
  readonly node: { readonly name: string };
}

/** What is known of each of them; the pods by key. */
export interface WaitingPods<Entry extends WaitingEntry> {
  get(podKey: string): Entry | undefined;
  /** Keeps the pod's place, and the moment until which it waits, when it waits already. */
  add(entry: Entry, untilMs: number): void;
  remove(podKey: string): void;
  /** Hears of every write of claims and volumes. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Hears of every node that goes. */
  onNodeGone(nodeName: string): void;
  /** Those whose claims or nodes have had news since the last call, and those that have waited long enough, the one that has waited longest first. */
  takeDue(nowMs: number): Entry[];
  /** When the first of them has waited long enough. */
  nextDueMs(): number | undefined;
}

/** Nobody waits yet. */
export function createWaitingPods<Entry extends WaitingEntry>(): WaitingPods<Entry> {
  const waiting = new Map<string, { entry: Entry; sequence: number; claimKeys: readonly string[] }>();
  /** 'namespace/claim' → pods that mount it. */
  const byClaim = new Map<string, Set<string>>();
  let news = new Set<string>();
  /** Those that no longer wait, or wait anew, stay in it until they come out. */
  const ends = createHeap<{ podKey: string; sequence: number; untilMs: number }>((a, b) => a.untilMs - b.untilMs || a.sequence - b.sequence);
  let nextSequence = 0;

  const notice = (claimKey: string): void => {
    for (const podKey of byClaim.get(claimKey) ?? []) news.add(podKey);
  };

  const nextEnd = (): { podKey: string; untilMs: number } | undefined => {
    for (let end = ends.peek(); end !== undefined; end = ends.peek()) {
      if (waiting.get(end.podKey)?.sequence === end.sequence) return end;
      ends.pop();
    }
    return undefined;
  };

  const noticeVolume = (volume: PersistentVolume | undefined): void => {
    const claimKey = volume === undefined ? undefined : claimKeyOf(volume);
    if (claimKey !== undefined) notice(claimKey);
  };

  return {
    get: (podKey) => waiting.get(podKey)?.entry,
    add(entry, untilMs) {
      const { info } = entry.queued;
      const known = waiting.get(info.key);
      if (known !== undefined) {
        known.entry = entry;
        return;
      }
      const claimKeys = info.facts.volumes.flatMap((volume) => {
        const name = claimNameOf(info, volume);
        return name === undefined ? [] : [`${info.namespace}/${name}`];
      });
      ends.push({ podKey: info.key, sequence: nextSequence, untilMs });
      waiting.set(info.key, { entry, sequence: nextSequence++, claimKeys });
      for (const claimKey of claimKeys) byClaim.set(claimKey, (byClaim.get(claimKey) ?? new Set()).add(info.key));
    },
    remove(podKey) {
      const known = waiting.get(podKey);
      if (known === undefined) return;
      waiting.delete(podKey);
      news.delete(podKey);
      for (const claimKey of known.claimKeys) {
        const pods = byClaim.get(claimKey);
        pods?.delete(podKey);
        if (pods?.size === 0) byClaim.delete(claimKey);
      }
    },
    onEvent({ object, old }, resource) {
      if (byClaim.size === 0) return;
      if (resource === 'persistentvolumeclaims') notice(objectKey(object));
      else if (resource === 'persistentvolumes') for (const volume of [object, old] as (KubernetesObject | undefined)[]) noticeVolume(volume as PersistentVolume | undefined);
    },
    onNodeGone(nodeName) {
      for (const [podKey, { entry }] of waiting) if (entry.node.name === nodeName) news.add(podKey);
    },
    takeDue(nowMs) {
      for (let end = nextEnd(); end !== undefined && end.untilMs <= nowMs; end = nextEnd()) {
        news.add(end.podKey);
        ends.pop();
      }
      if (news.size === 0) return [];
      const found = [...news].flatMap((podKey) => waiting.get(podKey) ?? []);
      news = new Set();
      return found.sort((a, b) => a.sequence - b.sequence).map(({ entry }) => entry);
    },
    nextDueMs: () => nextEnd()?.untilMs,
  };
}
