// Replays recordings of a real control plane: what it answered to single requests. Known differences stand in <suite>.known.json with
// their reason; one that is no longer a difference fails, so the list only shrinks. STOWAGE_UPDATE=1 rewrites the lists, keeping reasons.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Response, StatusCause } from '../../src/api/meta.js';
import { Cluster } from '../../src/cluster/cluster.js';

interface Row {
  id: string;
  before?: KubernetesObject;
  object: KubernetesObject;
  code: number;
  reason?: string;
  message?: string;
  causes?: StatusCause[];
  stored?: KubernetesObject;
  warnings?: string[];
  context?: KubernetesObject[];
}

const folder = path.resolve(import.meta.dirname, '../../fixtures/conformance');
const rowsOf = (suite: string): Row[] => zlib.gunzipSync(fs.readFileSync(path.join(folder, `${suite}.jsonl.gz`))).toString().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);
const DRY_RUN = { dryRun: true, fieldValidation: 'Strict' } as const;
const VOLATILE = new Set(['uid', 'creationTimestamp', 'managedFields', 'resourceVersion', 'selfLink', 'generation']);

/** The value with sorted keys, without what the server draws or counts; uids, times and generated names blurred. */
function comparable(value: unknown, isMetadata = false): unknown {
  if (typeof value === 'string') {
    return value.replace(/^kube-api-access-[a-z0-9]{5}$/, 'kube-api-access-*').replace(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uuid').replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'time');
  }
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([name, item]) => item !== undefined && !(isMetadata && VOLATILE.has(name)));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, comparable(item, name === 'metadata')]));
}

/** Addresses, ports and generated names are compared for presence only. */
function blurred(object: KubernetesObject | undefined): string {
  const copy = structuredClone(object ?? {}) as { kind?: string; metadata?: { name?: string; generateName?: string }; spec?: { clusterIP?: string; clusterIPs?: string[]; ports?: { nodePort?: unknown }[]; healthCheckNodePort?: unknown } };
  if (copy.kind === 'Service' && copy.spec !== undefined) {
    if (copy.spec.clusterIP?.startsWith('10.96.') === true) Object.assign(copy.spec, { clusterIP: 'ip', clusterIPs: ['ip'] });
    for (const port of copy.spec.ports ?? []) if (port.nodePort !== undefined) port.nodePort = 'port';
    if (copy.spec.healthCheckNodePort !== undefined) copy.spec.healthCheckNodePort = 'port';
  }
  const { name, generateName } = copy.metadata ?? {};
  if (copy.metadata !== undefined && generateName !== undefined && name?.startsWith(generateName) === true) copy.metadata.name = `${generateName}*`;
  return JSON.stringify(comparable(copy));
}

const causeSet = (causes: StatusCause[] | undefined): string => JSON.stringify((causes ?? []).map(({ reason, field }) => `${reason}|${field}`).sort());

/** What differs, or '' when nothing does. */
function difference(row: Row, got: Response): string {
  if (row.code < 300) {
    if (got.code >= 300) return `refused: ${got.message ?? ''}`;
    if (blurred(row.stored) !== blurred(got.object)) return 'stored object';
  } else {
    if (got.code !== row.code || (got.reason ?? row.reason ?? '') !== (row.reason ?? '')) return `code ${got.code} ${got.reason ?? ''}`;
    if (row.causes !== undefined && causeSet(row.causes) !== causeSet(got.causes)) return 'causes';
    if (got.message !== row.message) return 'message';
  }
  return JSON.stringify(row.warnings ?? []) === JSON.stringify(got.warnings) ? '' : 'warnings';
}

function check(suite: string, answer: (row: Row) => Response, rows: Row[]): void {
  const file = path.join(folder, `${suite}.known.json`);
  const known = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
  const found = new Map<string, string>();
  for (const row of rows) {
    const differs = difference(row, answer(row));
    if (differs !== '') found.set(row.id, differs);
  }
  if (process.env['STOWAGE_UPDATE'] !== undefined) {
    fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries([...found].map(([id, differs]) => [id, known[id] ?? differs])), null, 2)}\n`);
    return;
  }
  expect({ new: [...found].filter(([id]) => known[id] === undefined), gone: Object.keys(known).filter((id) => !found.has(id)) }).toEqual({ new: [], gone: [] });
}

function settled(): Cluster {
  const cluster = new Cluster();
  cluster.settle();
  return cluster;
}

describe('recordings of a real server', () => {
  it('create', () => {
    const cluster = settled();
    check('create', ({ object }) => cluster.create(object, DRY_RUN), rowsOf('create'));
  });
  it('update', () => {
    check('update', ({ before, object }) => {
      const cluster = settled();
      const { status: _status, ...rest } = before as KubernetesObject & { status?: unknown };
      const made = cluster.create(before?.kind === 'Service' ? rest : before);
      return made.code < 300 ? cluster.update(object, DRY_RUN) : made;
    }, rowsOf('update'));
  }, 60_000);
  it('admission', () => {
    const [first, ...rows] = rowsOf('admission');
    const cluster = settled();
    for (const object of first?.context ?? []) cluster.create(object);
    cluster.settle();
    check('admission', ({ object }) => cluster.create(object, DRY_RUN), rows);
  });
});
