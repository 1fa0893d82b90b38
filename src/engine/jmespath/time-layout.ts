/** A piece of a layout: text that must stand there, then an element of Go's reference time; none at the end. */
export interface LayoutPiece {
  readonly text: string;
  readonly element: string | undefined;
}

/** Go's reference time `Mon Jan 2 15:04:05 MST 2006` in all forms that its parts may have. */
const elements =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?![0-9])/g;

/** The pieces of a layout in order. */
export function layoutPieces(layout: string): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let from = 0;
  for (const match of layout.matchAll(elements)) {
    pieces.push({ text: layout.slice(from, match.index), element: match[0] });
    from = match.index + match[0].length;
  }
  pieces.push({ text: layout.slice(from), element: undefined });
  return pieces;
}

export const rfc3339 = "2006-01-02T15:04:05Z07:00";
