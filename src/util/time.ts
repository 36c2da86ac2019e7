// Virtual time: milliseconds since 1970 as integers, and their RFC 3339 text. Nothing here reads the machine's clock.

let lastSecond = Number.NaN;
let lastText = '';
let lastMicroMs = Number.NaN;
let lastMicroText = '';
let lastParsed = '';
let lastParsedMs: number | undefined;

/** Milliseconds → '2026-01-01T00:00:00Z', whole seconds as the API writes metav1.Time. */
export function formatTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  // Most calls in a row are about one moment.
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastText;
}

/** Milliseconds → '2026-01-01T00:00:00.000000Z' as the API writes metav1.MicroTime. */
export function formatMicroTime(timeMs: number): string {
  if (timeMs !== lastMicroMs) {
    const fraction = timeMs - Math.floor(timeMs / 1000) * 1000;
    lastMicroMs = timeMs;
    lastMicroText = `${formatTime(timeMs).slice(0, -1)}.${String(fraction).padStart(3, '0')}000Z`;
  }
  return lastMicroText;
}

/** RFC 3339 text → milliseconds, or undefined when it is no such text. */
export function parseTime(text: string): number | undefined {
  if (text === lastParsed) return lastParsedMs;
  const timeMs = Date.parse(text);
  lastParsed = text;
  lastParsedMs = Number.isNaN(timeMs) ? undefined : timeMs;
  return lastParsedMs;
}
