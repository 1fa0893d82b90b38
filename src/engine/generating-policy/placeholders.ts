/** A part of a text with placeholders: text as it is, or an expression. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "placeholder"; readonly expression: string };

/** A text whose placeholders cannot be read. */
export class PlaceholderError extends Error {
  override readonly name = "PlaceholderError";
}

/**
 * Takes a text apart at its placeholders `(( expression ))`. Parentheses and quotes within one may be nested; `\((` is a
 * literal `((`. Undefined for a text that has neither. Throws a `PlaceholderError`.
 */
export function splitPlaceholders(text: string): readonly TextPart[] | undefined {
  if (!text.includes("((")) return undefined;
  const parts: TextPart[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    if (text.startsWith("\\((", at)) {
      plain += "((";
      at += 3;
    } else if (text.startsWith("((", at)) {
      const end = endOf(text, at);
      const expression = text.slice(at + 2, end).trim();
      if (expression === "") throw new PlaceholderError(`empty placeholder at offset ${at}`);
      if (plain !== "") parts.push({ kind: "text", text: plain });
      parts.push({ kind: "placeholder", expression });
      plain = "";
      at = end + 2;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain !== "") parts.push({ kind: "text", text: plain });
  return parts;
}

/** Where the `))` stands that ends the placeholder which begins at `start`. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start + 2; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"' || sign === "'") at = endOfQuote(text, at, start);
    else if (sign === "(") depth += 1;
    else if (sign === ")" && depth > 0) depth -= 1;
    else if (sign === ")") {
      if (text[at + 1] === ")") return at;
      throw new PlaceholderError(`unbalanced parenthesis in placeholder at offset ${start}`);
    }
  }
  throw new PlaceholderError(`unterminated placeholder at offset ${start}`);
}

function endOfQuote(text: string, start: number, placeholder: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === text[start]) return at;
  }
  throw new PlaceholderError(`unterminated placeholder at offset ${placeholder}`);
}
