// Which of several classes is the default one: the newest, then the first by name. Source: pkg/volume/util/storageclass.go (GetDefaultClass),
// plugin/pkg/admission/network/defaultingressclass/admission.go
import type { KubernetesObject } from '../../api/meta.js';
import { compareStrings } from '../../util/compare.js';

/** The default class among those that carry one of the annotations with the value "true". */
export function newestDefault<T extends KubernetesObject>(classes: readonly T[], annotations: readonly string[]): T | undefined {
  const defaults = classes.filter(({ metadata }) => annotations.some((name) => metadata.annotations?.[name] === 'true'));
  const created = ({ metadata }: T): string => metadata.creationTimestamp ?? '';
  defaults.sort((a, b) => compareStrings(created(b), created(a)) || compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
  return defaults[0];
}
