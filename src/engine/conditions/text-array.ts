/** What a text is as JSON: a list of texts, other JSON, or none at all. */
export type TextArray =
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "otherJson" }
  | { readonly kind: "notJson" };

const otherJson: TextArray = { kind: "otherJson" };
const notJson: TextArray = { kind: "notJson" };

/**
 * Reads a text that may hold a JSON list of texts, the way ConfigMaps carry lists. As in Go, `null` is an empty list and
 * a null in a list an empty text.
 */
export function parseTextArray(text: string): TextArray {
  const trimmed = text.replace(/^[ \t\r\n]+/, "");
  if (!mayBeJson(trimmed)) return notJson;
  const value = parseJson(text);
  if (value === undefined) return notJson;
  if (value === null) return { kind: "texts", texts: [] };
  if (!Array.isArray(value)) return otherJson;
  const items: readonly unknown[] = value;
  if (!items.every((item) => item === null || typeof item === "string")) return otherJson;
  return { kind: "texts", texts: items.map((item) => (typeof item === "string" ? item : "")) };
}

/** Spares most texts the failing parse. */
function mayBeJson(text: string): boolean {
  return /^(?:[[{"]|-?[0-9]|true|false|null)/.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
