/** A variable in a text: where its braces begin and end, and what stands between them. */
export interface ScannedVariable {
  readonly start: number;
  readonly end: number;
  /** The expression, without braces, the `-` of a shallow variable and blanks. */
  readonly expression: string;
  /** `{{- … }}`: what it gives is never searched for variables. */
  readonly shallow: boolean;
}

/**
 * The variables of a text from left to right: `{{ … }}` without other braces inside than one level of `{…}`, not after
 * a backslash. Of nested variables only the innermost are found; two that touch are found one after the other, because
 * the end of the first decides whether the second is escaped.
 */
export function scanVariables(text: string): readonly ScannedVariable[] {
  const found: ScannedVariable[] = [];
  let from = 0;
  let start = text.indexOf("{{");
  while (start >= 0) {
    const isFree = start === 0 || (start > from && text.charAt(start - 1) !== "\\");
    const end = isFree ? closingBraces(text, start) : -1;
    if (end < 0) {
      start = text.indexOf("{{", start + 1);
      continue;
    }
    found.push(variable(text, start, end));
    from = end;
    start = text.indexOf("{{", end);
  }
  return found;
}

function variable(text: string, start: number, end: number): ScannedVariable {
  const inner = text.slice(start, end).replaceAll("{{", "").replaceAll("}}", "").trim();
  const shallow = inner.startsWith("-");
  return { start, end, expression: shallow ? inner.slice(1).trim() : inner, shallow };
}

/** The end of the braces that open at `start`, or -1. It never looks past the next `{{`. */
function closingBraces(text: string, start: number): number {
  let at = start + 2;
  for (;;) {
    const brace = nextBrace(text, at);
    if (brace < 0) return -1;
    if (text.charAt(brace) === "}") return text.charAt(brace + 1) === "}" ? brace + 2 : -1;
    const close = nextBrace(text, brace + 1);
    if (close < 0 || text.charAt(close) === "{") return -1;
    at = close + 1;
  }
}

function nextBrace(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x7b || unit === 0x7d) return at;
  }
  return -1;
}

/** Braces without the backslash that kept them from being read. */
export function unescapeBraces(text: string): string {
  return text.replaceAll("\\{{", "{{");
}

/** Puts a backslash before all opening braces; `unescapeBraces` undoes it. */
export function escapeBraces(text: string): string {
  return text.replaceAll("{{", "\\{{");
}
