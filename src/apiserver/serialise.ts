// The form in which an object is stored and returned: what Go's encoding/json leaves out is left out, what it always writes is there.
// Source: the json tags of k8s.io/api; a stored object is decoded anew, so empty lists and maps are the same as absent ones.
import type { KubernetesObject } from '../api/meta.js';
import { NODE, planOf, structPlan, type FieldPlan, type StructPlan } from '../kinds/schema/typePlan.js';

type Json = Record<string, unknown>;

/** The stored form with its nulls; that form without them; or without them and with the empty lists and maps that messages show. */
type Form = 'stored' | 'compared' | 'shown';

/** Brings the object into its stored form, in place. Frozen parts have that form already: they came out of the store. */
export function serialise(definition: string, object: KubernetesObject): void {
  serialiseObject(definition, object, 'stored');
}

/** Brings the status alone into its stored form, for an object whose other parts have it. */
export function serialiseStatus(definition: string, object: { status?: unknown }): void {
  const field = structPlan(definition).fields.get('status');
  if (field !== undefined) object.status = keptForm(field, object.status, 'stored');
}

/** Brings the object into the form in which it is compared with a stored one: no empty lists and maps, and no nulls that it did not come with. */
export function serialiseForComparison(definition: string, object: KubernetesObject): void {
  serialiseObject(definition, object, 'compared');
}

/** The same with the empty lists and maps, which messages tell from absent ones. */
export function serialiseForMessages(definition: string, object: KubernetesObject): void {
  serialiseObject(definition, object, 'shown');
}

function serialiseObject(definition: string, object: KubernetesObject, form: Form): void {
  if (Object.isFrozen(object)) return;
  const plan = structPlan(definition);
  const value = object as unknown as Json;
  if (emptyFields(plan, value, form)) for (const name in value) if (value[name] === undefined) delete value[name];
  addZeros(plan, value, form);
}

/** The form of a struct: itself, or a copy where something is left out, since V8 keeps an object that has lost a field in a slow layout. */
function serialised(plan: StructPlan, value: Json, form: Form): Json {
  if (Object.isFrozen(value)) return value;
  const kept = emptyFields(plan, value, form) ? withoutUndefined(value) : value;
  addZeros(plan, kept, form);
  return kept;
}

function withoutUndefined(value: Json): Json {
  const kept: Json = {};
  for (const name in value) if (value[name] !== undefined) kept[name] = value[name];
  return kept;
}

/** Brings the fields of a struct into the form and sets those that are left out to undefined; true when there are any. */
function emptyFields(plan: StructPlan, value: Json, form: Form): boolean {
  let hasUndefined = false;
  for (const name in value) {
    const item = value[name];
    // A scalar that is not zero is kept in every form.
    if (item && typeof item !== 'object') continue;
    const field = plan.fields.get(name);
    if (field === undefined) continue;
    const kept = item === undefined || (item === null && field.mode !== 'nullablePointer') ? undefined : keptForm(field, item, form);
    if (kept !== item) value[name] = kept;
    if (kept === undefined) hasUndefined = true;
  }
  return hasUndefined;
}

/** Adds what is always written. */
function addZeros({ structFields, zeroFields }: StructPlan, value: Json, form: Form): void {
  for (let index = 0; index < structFields.length; index++) {
    const { name, node } = structFields[index] as FieldPlan;
    if (value[name] === undefined) value[name] = serialised(planOf(node), {}, form);
  }
  for (let index = 0; index < zeroFields.length; index++) {
    const { name, zero } = zeroFields[index] as StructPlan['zeroFields'][number];
    if (value[name] === undefined && (zero !== null || form === 'stored')) value[name] = zero;
  }
}

/** The form of a field's value; undefined when the field is to be left out. */
function keptForm({ node, mode }: FieldPlan, item: unknown, form: Form): unknown {
  switch (node.kind) {
    case NODE.struct:
      return serialised(planOf(node), item as Json, form);
    case NODE.list: {
      const elements = item as Json[];
      if (elements.length === 0) return form === 'shown' ? item : undefined;
      if (node.item?.kind !== NODE.struct || Object.isFrozen(item)) return item;
      const plan = planOf(node.item);
      for (let index = 0; index < elements.length; index++) elements[index] = serialised(plan, elements[index] as Json, form);
      return item;
    }
    case NODE.map: {
      let isEmpty = true;
      const entries = item as Json;
      const plan = node.item?.kind === NODE.struct && !Object.isFrozen(item) ? planOf(node.item) : undefined;
      for (const key in entries) {
        isEmpty = false;
        if (plan === undefined) break;
        entries[key] = serialised(plan, entries[key] as Json, form);
      }
      return isEmpty && form !== 'shown' ? undefined : item;
    }
    default:
      return mode === 'omitEmpty' && (item === '' || item === 0 || item === false) ? undefined : item;
  }
}
