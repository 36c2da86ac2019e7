// A name in one object must be the name of another object of the input. The node names it, or holds what does.
// Parameters: kind, name (path below the node, or several of which the first that is there counts; without it the node is the name),
// namespace (path below the node, else the object's own), clusterScoped, optional (path of a flag that allows absence),
// known (names that exist without a manifest), madeBy (kinds whose objects make one, and the paths of its name, of which the first
// that is there counts). In the message: {name}, {namespace}.
import { compilePattern, expand } from '../nodes.js';
import { isRecord } from '../../util/objects.js';
import { valueAt, type World } from '../world.js';
import type { Check } from './check.js';
import { nearest } from './nearest.js';

/** One finding for a node that names what is not there. */
export const referenceExists: Check = ({ value, path }, { object, world, parameters }) => {
  const { kind, namespace: namespacePath, optional, known = [], clusterScoped } = parameters;
  const namePaths = (Array.isArray(parameters['name']) ? parameters['name'] : [parameters['name'] ?? '']).map(String);
  const namePath = namePaths.find((each) => each !== '' && valueAt(value, each) !== undefined) ?? '';
  const name = namePath === '' ? value : valueAt(value, namePath);
  if (typeof name !== 'string' || name === '') return [];
  if (typeof optional === 'string' && isRecord(value) && valueAt(value, optional) === true) return [];
  if (Array.isArray(known) && known.includes(name)) return [];
  const stated = typeof namespacePath === 'string' ? valueAt(value, namespacePath) : undefined;
  const namespace = clusterScoped === true ? '' : typeof stated === 'string' && stated !== '' ? stated : object.namespace;
  if (world.find(String(kind), namespace, name) !== undefined || world.isGenerated(String(kind), name)) return [];
  if (Array.isArray(parameters['madeBy']) && parameters['madeBy'].filter(isRecord).some((maker) => makes(maker, { name, namespace, world }))) return [];
  const same = world.ofKind(String(kind), namespace);
  const near = nearest(name, same.map((each) => each.object.metadata.name ?? ''));
  const elsewhere = world.ofKind(String(kind)).find((each) => each.object.metadata.name === name);
  const related = near === undefined ? elsewhere : world.find(String(kind), namespace, near);
  return [{
    path: namePath === '' ? path : `${path}.${namePath}`,
    args: { name, namespace },
    ...(near !== undefined ? { hint: `did you mean ${JSON.stringify(near)}?` } : elsewhere !== undefined ? { hint: `there is one in the namespace ${elsewhere.namespace}` } : {}),
    ...(related === undefined ? {} : { related: [{ object: related, path: 'metadata.name', message: `${String(kind)} ${related.namespace === '' ? '' : `${related.namespace}/`}${related.object.metadata.name ?? ''}` }] }),
  }];
};

/** Whether some object of the kind in the namespace makes what is called so. */
function makes({ kind, name: paths }: Record<string, unknown>, { name, namespace, world }: { name: string; namespace: string; world: World }): boolean {
  const patterns = (Array.isArray(paths) ? paths : [paths]).map((each) => compilePattern(String(each)));
  return world.ofKind(String(kind), namespace).some((maker) => {
    const nodes = patterns.map((pattern) => expand(maker, pattern, world)).find((found) => found.length > 0) ?? [];
    return nodes.some(({ value }) => value === name);
  });
}
