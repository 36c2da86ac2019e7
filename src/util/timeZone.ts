// Time zones by their IANA names, out of the data that comes with the JavaScript engine.

const MAX_FORMATTERS = 500;
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formatters.has(zone)) return formatters.get(zone);
  let formatter: Intl.DateTimeFormat | undefined;
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', era: 'short',
    });
  } catch {
    formatter = undefined;
  }
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(zone, formatter);
  return formatter;
}

/** True when the name is one of the database; names are case-sensitive, as files are. */
export function isKnownTimeZone(zone: string): boolean {
  if (zone === 'UTC') return true;
  if (!/^[A-Z]/.test(zone) || zone.includes(':')) return false;
  const parts = zone.split('/');
  // The engine ignores case; the database writes each part with a capital first and, unless the whole part is an abbreviation, small letters after it.
  if (parts.some((part) => /^[a-z]/.test(part) || (parts.length > 1 && part.length > 4 && part === part.toUpperCase() && /^[A-Z_]+$/.test(part)))) return false;
  return formatterOf(zone) !== undefined;
}

/** What clocks in the zone are ahead of UTC at the moment; 0 for an unknown zone. */
export function zoneOffsetMs(timeMs: number, zone: string): number {
  if (zone === 'UTC' || zone === '') return 0;
  const formatter = formatterOf(zone);
  if (formatter === undefined) return 0;
  const seconds = Math.floor(timeMs / 1000);
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(seconds * 1000)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds * 1000;
}
