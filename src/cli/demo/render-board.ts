import { visible } from "../output/columns.ts";
import { boardColumns } from "./report-board.ts";
import type { BoardColumn, BoardRow, ReportBoard } from "./report-board.ts";

const numberWidth = 7;
const minNameWidth = 10;
const maxNameWidth = 44;
/** Below this width only the columns that matter most are shown. */
const wideEnough = minNameWidth + numberWidth * boardColumns.length;
const colors: Readonly<Record<BoardColumn, number>> = { pass: 32, fail: 31, warn: 33, error: 35, skip: 90 };

interface Look {
  readonly columns: number;
  readonly color: boolean;
}

/** The room on a terminal, and whether it has colours. */
export interface Room extends Look {
  readonly rows: number;
}

/** Both tables in full, for an output that may be as long as it likes. */
export function renderSummary(board: ReportBoard, columns: number, color: boolean): string {
  const { policies, namespaces } = renderTables(board, { columns, color });
  const lines = [...policies, "", ...namespaces];
  return `${lines.join("\n")}\n`;
}

/**
 * The live view: tables of policies and namespaces, and the last changes. No line is wider than the terminal and there
 * are fewer lines than it has rows; where there is too little room, changes go first, then rows of the tables.
 */
export function renderBoard(
  board: ReportBoard,
  changes: readonly string[],
  { columns, rows, color }: Room,
): readonly string[] {
  const room = Math.max(1, rows - 1);
  const { policies, namespaces } = renderTables(board, { columns, color });
  if (room < 5) return namespaces.slice(-1);
  const both = policies.length + 1 + namespaces.length;
  if (both > room) {
    const left = room - namespaces.length - 1;
    if (left < 3) return shorten(policies, room);
    return [...shorten(policies, left), "", ...namespaces];
  }
  const changeRoom = room - both - 2;
  const shown = changeRoom < 1 ? [] : changes.slice(-changeRoom);
  const told = shown.map((line) => fit(`changed: ${visible(line)}`, columns));
  return [...policies, "", ...namespaces, ...(told.length === 0 ? [] : ["", ...told])];
}

/** Both tables, with their columns below each other. */
function renderTables(board: ReportBoard, look: Look): Record<"policies" | "namespaces", readonly string[]> {
  const byPolicy = board.byPolicy();
  const byNamespace = [...board.byNamespace(), { name: "total", counts: board.totals() }];
  const names = [...byPolicy, ...byNamespace].map(({ name }) => visible(name).length);
  const longest = Math.min(maxNameWidth, Math.max(minNameWidth, ...names));
  return {
    policies: renderRows("POLICY", byPolicy, longest, look),
    namespaces: renderRows("NAMESPACE", byNamespace, longest, look),
  };
}

function shorten(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const left = lines.length - room + 1;
  return [...lines.slice(0, room - 1), `… ${left} more`];
}

function renderRows(
  title: string,
  rows: readonly BoardRow[],
  longest: number,
  { columns, color }: Look,
): readonly string[] {
  const shown: readonly BoardColumn[] = columns >= wideEnough ? boardColumns : ["fail"];
  const nameWidth = Math.max(1, Math.min(longest, columns - shown.length * numberWidth - 1));
  const line = (name: string, cells: readonly string[]): string =>
    `${fit(visible(name), nameWidth).padEnd(nameWidth)}${cells.join("")}`;
  const head = line(
    title,
    shown.map((column) => column.toUpperCase().padStart(numberWidth)),
  );
  const paint = (column: BoardColumn, count: number): string => {
    const text = String(count).padStart(numberWidth);
    return color && count > 0 ? `\u001b[${colors[column]}m${text}\u001b[0m` : text;
  };
  const body = rows.map(({ name, counts }) =>
    line(
      name,
      shown.map((column) => paint(column, counts[column])),
    ),
  );
  // Narrower than one number: cut without colours, or an escape sequence would be cut.
  if (columns > shown.length * numberWidth + 1) return [head, ...body];
  return [head, ...rows.map(({ name }) => name)].map((text) => fit(visible(text), columns));
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
