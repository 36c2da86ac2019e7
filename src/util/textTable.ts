// Columns of text: every cell padded to its column, nothing behind the last one.

/** How a column stands. */
export type Alignment = 'left' | 'right';

/** The rows as lines, two blanks between columns. Widths count code points; the cells hold no control characters. */
export function textTable(rows: readonly (readonly string[])[], alignments: readonly Alignment[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (let column = 0; column < row.length; column++) widths[column] = Math.max(widths[column] ?? 0, widthOf(row[column] as string));
  }
  return rows.map((row) => {
    let line = '';
    for (let column = 0; column < row.length; column++) {
      const cell = row[column] as string;
      const padding = ' '.repeat((widths[column] as number) - widthOf(cell));
      line += (column === 0 ? '' : '  ') + (alignments[column] === 'right' ? padding + cell : cell + padding);
    }
    return line.trimEnd();
  });
}

/** The number of code points. */
function widthOf(cell: string): number {
  let width = cell.length;
  // Of a surrogate pair the second half is passed over.
  for (let at = 0; at < cell.length; at++) if (cell.charCodeAt(at) >= 0xd800 && (cell.codePointAt(at) as number) > 0xffff) width--;
  return width;
}

/** A bar of so many cells for a share between 0 and 1, in eighths of a cell; more than 1 fills it. */
export function textBar(share: number, cells: number): string {
  const eighths = Math.max(0, Math.min(cells * 8, Math.round(share * cells * 8)));
  const full = Math.floor(eighths / 8);
  const rest = eighths % 8;
  const partial = rest === 0 ? '' : (' ▏▎▍▌▋▊▉'[rest] as string);
  return '█'.repeat(full) + partial + '░'.repeat(cells - full - (rest === 0 ? 0 : 1));
}
