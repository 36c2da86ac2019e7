// Which kinds and fields a version of Kubernetes serves, from 1.28 to 1.36. A version is held as its minor number: 36 for 1.36.
import { historyJson } from './history.js';

/** The version of the schema table. */
export const LATEST_MINOR = 36;
/** The oldest version that can be judged by. */
const OLDEST_MINOR = 28;

/** A version that is served beside the one in the schema table, with the same fields. */
export interface FormerVersion {
  readonly group: string;
  readonly version: string;
  /** The version of the schema table that has its fields. */
  readonly like: string;
  /** The first minor version that no longer serves it. */
  readonly removed: number;
}

/** Beta versions that were on by default and went after 1.28. Source: kubernetes.io/docs/reference/using-api/deprecation-guide */
export const FORMER_VERSIONS: readonly FormerVersion[] = [
  { group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta2', like: 'v1', removed: 29 },
  { group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta3', like: 'v1', removed: 32 },
];

let history: { fields: Record<string, Record<string, number>>; kinds: Record<string, number> } | undefined;

function table(): NonNullable<typeof history> {
  history ??= JSON.parse(historyJson) as NonNullable<typeof history>;
  return history;
}

/** The first minor version that serves the kind; 0 when it is older than all that can be judged by. */
export function kindSince(apiVersion: string, kind: string): number {
  return table().kinds[`${apiVersion}/${kind}`] ?? 0;
}

/** The first minor version whose API has the field; 0 when it is older than all that can be judged by. */
export function fieldSince(definition: string, field: string): number {
  return table().fields[definition]?.[field] ?? 0;
}

/** '1.31' → 31; undefined for text that is no version that can be judged by. */
export function minorVersionOf(text: string): number | undefined {
  const match = /^v?1\.(\d+)(?:\.\d+)?$/.exec(text);
  const minor = match === null ? NaN : Number(match[1]);
  return minor >= OLDEST_MINOR && minor <= LATEST_MINOR ? minor : undefined;
}
