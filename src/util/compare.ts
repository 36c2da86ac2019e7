// Orders that are the same on every machine: by code unit, never by locale.

/** Orders two strings by UTF-16 code unit. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const MAX_INSERTED = 16;

/** Puts the texts in code unit order, in place. A few are inserted one by one: the built-in sort takes room of its own for each list. */
export function sortStrings(texts: string[]): string[] {
  if (texts.length > MAX_INSERTED) return texts.sort(compareStrings);
  for (let next = 1; next < texts.length; next++) {
    const text = texts[next] as string;
    let at = next;
    for (; at > 0 && text < (texts[at - 1] as string); at--) texts[at] = texts[at - 1] as string;
    texts[at] = text;
  }
  return texts;
}

/** The keys of a map in code unit order. */
export function sortedKeys(map: object | undefined): string[] {
  return map === undefined ? [] : sortStrings(Object.keys(map));
}
