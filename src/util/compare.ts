// Orders that are the same on every machine: by code unit, never by locale.

/** Orders two strings by UTF-16 code unit. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The keys of a map in code unit order. */
export function sortedKeys(map: object | undefined): string[] {
  return map === undefined ? [] : Object.keys(map).sort(compareStrings);
}
