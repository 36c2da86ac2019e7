// The section of the plan's text that shows where each Service leads.
import type { PlannedService } from '../plan/model.js';

const SHOWN = 4;

/** The section; empty when there is no Service to show. */
export function serviceLines(services: readonly PlannedService[]): string[] {
  if (services.length === 0) return [];
  return ['Services', ...services.flatMap(oneService)];
}

function oneService({ namespace, name, type, clusterIPs, affinitySeconds, ports, dns }: PlannedService): string[] {
  const isHeadless = clusterIPs.length === 0 && type !== 'ExternalName';
  const lines = [`  ${namespace}/${name}   ${isHeadless ? 'headless' : [type, ...clusterIPs].join(' ')}${affinitySeconds === undefined ? '' : `, a client keeps its backend for ${affinitySeconds} s`}`];
  for (const { port, protocol, nodePort, backends, droppedInside, droppedOutside } of ports) {
    const targets = backends.map((backend) => `${backend.pod ?? backend.address}:${backend.port}${backend.node === undefined ? '' : ` on ${backend.node}`}`);
    lines.push(`      ${port}/${protocol}${nodePort === undefined ? '' : ` (node port ${nodePort})`} → ${targets.length === 0 ? 'refused: no ready backend' : folded(targets)}`);
    if (droppedInside.length > 0) lines.push(`        lost from pods on ${folded(droppedInside)}: no backend there`);
    if (droppedOutside.length > 0) lines.push(`        lost from outside through ${folded(droppedOutside)}: no backend there`);
  }
  const shown = dns.slice(0, 2 * SHOWN);
  for (const record of shown) lines.push(`      ${record.name}  ${record.type}  ${folded(record.values)}`);
  if (dns.length > shown.length) lines.push(`      and ${dns.length - shown.length} more names`);
  return lines;
}

function folded(words: readonly string[]): string {
  return words.length <= SHOWN ? words.join(', ') : `${words.slice(0, SHOWN).join(', ')} and ${words.length - SHOWN} more`;
}
