import { renderBoard } from "#cli/demo/render-board.ts";
import type { ReportBoard } from "#cli/demo/report-board.ts";

/** Several events of one edit are shown together. */
const settleMs = 80;
const maxChanges = 50;

/** The results on the screen. */
export interface LiveView {
  changed(changes: readonly string[]): void;
  /** Shows a text above the table. */
  say(text: string): void;
  end(): void;
}

/**
 * On a terminal the table is drawn again in its place, and `head` once more where the terminal changes its size; elsewhere
 * every change is a line of its own.
 */
export function startLiveView(board: ReportBoard, head: string, color: boolean): LiveView {
  const { stdout } = process;
  if (!stdout.isTTY) {
    return {
      changed: (changes) => void stdout.write(changes.map((line) => `changed: ${line}\n`).join("")),
      say: (text) => void process.stderr.write(text),
      end: () => {},
    };
  }
  let last: string[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (above = ""): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = renderBoard(board, last, { columns: stdout.columns, rows: stdout.rows, color });
    const back = drawn === 0 ? "" : `\u001b[${drawn}A`;
    stdout.write(`\r${back}\u001b[J${above}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const onResize = (): void => {
    // Lines may have been wrapped: where the table begins is no longer known.
    drawn = 0;
    draw(`\u001b[2J\u001b[H${head}`);
  };
  stdout.on("resize", onResize);
  draw();
  return {
    changed(changes) {
      last = [...last, ...changes].slice(-maxChanges);
      timer ??= setTimeout(() => draw(), settleMs);
    },
    say: draw,
    end() {
      clearTimeout(timer);
      stdout.off("resize", onResize);
    },
  };
}
