// One object of the input, before and after it was applied.
import type { KubernetesObject, Response } from '../api/meta.js';
import type { SourcePlace } from './model.js';

/** One object of the input. */
export interface InputObject {
  object: KubernetesObject;
  /** Looks up where it stands: whoever needs that for some objects only does not ask it of all. */
  readonly source: () => SourcePlace;
}

/** The answer to one applied object. */
export interface AppliedObject extends InputObject {
  /** The step, from 1. */
  step: number;
  response: Response;
  verdict: 'created' | 'configured' | 'unchanged' | 'refused';
  /** kubectl's own, then those of the server. */
  warnings: readonly string[];
  /** What stood there before. */
  standing: KubernetesObject | undefined;
}
