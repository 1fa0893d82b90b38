/** One cell: what is shown and, where colours are on, with which SGR code. */
export interface Cell {
  readonly text: string;
  readonly color?: number;
}

const gap = 2;
const minWidth = 8;

/**
 * Lays out rows in columns. Where `width` is given, the widest columns shrink until the table fits and their cells are
 * wrapped. Control characters are shown, never sent to a terminal.
 */
export function renderColumns(
  rows: readonly (readonly Cell[])[],
  { width, color }: { readonly width?: number; readonly color: boolean },
): string {
  const safe = rows.map((row) => row.map((cell) => ({ ...cell, text: visible(cell.text) })));
  const lengths = (of: (text: string) => number): readonly number[] => columnWidths(safe, of);
  const words = lengths((text) => Math.max(...text.split(" ").map((word) => word.length)));
  const widths = fitWidths(
    lengths((text) => text.length),
    words,
    width,
  );
  return safe
    .flatMap((row) => renderRow(row, widths, color))
    .map((line) => `${line}\n`)
    .join("");
}

/** Text without anything that a terminal would obey. */
export function visible(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

function columnWidths(rows: readonly (readonly Cell[])[], of: (text: string) => number): readonly number[] {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: count }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, of(row[column]?.text ?? "")), 0),
  );
}

/** Columns whose words allow it shrink first, the widest of them; only then words are broken. */
function fitWidths(
  natural: readonly number[],
  words: readonly number[],
  width: number | undefined,
): readonly number[] {
  if (width === undefined) return natural;
  const widths = [...natural];
  const shrink = (least: (column: number) => number): void => {
    for (;;) {
      const excess = widths.reduce((sum, one) => sum + one, gap * (widths.length - 1)) - width;
      const free = widths.map((one, column) => (one > least(column) ? one : 0));
      const most = Math.max(...free);
      if (excess <= 0 || most === 0) return;
      widths[free.indexOf(most)] = most - 1;
    }
  };
  shrink((column) => Math.max(minWidth, words[column] ?? 0));
  shrink(() => minWidth);
  return widths;
}

function renderRow(row: readonly Cell[], widths: readonly number[], color: boolean): readonly string[] {
  const wrapped = row.map(({ text }, column) => wrapText(text, widths[column] ?? text.length));
  const height = Math.max(1, ...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map(({ color: code }, column) => {
        const text = wrapped[column]?.[line] ?? "";
        const padded = column === row.length - 1 ? text : text.padEnd((widths[column] ?? 0) + gap);
        return color && code !== undefined && text !== ""
          ? `\u001b[${code}m${text}\u001b[0m${padded.slice(text.length)}`
          : padded;
      })
      .join("")
      .trimEnd(),
  );
}

/** A text in lines of at most `width` characters, broken at blanks where that can be. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width);
    const at = blank > width / 2 ? blank : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
