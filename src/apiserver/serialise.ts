// The form in which an object is stored and returned: what Go's encoding/json leaves out is left out, what it always writes is there.
// Source: the json tags of k8s.io/api; a stored object is decoded anew, so empty lists and maps are the same as absent ones.
import type { KubernetesObject } from '../api/meta.js';
import { NODE, planOf, structPlan, type FieldPlan, type StructPlan } from '../kinds/schema/typePlan.js';

type Json = Record<string, unknown>;

/** The stored form with its nulls; that form without them; or without them and with the empty lists and maps that messages show. */
type Form = 'stored' | 'compared' | 'shown';

/** Brings the object into its stored form, in place. Frozen parts have that form already: they came out of the store. */
export function serialise(definition: string, object: KubernetesObject): void {
  serialiseStruct(structPlan(definition), object as unknown as Json, 'stored');
}

/** Brings the status alone into its stored form, for an object whose other parts have it. */
export function serialiseStatus(definition: string, { status }: { status?: unknown }): void {
  const field = structPlan(definition).fields.get('status');
  if (field !== undefined) isKept(field, status, 'stored');
}

/** Brings the object into the form in which it is compared with a stored one: no empty lists and maps, and no nulls that it did not come with. */
export function serialiseForComparison(definition: string, object: KubernetesObject): void {
  serialiseStruct(structPlan(definition), object as unknown as Json, 'compared');
}

/** The same with the empty lists and maps, which messages tell from absent ones. */
export function serialiseForMessages(definition: string, object: KubernetesObject): void {
  serialiseStruct(structPlan(definition), object as unknown as Json, 'shown');
}

function serialiseStruct(plan: StructPlan, value: Json, form: Form): void {
  if (Object.isFrozen(value)) return;
  for (const name in value) {
    const item = value[name];
    // A scalar that is not zero is kept in every form.
    if (item && typeof item !== 'object') continue;
    const field = plan.fields.get(name);
    if (field === undefined) continue;
    if (item === undefined || (item === null && field.mode !== 'nullablePointer')) delete value[name];
    else if (!isKept(field, item, form)) delete value[name];
  }
  const { structFields, zeroFields } = plan;
  for (let index = 0; index < structFields.length; index++) {
    const { name, node } = structFields[index] as FieldPlan;
    if (value[name] !== undefined) continue;
    const empty: Json = {};
    serialiseStruct(planOf(node), empty, form);
    value[name] = empty;
  }
  for (let index = 0; index < zeroFields.length; index++) {
    const { name, zero } = zeroFields[index] as StructPlan['zeroFields'][number];
    if (value[name] === undefined && (zero !== null || form === 'stored')) value[name] = zero;
  }
}

/** Serialises the value of a field; false when the field is to be left out. */
function isKept({ node, mode }: FieldPlan, item: unknown, form: Form): boolean {
  switch (node.kind) {
    case NODE.struct:
      serialiseStruct(planOf(node), item as Json, form);
      return true;
    case NODE.list:
      if ((item as unknown[]).length === 0) return form === 'shown';
      if (node.item?.kind === NODE.struct && !Object.isFrozen(item)) {
        const plan = planOf(node.item);
        const elements = item as Json[];
        for (let index = 0; index < elements.length; index++) serialiseStruct(plan, elements[index] as Json, form);
      }
      return true;
    case NODE.map: {
      let isEmpty = true;
      const plan = node.item?.kind === NODE.struct ? planOf(node.item) : undefined;
      for (const key in item as Json) {
        isEmpty = false;
        if (plan === undefined) break;
        serialiseStruct(plan, (item as Json)[key] as Json, form);
      }
      return !isEmpty || form === 'shown';
    }
    default:
      return mode !== 'omitEmpty' || (item !== '' && item !== 0 && item !== false);
  }
}
