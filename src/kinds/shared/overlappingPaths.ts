// Warnings about volumes that write two things to one path. Source: pkg/api/pod/warnings.go (warningsForOverlappingVirtualPaths)
import type { ProjectedVolumeSource, Volume, VolumeProjection } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';

interface Placed {
  path: string;
  /** What puts it there; '' where only one source can. */
  source: string;
}

/** Sources without a warning that many pods share, frozen: that of the token is in nearly every pod. */
const withoutOverlap = new WeakSet<ProjectedVolumeSource>();

/** Warns of every pair of paths of which one is the other or lies below it. */
export function warnOfOverlappingPaths(volumes: readonly Volume[], warnings: string[]): void {
  for (const { name = '', configMap, secret, downwardAPI, projected } of volumes) {
    if (projected !== undefined && withoutOverlap.has(projected)) continue;
    const report = (what: string, paths: readonly Placed[]): void => {
      forEachOverlap(paths, (later, earlier) => warnings.push(`volume ${goQuote(name)} (${what}): overlapping paths: ${placeText(later)} with ${placeText(earlier)}`));
    };
    if (configMap?.items !== undefined) report(`ConfigMap ${goQuote(configMap.name ?? '')}`, placed(configMap.items, ''));
    if (secret?.items !== undefined) report(`Secret ${goQuote(secret.secretName ?? '')}`, placed(secret.items, ''));
    if (downwardAPI?.items !== undefined) report('DownwardAPI', placed(downwardAPI.items, ''));
    if (projected === undefined) continue;
    const paths: Placed[] = [];
    const texts: string[] = [];
    for (const source of projected.sources ?? []) {
      if (Object.keys(source).length === 0) texts.push(`volume ${goQuote(name)} (Projected) has no sources provided`);
      paths.push(...projectedPaths(source));
    }
    const before = warnings.length;
    warnings.push(...texts);
    report('Projected', paths);
    if (warnings.length === before && Object.isFrozen(projected)) withoutOverlap.add(projected);
  }
}

function placed(items: readonly { path: string }[], source: string): Placed[] {
  return items.map((item) => ({ path: (item.path ?? '').replace(/\/+$/, ''), source }));
}

function projectedPaths(source: VolumeProjection): Placed[] {
  if (source.configMap !== undefined) return placed(source.configMap.items ?? [], `ConfigMap ${goQuote(source.configMap.name ?? '')}`);
  if (source.secret !== undefined) return placed(source.secret.items ?? [], `Secret ${goQuote(source.secret.name ?? '')}`);
  if (source.downwardAPI !== undefined) return placed(source.downwardAPI.items ?? [], 'DownwardAPI');
  if (source.serviceAccountToken !== undefined) return placed([source.serviceAccountToken], 'ServiceAccountToken');
  return [];
}

function placeText({ path, source }: Placed): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`;
}

function forEachOverlap(paths: readonly Placed[], visit: (later: Placed, earlier: Placed) => void): void {
  paths.forEach((later, index) => {
    for (const earlier of paths.slice(0, index)) {
      if (later.path === earlier.path || later.path.startsWith(`${earlier.path}/`) || earlier.path.startsWith(`${later.path}/`)) visit(later, earlier);
    }
  });
}
