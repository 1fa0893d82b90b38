/** What a key in parentheses asks for. */
export type AnchorKind = "conditional" | "equality" | "negation" | "existence" | "global" | "add";

export interface Anchor {
  readonly kind: AnchorKind;
  /** The key between the parentheses. */
  readonly key: string;
}

const kindOfModifier: ReadonlyMap<string, AnchorKind> = new Map([
  ["", "conditional"],
  ["=", "equality"],
  ["X", "negation"],
  ["^", "existence"],
  ["<", "global"],
  ["+", "add"],
]);

/** The anchor that `key` is written as: an optional modifier and a key in parentheses, or undefined for a plain key. */
export function parseAnchor(key: string): Anchor | undefined {
  const text = key.trim();
  if (!text.endsWith(")")) return undefined;
  const open = text.startsWith("(") ? 0 : 1;
  if (text[open] !== "(") return undefined;
  const kind = kindOfModifier.get(text.slice(0, open));
  const inner = text.slice(open + 1, -1);
  return kind === undefined || inner === "" || inner.includes("\n") ? undefined : { kind, key: inner };
}

/** `key` written as an anchor of the given kind. */
export function formatAnchor(kind: AnchorKind, key: string): string {
  for (const [modifier, other] of kindOfModifier) if (other === kind) return `${modifier}(${key})`;
  return key;
}

/** True for a key that is an anchor of validation: `+()` is one of mutation only. */
export function isValidationAnchor(key: string): boolean {
  const anchor = parseAnchor(key);
  return anchor !== undefined && anchor.kind !== "add";
}
