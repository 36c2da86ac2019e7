// What plugins remember from one extension point to the next within one scheduling cycle. Source: pkg/scheduler/framework/cycle_state.go
import { assert } from '../../util/assert.js';
import type { PodInfo } from './podInfo.js';

/** The memory of one cycle. */
export interface CycleState {
  readonly pod: PodInfo;
  /** Names of plugins whose filter has nothing to say. */
  readonly skippedFilters: Set<string>;
  /** Names of plugins whose score has nothing to say. */
  readonly skippedScores: Set<string>;
  readonly data: Map<string, unknown>;
}

/** An empty memory. */
export function createCycleState(pod: PodInfo): CycleState {
  return { pod, skippedFilters: new Set(), skippedScores: new Set(), data: new Map() };
}

/** A typed place in the memory. */
export interface StateKey<T> {
  write(cycle: CycleState, value: T): void;
  /** What was written; it is a bug to read before. */
  read(cycle: CycleState): T;
  readonly isSet: (cycle: CycleState) => boolean;
}

/** A place of that name. */
export function stateKey<T>(name: string): StateKey<T> {
  return {
    write: (cycle, value) => void cycle.data.set(name, value),
    read(cycle) {
      const value = cycle.data.get(name);
      assert(value !== undefined, `nothing written at ${name}`);
      return value as T;
    },
    isSet: (cycle) => cycle.data.has(name),
  };
}
