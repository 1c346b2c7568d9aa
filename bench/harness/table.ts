/** A table for the terminal or for markdown; the first column is text, the others are numbers. */
export function renderTable(rows: readonly (readonly string[])[], markdown: boolean): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    return markdown ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  });
  const rule = widths.map((width, column) => '-'.repeat(width - (column === 0 ? 0 : 1)) + (column === 0 ? '' : ':'));
  if (markdown) lines.splice(1, 0, `| ${rule.join(' | ')} |`);
  return lines.join('\n');
}
