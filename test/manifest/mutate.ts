// Documents that are almost right: a seeded mutation of texts, for comparing readers with each other.
import { createRandom } from '../../src/util/random.js';

/** The seed of this run; STOWAGE_SEED repeats one. */
export const seed = Number(process.env['STOWAGE_SEED'] ?? 20260101);

const pieces = [
  ' ', '  ', '\n', '\n\n', '\t', ':', ': ', '- ', '-', '#', ' #', '"', "'", '|', '>', '|-', '>+', '[', ']', '{', '}', ',', '&a ', '*a', '!!str ', '!x ', '<<: ', '? ', '---\n', '...\n', '%', '@', '`',
  '\\', '\\n', '\\u00e9', '\r\n', '\r', '\u0085', '\u2028', '\ufeff', '😀', 'é', '~', 'null', 'yes', 'on:', '0x1F', '010', '1e3', '.5', '1_000', '.inf', '12', '-1', '+', "''", '{}', '[]', 'a: b', '\u0007', '\\\n', '  - x\n', '__proto__: 1\n',
];

/** A source of mutated texts. */
export function mutator(bases: readonly string[], startSeed: number): () => string {
  const random = createRandom(startSeed);
  const below = random.nextInt;
  return () => {
    let text = bases[below(bases.length)] ?? '';
    for (let count = 1 + below(3); count > 0; count--) {
      const at = below(text.length + 1);
      const piece = pieces[below(pieces.length)] ?? '';
      const lines = text.split('\n');
      const line = below(lines.length);
      switch (below(7)) {
        case 0:
          text = text.slice(0, at) + text.slice(at + 1 + below(4));
          break;
        case 1:
        case 2:
          text = text.slice(0, at) + piece + text.slice(at);
          break;
        case 3:
          text = text.slice(0, at) + piece + text.slice(at + piece.length);
          break;
        case 4:
          lines[line] = ' '.repeat(below(6)) + (lines[line] ?? '').trimStart();
          text = lines.join('\n');
          break;
        case 5:
          lines.splice(line, 1, ...(below(2) === 0 ? [] : [lines[line] ?? '', lines[below(lines.length)] ?? '']));
          text = lines.join('\n');
          break;
        default:
          lines[line] = (lines[line] ?? '').replace(/:.*/, `: ${piece}`);
          text = lines.join('\n');
      }
    }
    return text;
  };
}
