// Numbers that may be percentages of a total, and how the rolling updates resolve theirs.
// Source: apimachinery/pkg/util/intstr/intstr.go (GetScaledValueFromIntOrPercent), pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts)

/** The number, or the percentage of the total rounded up; 0 when absent or malformed. */
export function scaledUp(value: number | string | undefined, total: number): number {
  return scaled(value, total, Math.ceil);
}

/** The number, or the percentage of the total rounded down; 0 when absent or malformed. */
function scaledDown(value: number | string | undefined, total: number): number {
  return scaled(value, total, Math.floor);
}

function scaled(value: number | string | undefined, total: number, round: (value: number) => number): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return round((percentOf(value) * total) / 100);
}

/** Text → its percentage: few are in use, and every status asks for them. */
const percentages = new Map<string, number>();

/** '25%' → 25; 0 when malformed. */
function percentOf(text: string): number {
  let percentage = percentages.get(text);
  if (percentage === undefined) {
    const match = /^([+-]?\d+)%$/.exec(text);
    percentages.set(text, (percentage = match === null ? 0 : Number(match[1])));
  }
  return percentage;
}

/** Surge and unavailable pods of a rolling update: surge rounds up, unavailable down, and not both are 0. */
export function resolveFenceposts(maxSurge: number | string | undefined, maxUnavailable: number | string | undefined, desired: number): { surge: number; unavailable: number } {
  const surge = scaledUp(maxSurge, desired);
  const unavailable = scaledDown(maxUnavailable, desired);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
