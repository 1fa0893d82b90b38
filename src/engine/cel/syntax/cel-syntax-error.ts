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
  const characters = Array.from(source);
  const dots = characters.slice(0, column - 1).map((character) => (isWide(character) ? "\uff0e" : "."));
  // Past the end of the line there is nothing to point at but the place itself.
  const missing = ".".repeat(Math.max(0, column - 1 - characters.length));
  const mark = isWide(characters[column - 1] ?? "") ? "\uff3e" : "^";
  return `ERROR: <input>:${line}:${column}: ${error.reason}\n | ${source}\n | ${dots.join("")}${missing}${mark}`;
}

/** True for characters that cel-go takes to be two columns wide: all beyond ASCII. */
function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) > 0x7f;
}
