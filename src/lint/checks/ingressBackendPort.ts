// The Service behind an Ingress must have the port that the backend names. The node is a backend.
// In the message: {service}, {port}.
import { isRecord } from '../../util/objects.js';
import { valueAt } from '../world.js';
import type { Check } from './check.js';

/** One finding for a backend whose Service has no such port. A missing Service is another rule's finding. */
export const ingressBackendPort: Check = ({ value, path }, { object, world }) => {
  const name = valueAt(value, 'service.name');
  const port = valueAt(value, 'service.port');
  if (typeof name !== 'string' || !isRecord(port)) return [];
  const service = world.find('Service', object.namespace, name);
  const ports = service === undefined ? undefined : valueAt(service.object, 'spec.ports');
  if (service === undefined || !Array.isArray(ports)) return [];
  const isDeclared = ports.some((each: unknown) => isRecord(each) && (port['name'] !== undefined ? each['name'] === port['name'] : each['port'] === port['number']));
  if (isDeclared) return [];
  const known = ports.filter(isRecord).map((each) => (each['name'] === undefined ? String(each['port']) : `${String(each['name'])} (${String(each['port'])})`));
  return [{
    path: `${path}.service.port`,
    args: { service: name, port: String(port['name'] ?? port['number']) },
    hint: `its ports are ${known.join(', ')}`,
    related: [{ object: service, path: 'spec.ports', message: 'the ports of the Service' }],
  }];
};
