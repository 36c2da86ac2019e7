// The place of a value inside an object, printed as the API server prints it: spec.containers[0].image, metadata.labels[app].
// A path is a chain to its parent, so that walking an object costs one small record a step and text only on demand.

/** One step and what stands before it. */
export interface FieldPath {
  readonly parent: FieldPath | undefined;
  /** A field name, a list index, or the text of a map key. */
  readonly step: string | number;
  /** True when `step` is a map key, printed in brackets. */
  readonly isKey: boolean;
}

/** A path of one field, or of several joined by dots ('spec.template'). */
export function rootPath(name: string): FieldPath {
  return { parent: undefined, step: name, isKey: false };
}

/** The field below the path; `parent` undefined begins a path. */
export function child(parent: FieldPath | undefined, name: string): FieldPath {
  return { parent, step: name, isKey: false };
}

/** The item of a list. */
export function indexed(parent: FieldPath | undefined, position: number): FieldPath {
  return { parent, step: position, isKey: false };
}

/** The entry of a map. */
export function keyed(parent: FieldPath | undefined, name: string): FieldPath {
  return { parent, step: name, isKey: true };
}

/** The printed form. Source: apimachinery/pkg/util/validation/field/path.go (Path.String) */
export function pathText(path: FieldPath | undefined): string {
  if (path === undefined) return '<nil>';
  let text = '';
  for (let at: FieldPath | undefined = path; at !== undefined; at = at.parent) {
    const bracketed = at.isKey || typeof at.step === 'number';
    text = bracketed ? `[${at.step}]${text}` : at.parent === undefined ? `${at.step}${text}` : `.${at.step}${text}`;
  }
  return text;
}
