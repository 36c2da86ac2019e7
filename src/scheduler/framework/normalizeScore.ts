// The usual way to bring raw scores into 0…100. Source: pkg/scheduler/framework/plugins/helper/normalize_score.go
import { MAX_SCORE } from './types.js';

/** Scales by the largest one, in place; reversed, the smallest raw score is the best. */
export function defaultNormalize(scores: number[], { isReverse }: { isReverse: boolean }): void {
  let max = 0;
  for (const score of scores) if (score > max) max = score;
  for (let index = 0; index < scores.length; index++) scores[index] = defaultNormalized(scores[index] as number, { max, isReverse });
}

/** One score, given the largest raw one (at least 0). */
export function defaultNormalized(score: number, { max, isReverse }: { max: number; isReverse: boolean }): number {
  if (max === 0) return isReverse ? MAX_SCORE : score;
  const scaled = Math.floor((MAX_SCORE * score) / max);
  return isReverse ? MAX_SCORE - scaled : scaled;
}
