/** One character in its place, with the number of its colour (SGR 30 to 37, 90 to 97), if it has one. */
export interface Cell {
  readonly text: string;
  readonly color: number | undefined;
  readonly bold: boolean;
}

/** A terminal that lives in memory. */
export interface Screen {
  write(text: string): void;
  /** The lines that were written to, from the top of the screen. */
  lines(): readonly (readonly Cell[])[];
}

const blank: Cell = { text: " ", color: undefined, bold: false };
// Control sequences: CSI with its parameters, other escape sequences of two characters, or one character.
const escape = "\u001b";
const token = new RegExp(`${escape}\\[([?\\d;]*)([A-Za-z])|${escape}[^[]|[^${escape}]`, "gs");

/** Understands what the demo writes: colours, moves of the cursor, erasing. Other sequences leave no trace. */
export function createScreen(columns: number, rows: number): Screen {
  let lines: Cell[][] = [];
  let row = 0;
  let column = 0;
  let color: number | undefined;
  let bold = false;

  const lineAt = (index: number): Cell[] => {
    while (lines.length <= index) lines.push([]);
    return lines[index] ?? [];
  };
  const feed = (): void => {
    row += 1;
    if (row < rows) return;
    lines.shift();
    row = rows - 1;
  };
  const put = (text: string): void => {
    if (column === columns) {
      column = 0;
      feed();
    }
    const line = lineAt(row);
    while (line.length < column) line.push(blank);
    line[column] = { text, color, bold };
    column += 1;
  };
  const paint = (codes: readonly number[]): void => {
    for (const code of codes) {
      if (code === 0) [color, bold] = [undefined, false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) color = undefined;
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) color = code;
    }
  };
  const control = (parameters: string, letter: string): void => {
    const numbers = parameters.split(";").map(Number);
    const [first = 0, second = 0] = numbers;
    const steps = Math.max(1, first);
    if (letter === "m") paint(numbers);
    else if (letter === "A") row = Math.max(0, row - steps);
    else if (letter === "B") row = Math.min(rows - 1, row + steps);
    else if (letter === "C") column = Math.min(columns - 1, column + steps);
    else if (letter === "D") column = Math.max(0, column - steps);
    else if (letter === "H") [row, column] = [Math.max(1, first) - 1, Math.max(1, second) - 1];
    else if (letter === "K") lineAt(row).splice(column);
    else if (letter === "J" && first === 2) lines = [];
    else if (letter === "J") {
      lineAt(row).splice(column);
      lines.splice(row + 1);
    }
  };

  return {
    write(text) {
      for (const [all, parameters, letter] of text.matchAll(token)) {
        if (letter !== undefined) control(parameters ?? "", letter);
        else if (all === "\n") feed();
        else if (all === "\r") column = 0;
        else if (all === "\b") column = Math.max(0, column - 1);
        else if (all >= " ") put(all);
      }
    },
    lines: () => lines,
  };
}
