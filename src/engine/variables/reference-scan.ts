export interface ScannedReference {
  readonly start: number;
  readonly end: number;
}

/**
 * The references of a text: `$(…)` not after a backslash, up to the last `)` before a blank. Two references therefore
 * need a blank between them.
 */
export function scanReferences(text: string): readonly ScannedReference[] {
  const found: ScannedReference[] = [];
  let from = 0;
  let start = text.indexOf("$(");
  while (start >= 0) {
    let next = start + 1;
    if (start === 0 || (start > from && text.charAt(start - 1) !== "\\")) {
      const run = contentRun(text, start);
      if (run.close >= 0) {
        from = run.close + 1;
        found.push({ start, end: from });
        next = from;
      } else if (run.limit > next) {
        // Nothing in this run of non-blanks closes, so no other reference in it does.
        next = run.limit;
      }
    }
    start = text.indexOf("$(", next);
  }
  return found;
}

interface ContentRun {
  /** Where the last `)` stands, or -1. */
  readonly close: number;
  /** Where the run of non-blanks ends. */
  readonly limit: number;
}

/** The content of a reference is one character of any kind, then everything but blanks. */
function contentRun(text: string, start: number): ContentRun {
  const rest = start + 3;
  if (rest >= text.length || text.charAt(start + 2) === "\n") return { close: -1, limit: start };
  const blank = text.indexOf(" ", rest);
  const limit = blank < 0 ? text.length : blank;
  let close = limit - 1;
  while (close >= rest && text.charAt(close) !== ")") close -= 1;
  return { close: close >= rest ? close : -1, limit };
}

/** `\$(…)` without its backslash, where a `)` closes it before a blank. */
export function unescapeReferences(text: string): string {
  let result = "";
  let from = 0;
  let close = -1;
  let blank = -1;
  for (let at = text.indexOf("\\$("); at >= 0; at = text.indexOf("\\$(", at + 3)) {
    const rest = at + 4;
    if (close < rest) close = indexOrEnd(text, ")", rest);
    if (blank < rest) blank = indexOrEnd(text, " ", rest);
    if (close >= text.length || close > blank || text.charAt(at + 3) === "\n") continue;
    result += text.slice(from, at);
    from = at + 1;
  }
  return result + text.slice(from);
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? text.length : index;
}
