// The best node where resource scores alone decide, found without a look at every node.
import { isBefore } from '../selectHost.js';
import { BLOCK_BITS, type ResourceClass } from './resourceClass.js';

/** Index of the choice among all nodes with room, or -1, and how many share its score; only blocks that hold the highest score are looked into. */
export function bestByBlocks(resources: ResourceClass, startIndex: number): { index: number; tied: number } {
  const { scores, max: blockMax, count: blockCount } = resources.refresh();
  let most = -1;
  let found = 0;
  for (let block = 0; block < blockMax.length; block++) {
    if ((blockMax[block] as number) > most) most = blockMax[block] as number;
    found += blockCount[block] as number;
  }
  if (most < 0) return { index: -1, tied: 0 };
  const count = scores.length;
  const start = startIndex % count;
  const ranksBefore = start === 0 ? 0 : rankOf(start, { scores, blockCount });
  let best = -1;
  let bestPosition = -1;
  let tied = 0;
  let rank = 0;
  for (let block = 0; block < blockMax.length; block++) {
    if ((blockMax[block] as number) === most) {
      const end = Math.min(count, (block + 1) << BLOCK_BITS);
      let local = rank;
      for (let index = block << BLOCK_BITS; index < end; index++) {
        const score = scores[index] as number;
        if (score < 0) continue;
        if (score === most) {
          tied++;
          const position = local >= ranksBefore ? local - ranksBefore : local - ranksBefore + found;
          if (best < 0 || isBefore(position, bestPosition)) {
            best = index;
            bestPosition = position;
          }
        }
        local++;
      }
    }
    rank += blockCount[block] as number;
  }
  return { index: best, tied };
}

/** Number of nodes with room before the index. */
function rankOf(index: number, { scores, blockCount }: { scores: Int32Array; blockCount: Int32Array }): number {
  const block = index >> BLOCK_BITS;
  let rank = 0;
  for (let at = 0; at < block; at++) rank += blockCount[at] as number;
  for (let at = block << BLOCK_BITS; at < index; at++) if ((scores[at] as number) >= 0) rank++;
  return rank;
}
