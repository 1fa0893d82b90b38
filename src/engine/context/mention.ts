import { RE2JS } from "re2js";

const plainName = /^[A-Za-z0-9_-]+$/;

/**
 * A test whether an expression mentions a context entry, by text alone: the name at a word boundary, not behind a dot,
 * a digit or a letter. So `x.y`, `(x)` and `x-z` mention `x`; `y.x`, `x1` and `x_y` do not. Kyverno takes the name as a
 * regular expression, so a name with other characters is read as one; where it is none, as itself.
 */
export function compileMention(name: string): (expression: string) => boolean {
  if (plainName.test(name)) return (expression) => mentionsPlain(expression, name);
  const pattern = compilePattern(name) ?? compilePattern(RE2JS.quote(name));
  return pattern === undefined
    ? (expression) => expression.includes(name)
    : (expression) => pattern.matcher(expression).find();
}

function compilePattern(name: string): RE2JS | undefined {
  try {
    return RE2JS.compile(`(?:\\A|\\z|\\s|[^.0-9A-Za-z])${name}\\b`);
  } catch {
    return undefined;
  }
}

function mentionsPlain(expression: string, name: string): boolean {
  for (let at = expression.indexOf(name); at >= 0; at = expression.indexOf(name, at + 1)) {
    if (mayPrecede(expression, at) && isBoundary(expression, at + name.length)) return true;
  }
  return false;
}

function mayPrecede(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  return before !== 0x2e && !isAlphanumeric(before);
}

/** A word boundary behind a name: one side is a word character and the other is not. */
function isBoundary(text: string, at: number): boolean {
  return isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
}

function isAlphanumeric(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

function isWord(unit: number): boolean {
  return isAlphanumeric(unit) || unit === 0x5f;
}
