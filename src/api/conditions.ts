// Conditions in a status: a list with one entry a type.

/** What every kind of condition has. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** The condition of that type. */
export function findCondition<T extends ConditionLike>(conditions: readonly T[] | undefined, type: string): T | undefined {
  // A list that was sent as null is none.
  if (!conditions) return undefined;
  for (let index = 0; index < conditions.length; index++) if (conditions[index]?.type === type) return conditions[index];
  return undefined;
}

/** True when the condition is there with status 'True'. */
export function isConditionTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}
