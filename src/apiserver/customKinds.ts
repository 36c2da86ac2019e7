// The kinds that CustomResourceDefinitions in the store make known.
import { findCondition } from '../api/conditions.js';
import type { KubernetesObject } from '../api/meta.js';
import type { CustomResourceDefinition } from '../api/types.js';
import { customResourceKind } from '../kinds/customResource.js';
import type { Kind } from '../kinds/kind.js';
import type { Store } from '../store/store.js';

const TABLE = 'customresourcedefinitions.apiextensions.k8s.io';

/** Finds a custom kind by apiVersion and kind; a definition counts from the moment it is stored, unless it turns out that it cannot be served. */
export function createCustomKinds(store: Store<KubernetesObject>): (apiVersion: string, kind: string) => Kind | undefined {
  let kinds: Map<string, Kind> | undefined;
  const made = new WeakMap<CustomResourceDefinition, readonly (readonly [string, Kind])[]>();
  store.watch((event) => { if (event.table === TABLE) kinds = undefined; });

  const kindsOf = (crd: CustomResourceDefinition): readonly (readonly [string, Kind])[] => {
    const known = made.get(crd);
    if (known !== undefined) return known;
    if (isRefused(crd)) return [];
    const served = crd.spec.versions.filter((version) => version.served).map((version) => [`${crd.spec.group}/${version.name}/${crd.spec.names.kind}`, customResourceKind(crd, version)] as const);
    made.set(crd, served);
    return served;
  };

  return (apiVersion, kind) => {
    // What the store holds under this name was written as a CustomResourceDefinition.
    kinds ??= new Map((store.list(TABLE) as unknown as CustomResourceDefinition[]).flatMap(kindsOf));
    return kinds.get(`${apiVersion}/${kind}`);
  };
}

/** True for a definition whose names are another's, or whose webhook cannot be trusted: discovery does not know it. */
function isRefused({ status }: CustomResourceDefinition): boolean {
  const established = findCondition(status?.conditions, 'Established');
  return established?.status === 'False' && established.reason !== 'Installing';
}
