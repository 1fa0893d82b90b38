/** A text that is no expression, or one that cannot mean anything. */
export class CelIssueError extends Error {
  override readonly name = "CelIssueError";
  /** What is wrong, without the place. */
  readonly reason: string;
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.reason = reason;
    this.offset = offset;
  }
}

/** Line (from 1) and column (from 1, in characters) of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: Array.from(before.at(-1) ?? "").length + 1 };
}

/** The issue as cel-go shows it: the place, the reason, the line, and a pointer below it. */
export function issueText(text: string, error: { readonly reason: string; readonly offset: number }): string {
  const { line, column } = placeOf(text, error.offset);
  const source = text.split("\n")[line - 1] ?? "";
  const pointer = `${".".repeat(column - 1)}^`;
  return `ERROR: <input>:${line}:${column}: ${error.reason}\n | ${source}\n | ${pointer}`;
}
