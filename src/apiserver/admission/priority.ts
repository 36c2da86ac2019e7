// The class of a pod becomes its number. Source: plugin/pkg/admission/priority/admission.go
import type { Pod, PriorityClass } from '../../api/types.js';
import type { Reader } from '../reader.js';
import type { Refusal } from '../refusal.js';
import { forbiddenByAdmission, type AdmissionAttributes, type AdmissionPlugin } from './admission.js';

const DEFAULT_POLICY = 'PreemptLowerPriority';

/** Resolves priorityClassName; allows one default class. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods', 'priorityclasses.scheduling.k8s.io'],
  admit(attributes, { read }) {
    const { kind, operation, subresource } = attributes;
    if (kind.resource !== 'pods' || subresource !== '') return undefined;
    if (operation === 'CREATE') return admitPod(attributes, read);
    if (operation === 'UPDATE') keepOld(attributes.object as Pod, attributes.old as Pod);
    return undefined;
  },
  validate(attributes, { read }) {
    const { kind, operation, object } = attributes;
    if (kind.resource === 'pods' || operation === 'DELETE') return undefined;
    const { metadata, globalDefault } = object as PriorityClass;
    if (globalDefault !== true) return undefined;
    const other = defaultClass(read);
    if (other === undefined || (operation === 'UPDATE' && other.metadata.name === metadata.name)) return undefined;
    return forbiddenByAdmission(attributes, `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`);
  },
};

function admitPod(attributes: AdmissionAttributes, read: Reader): Refusal | undefined {
  const spec = ((attributes.object as Pod).spec ??= { containers: [] });
  let value = 0;
  let policy = DEFAULT_POLICY;
  if (!spec.priorityClassName) {
    const chosen = defaultClass(read);
    if (chosen !== undefined) {
      spec.priorityClassName = chosen.metadata.name ?? '';
      value = chosen.value ?? 0;
      policy = chosen.preemptionPolicy ?? DEFAULT_POLICY;
    }
  } else {
    const chosen = read.get('priorityclasses.scheduling.k8s.io', '', spec.priorityClassName);
    if (chosen === undefined) return forbiddenByAdmission(attributes, `no PriorityClass with name ${spec.priorityClassName} was found`);
    value = chosen.value ?? 0;
    policy = chosen.preemptionPolicy ?? DEFAULT_POLICY;
  }
  if (spec.priority !== undefined && spec.priority !== value) {
    return forbiddenByAdmission(attributes, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`);
  }
  spec.priority = value;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    return forbiddenByAdmission(attributes, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`);
  }
  spec.preemptionPolicy = policy;
  return undefined;
}

function keepOld({ spec }: Pod, { spec: old }: Pod): void {
  if (spec === undefined || old === undefined) return;
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) spec.preemptionPolicy = old.preemptionPolicy;
}

/** The default class; the one of the lowest value when there are several. */
function defaultClass(read: Reader): PriorityClass | undefined {
  let chosen: PriorityClass | undefined;
  for (const each of read.list('priorityclasses.scheduling.k8s.io')) {
    if (each.globalDefault === true && (chosen === undefined || (each.value ?? 0) < (chosen.value ?? 0))) chosen = each;
  }
  return chosen;
}
