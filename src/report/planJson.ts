// The plan as one JSON document; its shape is plan.schema.json beside this file.
import type { Plan, SourcePlace } from '../plan/model.js';

/** The document, indented, with a newline at the end. */
export function planJson(plan: Plan): string {
  const document = { apiVersion: 'stowage.dev/v1', kind: 'Plan', ...plan, objects: plan.objects.map(withPlace), pods: plan.pods.map(withPlace) };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** With its place in the stead of how to find it. */
function withPlace<T extends { source: () => SourcePlace | null }>(planned: T): Omit<T, 'source'> & { source: SourcePlace | null } {
  return { ...planned, source: planned.source() };
}
