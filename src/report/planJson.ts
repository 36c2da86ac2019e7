// The plan as one JSON document; its shape is plan.schema.json beside this file.
import type { Plan } from '../plan/model.js';

/** The document, indented, with a newline at the end. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Plan', ...plan }, undefined, 2)}\n`;
}
