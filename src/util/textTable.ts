// Columns of text: every cell padded to its column, nothing behind the last one.

/** How a column stands. */
export type Alignment = 'left' | 'right';

/** The rows as lines, two blanks between columns. Widths count code points; the cells hold no control characters. */
export function textTable(rows: readonly (readonly string[])[], alignments: readonly Alignment[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, [...cell].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - [...cell].length);
        return alignments[column] === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A bar of so many cells for a share between 0 and 1, in eighths of a cell; more than 1 fills it. */
export function textBar(share: number, cells: number): string {
  const eighths = Math.max(0, Math.min(cells * 8, Math.round(share * cells * 8)));
  const full = Math.floor(eighths / 8);
  const rest = eighths % 8;
  const partial = rest === 0 ? '' : (' ▏▎▍▌▋▊▉'[rest] as string);
  return '█'.repeat(full) + partial + '░'.repeat(cells - full - (rest === 0 ? 0 : 1));
}
