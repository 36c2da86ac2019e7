// A named targetPort of a Service must be the name of a container port, of the same protocol, of every pod template it selects.
// The node is a port of the Service. In the message: {port}, {workload}.
import { compileLabelMap } from '../../api/labelSelector.js';
import { isRecord } from '../../util/objects.js';
import { valueAt, type PodTemplateView } from '../world.js';
import type { Check } from './check.js';
import { nearest } from './nearest.js';

/** One finding a template that lacks the port. */
export const servicePortDeclared: Check = ({ value, path }, { object, world }) => {
  const selector = valueAt(object.object, 'spec.selector');
  if (!isRecord(value) || !isRecord(selector) || Object.keys(selector).length === 0) return [];
  const target = value['targetPort'];
  if (typeof target !== 'string') return [];
  const protocol = value['protocol'] ?? 'TCP';
  return world.selected(object.namespace, compileLabelMap(selector as Record<string, string>)).flatMap((template) => {
    const names = portNames(template, protocol);
    if (names.includes(target)) return [];
    const near = nearest(target, names);
    return [{
      path: `${path}.targetPort`,
      args: { port: target, workload: `${template.owner.object.kind} ${template.owner.object.metadata.name ?? ''}` },
      hint: names.length === 0 ? 'it names no ports' : near === undefined ? `its ports are ${names.join(', ')}` : `did you mean ${JSON.stringify(near)}?`,
      related: [{ object: template.owner, path: `${template.specPath}.containers[0].ports`, message: 'the ports of its pods' }],
    }];
  });
};

/** The names of ports of the protocol, in containers and in init containers that stay. */
function portNames({ spec }: PodTemplateView, wanted: unknown): string[] {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')];
  return containers.flatMap(({ ports }) => (Array.isArray(ports) ? ports : []).flatMap(({ name, protocol = 'TCP' }) => (name === undefined || protocol !== wanted ? [] : [name])));
}
